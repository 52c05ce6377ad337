"""When a desk is open, computed from its hours: weekdays, Saturdays of the month, holidays, New Year, lunch, closures.

All times are Asia/Tokyo. The end of a span is not included: at 17:00:00 a desk that is open until 17:00 is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import jpholiday

from bot.clock import TOKYO
from bot.knowledge.schema import DayKind, Hours, YearEnd

SEARCHED_DAYS = 400
"""A desk that does not open within a year and a month has no next opening worth telling."""
WEEK = tuple(DayKind)[:7]
SATURDAYS = (
    DayKind.FIRST_SATURDAY,
    DayKind.SECOND_SATURDAY,
    DayKind.THIRD_SATURDAY,
    DayKind.FOURTH_SATURDAY,
    DayKind.FIFTH_SATURDAY,
)


class Why(StrEnum):
    """Why a desk is closed."""

    CLOSURE = "closure"
    YEAR_END = "year end"
    HOLIDAY = "holiday"
    WEEKDAY = "weekday"
    """No hours on this day of the week (or this Saturday of the month)."""
    LUNCH = "lunch"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without a break in which a desk is open."""

    opens: datetime
    closes: datetime
    """Not included; midnight of the next day when the hours end at 24:00."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open now."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed now."""

    why: Why
    name: str
    """What a closure or a holiday is called; empty for all other reasons."""
    opens: datetime | None
    """The next opening; None when there is none within SEARCHED_DAYS."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """Why a desk does not open on a day at all."""

    why: Why
    name: str = ""


def state_at(hours: Hours, moment: datetime) -> Open | Closed:
    """Return whether a desk with these hours is open at `moment` (with time zone), and until when or why not."""
    moment = moment.astimezone(TOKYO)
    today = stretches_on(hours, moment.date())
    for stretch in today:
        if stretch.opens <= moment < stretch.closes:
            return Open(stretch.closes)
    why = _closed_between(hours, today, moment) if today else day_off(hours, moment.date())
    return Closed(why.why, why.name, next_opening(hours, moment))


def next_opening(hours: Hours, moment: datetime) -> datetime | None:
    """Return the first opening after `moment` (with time zone), or None when there is none within SEARCHED_DAYS."""
    moment = moment.astimezone(TOKYO)
    for ahead in range(SEARCHED_DAYS + 1):
        for stretch in stretches_on(hours, moment.date() + timedelta(days=ahead)):
            if stretch.opens > moment:
                return stretch.opens
    return None


def stretches_on(hours: Hours, day: date) -> tuple[Stretch, ...]:
    """Return when the desk is open on `day`, in order, lunch cut out; nothing when it is closed all day."""
    if _special_day_off(hours, day):
        return ()
    midnight = datetime.combine(day, time(), TOKYO)
    return tuple(
        Stretch(midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
        for opens, closes in _without_lunch(hours, _joined(_spans(hours, day)))
    )


def day_off(hours: Hours, day: date) -> DayOff:
    """Return why a desk that does not open on `day` stays closed."""
    if special := _special_day_off(hours, day):
        return special
    if name := holiday_name(day):
        return DayOff(Why.HOLIDAY, name)
    return DayOff(Why.WEEKDAY)


def is_kind(day: date, kind: DayKind) -> bool:
    """Return whether `day` is of this kind: a weekday, the n-th Saturday of its month, a public holiday."""
    if kind is DayKind.HOLIDAY:
        return bool(holiday_name(day))
    return kind in (WEEK[day.weekday()], nth_saturday(day))


def nth_saturday(day: date) -> DayKind | None:
    """Return which Saturday of its month `day` is, or None on other days."""
    return SATURDAYS[(day.day - 1) // 7] if WEEK[day.weekday()] is DayKind.SATURDAY else None


@lru_cache(maxsize=4000)
def holiday_name(day: date) -> str:
    """Return the name of the public holiday on `day` (also 振替休日 and 国民の休日), or nothing."""
    return str(jpholiday.is_holiday_name(day) or "")


def _special_day_off(hours: Hours, day: date) -> DayOff | None:
    for closure in hours.closures:
        if closure.day == day:
            return DayOff(Why.CLOSURE, closure.reason)
    return DayOff(Why.YEAR_END) if hours.year_end and _around_new_year(hours.year_end, day) else None


def _around_new_year(closed: YearEnd, day: date) -> bool:
    start, end, here = month_day(closed.start), month_day(closed.end), (day.month, day.day)
    return start <= here <= end if start <= end else here >= start or here <= end


def month_day(text: str) -> tuple[int, int]:
    """Return month and day of a text like 12-29; neither need exist."""
    month, day = text.split("-")
    return int(month), int(day)


def _spans(hours: Hours, day: date) -> list[tuple[int, int]]:
    """Return the spans of the most special kind of day that the hours name: 祝日, else 第n土, else the weekday."""
    if holiday_name(day):
        return _spans_of(hours, DayKind.HOLIDAY)
    saturday = nth_saturday(day)
    return (_spans_of(hours, saturday) if saturday else []) or _spans_of(hours, WEEK[day.weekday()])


def _spans_of(hours: Hours, kind: DayKind) -> list[tuple[int, int]]:
    return [(minutes(span.start), minutes(span.end)) for span in hours.spans if kind in span.days]


def minutes(clock: str) -> int:
    """Return the minutes from midnight to a time of day like 8:45; 24:00 is the end of the day."""
    hour, minute = clock.split(":")
    return min(int(hour) * 60 + int(minute), 24 * 60)


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans in order, those that touch or overlap as one; what ends before it begins is left out."""
    held: tuple[int, int] | None = None
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if held and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held:
            yield held
        held = (start, end)
    if held:
        yield held


def _without_lunch(hours: Hours, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if hours.lunch is None:
        yield from spans
        return
    start, end = minutes(hours.lunch.start), minutes(hours.lunch.end)
    for opens, closes in spans:
        parts = [(opens, closes)] if start >= end else [(opens, min(closes, start)), (max(opens, end), closes)]
        yield from (part for part in parts if part[0] < part[1])


def _closed_between(hours: Hours, today: tuple[Stretch, ...], moment: datetime) -> DayOff:
    if moment >= today[-1].closes:
        return DayOff(Why.AFTER)
    clock = moment.hour * 60 + moment.minute
    at_lunch = hours.lunch and minutes(hours.lunch.start) <= clock < minutes(hours.lunch.end)
    return DayOff(Why.LUNCH) if at_lunch and moment >= today[0].closes else DayOff(Why.BEFORE)
