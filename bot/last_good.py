"""A copy of the last knowledge that could be served, for a start on a day when the files are broken."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

_KEPT = 2


class LastGood:
    """Copies by revision, and a pointer to the newest one; safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / "current"

    def keep(self, knowledge_dir: Path, revision: str) -> None:
        """Copy `knowledge_dir` as the last good one; a plain list file is not copied."""
        if not knowledge_dir.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._folder / revision).is_dir():
            self._copy(knowledge_dir, revision)
        with suppress(FileNotFoundError):  # another process has gone on already
            os.utime(self._folder / revision)  # the copy carries the original's time; what counts is when it served
        pointer = self._folder / f"current.{os.getpid()}"
        pointer.write_text(revision, encoding="utf-8")
        os.replace(pointer, self._pointer)
        self._forget_older()

    def _copy(self, knowledge_dir: Path, revision: str) -> None:
        making = self._folder / f"{revision}.{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(knowledge_dir, making)
        try:
            making.rename(self._folder / revision)
        except OSError:  # another process was faster, with the same content
            shutil.rmtree(making, ignore_errors=True)

    def find(self) -> Path | None:
        """Return the folder of the last good knowledge, or None."""
        try:
            folder = self._folder / self._pointer.read_text(encoding="utf-8").strip()
        except OSError:
            return None
        return folder if folder.is_dir() else None

    def _forget_older(self) -> None:
        copies = [path for path in self._folder.iterdir() if path.is_dir()]
        for old in sorted(copies, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
