"""`annai stats`: what the knowledge base covers, counted."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.programmes import Programmes
from bot.knowledge.schema import Confidence, Fact

HIGH_SINCE = 2025
"""A fact counts as sure only if its source is official and of this year or newer."""
_OFFICIAL_HOST = re.compile(
    r"(?:^|\.)(?:lg\.jp|go\.jp|(?:city|pref|town|vill|metro)\.[a-z0-9.-]+\.jp|pref\.[a-z]+\.jp)$"
)
_AGES = ("1年以内", "2年以内", "2年より古い")


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and the middle of some numbers."""

    least: int
    median: float

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Spread:
        """Return the spread of `numbers`."""
        listed = list(numbers)
        return cls(min(listed, default=0), float(statistics.median(listed)) if listed else 0.0)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What `annai stats` counted."""

    entries: int
    by_area: dict[str, int]
    """The area's name as the menu says it → how many entries."""
    facts: int
    by_age: dict[str, int]
    by_confidence: dict[str, int]
    """As written: 高, 中, 低."""
    surely_high: int
    """Of those written 高: from an official page of HIGH_SINCE or newer."""
    expired: int
    """Facts past their date, which residents don't see."""
    without_facts: int
    without_desk: int
    without_check_questions: int
    english: int
    plain: int
    phrasings: Spread
    check_questions: Spread
    document: str | None
    """The policy document of programmes.yaml, if there is one."""
    programmes: int
    covered: int
    uncovered: tuple[str, ...]
    """Programmes without an entry that answers for them."""

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program."""
        return asdict(self)


def count(knowledge: KnowledgeBase, programmes: Programmes | None, today: date) -> Statistics:
    """Return the numbers of `knowledge` as of `today`."""
    entries = list(knowledge.entries.values())
    facts = [fact for entry in entries for fact in entry.facts.values()]
    names = knowledge.menu.areas
    order = [*names, *(area for area in knowledge.entries_by_area if area not in names)]
    ages = Counter(_age(fact, today) for fact in facts)
    written = Counter(fact.confidence.value for fact in facts)
    listed = programmes.items if programmes else ()
    uncovered = tuple(each.name for each in listed if each.entry not in knowledge.entries)
    return Statistics(
        entries=len(entries),
        by_area={names.get(area, area): len(knowledge.entries_by_area.get(area, ())) for area in order},
        facts=len(facts),
        by_age={age: ages[age] for age in _AGES},
        by_confidence={level.value: written[level.value] for level in Confidence},
        surely_high=sum(_is_surely_high(fact) for fact in facts),
        expired=sum(bool(fact.valid_until and fact.valid_until < today) for fact in facts),
        without_facts=sum(not entry.facts for entry in entries),
        without_desk=sum(not entry.desk for entry in entries),
        without_check_questions=sum(not entry.check_questions for entry in entries),
        english=sum(entry.english is not None for entry in entries),
        plain=sum(entry.plain is not None for entry in entries),
        phrasings=Spread.of(len(entry.phrasings) for entry in entries),
        check_questions=Spread.of(len(entry.check_questions) for entry in entries),
        document=programmes.document if programmes else None,
        programmes=len(listed),
        covered=len(listed) - len(uncovered),
        uncovered=uncovered,
    )


def as_table(found: Statistics) -> str:
    """Return the numbers as a person reads them, on one screen."""
    widest = max(map(_width, [*found.by_area, "確認質問のない案内"]), default=0)
    lines = [f"案内 {found.entries} 件"]
    lines += [f"  {_padded(name, widest)} {number:>5}" for name, number in found.by_area.items()]
    lines.append(f"項目 {found.facts} 件")
    lines += [f"  {_padded('確認日が' + age, widest)} {number:>5}" for age, number in found.by_age.items()]
    lines += [f"  {_padded(f'信頼度 {level}', widest)} {number:>5}" for level, number in found.by_confidence.items()]
    lines.append(f"  {_padded('  うち公的で新しい「高」', widest)} {found.surely_high:>5}")
    lines.append(f"  {_padded('有効期限が過ぎたもの', widest)} {found.expired:>5}")
    lines.append("案内の中身")
    for name, number in (
        ("項目のない案内", found.without_facts),
        ("窓口のない案内", found.without_desk),
        ("確認質問のない案内", found.without_check_questions),
        ("English のある案内", found.english),
        ("やさしい日本語のある案内", found.plain),
    ):
        lines.append(f"  {_padded(name, widest)} {number:>5}")
    for name, spread in (("質問例", found.phrasings), ("確認質問", found.check_questions)):
        lines.append(f"  {_padded(name, widest)} 最小 {spread.least}、中央 {spread.median:g}")
    if found.document:
        lines.append(f"「{found.document}」の施策 {found.programmes} 件中 {found.covered} 件に案内があります")
        lines += [f"  案内がありません: {name}" for name in found.uncovered]
    return "\n".join(lines)


def _age(fact: Fact, today: date) -> str:
    for years, name in ((1, _AGES[0]), (2, _AGES[1])):
        if not fact.seen.is_older_than(years, today):
            return name
    return _AGES[2]


def _is_surely_high(fact: Fact) -> bool:
    host = urlsplit(fact.source).hostname or "" if fact.source.startswith("http") else ""
    official = bool(_OFFICIAL_HOST.search(host))
    return fact.confidence is Confidence.HIGH and official and fact.seen.year >= HIGH_SINCE


def _width(text: str) -> int:
    return sum(1 if ord(character) < 0x2000 else 2 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
