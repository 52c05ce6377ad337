"""Is a life at risk? Looked for before anything else, by the signs that staff wrote in urgent.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.schema import Situation
from bot.language.normalisation import folded

Sign = tuple[tuple[str, ...], ...]
"""Fragments that must all occur; each is a tuple of alternatives."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    situation: Situation
    signs: tuple[Sign, ...]
    exceptions: tuple[Sign, ...]


class Urgency:
    """The situations of urgent.yaml, ready to be looked for; the first that fits wins."""

    def __init__(self, situations: Sequence[Situation]) -> None:
        self._situations = tuple(
            _Compiled(situation, _compile(situation.signs), _compile(situation.exceptions)) for situation in situations
        )

    def find(self, text: str) -> Situation | None:
        """Return the situation that `text` reveals, or None."""
        utterance = folded(text)
        for each in self._situations:
            if _any_sign(each.signs, utterance) and not _any_sign(each.exceptions, utterance):
                return each.situation
        return None

    def sign_in(self, text: str, situation: Situation) -> str | None:
        """Return the sign of `situation` that stands in `text`, as staff wrote it, or None."""
        utterance = folded(text)
        for written, sign in zip(situation.signs, _compile(situation.signs), strict=True):
            if _holds(sign, utterance):
                return written
        return None


def _compile(signs: Sequence[str]) -> tuple[Sign, ...]:
    return tuple(tuple(tuple(map(folded, part.split("|"))) for part in sign.split()) for sign in signs)


def _any_sign(signs: Sequence[Sign], utterance: str) -> bool:
    return any(_holds(sign, utterance) for sign in signs)


def _holds(sign: Sign, utterance: str) -> bool:
    return all(any(alternative in utterance for alternative in part if alternative) for part in sign)
