"""A menu's name → the lines that fit into its tile. Pure: how wide text is, the caller measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

import regex

Width = Callable[[str, int], float]
"""Text and font size → its width in pixels."""

MOST_LINES = 3
_NEVER_FIRST = frozenset("、。,.・:;?!)]}）」』】〕〉》ー々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％%…〜")
"""行頭禁則文字 (JIS X 4051): a line may not begin with one of these."""
_NEVER_LAST = frozenset("([{（「『【〔〈《")
"""行末禁則文字: a line may not end with one of these."""
_GOOD_AFTER = frozenset("・、。 　/／)）」』")
"""Where a reader expects a break."""
_CLUSTER = regex.compile(r"\X")
_WORD = regex.compile(r"[0-9A-Za-z]")


def lines_of(name: str, width: Width, room: int, sizes: Sequence[int]) -> tuple[list[str], int]:
    """Return the lines of `name` and the font size, one of `sizes` (large to small), in which they are at most `room` wide.

    Among the larger half of the sizes, one at which lines break where a reader expects it beats a larger one that tears
    a word; smaller than that, size is worth more. What fits at no size is cut with `…` at the smallest.
    """
    clusters: list[str] = _CLUSTER.findall(" ".join(name.split()))
    for breaks_well, tried in ((True, sizes[: (len(sizes) + 1) // 2]), (False, sizes)):
        for size in tried:
            fitting = [each for each in _layouts(clusters, breaks_well) if _widest(each, width, size) <= room]
            if fitting:
                return min(fitting, key=lambda each: (len(each), _widest(each, width, sizes[-1]))), size
    return [_cut(clusters, width, room, sizes[-1])], sizes[-1]


def _layouts(clusters: list[str], well: bool) -> Iterator[list[str]]:
    """Yield every way to break into at most three lines; only after words when it is to be done `well`."""
    places = [at for at in range(1, len(clusters)) if _may_break(clusters, at, well)]
    for count in range(min(MOST_LINES, len(places) + 1)):
        for chosen in combinations(places, count):
            edges = [0, *chosen, len(clusters)]
            yield ["".join(clusters[a:b]).strip() for a, b in pairwise(edges)]


def _may_break(clusters: list[str], at: int, well: bool) -> bool:
    before, after = clusters[at - 1], clusters[at]
    if after[0] in _NEVER_FIRST or before[0] in _NEVER_LAST:
        return False
    return before[0] in _GOOD_AFTER if well else not (_WORD.match(before) and _WORD.match(after))


def _widest(lines: list[str], width: Width, size: int) -> float:
    return max((width(line, size) for line in lines), default=0)


def _cut(clusters: list[str], width: Width, room: int, size: int) -> str:
    kept = list(clusters)
    while kept and width("".join(kept) + "…", size) > room:
        kept.pop()
    return "".join(kept) + "…"
