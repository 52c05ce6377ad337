"""Which single fact a question asks for (いくら, どこ, いつまで), and whether it asks for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from bot.knowledge.schema import FactName
from bot.language.normalisation import folded, folded_phrase
from bot.language.tokens import Tokenizer

_HANGUL = regex.compile(r"\p{Hangul}")
_LONGEST_ENDING = 5


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A fact that is asked for by its name in words.yaml."""

    name: str
    alone: bool
    """Whether the utterance names no matter of its own: 「いくら?」, not 「住民票いくら?」."""
    missed: bool
    """Whether an entry that lacks it says so."""
    beside: frozenset[str] = frozenset()
    """The content words that do not ask for it."""


class AskedFactFinder:
    """The ways of asking that words.yaml lists for each fact."""

    def __init__(self, fact_names: Sequence[FactName], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._ways = sorted(
            ((folded_phrase(way), fact) for fact in fact_names for way in (*fact.asked, fact.name)),
            key=lambda pair: -len(pair[0]),
        )
        self._words = {
            fact.name: frozenset(word for way in (*fact.asked, fact.name) for word in tokenizer.remembered(way).words)
            for fact in fact_names
        }

    def find(self, text: str) -> AskedFact | None:
        """Return the fact that `text` asks for, the longest wording first, or None."""
        utterance = folded(text)
        for way, fact in self._ways:
            if way and way in utterance:
                beside = frozenset(self._tokenizer.analyse(text).words) - self._words[fact.name]
                alone = not beside and _is_nearly_all(way, utterance)
                return AskedFact(fact.name, alone, alone or fact.missed, beside)
        return None


def _is_nearly_all(way: str, utterance: str) -> bool:
    """Return whether an utterance in Hangul, of which the tokenizer reads no words, holds little but `way`.

    A matter stands before the question word (주민표는 어디), behind it endings (어디예요, 어디에 있어요).
    """
    return not _HANGUL.search(utterance) or (utterance.startswith(way) and len(utterance) - len(way) <= _LONGEST_ENDING)
