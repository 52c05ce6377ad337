"""One score from all views, and what it is worth: the chance that an entry is what was meant.

Ranking: a linear score over the features, fitted listwise (softmax cross-entropy, as in ListNet, Cao et al. 2007).
Confidence: the chance that the knowledge base has an answer at all (logistic regression, Platt 1999, over how the best
candidates score) times the entry's share among the candidates (softmax). The numbers come from benchmarks/ranker/fit.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.matching.postings import Floats

_FITTED = Path(__file__).with_name("ranker.json")


@dataclass(frozen=True)
class Ranker:
    """Plain fitted numbers."""

    weights: Floats
    """Shape (features,): one weight a feature."""
    sharpness: float
    """What scores are multiplied with before the softmax."""
    answerable_weights: Floats
    """Shape (summary,): one weight for each number of `summary`."""
    answerable_bias: float

    @classmethod
    def fitted(cls, feature_names: tuple[str, ...], path: Path = _FITTED) -> Ranker:
        """Return the fitted ranker; raise ValueError when it was fitted for other features."""
        numbers = json.loads(path.read_text(encoding="utf-8"))
        if tuple(numbers["features"]) != feature_names:
            raise ValueError(f"{path.name} was fitted for other features: make it again with `make ranker`")
        return cls(
            weights=np.array(list(numbers["features"].values()), np.float32),
            sharpness=float(numbers["sharpness"]),
            answerable_weights=np.array(list(numbers["answerable"].values()), np.float32),
            answerable_bias=float(numbers["answerable_bias"]),
        )

    def scores(self, features: Floats) -> Floats:
        """Return shape (entries,): higher is better, comparable within one utterance."""
        return features @ self.weights

    def confidences(self, features: Floats, word_count: int) -> Floats:
        """Return shape (entries,): for each entry the chance that it is what was meant; they sum to at most 1."""
        scores = self.scores(features)
        shares = np.exp(self.sharpness * (scores - scores.max()))
        shares /= shares.sum()
        worth = float(summary(features, scores, word_count) @ self.answerable_weights) + self.answerable_bias
        return np.asarray(shares / (1.0 + np.exp(-worth)), dtype=np.float32)


SUMMARY_NAMES = ("best_score", "margin", "words", "coverage", "characters", "reading", "fuzzy", "contained", "brevity")
_SUMMARISED = {"words": 0, "coverage": 2, "characters": 5, "reading": 7, "fuzzy": 9, "contained": 11}


def summary(features: Floats, scores: Floats, word_count: int) -> Floats:
    """Return what tells whether any entry fits: the best scores, their distance, the best entry's main views."""
    order = np.argsort(-scores)
    best = int(order[0])
    margin = float(scores[best] - scores[order[1]]) if len(order) > 1 else float(scores[best])
    views = [float(features[best, column]) for column in _SUMMARISED.values()]
    return np.array([scores[best], margin, *views, 1.0 / max(word_count, 1)], np.float32)
