"""When staff are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import TOKYO
from bot.quiet_hours import QuietHours

NIGHT = QuietHours.read("20:00-8:00")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet", "left"),
    [
        (19, 59, False, 0),
        (20, 0, True, 720),
        (23, 30, True, 510),
        (0, 0, True, 480),
        (7, 59, True, 1),
        (8, 0, False, 0),
    ],
)
def test_a_night_goes_over_midnight(hour: int, minute: int, quiet: bool, left: int) -> None:
    assert NIGHT.at(at(hour, minute)) is quiet
    assert NIGHT.left(at(hour, minute)) == timedelta(minutes=left)


def test_hours_within_a_day_and_none_at_all() -> None:
    assert QuietHours.read("12:00-13:00").left(at(12, 45)) == timedelta(minutes=15)
    assert not QuietHours.read("12:00-13:00").at(at(13))
    assert not any(QuietHours.read("0:00-0:00").at(at(hour)) for hour in range(24))


def test_the_hours_are_tokyos() -> None:
    assert NIGHT.at(datetime(2026, 11, 24, 11, 0, tzinfo=UTC))
    assert not NIGHT.at(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "20-8", "25:00-8:00", "20:00", "20:00-8:60", "よる"])
def test_other_words_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=r"hour|minute"):
        QuietHours.read(text)


def test_they_are_written_as_they_are_read() -> None:
    assert QuietHours.read(str(NIGHT)) == NIGHT
