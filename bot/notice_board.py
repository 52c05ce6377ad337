"""The notice that staff raise: whether it hangs now, and whether it is a disaster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.knowledge.schema import Notice
from bot.reply import Text


@dataclass(frozen=True, slots=True)
class NoticeBoard:
    """One notice."""

    notice: Notice

    def shown(self, now: datetime) -> tuple[Text, ...]:
        """Return the notice as it stands above every answer at `now`; nothing when there is none."""
        text = self.notice.text.strip()
        return (Text(text),) if text and self._hangs(now) else ()

    def is_disaster(self, now: datetime) -> bool:
        """Return whether the menu for a disaster takes the place of the ordinary one at `now`."""
        return self.notice.disaster and self._hangs(now)

    def _hangs(self, now: datetime) -> bool:
        begun = self.notice.start is None or self.notice.start <= now
        return begun and not (self.notice.end is not None and self.notice.end <= now)
