"""One score from all views, and what it is worth: the chance that an entry is what was meant.

Ranking: a linear score over the features, fitted listwise (softmax cross-entropy, as in ListNet, Cao et al. 2007).
Confidence: the chance that the knowledge base has an answer at all (logistic regression, Platt 1999, over how the best
candidates score) times the entry's share among the candidates (softmax), then Platt scaling (1999) of the best one, fitted
on questions that the other numbers had not seen. The numbers come from benchmarks/ranker/fit.py, once for the words alone
and once with the meaning view.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.matching.postings import Floats, Ints

_FITTED = Path(__file__).with_name("ranker.json")

_SUMMARISED = ("words", "coverage", "characters", "reading", "meaning", "meaning_name", "fuzzy", "contained")
"""The features of the best entry that tell whether it fits at all; those that an index has."""


@dataclass(frozen=True)
class Ranker:
    """Plain fitted numbers."""

    weights: Floats
    """Shape (features,): one weight a feature."""
    sharpness: float
    """What scores are multiplied with before the softmax."""
    summarised: Ints
    """The columns of the features that `summary` reads."""
    answerable_weights: Floats
    """Shape (summary,): one weight for each number of `summary`."""
    answerable_bias: float
    calibration: tuple[float, float]
    """Slope and offset on the log odds of a confidence."""

    @classmethod
    def fitted(cls, feature_names: Sequence[str], path: Path = _FITTED) -> Ranker:
        """Return the ranker that was fitted for these features; raise ValueError when there is none."""
        for numbers in json.loads(path.read_text(encoding="utf-8")):
            if tuple(numbers["features"]) == tuple(feature_names):
                return cls(
                    weights=np.array(list(numbers["features"].values()), np.float32),
                    sharpness=float(numbers["sharpness"]),
                    summarised=summarised_columns(feature_names),
                    answerable_weights=np.array(list(numbers["answerable"].values()), np.float32),
                    answerable_bias=float(numbers["answerable_bias"]),
                    calibration=(float(numbers["calibration"]["slope"]), float(numbers["calibration"]["offset"])),
                )
        raise ValueError(f"{path.name} was fitted for other features: make it again with `make ranker`")

    def scores(self, features: Floats) -> Floats:
        """Return shape (entries,): higher is better, comparable within one utterance."""
        return features @ self.weights

    def confidences(self, features: Floats, word_count: int, outside: float = 0.0) -> Floats:
        """Return shape (entries,): for each entry the chance that it is what was meant; they sum to at most 1.

        `outside` is how near the utterance is to what no entry answers (Index.outside_likeness).
        """
        scores = self.scores(features)
        shares = np.exp(self.sharpness * (scores - scores.max()))
        shares /= shares.sum()
        facts = summary(features, scores, self.summarised, word_count, outside)
        worth = float(facts @ self.answerable_weights) + self.answerable_bias
        return calibrated(shares / np.float32(1.0 + math.exp(-max(worth, -80.0))), *self.calibration)


def calibrated(confidences: Floats, slope: float, offset: float) -> Floats:
    """Return the confidences with the best one mapped by `slope` and `offset` on its log odds (Platt 1999).

    The others share in proportion what is left, and none comes to lie above the best; they sum to at most 1.
    """
    best = int(np.argmax(confidences))
    before = min(max(float(confidences[best]), 1e-6), 1 - 1e-6)
    after = 1 / (1 + math.exp(-(slope * math.log(before / (1 - before)) + offset)))
    mapped = np.minimum(confidences * np.float32((1 - after) / (1 - before)), np.float32(after))
    mapped[best] = after
    return np.asarray(mapped, np.float32)


def summarised_columns(feature_names: Sequence[str]) -> Ints:
    """Return the columns of the features that `summary` reads."""
    return np.array([feature_names.index(name) for name in _SUMMARISED if name in feature_names], np.int32)


def summary_names(feature_names: Sequence[str]) -> tuple[str, ...]:
    """Return what the numbers of `summary` are called."""
    return ("best_score", "margin", "brevity", "outside", *(name for name in _SUMMARISED if name in feature_names))


def summary(features: Floats, scores: Floats, columns: Ints, word_count: int, outside: float) -> Floats:
    """Return what tells whether any entry fits.

    The best score, its distance to the second, few words or many, nearness to what no entry answers, the best views.
    """
    order = np.argsort(-scores)
    best = int(order[0])
    margin = float(scores[best] - scores[order[1]]) if len(order) > 1 else float(scores[best])
    return np.array([scores[best], margin, 1.0 / max(word_count, 1), outside, *features[best, columns]], np.float32)
