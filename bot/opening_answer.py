"""Answers whether a desk is open: which desk is meant, which entry speaks for it, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.card import CardMaker
from bot.clock import TOKYO
from bot.conversation import Conversation
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Desk, Entry, Hours
from bot.language.normalisation import folded_phrase
from bot.opening_question import Asked, OpeningQuestion, OpeningQuestionFinder
from bot.opening_words import OpeningWording
from bot.reply import CallButton, Text

HOURS_FACT, SATURDAY_FACT = "受付時間", "土曜"
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class OpeningAnswer:
    """What is answered, and about which entry the conversation goes on."""

    entry: Entry
    desk: str | None
    """The id of the desk whose opening was told; None when a fact of the entry answers by itself."""
    words: Text | None
    fact: str | None
    """The fact of the entry's card that answers, too; None: no card."""


class OpeningAnswers:
    """Immutable; made for one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, cards: CardMaker) -> None:
        self._knowledge = knowledge
        self._cards = cards
        self._finder = OpeningQuestionFinder(knowledge.words.opening, knowledge.contacts)
        self._wording = OpeningWording(knowledge.messages.opening)
        self._office = _speaking_for(knowledge, knowledge.general_desk)

    def find(self, text: str, now: datetime) -> OpeningQuestion | None:
        """Return the question of opening that `text` is, or None; a plain list of answers knows no hours."""
        if not self._knowledge.demands_sources:
            return None
        return self._finder.find(text, now.astimezone(TOKYO).date())

    def answer(
        self, question: OpeningQuestion, conversation: Conversation, shown: Sequence[str], now: datetime
    ) -> OpeningAnswer | None:
        """Return the answer to a question that names no matter; None when no desk with hours is meant.

        `shown` are the entries that matching would answer with or let choose from.
        """
        topic = self._knowledge.entries.get(conversation.topic or "")
        named = question.desk or conversation.desk
        if named in self._knowledge.contacts.desks:
            return self._of_desk(self._knowledge.contacts.desks[named], question, topic, shown, now)
        if topic is None:
            return self._of_desk(self._knowledge.general_desk, question, None, shown, now)
        return self._of_topic(topic, question, shown, now)

    def beside(self, question: OpeningQuestion, entry: Entry, now: datetime) -> Text | None:
        """Return what is said above the card of `entry` when the question names its matter and asks for its counter."""
        if not question.certain:
            return None
        named = self._knowledge.contacts.desks.get(question.desk or "")
        if named and named.hours:
            return self._text(named, named.hours, question, now)
        desk = self._knowledge.desk_of(entry)
        if desk is None or desk.hours is None or self._own_fact(entry, question, now):
            return None
        return self._text(desk, desk.hours, question, now)

    def _of_topic(
        self, topic: Entry, question: OpeningQuestion, shown: Sequence[str], now: datetime
    ) -> OpeningAnswer | None:
        desk = self._knowledge.desk_of(topic)
        if self._is_of_office(topic):
            return self._of_desk(self._knowledge.general_desk, question, topic, shown, now)
        if own := self._own_fact(topic, question, now):
            return OpeningAnswer(topic, None, None, own)
        if desk is None or desk.hours is None:
            return self._of_general_instead(topic, question, now)
        words = self._text(desk, desk.hours, question, now)
        fact = HOURS_FACT if question.asked is not Asked.OPEN and not question.days else None
        return OpeningAnswer(topic, desk.id, words, fact)

    def _of_desk(
        self, desk: Desk, question: OpeningQuestion, topic: Entry | None, shown: Sequence[str], now: datetime
    ) -> OpeningAnswer | None:
        entry = topic if topic and topic.desk == desk.id else self._entry_for(desk, shown)
        if desk.hours is None or entry is None:
            return None
        usual = question.asked is not Asked.OPEN and not question.days
        words = self._text(desk, desk.hours, question, now, usual=usual)
        # An entry about one side of the office (土曜開庁) has more to say than the hours; the office's own has not.
        more = entry is not topic and entry is not self._office
        return OpeningAnswer(entry, desk.id, words, HOURS_FACT if more else None)

    def _of_general_instead(self, topic: Entry, question: OpeningQuestion, now: datetime) -> OpeningAnswer | None:
        desk = self._knowledge.general_desk
        if desk.hours is None:
            return None
        unknown = self._knowledge.messages.opening.unknown.format(名称=topic.name, 窓口=desk.name).strip()
        return OpeningAnswer(topic, None, self._text(desk, desk.hours, question, now, before=unknown), None)

    def _entry_for(self, desk: Desk, shown: Sequence[str]) -> Entry | None:
        """Return the entry about the ward office that matching found for a question of the general desk, else its own."""
        first = self._knowledge.entries.get(shown[0]) if shown else None
        if first and desk.id == self._knowledge.contacts.general and self._is_of_office(first):
            return first
        return self._office

    def _text(
        self,
        desk: Desk,
        hours: Hours,
        question: OpeningQuestion,
        now: datetime,
        *,
        before: str = "",
        usual: bool = False,
    ) -> Text:
        messages = self._knowledge.messages
        lines = [before, messages.opening.heading.format(窓口=desk.name)]
        lines += self._wording.answer(hours, question.days, now)
        lines += [self._wording.usual(hours) if usual else self._wording.note(hours), self._cards.verified(hours)]
        caller = desk if desk.phone else self._knowledge.general_desk
        number = caller.phone.number if caller.phone else ""
        call = (CallButton(messages.label_call.format(名称=caller.name, 電話=number), number),) if number else ()
        return Text("\n".join(filter(None, lines)), call)

    def _own_fact(self, entry: Entry, question: OpeningQuestion, now: datetime) -> str | None:
        """Return the fact with which the entry itself answers: its hours need not be those of its desk."""
        if self._is_of_office(entry):
            return None
        held = dict(self._cards.current_facts(entry, now.astimezone(TOKYO).date()))
        weekend = bool(question.days) and all(day.weekday() >= _WEEKEND for day in question.days)
        if SATURDAY_FACT in held and (weekend or (HOURS_FACT not in held and not self._hours_of(entry))):
            return SATURDAY_FACT
        return HOURS_FACT if HOURS_FACT in held else None

    def _hours_of(self, entry: Entry) -> Hours | None:
        desk = self._knowledge.desk_of(entry)
        return desk.hours if desk else None

    def _is_of_office(self, entry: Entry) -> bool:
        return entry.desk == self._knowledge.contacts.general


def _speaking_for(knowledge: KnowledgeBase, desk: Desk) -> Entry | None:
    """Return the entry of `desk` that bears one of its names, else its first entry, or None when it has none."""
    names = {folded_phrase(name) for name in (desk.name, *desk.also_called)}
    of_desk = [entry for entry in knowledge.entries.values() if entry.desk == desk.id]
    bearing = (each for each in of_desk if names & {folded_phrase(name) for name in (each.name, *each.aliases)})
    return next(bearing, of_desk[0] if of_desk else None)
