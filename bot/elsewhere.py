"""Matters of other wards, cities and prefectures: said to be theirs, never answered with a desk of this ward."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from bot.language.normalisation import normalise

_OURS_AFTER_ALL = regex.compile(r"引っ?越|転入|転出|から|に住|へ行|移る|移り|出身|本籍|だった|以外")
"""Who comes from or goes to another place asks for something of ours."""


class ElsewhereFinder:
    """The names of other places that staff list in words.yaml."""

    def __init__(self, names: Sequence[str]) -> None:
        either = "|".join(regex.escape(normalise(name)) for name in sorted(names, key=len, reverse=True))
        self._pattern = regex.compile(rf"({either})(?:の|役所|区役所|市役所|県庁|都庁|役場)") if either else None

    def find(self, text: str) -> str | None:
        """Return the other place whose matter `text` is about, or None."""
        utterance = normalise(text)
        if self._pattern is None or _OURS_AFTER_ALL.search(utterance):
            return None
        found = self._pattern.search(utterance)
        return found.group(1) if found else None
