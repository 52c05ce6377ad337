"""Who asked is remembered for a moment, and for few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.line.recent_users import RecentUsers


def test_who_asked_is_known_for_a_minute_only(clock: Any) -> None:
    users = RecentUsers(clock)
    users.remember("event", "user")
    clock.passes(60)
    assert users.find("event") == "user"

    clock.passes(1)
    assert users.find("event") is None


def test_the_oldest_make_room(clock: Any) -> None:
    users = RecentUsers(clock, holds=2)
    for event in ("first", "second", "first", "third"):
        users.remember(event, event)

    assert [users.find(event) for event in ("first", "second", "third")] == ["first", None, "third"]


def test_what_is_over_is_thrown_away_when_the_next_one_asks(clock: Any) -> None:
    users = RecentUsers(clock, lasts=timedelta(seconds=5))
    users.remember("old", "user")
    clock.passes(6)
    users.remember("new", "user")

    assert list(users._users) == ["new"]


def test_an_unknown_event_is_nobodys(clock: Any) -> None:
    assert RecentUsers(clock).find("event") is None
