"""How often a password may be tried."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock


class Attempts:
    """Counts wrong passwords of one process. Safe to share between threads."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        most: int = 5,
        most_of_all: int = 50,
        within: timedelta = timedelta(minutes=5),
    ) -> None:
        """Allow `most` wrong passwords of one address and `most_of_all` of all together `within` a time."""
        self._clock, self._most, self._most_of_all, self._within = clock, most, most_of_all, within
        self._wrong: deque[tuple[datetime, str]] = deque()
        self._lock = Lock()

    def wait(self, address: str) -> timedelta:
        """Return how long `address` must wait before it may try; nothing when it may try now."""
        with self._lock:
            self._forget()
            own = [at for at, each in self._wrong if each == address]
            waits = [timedelta()]
            if len(own) >= self._most:
                waits.append(own[-self._most] + self._within - self._clock())
            if len(self._wrong) >= self._most_of_all:
                waits.append(self._wrong[-self._most_of_all][0] + self._within - self._clock())
            return max(waits)

    def was_wrong(self, address: str) -> None:
        """Note a wrong password from `address`."""
        with self._lock:
            self._forget()
            self._wrong.append((self._clock(), address))

    def _forget(self) -> None:
        while self._wrong and self._wrong[0][0] <= self._clock() - self._within:
            self._wrong.popleft()
