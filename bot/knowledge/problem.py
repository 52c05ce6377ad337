"""A problem in a knowledge file, in words that the person who edits the file can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class Severity(IntEnum):
    """How much a problem stops."""

    NOTE = 0
    """Worth a look; `annai check` still passes."""
    WRONG = 1
    """`annai check` fails; the bot can serve."""
    BROKEN = 2
    """The bot can't serve from these files; the last good knowledge keeps serving."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, why it matters and how to mend it, with file and line."""

    file: str
    line: int
    """From 1; 0 when the whole file is meant."""
    what: str
    mend: str
    severity: Severity = Severity.BROKEN

    def __str__(self) -> str:
        mark = "注意: " if self.severity is Severity.NOTE else ""
        return f"{self.file}:{max(self.line, 1)}: {mark}{self.what} → {self.mend}"


def shown_path(path: Path, root: Path) -> str:
    """Return `path` as staff know it: from the knowledge folder's own name on."""
    return str(Path(root.name) / path.relative_to(root)) if path.is_relative_to(root) else str(path)
