"""Is a life at risk? Looked for before anything else, by the signs that staff wrote in urgent.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.schema import Situation
from bot.language.normalisation import folded, folded_phrase

Sign = tuple[frozenset[str], ...]
"""Parts that must all occur; each is a set of alternatives."""


class Urgency:
    """The situations of urgent.yaml, ready to be looked for; the first that fits wins."""

    def __init__(self, situations: Sequence[Situation]) -> None:
        self._situations = tuple(situations)
        self._signs = _Signs([_compile(each.signs) for each in situations])
        self._exceptions = _Signs([_compile(each.exceptions) for each in situations])

    def find(self, text: str) -> Situation | None:
        """Return the situation that `text` reveals, or None."""
        utterance = folded(text)
        revealed = self._signs.found_in(utterance)
        if revealed:
            revealed -= self._exceptions.found_in(utterance)
        return self._situations[min(revealed)] if revealed else None

    def named(self, situation_id: str) -> Situation | None:
        """Return the situation with this id, or None."""
        return next((each for each in self._situations if each.id == situation_id), None)

    def is_excepted(self, text: str, situation: Situation) -> bool:
        """Return whether staff wrote that such a text is an ordinary question as far as `situation` goes."""
        return self._situations.index(situation) in self._exceptions.found_in(folded(text))

    def sign_in(self, text: str, situation: Situation) -> str | None:
        """Return the sign of `situation` that stands in `text`, as staff wrote it, or None."""
        utterance = folded(text)
        for written, sign in zip(situation.signs, _compile(situation.signs), strict=True):
            if _holds(sign, utterance):
                return written
        return None


def _compile(signs: Sequence[str]) -> tuple[Sign, ...]:
    return tuple(
        tuple(frozenset(filter(None, map(folded_phrase, part.split("|")))) for part in sign.split()) for sign in signs
    )


class _Signs:
    """The signs of all situations, found by the fragments that stand in an utterance."""

    def __init__(self, by_situation: Sequence[Sequence[Sign]]) -> None:
        self._by_fragment: dict[str, list[tuple[int, Sign]]] = {}
        for number, signs in enumerate(by_situation):
            for sign in signs:
                for fragment in sign[0] if sign else ():
                    self._by_fragment.setdefault(fragment, []).append((number, sign))
        self._lengths = sorted({len(fragment) for fragment in self._by_fragment})

    def found_in(self, utterance: str) -> set[int]:
        """Return the numbers of the situations of which a sign stands in `utterance` (folded)."""
        found: set[int] = set()
        # Looking up every piece of a short text is faster than searching it for thousands of fragments.
        for length in self._lengths:
            for start in range(len(utterance) - length + 1):
                for number, sign in self._by_fragment.get(utterance[start : start + length], ()):
                    if number not in found and _holds(sign, utterance):
                        found.add(number)
        return found


def _holds(sign: Sign, utterance: str) -> bool:
    return all(any(alternative in utterance for alternative in part) for part in sign)
