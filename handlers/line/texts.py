"""What the LINE door itself must say."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.line.limits import clean


@dataclass(frozen=True, slots=True)
class LineTexts:
    """The door's own sentences; staff write them in knowledge/messages.yaml, like all others."""

    nothing: str
    """Said when a reply holds nothing that can be shown, so that nobody is left without an answer."""

    def __post_init__(self) -> None:
        """Raise ValueError for a text that shows nothing: LINE refuses it."""
        if not clean(self.nothing):
            raise ValueError("the text for an empty reply is empty itself")
