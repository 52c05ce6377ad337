"""Two questions in one message, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.language.joints import halves
from bot.matching.engine import MOST_CANDIDATES, Decision, Engine, Scored, Verdict

MOST_PLACES = 4
"""Places at which a message is tried to be parted: each costs two looks at the index."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of two questions, and the entry that answers it."""

    text: str
    entry: str


@dataclass(frozen=True, slots=True)
class TwoMatters:
    """Two answers for one message."""

    parts: tuple[Part, Part]
    """In the order in which they were asked."""
    candidates: tuple[Scored, ...]
    """The two, then what else the whole may mean; at most 10."""


def two_matters(engine: Engine, text: str, whole: Decision) -> TwoMatters | None:
    """Return the two matters of `text`, or None when it is one.

    Each part must be clear by itself, and they must not lead to the same entry. When the whole is clear, it must be one
    of the two: 「住民票と印鑑証明をコンビニで」 asks for neither by itself.
    """
    for found in islice(_both_clear(engine, text), MOST_PLACES):
        first, second = found
        if whole.verdict is Verdict.ANSWER and whole.shown[0] not in (first.entry, second.entry):
            continue
        if found[0].entry != found[1].entry:
            return TwoMatters(found, _joined(engine, found, whole))
    return None


def _both_clear(engine: Engine, text: str) -> Iterator[tuple[Part, Part]]:
    for left, right in islice(halves(text), MOST_PLACES):
        one, other = engine.decide(left), engine.decide(right)
        if one.verdict is other.verdict is Verdict.ANSWER:
            yield Part(left, one.shown[0]), Part(right, other.shown[0])


def _joined(engine: Engine, parts: tuple[Part, Part], whole: Decision) -> tuple[Scored, ...]:
    """Return the parts' own candidates, the surer one first, and behind them those of the whole."""
    own = [engine.candidates(part.text)[0] for part in parts]
    ahead = sorted(own, key=lambda each: (each.id != (whole.shown or ("",))[0], -each.confidence))
    behind = [each for each in whole.candidates if each.id not in {part.entry for part in parts}]
    falling: list[Scored] = []
    for each in (*ahead, *behind)[:MOST_CANDIDATES]:
        falling.append(Scored(each.id, min(each.confidence, falling[-1].confidence if falling else 1.0)))
    return tuple(falling)
