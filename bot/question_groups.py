"""Questions that say the same in other words, put together, so that staff read ten lines and not a thousand.

Leader clustering (J. A. Hartigan, Clustering Algorithms, 1975, chapter 3): the texts in the order of their frequency,
each one joins the most similar group's first text, or leads a group of its own. Deterministic, one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.language.normalisation import folded

_ALIKE = 80.0
"""RapidFuzz's token_set_ratio of the content words from which two texts are about the same: all words of the shorter
one stand in the longer one, or nearly."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question in the same words, and how often it led nowhere."""

    text: str
    unknown: int = 0
    """Nothing was found."""
    refused: int = 0
    """None of the choices fitted."""
    wrong: int = 0
    """The answer was marked wrong."""
    chosen: str = ""
    """The id of the entry that was meant instead, as far as residents said so."""
    not_meant: frozenset[str] = frozenset()
    """The ids of entries that it was not."""
    none_fitted: bool = False
    """Nothing that was offered was meant."""

    @property
    def number(self) -> int:
        """Return how often it came in all."""
        return self.unknown + self.refused + self.wrong

    def __add__(self, other: Unanswered) -> Unanswered:
        """Return both as one, in the words of the first."""
        return Unanswered(
            self.text,
            self.unknown + other.unknown,
            self.refused + other.refused,
            self.wrong + other.wrong,
            self.chosen or other.chosen,
            self.not_meant | other.not_meant,
            self.none_fitted or other.none_fitted,
        )


Group = tuple[Unanswered, ...]
"""Texts that say the same, the most frequent first; never empty."""


def size(group: Group) -> int:
    """Return how many questions are in `group`."""
    return sum(each.number for each in group)


def grouped(asked: Iterable[Unanswered], words_of: Callable[[str], Sequence[str]]) -> list[Group]:
    """Return `asked` in groups, the largest first; `words_of` gives the content words of a text."""
    texts: dict[str, Unanswered] = {}
    for each in asked:
        texts[each.text] = texts[each.text] + each if each.text in texts else each
    leaders: list[str] = []
    groups: dict[str, list[Unanswered]] = {}
    for each in sorted(texts.values(), key=lambda one: (-one.number, one.text)):
        key = " ".join(sorted(set(words_of(each.text)))) or folded(each.text) or each.text
        leader = key if key in groups else _nearest(key, leaders)
        if leader is None:
            leaders.append(key)
            leader = key
        groups.setdefault(leader, []).append(each)
    return sorted(map(tuple, groups.values()), key=lambda group: (-size(group), group[0].text))


def _nearest(key: str, leaders: Sequence[str]) -> str | None:
    found = process.extractOne(key, leaders, scorer=fuzz.token_set_ratio, score_cutoff=_ALIKE)
    return found[0] if found else None
