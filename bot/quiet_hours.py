"""The hours in which staff are left alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.clock import TOKYO

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until `end`, in Tokyo, the end not included; over midnight where the end comes first."""

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> QuietHours:
        """Return the hours that `text` (20:00-8:00) means; raises ValueError for anything else."""
        found = _HOURS.fullmatch(text.strip())
        if found is None:
            raise ValueError("not hours")
        first, second, third, fourth = map(int, found.groups())
        return cls(time(first, second), time(third, fourth))

    def __str__(self) -> str:
        """Return the hours as `read` reads them."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def at(self, moment: datetime) -> bool:
        """Return whether `moment` is in them."""
        now = moment.astimezone(TOKYO).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def left(self, moment: datetime) -> timedelta:
        """Return how long they still last at `moment`; nothing when it is not in them."""
        if not self.at(moment):
            return timedelta()
        here = moment.astimezone(TOKYO)
        over = datetime.combine(here.date(), self.end, TOKYO)
        return (over if over > here else over + timedelta(days=1)) - here
