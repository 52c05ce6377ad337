"""How an unanswered question is mended: to which entry it belongs, or that it needs a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.asked_fact import AskedFactFinder
from bot.conversation import Conversation, Utterance
from bot.elsewhere import finders
from bot.guide import Guide
from bot.question_groups import Group
from bot.reply import Kind

NEAR = 0.3
"""From this confidence on an entry is near enough that the question may belong to it."""
_OFFERED = 5
"""The answer and the choices that were offered after it: none of these was meant."""


class Way(StrEnum):
    """What to do."""

    ADD_PHRASING = "add_phrasing"
    """Add the question to the 質問例 of an entry."""
    NEW = "new"
    """No entry is near: write one, or say that it is no matter of ours."""
    NONE_FITTED = "none_fitted"
    """Entries are near, but none was meant: look what they lack, or write one."""
    ANSWERED_NOW = "answered_now"
    """Today's files answer it: nothing is left to do."""
    NOT_OURS = "not_ours"
    """Another ward's or city's matter: rightly not answered."""
    ASKED_BACK = "asked_back"
    """A fact of nothing (いくら?): rightly asked back."""


@dataclass(frozen=True, slots=True)
class Mend:
    """What to do about a question."""

    way: Way
    text: str
    """The question to add."""
    entry: str = ""
    """The id of the entry that it belongs to, or that is nearest."""
    name: str = ""
    file: str = ""
    confidence: float = 0.0
    """How near the entry is, by the engine."""


class Mending:
    """Judges by the knowledge as it is now, for it may have been mended since the question came."""

    def __init__(self, guide: Guide, files: Mapping[str, str], now: datetime) -> None:
        """`files` says which file each entry stands in, as staff know it."""
        self._guide, self._files, self._now = guide, files, now
        words = guide.knowledge.words
        self._elsewhere, self._other_offices = finders(guide.knowledge)
        self._facts = AskedFactFinder(words.fact_names, guide.engine.index.tokenizer)

    def of(self, group: Group) -> Mend:
        """Return what to do about `group`, by its first text."""
        text = group[0].text
        chosen = next((each.chosen for each in group if each.chosen in self._guide.knowledge.entries), "")
        if chosen:
            return self._add(text, chosen)
        if way := self.rightly_unanswered(text):
            return Mend(way, text)
        if not any(each.wrong for each in group) and (mend := self._answered_now(text)):
            return mend
        not_meant = frozenset().union(*(each.not_meant for each in group))
        return self._nearest(text, not_meant, none_fitted=any(each.none_fitted for each in group))

    def rightly_unanswered(self, text: str) -> Way | None:
        """Return why nothing needs mending when `text` has no answer, or None."""
        if self._elsewhere.find(text) or self._other_offices.find(text):
            return Way.NOT_OURS
        asked = self._facts.find(text)
        return Way.ASKED_BACK if asked and asked.alone else None

    def instead(self, text: str | None, shown: str, chosen: str | None) -> Mend:
        """Return what to do about the answer `shown` that was wrong for `text`, where `chosen` was meant."""
        if chosen in self._guide.knowledge.entries:
            return self._add(text or "", str(chosen))
        return self._nearest(text or "", frozenset({shown}), none_fitted=chosen is not None)

    def _answered_now(self, text: str) -> Mend | None:
        reply = self._guide.turn(Utterance(text), Conversation(), self._now).reply
        if reply.kind in (Kind.URGENT, Kind.SMALLTALK):
            return Mend(Way.ANSWERED_NOW, text)
        if reply.kind is not Kind.ANSWER or not reply.candidates:
            return None
        first = reply.candidates[0]
        return self._mend(Way.ANSWERED_NOW, text, first.id, first.confidence)

    def _nearest(self, text: str, not_meant: frozenset[str], *, none_fitted: bool) -> Mend:
        candidates = self._guide.engine.candidates(text)
        if none_fitted:
            not_meant |= {each.id for each in candidates[:_OFFERED]}
        for each in candidates:
            if each.id not in not_meant and each.confidence >= NEAR:
                return self._mend(Way.ADD_PHRASING, text, each.id, each.confidence)
        if not candidates:
            return Mend(Way.NEW, text)
        first = candidates[0]
        way = Way.NONE_FITTED if first.confidence >= NEAR else Way.NEW
        return self._mend(way, text, first.id, first.confidence)

    def _add(self, text: str, entry_id: str) -> Mend:
        candidates = self._guide.engine.candidates(text)
        near = next((each.confidence for each in candidates if each.id == entry_id), 0.0)
        return self._mend(Way.ADD_PHRASING, text, entry_id, near)

    def _mend(self, way: Way, text: str, entry_id: str, confidence: float) -> Mend:
        name = self._guide.knowledge.entries[entry_id].name
        return Mend(way, text, entry_id, name, self._files.get(entry_id, ""), confidence)
