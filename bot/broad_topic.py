"""Broad words (引っ越し, 子育て) that name a part of the menu and no single entry: they open that part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge.schema import MenuItem
from bot.language.tokens import Tokenizer

_PROCEDURE = frozenset(
    {"手続き", "手続", "届け", "届け出", "届", "方法", "必要", "やり方", "関係", "案内", "欲しい", "知る", "何", "どう"}
)
"""Words that ask for a procedure and say nothing of which."""


@dataclass(frozen=True, slots=True)
class BroadTopic:
    """A part of the menu."""

    path: str
    """Names joined by `/`, as in Verb.MENU."""
    entries: tuple[str, ...]
    """What to choose from; empty: the items below."""


class BroadTopicFinder:
    """The ways of asking that staff wrote beside menu items, compared by their content words."""

    def __init__(self, items: Sequence[MenuItem], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._topics: dict[frozenset[str], BroadTopic] = {}
        for path, item in _walk(items):
            for way in item.asked:
                self._topics.setdefault(self._content(way), BroadTopic(path, item.entries))
        self._topics.pop(frozenset(), None)

    def find(self, text: str) -> BroadTopic | None:
        """Return the part of the menu that `text` names and nothing more, or None."""
        return self._topics.get(self._content(text))

    def _content(self, text: str) -> frozenset[str]:
        return frozenset(self._tokenizer.analyse(text).words) - _PROCEDURE


def _walk(items: Sequence[MenuItem], above: str = "") -> Iterator[tuple[str, MenuItem]]:
    for item in items:
        path = f"{above}/{item.name}" if above else item.name
        yield path, item
        yield from _walk(item.items, path)
