"""An entry → the card that a resident sees. Every word comes from the knowledge base."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from bot.clock import TOKYO
from bot.hours import in_words
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Confidence, Desk, Entry, Fact, Source, Sourced
from bot.knowledge.source_date import SourceDate
from bot.opening_words import OpeningWording
from bot.reply import CallButton, Card, DeskLine, FactLine, LinkButton

OLD_AFTER_YEARS = 2
"""A source older than this may be out of date, and the card says so."""
_MOST_LINKS = 2
_ADDRESS = re.compile(r"[^\s(（、]*[区市町村](?!役)[^\s(（、]*?\d+(?:丁目|番地|番(?=\d)|[-の](?=\d))[\d丁目番地号の-]*")
"""港北区大豆戸町26番地1, 港北区大豆戸町680-1; neither 2階21番窓口 nor 港北区大豆戸町."""


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Makes cards from one knowledge base."""

    knowledge: KnowledgeBase

    def card(self, entry: Entry, now: datetime, asked: str | None = None) -> Card:
        """Return the card of `entry` at `now` (with time zone); the fact named `asked` leads when the entry has it."""
        today = now.astimezone(TOKYO).date()
        lines = {name: self._fact_line(name, fact) for name, fact in self.current_facts(entry, today)}
        highlight = (lines.pop(asked, None) or self._from_entry(entry, asked)) if asked else None
        desk = self.knowledge.desk_of(entry) or self.knowledge.general_desk
        return Card(
            entry_id=entry.id,
            title=entry.name,
            text=entry.answer.strip(),
            highlight=highlight,
            facts=tuple(lines.values()),
            desk=self._desk_line(entry, desk, now),
            cautions=tuple(self._cautions(entry, today)),
            source_note=self._source_note(entry.source),
            buttons=tuple(self._buttons(entry, desk)),
        )

    def current_facts(self, entry: Entry, today: date) -> Iterator[tuple[str, Fact]]:
        """Yield the facts of `entry` that may still be said on `today`."""
        for name, fact in entry.facts.items():
            if fact.valid_until is None or today <= fact.valid_until:
                yield name, fact

    def has_fact(self, entry: Entry, name: str, today: date) -> bool:
        """Return whether the entry, or its desk, can answer for the fact `name` on `today`."""
        return name in dict(self.current_facts(entry, today)) or self._from_entry(entry, name) is not None

    def verified(self, sourced: Sourced) -> str:
        """Return in words where and when `sourced` was verified."""
        return self._dated(sourced.source, sourced.seen)

    def _fact_line(self, name: str, fact: Fact) -> FactLine:
        return FactLine(name, fact.text, self._dated(fact.source, fact.seen), url_of(fact.source))

    def _from_entry(self, entry: Entry, name: str) -> FactLine | None:
        """Return phone, place or hours of the entry's own desk as a fact; the general desk's would not be the answer.

        A way to go through with the procedure (郵送, オンライン) that the entry lists is a fact, too.
        """
        if name in entry.ways and entry.source:
            possible = self.knowledge.messages.possible.format(項目=name)
            return FactLine(name, possible, self._dated(entry.source.url, entry.source.seen), url_of(entry.source.url))
        desk = self.knowledge.desk_of(entry)
        if desk is None:
            return None
        held: dict[str, tuple[str, Sourced] | None] = {
            "電話": (f"{desk.name} {desk.phone.number}", desk.phone) if desk.phone else None,
            "場所": (f"{desk.name} {desk.place.value}", desk.place) if desk.place else None,
            "受付時間": (in_words(desk.hours), desk.hours) if desk.hours else None,
        }
        found = held.get(name)
        if found is None:
            return None
        value, sourced = found
        return FactLine(name, value, self._dated(sourced.source, sourced.seen), url_of(sourced.source))

    def _dated(self, source: str, seen: SourceDate) -> str:
        messages = self.knowledge.messages
        if source.startswith("「"):
            return messages.document_note.format(資料=source, 日=seen.in_words())
        return messages.source_note.format(日=seen.in_words())

    def _source_note(self, source: Source | None) -> str:
        return self._dated(source.url, source.seen) if source else ""

    def _desk_line(self, entry: Entry, desk: Desk, now: datetime) -> DeskLine | None:
        if not self.knowledge.demands_sources:
            return None
        messages, today = self.knowledge.messages, now.astimezone(TOKYO).date()
        label = messages.label_desk if entry.desk else messages.label_general_desk
        lines: list[str] = []
        if desk.place:
            lines.append(messages.label_place.format(場所=desk.place.value) + self._doubt(desk.place, today))
        if desk.phone:
            lines.append(messages.label_phone.format(電話=desk.phone.number) + self._doubt(desk.phone, today))
        if desk.hours:
            lines.append(messages.label_hours.format(受付時間=in_words(desk.hours)) + self._doubt(desk.hours, today))
        opening = OpeningWording(messages.opening).line(desk.hours, now) if desk.hours else ""
        return DeskLine(label, desk.name, tuple(lines), opening)

    def _doubt(self, sourced: Sourced, today: date) -> str:
        """Return the date of a desk's detail that may have changed since, as a remark behind it; else nothing."""
        if not is_doubtful(sourced, today):
            return ""
        return self.knowledge.messages.doubt.format(日=sourced.seen.in_words())

    def _cautions(self, entry: Entry, today: date) -> Iterator[str]:
        messages, period = self.knowledge.messages, entry.period
        if period and period.end and period.end < today:
            yield messages.ended.format(名称=entry.name, 日=_day(period.end))
            if period.after:
                yield period.after
        elif period and period.start and period.start > today:
            yield messages.not_yet.format(名称=entry.name, 日=_day(period.start))
        if self._may_be_out_of_date(entry, today):
            yield messages.verify_at_desk

    def _may_be_out_of_date(self, entry: Entry, today: date) -> bool:
        return (
            any(is_doubtful(fact, today) for _, fact in self.current_facts(entry, today))
            or (entry.source is not None and entry.source.seen.is_older_than(OLD_AFTER_YEARS, today))
            or (entry.review_by is not None and entry.review_by < today)
        )

    def _buttons(self, entry: Entry, desk: Desk) -> Iterator[LinkButton | CallButton]:
        messages = self.knowledge.messages
        for link in entry.links[:_MOST_LINKS]:
            yield LinkButton(link.name, link.url)
        if not entry.links and entry.source and url_of(entry.source.url):
            yield LinkButton(messages.label_source, entry.source.url)
        if self.knowledge.demands_sources:
            caller = desk if desk.phone else self.knowledge.general_desk
            if caller.phone:
                label = messages.label_call.format(名称=caller.name, 電話=caller.phone.number)
                yield CallButton(label, caller.phone.number)
            if entry.desk and desk.place and (url := map_of(desk.place.value)):
                yield LinkButton(messages.places.label_map, url)


def is_doubtful(sourced: Sourced, today: date) -> bool:
    """Return whether what the source states may have changed since."""
    return sourced.confidence is Confidence.LOW or sourced.seen.is_older_than(OLD_AFTER_YEARS, today)


def url_of(citation: str) -> str:
    """Return the page that a citation names; empty for a printed document."""
    return "" if citation.startswith("「") else citation


def map_of(place: str) -> str:
    """Return the page that looks the address in `place` up on a map; empty when `place` is no address down to a number.

    Google's Maps URLs, which need no key: https://developers.google.com/maps/documentation/urls/get-started#search-action
    """
    address = _ADDRESS.match(place)
    return f"https://www.google.com/maps/search/?api=1&query={quote(address.group())}" if address else ""


def _day(day: date) -> str:
    return SourceDate(day.year, day.month, day.day).in_words()
