"""The knowledge base's own names as a Sudachi user dictionary, compiled once for each list of words.

Compiling reads the whole system dictionary (about 4 s and 700 MB), so it runs in a process of its own and is kept on
disk under the hash of its words. Until a new one is ready, the newest older one serves: a new name is then found by the
other views.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sudachidict_core
import sudachipy

KEPT = 5
"""How many compiled dictionaries stay on disk."""
_NOUN = "名詞,普通名詞,一般,*,*,*"
_CONNECTION_ID = 5146
"""名詞-普通名詞-一般 in Sudachi's connection matrix (Sudachi docs, user_dict.md)."""
_SYSTEM = Path(sudachidict_core.__file__).parent / "resources" / "system.dic"


@dataclass(frozen=True, slots=True, order=True)
class DictionaryWord:
    """A word as the tokenizer shall know it."""

    surface: str
    normalised: str
    reading: str
    """Katakana."""
    cost: int

    def row(self) -> str:
        """Return the word as a line of Sudachi's lexicon CSV."""
        fields = [self.surface, _CONNECTION_ID, _CONNECTION_ID, self.cost, self.surface, _NOUN]
        return ",".join(map(str, [*fields, self.reading, self.normalised, "*,A,*,*,*"]))


class UserDictionary:
    """The compiled dictionaries in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exact(self, words: Sequence[DictionaryWord]) -> Path | None:
        """Return the dictionary of exactly `words`, or None when it is not compiled yet."""
        path = self._path(words)
        if not path.is_file():
            return None
        os.utime(path)
        return path

    def newest(self) -> Path | None:
        """Return the dictionary that was used last, or None."""
        found = sorted(self.folder.glob("*.dic"), key=lambda path: path.stat().st_mtime)
        return found[-1] if found else None

    def compile(self, words: Sequence[DictionaryWord]) -> Path:
        """Return the dictionary of `words`, compiled in a process of its own if need be.

        Raises subprocess.CalledProcessError when Sudachi refuses the words.
        """
        path = self._path(words)
        self.folder.mkdir(parents=True, exist_ok=True)
        lexicon = "\n".join(word.row() for word in sorted(set(words)))
        command = [sys.executable, "-m", "bot.language.user_dictionary", str(path)]
        root = Path(__file__).resolve().parents[2]
        subprocess.run(command, input=lexicon.encode(), cwd=root, check=True, capture_output=True)
        return path

    def _path(self, words: Sequence[DictionaryWord]) -> Path:
        digest = hashlib.sha256(str(_SYSTEM.stat().st_size).encode())
        digest.update("\n".join(word.row() for word in sorted(set(words))).encode())
        return self.folder / f"{digest.hexdigest()[:24]}.dic"


def _compile(target: Path, lexicon: bytes) -> None:
    """Write the dictionary to `target`; of several processes that ask at once, one works and the others wait."""
    with (target.parent / "compiling.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.is_file():
            return
        source, made = target.with_suffix(".csv"), target.with_suffix(".new")
        source.write_bytes(lexicon + b"\n")
        sudachipy.sudachipy.build_user_dic(system=_SYSTEM, lex=[source], output=made, description="kohoku-annai")
        os.replace(made, target)
        source.unlink()
        for old in sorted(target.parent.glob("*.dic"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)


if __name__ == "__main__":
    _compile(Path(sys.argv[1]), sys.stdin.buffer.read())
