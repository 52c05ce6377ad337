"""What analysing the knowledge base's texts gave, kept on disk: starting again need not do it again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.language.tokens import Tokenizer, Tokens
from bot.language.user_dictionary import DictionaryWord

_RECIPE = f"2 {version('sudachipy')} {version('sudachidict-core')}"
"""Goes up when the same texts would be analysed differently."""
_KEPT = 6
"""Files of each kind that stay."""


class KeptAnalysis:
    """Two kinds of files below one folder; a file that can't be read is made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(
        self, names: Iterable[str], texts: Iterable[str]
    ) -> tuple[list[DictionaryWord], dict[str, tuple[str, ...]]]:
        """Return the dictionary's words for `names` and `texts`, and the short units of the names."""
        names, texts = sorted(set(names)), sorted(set(texts))
        path = self._path("words", json.dumps([names, texts]))
        if held := _read(path):
            words = [DictionaryWord(*row) for row in held["words"]]
            return words, {name: tuple(units) for name, units in held["short_units"].items()}
        plain = Tokenizer()
        words, short_units = plain.dictionary_words(names, texts), plain.short_units(names)
        self._write(path, {"words": [astuple(word) for word in words], "short_units": short_units})
        return words, short_units

    def recall(self, tokenizer: Tokenizer, key: str) -> None:
        """Give `tokenizer` what a tokenizer of the same `key` (its dictionary and short units) has analysed before."""
        held = _read(self._path("tokens", key))
        if held:
            tokenizer.remember(
                {
                    raw: Tokens(text, bare, tuple(words), reading, kana)
                    for raw, text, bare, words, reading, kana in held["rows"]
                }
            )

    def keep(self, tokenizer: Tokenizer, key: str) -> None:
        """Keep what `tokenizer` has analysed and is asked to remember, for the next start."""
        if not tokenizer.has_news:
            return
        rows = [
            (raw, each.text, each.bare, each.words, each.reading, each.written_in_hiragana)
            for raw, each in tokenizer.held.items()
        ]
        self._write(self._path("tokens", key), {"rows": rows})
        tokenizer.remember({})

    def _path(self, kind: str, content: str) -> Path:
        digest = hashlib.sha256(f"{_RECIPE}\0{content}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{kind}-{digest[:24]}.json"

    def _write(self, path: Path, values: Mapping[str, object]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{uuid.uuid4().hex}")
        aside.write_text(json.dumps(values, ensure_ascii=True), encoding="utf-8")
        aside.replace(path)
        kind = path.name.partition("-")[0]
        for old in sorted(self._folder.glob(f"{kind}-*.json"), key=lambda each: each.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) else None
