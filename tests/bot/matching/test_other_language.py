from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from bot.matching.engine import Decision, Scored, Verdict
from bot.matching.other_language import LEAD, second_look


@dataclass
class Meant:
    """An engine in whose eyes an utterance is `likeness` near to an entry and `outside` near to what none answers."""

    likeness: float
    outside: float

    @property
    def index(self) -> Any:
        return SimpleNamespace(
            tokenizer=SimpleNamespace(analyse=lambda text: text),
            likeness=lambda tokens: self.likeness,
            outside_likeness=lambda tokens: self.outside,
        )


def unknown(*confidences: float) -> Decision:
    return Decision(Verdict.UNKNOWN, tuple(Scored(f"e{n}", c) for n, c in enumerate(confidences)), ())


def look(decision: Decision, likeness: float = 0.9, outside: float = 0.7) -> Decision:
    engine: Any = Meant(likeness, outside)
    return second_look(engine, "주민표", decision)


def test_what_is_clearly_nearest_in_meaning_is_the_answer() -> None:
    seen = look(unknown(0.03, 0.01, 0.0))

    assert (seen.verdict, seen.shown) == (Verdict.ANSWER, ("e0",))


def test_what_is_near_to_several_is_let_choose() -> None:
    seen = look(unknown(0.02, 0.01, 0.01, 0.0, 0.0))

    assert (seen.verdict, seen.shown) == (Verdict.CHOOSE, ("e0", "e1", "e2", "e3"))


@pytest.mark.parametrize("outside", [0.9, 0.9 - LEAD / 2, 0.95])
def test_what_is_as_near_to_another_matter_stays_unknown(outside: float) -> None:
    decision = unknown(0.03, 0.01)

    assert look(decision, outside=outside) is decision


def test_what_is_decided_stays_decided() -> None:
    decision = Decision(Verdict.ANSWER, unknown(0.9, 0.1).candidates, ("e0",))

    assert look(decision) is decision
    assert look(unknown()).verdict is Verdict.UNKNOWN
