"""An utterance in, a decision out: which entry, which few entries, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.language.tokens import Tokens
from bot.matching.index import Index
from bot.matching.postings import Floats
from bot.matching.ranker import Ranker
from bot.matching.recent import Recent

MOST_CANDIDATES = 10
REMEMBERED = 4096
"""Utterances whose candidates are kept in memory (about 1 kB each)."""
SURE_BY_WORDS = 0.9
"""From this confidence of the words alone on the model is not asked: `make bench` shows that nothing is lost by it."""


class Verdict(StrEnum):
    """What the candidates' confidences allow to say."""

    ANSWER = "answer"
    CHOOSE = "choose"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on something is said; each number's reason stands in bot/settings.py."""

    answer: float
    choose: float
    shown: float
    most_choices: int


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry with the chance that it is what was meant."""

    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its candidates, best first, at most 10."""

    verdict: Verdict
    candidates: tuple[Scored, ...]
    shown: tuple[str, ...]
    """The ids to answer with (one) or to choose from (two to four); empty for unknown."""


class Engine:
    """Thread-safe: the same text, the same decision. What it remembers changes nothing but the time it takes."""

    def __init__(self, index: Index, ranker: Ranker, thresholds: Thresholds, word_ranker: Ranker | None = None) -> None:
        """`word_ranker` judges by the words alone; where it is sure, an index with a meaning view need not ask the model."""
        self.index = index
        self.ranker = ranker
        self._thresholds = thresholds
        self._word_ranker = word_ranker if index.has_meaning else None
        self._recent: Recent[tuple[Scored, ...]] = Recent(REMEMBERED)

    def candidates(self, text: str) -> tuple[Scored, ...]:
        """Return the entries that `text` may mean, best first, at most 10."""
        known = self._recent.get(text)
        if known is None:
            known = self._candidates(self.index.tokenizer.analyse(text))
            self._recent.put(text, known)
        return known

    def _candidates(self, tokens: Tokens) -> tuple[Scored, ...]:
        if not tokens.bare:
            return ()
        confidences = self._confidences(tokens)
        best = np.argsort(-confidences, kind="stable")[:MOST_CANDIDATES]
        return tuple(Scored(self.index.ids[number], round(float(confidences[number]), 4)) for number in best)

    def _confidences(self, tokens: Tokens) -> Floats:
        words = self.index.word_features(tokens)
        if self._word_ranker:
            confidences = self._word_ranker.confidences(words, len(tokens.words))
            if confidences.max() >= SURE_BY_WORDS:
                return confidences
        features = self.index.features(tokens, words)
        return self.ranker.confidences(features, len(tokens.words), self.index.outside_likeness(tokens))

    def decide(self, text: str) -> Decision:
        """Return what can be said to `text`."""
        return self.judge(self.candidates(text))

    def judge(self, candidates: Sequence[Scored]) -> Decision:
        """Return the decision that `candidates` allow: one is clear, a few are near, or none is."""
        limits = self._thresholds
        near = [candidate.id for candidate in candidates[: limits.most_choices] if candidate.confidence >= limits.shown]
        together = sum(candidate.confidence for candidate in candidates[: limits.most_choices])
        if candidates and candidates[0].confidence >= limits.answer:
            return Decision(Verdict.ANSWER, tuple(candidates), (candidates[0].id,))
        if together >= limits.choose and near:
            enough = near if len(near) > 1 else [candidate.id for candidate in candidates[:2]]
            return Decision(Verdict.CHOOSE, tuple(candidates), tuple(enough))
        return Decision(Verdict.UNKNOWN, tuple(candidates), ())
