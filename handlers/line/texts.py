"""What the LINE door itself must say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineTexts:
    """The door's own sentences; staff write them in knowledge/messages.yaml, like all others."""

    nothing: str
    """Said when a reply holds nothing that can be shown, so that nobody is left without an answer."""
