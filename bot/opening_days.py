"""Which dates residents mean by 12月29日, by a kind of day (次の土曜, 祝日), a week, or a part of the year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import regex

from bot.knowledge.schema import DayKind, YearEnd
from bot.opening import SEARCHED_DAYS, is_kind, month_day

_WEEKDAY = r"(?:\s*\([月火水木金土日](?:曜日?)?\))?"
_DATE = regex.compile(
    r"(?<!\d)(?:(?P<year>20\d\d)(?:年|[/-]))?(?P<month>1[0-2]|0?[1-9])(?:月|[/-])(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)日?"
    + _WEEKDAY
)
_DAY_OF_MONTH = regex.compile(r"(?<![\d/月-])(?P<day>[12]\d|3[01]|0?[1-9])日(?!間|以|目|前|後)" + _WEEKDAY)
_LEAP_YEARS_APART = 8
"""2月29日 is up to eight years away (1896, 1904; 2096, 2104)."""


def named_dates(text: str, today: date) -> tuple[list[date], str]:
    """Return the dates that `text` (normalised) names in figures, from `today` on, and the text without them."""
    found: list[date] = []

    def taken(match: regex.Match[str]) -> str:
        day = _meant(match.groupdict(), today)
        if day is None:
            return match.group()
        found.append(day)
        return ""

    for pattern in (_DATE, _DAY_OF_MONTH):
        text = pattern.sub(taken, text)
    return found, text


def next_of(
    today: date, *, ahead: int | None = None, kinds: Iterable[DayKind] = (), after_today: bool = False
) -> list[date]:
    """Return the day that is `ahead` days off, or the next day of each of `kinds`, today included unless `after_today`."""
    if ahead is not None:
        return [today + timedelta(days=ahead)]
    coming = [today + timedelta(days=number) for number in range(int(after_today), SEARCHED_DAYS)]
    first = (next((day for day in coming if is_kind(day, kind)), None) for kind in kinds)
    return [day for day in first if day]


def week_of(today: date, ahead: int, kinds: Iterable[DayKind] = tuple(DayKind)[:7]) -> list[date]:
    """Return the days of these kinds in the week (from Monday) that is `ahead` weeks off; nothing before today."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
    week = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in week if day >= today and any(is_kind(day, kind) for kind in kinds)]


def this_or_next_year(between: YearEnd, today: date) -> list[date]:
    """Return the days of a part of the year that runs or comes next, from today on."""
    start, end = month_day(between.start), month_day(between.end)
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            first = date(year, *start)
            last = date(year if start <= end else year + 1, *end)
        except ValueError:  # 2-30: `annai check` need not forbid it, no day is meant
            return []
        if last >= today:
            first = max(first, today)
            return [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return []


def _meant(figures: dict[str, str | None], today: date) -> date | None:
    """Return the date of these figures that comes next, or the one of the year that is named; None when there is none."""
    day, year = int(figures["day"] or 0), figures.get("year")
    month = figures.get("month")
    if year and month:
        return next(_existing([(int(year), int(month))], day), None)
    if month:
        months = [(today.year + number, int(month)) for number in range(_LEAP_YEARS_APART + 1)]
    else:
        months = [(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1) for n in range(3)]
    return next((each for each in _existing(months, day) if each >= today), None)


def _existing(months: Iterable[tuple[int, int]], day: int) -> Iterator[date]:
    for year, month in months:
        try:
            yield date(year, month, day)
        except ValueError:  # 31 April
            continue
