"""The clocks: the one that answers see (Asia/Tokyo, can be set) and the one that events are dated by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

TOKYO = timezone(timedelta(hours=9), "JST")
"""Japan has had no summer time since 1951: a fixed offset needs no time zone data."""


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


def answer_clock(fixed: datetime | None) -> Callable[[], datetime]:
    """Return the clock that answers see: `fixed` for ever, or the time in Tokyo."""
    if fixed is None:
        return lambda: datetime.now(TOKYO)
    moment = fixed.astimezone(TOKYO)
    return lambda: moment
