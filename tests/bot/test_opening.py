"""When desks are open: awkward minutes one by one, and ten years of days against a second way of counting."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import TOKYO
from bot.knowledge.schema import DayKind, Hours
from bot.opening import Closed, Open, Stretch, Why, day_off, next_opening, nth_saturday, state_at, stretches_on

WEEKDAYS = {"曜日": ["月", "火", "水", "木", "金"], "開始": "8:45", "終了": "17:00"}
SATURDAYS = {"曜日": ["第2土", "第4土"], "開始": "9:00", "終了": "12:00"}
FIRST, LAST = date(2024, 1, 1), date(2033, 12, 31)


def hours(*spans: dict[str, Any], **more: Any) -> Hours:
    return Hours.model_validate({"時間": list(spans), "出典": "https://a.jp", "確認日": "2026", **more})


WARD = hours(WEEKDAYS, SATURDAYS, 年末年始={"開始": "12-29", "終了": "1-3"})
LUNCH = hours(WEEKDAYS, 昼休み={"開始": "12:00", "終了": "13:00"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def times(hours: Hours, day: str) -> list[str]:
    return [f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in stretches_on(hours, date.fromisoformat(day))]


# Awkward minutes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-11-24T08:44:59", None),
        ("2026-11-24T08:45:00", "17:00"),
        ("2026-11-24T16:59:59.999999", "17:00"),
        ("2026-11-24T17:00:00", None),
        ("2026-11-28T08:59:59", None),  # the 4th Saturday
        ("2026-11-28T09:00:00", "12:00"),
        ("2026-11-28T11:59:59", "12:00"),
        ("2026-11-28T12:00:00", None),
    ],
)
def test_the_first_minute_is_open_and_the_last_is_not(moment: str, closes: str | None) -> None:
    state = state_at(WARD, at(moment))

    assert (f"{state.closes:%H:%M}" if isinstance(state, Open) else None) == closes


@pytest.mark.parametrize(
    ("moment", "why", "name", "opens"),
    [
        ("2026-11-24T08:44:59", Why.BEFORE, "", "2026-11-24T08:45"),
        ("2026-11-24T17:00:00", Why.AFTER, "", "2026-11-25T08:45"),
        ("2026-11-20T18:00:00", Why.AFTER, "", "2026-11-24T08:45"),  # a 3rd Saturday, a Sunday and a holiday follow
        ("2026-11-21T10:00:00", Why.WEEKDAY, "", "2026-11-24T08:45"),
        ("2026-11-22T10:00:00", Why.WEEKDAY, "", "2026-11-24T08:45"),
        ("2026-11-23T10:00:00", Why.HOLIDAY, "勤労感謝の日", "2026-11-24T08:45"),
        ("2026-05-06T10:00:00", Why.HOLIDAY, "憲法記念日 振替休日", "2026-05-07T08:45"),
        ("2026-09-22T10:00:00", Why.HOLIDAY, "国民の休日", "2026-09-24T08:45"),
        ("2026-12-28T17:00:00", Why.AFTER, "", "2027-01-04T08:45"),
        ("2026-12-29T10:00:00", Why.YEAR_END, "", "2027-01-04T08:45"),
        ("2027-01-01T10:00:00", Why.YEAR_END, "", "2027-01-04T08:45"),  # also 元日: the longer rest is the reason
        ("2027-01-03T23:59:59", Why.YEAR_END, "", "2027-01-04T08:45"),
    ],
)
def test_a_closed_desk_says_why_and_when_it_opens(moment: str, why: Why, name: str, opens: str) -> None:
    assert state_at(WARD, at(moment)) == Closed(why, name, at(opens))


def test_the_moment_may_come_with_any_time_zone() -> None:
    assert state_at(WARD, datetime(2026, 11, 24, 7, 59, 59, tzinfo=UTC)) == Open(at("2026-11-24T17:00"))
    assert isinstance(state_at(WARD, datetime(2026, 11, 24, 8, 0, tzinfo=UTC)), Closed)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T11:59:59", Open(at("2026-11-24T12:00"))),
        ("2026-11-24T12:00:00", Closed(Why.LUNCH, "", at("2026-11-24T13:00"))),
        ("2026-11-24T12:59:59", Closed(Why.LUNCH, "", at("2026-11-24T13:00"))),
        ("2026-11-24T13:00:00", Open(at("2026-11-24T17:00"))),
    ],
)
def test_lunch_closes_the_desk_in_between(moment: str, expected: Open | Closed) -> None:
    assert state_at(LUNCH, at(moment)) == expected


def test_noon_is_no_lunch_for_hours_that_end_at_noon() -> None:
    morning = hours({"曜日": ["火"], "開始": "9:00", "終了": "12:00"}, 昼休み={"開始": "12:00", "終了": "13:00"})

    assert state_at(morning, at("2026-11-24T12:00:00")) == Closed(Why.AFTER, "", at("2026-12-01T09:00"))


# Kinds of day ----------------------------------------------------------------------------------------------------


def test_a_saturday_of_the_month_wins_over_saturday() -> None:
    both = hours({"曜日": ["土"], "開始": "10:00", "終了": "11:00"}, SATURDAYS)

    assert times(both, "2026-11-21") == ["10:00-11:00"]
    assert times(both, "2026-11-28") == ["09:00-12:00"]


def test_a_holiday_has_its_own_hours_or_none() -> None:
    open_on_holidays = hours(WEEKDAYS, {"曜日": ["祝日"], "開始": "10:00", "終了": "15:00"})

    assert times(open_on_holidays, "2026-11-23") == ["10:00-15:00"]
    assert times(WARD, "2026-11-23") == []
    assert times(WARD, "2033-02-12") == ["09:00-12:00"]  # the 2nd Saturday, the day after a holiday
    assert times(hours({"曜日": ["第2土"], "開始": "9:00", "終了": "12:00"}), "2028-02-12") == ["09:00-12:00"]
    assert times(WARD, "2029-05-05") == []  # こどもの日 on a 1st Saturday


def test_a_special_closure_wins_over_everything_and_says_its_reason() -> None:
    closing = hours(
        WEEKDAYS, {"曜日": ["祝日"], "開始": "9:00", "終了": "12:00"}, 臨時休業=[{"日": "2026-11-23", "理由": "停電"}]
    )

    assert state_at(closing, at("2026-11-23T10:00")) == Closed(Why.CLOSURE, "停電", at("2026-11-24T08:45"))


def test_a_day_may_end_at_midnight() -> None:
    always = hours({"曜日": [day.value for day in tuple(DayKind)[:7]] + ["祝日"], "開始": "0:00", "終了": "24:00"})

    assert stretches_on(always, date(2026, 12, 31)) == (Stretch(at("2026-12-31T00:00"), at("2027-01-01T00:00")),)
    assert isinstance(state_at(always, at("2026-12-31T23:59:59")), Open)
    assert isinstance(state_at(always, at("2027-01-01T00:00:00")), Open)


def test_spans_that_touch_are_one_and_those_that_end_before_they_begin_are_none() -> None:
    odd = hours(
        {"曜日": ["火"], "開始": "13:00", "終了": "17:00"},
        {"曜日": ["火"], "開始": "9:00", "終了": "13:00"},
        {"曜日": ["火"], "開始": "20:00", "終了": "19:00"},
    )

    assert times(odd, "2026-11-24") == ["09:00-17:00"]


def test_a_desk_that_never_opens_has_no_next_opening() -> None:
    never = hours({"曜日": ["火"], "開始": "12:00", "終了": "13:00"}, 昼休み={"開始": "12:00", "終了": "13:00"})

    assert state_at(never, at("2026-11-24T12:30")) == Closed(Why.WEEKDAY, "", None)


# Ten years of days -----------------------------------------------------------------------------------------------

days = st.dates(FIRST, LAST)
moments = st.datetimes(datetime.combine(FIRST, time()), datetime.combine(LAST, time.max), timezones=st.just(TOKYO))
clocks = st.builds("{:d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)) | st.just("24:00")
spans = st.builds(
    lambda kinds, start, end: {"曜日": kinds, "開始": start, "終了": end},
    st.lists(st.sampled_from(DayKind), min_size=1, max_size=9, unique=True),
    clocks,
    clocks,
)
breaks = st.builds(lambda start, end: {"開始": start, "終了": end}, clocks, clocks)
month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day.month}-{day.day}")
year_ends = st.builds(lambda start, end: {"開始": start, "終了": end}, month_days, month_days)
any_hours = st.builds(
    lambda spans, lunch, rest, closures: hours(
        *spans, 昼休み=lunch, 年末年始=rest, 臨時休業=[{"日": day, "理由": "点検"} for day in closures]
    ),
    st.lists(spans, min_size=1, max_size=4),
    st.none() | breaks,
    st.none() | st.just({"開始": "12-29", "終了": "1-3"}) | year_ends,
    st.lists(days, max_size=3),
) | st.sampled_from([WARD, LUNCH])


def independent_times(hours: Hours, day: date) -> set[int]:
    """Return the open minutes of `day`, counted one by one from what the files say, without bot.opening."""
    if any(closure.day == day for closure in hours.closures):
        return set()
    if hours.year_end:
        start, end = (tuple(map(int, text.split("-"))) for text in (hours.year_end.start, hours.year_end.end))
        here = (day.month, day.day)
        if (start <= here <= end) if start <= end else not end < here < start:
            return set()
    kind = "月火水木金土日"[day.weekday()]
    saturdays = [week[5] for week in calendar.monthcalendar(day.year, day.month) if week[5]]
    nth = f"第{saturdays.index(day.day) + 1}土" if kind == "土" else ""
    if jpholiday.is_holiday(day):
        kind = "祝日"
    elif any(nth in span.days for span in hours.spans):
        kind = nth
    held = [span for span in hours.spans if kind in span.days]
    minutes = {minute for span in held for minute in range(minute_of(span.start), minute_of(span.end))}
    return minutes - (set(range(minute_of(hours.lunch.start), minute_of(hours.lunch.end))) if hours.lunch else set())


def minute_of(clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    return hour * 60 + minute


@given(any_hours, days)
def test_the_stretches_of_a_day_are_its_open_minutes(hours: Hours, day: date) -> None:
    midnight = datetime.combine(day, time(), TOKYO)
    found = stretches_on(hours, day)

    minutes = [
        minute
        for each in found
        for minute in range(*((moment - midnight) // timedelta(minutes=1) for moment in (each.opens, each.closes)))
    ]

    assert minutes == sorted(independent_times(hours, day))
    assert all(each.closes < later.opens for each, later in pairwise(found))


def test_the_wards_hours_are_right_on_every_single_day_of_ten_years() -> None:
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        opened = {each.opens.hour * 60 + each.opens.minute for each in stretches_on(WARD, day)}
        minutes = independent_times(WARD, day)
        assert opened == ({min(minutes)} if minutes else set()), day


@given(any_hours, moments)
def test_the_state_is_what_the_minute_says(hours: Hours, moment: datetime) -> None:
    state = state_at(hours, moment)

    assert isinstance(state, Open) == (moment.hour * 60 + moment.minute in independent_times(hours, moment.date()))
    if isinstance(state, Open):
        assert state.closes > moment
        assert isinstance(state_at(hours, state.closes - timedelta(microseconds=1)), Open)
    elif state.opens:
        assert state.opens > moment
        assert isinstance(state_at(hours, state.opens), Open)


@given(any_hours, moments)
def test_nothing_opens_before_the_next_opening(hours: Hours, moment: datetime) -> None:
    opens = next_opening(hours, moment)

    last = opens.date() if opens else moment.date() + timedelta(days=40)
    before = [moment.date() + timedelta(days=number) for number in range((last - moment.date()).days + 1)]
    openings = [each.opens for day in before for each in stretches_on(hours, day) if each.opens > moment]
    assert openings[:1] == ([opens] if opens else [])


@given(any_hours, days)
def test_a_day_off_has_no_open_moment_and_a_reason(hours: Hours, day: date) -> None:
    if stretches_on(hours, day):
        return
    why = day_off(hours, day)

    noon = state_at(hours, datetime.combine(day, time(12), TOKYO))
    assert isinstance(noon, Closed)
    assert (noon.why, noon.name) == (why.why, why.name)
    assert bool(why.name) == (why.why in (Why.CLOSURE, Why.HOLIDAY))


@given(days)
def test_saturdays_are_counted_as_a_calendar_on_the_wall_counts_them(day: date) -> None:
    saturdays = [week[5] for week in calendar.monthcalendar(day.year, day.month) if week[5]]

    expected = f"第{saturdays.index(day.day) + 1}土" if day.weekday() == 5 else None
    assert nth_saturday(day) == expected


@given(st.integers(2024, 2033), st.integers(29, 34))
def test_new_year_is_closed_and_the_day_after_it_never_for_that_reason(year: int, number: int) -> None:
    day = date(year, 12, 1) + timedelta(days=number - 1)  # 12/29 … 1/3

    assert stretches_on(WARD, day) == ()
    assert day_off(WARD, day).why is Why.YEAR_END
    assert day_off(WARD, date(year + 1, 1, 4)).why is not Why.YEAR_END
    assert day_off(WARD, date(year, 12, 28)).why is not Why.YEAR_END
