"""Why an entry stands where it stands: view by view, with the words that met and the phrasing that was nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.matching.engine import Decision, Engine
from bot.matching.postings import Floats


@dataclass(frozen=True, slots=True)
class ViewShare:
    """What one view adds to an entry's score."""

    view: str
    points: float
    """Weight times feature, less what the view gives to the average candidate shown: above 0 speaks for the entry."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one candidate scored as it did."""

    id: str
    confidence: float
    shared_words: tuple[str, ...]
    """Words of the utterance that stand in the entry's surfaces."""
    nearest_surface: str
    """The name, alias or phrasing that looks most like the utterance."""
    nearest_in_meaning: str
    """The name, alias or phrasing that means most nearly the same; empty without the meaning view."""
    likeness: float
    """Cosine of that one with the utterance."""
    views: tuple[ViewShare, ...]
    """Strongest first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with its reasons."""

    read_as: str
    """The utterance as the engine read it."""
    words: tuple[str, ...]
    unknown_words: tuple[str, ...]
    """Words that no entry has."""
    decision: Decision
    reasons: tuple[Reason, ...]


def explain(engine: Engine, text: str, candidates: int = 3) -> Explanation:
    """Return why `text` leads where it leads, for the best `candidates`."""
    index = engine.index
    tokens = index.tokenizer.analyse(text)
    decision = engine.decide(text)
    if not decision.candidates:
        return Explanation(tokens.text, tokens.words, tokens.words, decision, ())
    features = index.features(tokens)
    numbers = [index.ids.index(each.id) for each in decision.candidates]
    shares = features[numbers] * engine.ranker.weights
    shares = shares - shares.mean(axis=0)
    reasons = []
    for place, each in enumerate(decision.candidates[:candidates]):
        near = index.nearest(tokens, numbers[place])
        reasons.append(
            Reason(
                each.id,
                each.confidence,
                near.shared_words,
                near.surface,
                near.meaning_surface,
                near.likeness,
                _strongest(index.feature_names, shares[place]),
            )
        )
    return Explanation(tokens.text, tokens.words, index.unknown(tokens), decision, tuple(reasons))


def _strongest(names: tuple[str, ...], shares: Floats) -> tuple[ViewShare, ...]:
    order = np.argsort(-np.abs(shares))
    return tuple(ViewShare(names[column], round(float(shares[column]), 2)) for column in order[:5])
