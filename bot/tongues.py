"""The languages that residents are answered in: when one is asked for, and a reply in it.

Only what staff have written in a language is said in it. All else stays Japanese, under a frame that says so and names
the desk that speaks the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.action import Action, Verb
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.messages import LanguageMessages
from bot.knowledge.schema import SmallTalk
from bot.knowledge.twin_marks import current_twin
from bot.language.normalisation import folded, folded_phrase
from bot.language.which_language import Language
from bot.reply import Block, CallButton, Card, Choices, Kind, Option, Reply, Text


class Tongues:
    """Replies in other languages and in やさしい日本語, from one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._messages = knowledge.messages.languages
        self._wishes = self._read_wishes()

    def asked_for(self, text: str) -> Language | None:
        """Return the language that `text` asks to be answered in and nothing else (「やさしく」 "in English"), or None."""
        return self._wishes.get(folded(text))

    def changed(self, language: Language) -> Text:
        """Return how it is told that the conversation goes on in `language`."""
        messages = self._messages.of(language) or self._messages.ordinary
        return Text(messages.changed.strip(), language=language.tag)

    def small_talk(self, talk: SmallTalk, language: Language) -> Text:
        """Return the reply to `talk`, in `language` where it is there."""
        said = talk.said_in(language)
        return Text(said, language=language.tag) if said else Text(talk.reply)

    def said(self, reply: Reply, language: Language) -> Reply:
        """Return `reply` as far in `language` as staff have written it, with a frame around what is not."""
        if reply.kind is Kind.URGENT:
            return reply  # first things first: its words are in the language already where they can be
        messages = self._messages.of(language)
        if messages is None:
            return replace(reply, follow_ups=self._with_button(reply, Language.PLAIN))
        blocks = tuple(self._block(block, messages, language) for block in reply.blocks)
        back = Language.JAPANESE if language is Language.PLAIN else Language.PLAIN
        follow_ups = self._with_button(reply, back)
        return replace(
            reply, blocks=(*self._frame(reply.kind, blocks, messages, language), *blocks), follow_ups=follow_ups
        )

    def _block(self, block: Block, messages: LanguageMessages, language: Language) -> Block:
        match block:
            case Card():
                twin = current_twin(self._knowledge.entries[block.entry_id], language)
                return replace(block, text=twin, language=language.tag) if twin else block
            case Choices():
                return replace(block, prompt=messages.choose, language=language.tag)
        return block

    def _frame(
        self, kind: Kind, blocks: Sequence[Block], messages: LanguageMessages, language: Language
    ) -> tuple[Text, ...]:
        if kind is Kind.UNKNOWN:
            words = messages.unknown
        elif kind is Kind.ANSWER and any(self._is_foreign(block, language) for block in blocks):
            words = messages.in_japanese
        else:
            return ()
        help_line, buttons = self._help(messages)
        return (Text("\n".join(filter(None, (words.strip(), help_line))), buttons, language.tag),)

    def _is_foreign(self, block: Block, language: Language) -> bool:
        """Return whether who speaks `language` may not read `block`; a sentence in Japanese is plain enough beside a card."""
        if language is not Language.PLAIN:
            return not isinstance(block, Card | Text) or block.language != language.tag
        return isinstance(block, Card) and current_twin(self._knowledge.entries[block.entry_id], language) is None

    def _help(self, messages: LanguageMessages) -> tuple[str, tuple[CallButton, ...]]:
        """Return the line on the desk that speaks other languages, and the button that calls it."""
        contacts = self._knowledge.contacts
        desk = contacts.desks.get(contacts.multilingual or "")
        if desk is None:
            return "", ()
        if desk.phone is None:
            return messages.help_at_desk.format(窓口=desk.name).strip(), ()
        number = desk.phone.number
        line = messages.help_by_phone.format(窓口=desk.name, 電話=number, 日=desk.phone.seen).strip()
        return line, (CallButton(messages.label_call.format(窓口=desk.name), number),)

    def _with_button(self, reply: Reply, language: Language) -> tuple[Option, ...]:
        """Return the follow-ups of `reply`, before the menu the button that shows its card in `language`."""
        cards = [block for block in reply.blocks if isinstance(block, Card)]
        messages = self._messages.of(language) or self._messages.ordinary
        if len(cards) != 1 or not messages.label or not self._can_turn(cards[0], language):
            return reply.follow_ups
        button = Option(messages.label, Action(Verb.SPEAK, cards[0].entry_id, language.value))
        menu = [option for option in reply.follow_ups if option.action.verb is Verb.MENU]
        others = [option for option in reply.follow_ups if option.action.verb is not Verb.MENU]
        return (*others, button, *menu)

    def _can_turn(self, card: Card, language: Language) -> bool:
        entry = self._knowledge.entries[card.entry_id]
        return language is Language.JAPANESE or current_twin(entry, language) is not None

    def _read_wishes(self) -> dict[str, Language]:
        spoken = [(language, messages) for language in Language if (messages := self._messages.of(language))]
        wishes = {folded_phrase(said): language for language, messages in spoken for said in messages.asked}
        return wishes | {folded_phrase(said): Language.JAPANESE for said in self._messages.ordinary.asked}
