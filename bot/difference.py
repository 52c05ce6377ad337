"""What tells an entry from its neighbours, in one short line: staff's own, or the beginning of the answer."""

from __future__ import annotations

import re

from bot.knowledge.schema import Entry

LONGEST = 40
"""Characters that are read at a glance beside a name."""
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_CLAUSE_END = re.compile(r"[、,,]")
_SHORTEST_CLAUSE = 20
"""A clause that ends sooner says too little."""
_ELLIPSIS = "…"


def difference_of(entry: Entry) -> str:
    """Return the 「ちがい」 of `entry`, else the first sentence of its 回答, cut where a clause ends when it is long."""
    if entry.difference:
        return entry.difference
    sentence = _SENTENCE.search(entry.answer)
    return shortened(sentence.group().strip()) if sentence else ""


def shortened(sentence: str) -> str:
    """Return `sentence` in at most LONGEST characters, cut after a clause where one ends, then with `…`."""
    if len(sentence) <= LONGEST:
        return sentence
    head = sentence[: LONGEST - len(_ELLIPSIS)]
    ends = [match.start() for match in _CLAUSE_END.finditer(head) if match.start() >= _SHORTEST_CLAUSE]
    return (head[: ends[-1]] if ends else head.rstrip()) + _ELLIPSIS
