"""Opening hours in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.schema import DayKind, Hours

_WEEK = tuple(DayKind)[:7]


def in_words(hours: Hours) -> str:
    """Return the hours as one line: 月〜金 8:45〜17:00、第2土・第4土 9:00〜12:00."""
    parts = [f"{_days(span.days)} {span.start}〜{span.end}" for span in hours.spans]
    line = "、".join(parts)
    return f"{line}({hours.note})" if hours.note else line


def _days(days: Sequence[DayKind]) -> str:
    positions = [_WEEK.index(day) for day in days if day in _WEEK]
    consecutive = positions == list(range(positions[0], positions[0] + len(positions))) if positions else False
    if len(positions) == len(days) >= 3 and consecutive:
        return f"{days[0]}〜{days[-1]}"
    return "・".join(days)
