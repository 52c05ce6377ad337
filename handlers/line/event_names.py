"""The names of LINE's event types, as they are counted. New ones appear without notice.

https://developers.line.biz/en/docs/messaging-api/development-guidelines/
"""

from __future__ import annotations

import re
from threading import Lock

_NAME = re.compile(r"[A-Za-z]{1,40}")
_MOST = 20
"""So many new names are counted by themselves: a metric's label must come from a list that ends."""


class EventNames:
    """The event types of the future, by name, as long as they are few. Safe to share between threads."""

    def __init__(self) -> None:
        """Know none yet."""
        self._names: set[str] = set()
        self._lock = Lock()

    def label(self, name: str) -> str:
        """Return `unknown_type_NAME`; plain `unknown_type` for what is no name, or once there have been many."""
        if not _NAME.fullmatch(name):
            return "unknown_type"
        with self._lock:
            if name not in self._names and len(self._names) >= _MOST:
                return "unknown_type"
            self._names.add(name)
        return f"unknown_type_{name}"
