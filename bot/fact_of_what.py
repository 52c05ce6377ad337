"""Of what a single fact is asked: of the last topic (「交付の手数料は?」), or of a desk by its name (「区役所の電話は?」)."""

from __future__ import annotations

from bot.asked_fact import AskedFact
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry
from bot.language.normalisation import folded_phrase
from bot.language.tokens import Tokenizer

_OF_DESKS = frozenset({"電話", "場所", "受付時間"})


class FactOfWhat:
    """The words of entries and desks, as the tokenizer reads them."""

    def __init__(self, knowledge: KnowledgeBase, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        entries = knowledge.entries.values()
        by_name = {folded_phrase(name): entry for entry in entries for name in (entry.name, *entry.aliases)}
        self._desks: list[tuple[frozenset[str], Entry]] = []
        for desk in knowledge.contacts.desks.values():
            names = (desk.name, *desk.also_called)
            own = next((by_name[folded_phrase(name)] for name in names if folded_phrase(name) in by_name), None)
            if own:
                self._desks.append((self._words(*names), own))

    def is_of_topic(self, asked: AskedFact, topic: Entry) -> bool:
        """Return whether all that is said beside asking for the fact stands in `topic` as well."""
        facts = (value for fact in topic.facts.values() for value in fact.value)
        return asked.beside <= self._words(
            topic.name, *topic.aliases, *topic.phrasings, topic.answer, *topic.facts, *facts
        )

    def entry_of_desk(self, asked: AskedFact) -> Entry | None:
        """Return the entry that bears a desk's name, when that desk and its phone, place or hours is all that is said."""
        if asked.name not in _OF_DESKS or not asked.beside:
            return None
        return next((entry for words, entry in self._desks if asked.beside <= words), None)

    def _words(self, *texts: str) -> frozenset[str]:
        return frozenset(word for text in texts for word in self._tokenizer.remembered(text).words)
