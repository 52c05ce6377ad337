"""Which user asked, for as long as an answer is under way: raw user ids live in this process's memory only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

LASTS = timedelta(minutes=1)
"""A reply token lives no longer, either."""
LASTS_FOR_PUSH = timedelta(minutes=10)
"""Where late answers are pushed: one that comes later still answers nothing any more."""


class RecentUsers:
    """A small map from event id to LINE user id, bounded in number and in time. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime], *, holds: int = 1000, lasts: timedelta = LASTS) -> None:
        """Keep at most `holds` users, none for longer than `lasts`."""
        self._clock = clock
        self._holds = holds
        self._lasts = lasts
        self._lock = Lock()
        self._users: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def remember(self, event_id: str, user_id: str) -> None:
        """Keep who sent the event; the oldest make room."""
        now = self._clock()
        with self._lock:
            self._users[event_id] = (now, user_id)
            self._users.move_to_end(event_id)
            while self._users and (len(self._users) > self._holds or self._oldest() < now - self._lasts):
                self._users.popitem(last=False)

    def find(self, event_id: str) -> str | None:
        """Return who sent the event, or None when that is not known here or no longer."""
        with self._lock:
            at, user_id = self._users.get(event_id, (None, None))
        return user_id if at is not None and self._clock() - at <= self._lasts else None

    def _oldest(self) -> datetime:
        return next(iter(self._users.values()))[0]
