"""Changes to the files of a knowledge base: tried on a copy first, then made, one file in one step each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.editing import write_atomically
from bot.knowledge.loading import Loaded, load


class ChangedMeanwhile(Exception):
    """Someone saved one of the files since it was read; the text names it."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after."""

    file: Path
    before: bytes | None
    """None: there is no such file yet."""
    after: bytes | None
    """None: the file is deleted."""


def tried(folder: Path, changes: Iterable[FileChange], defaults: Path) -> Loaded:
    """Return what would be loaded from `folder` after `changes`, with every problem; touches nothing in `folder`."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))
        for change in changes:
            file = copy / change.file.relative_to(folder)
            if change.after is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(change.after)
        return load(copy, copy if defaults == folder else defaults)


def apply(changes: Iterable[FileChange]) -> None:
    """Make `changes`, new files first and deletions last; raises ChangedMeanwhile before anything is written."""
    changes = list(changes)
    for change in changes:
        now = change.file.read_bytes() if change.file.exists() else None
        if now != change.before:
            raise ChangedMeanwhile(str(change.file))
    for change in sorted(changes, key=lambda each: (each.after is None, each.before is not None)):
        if change.after is None:
            change.file.unlink()
        else:
            write_atomically(change.file, change.after)
