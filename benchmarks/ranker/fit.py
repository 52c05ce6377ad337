"""Fit bot/matching/ranker.json: `make ranker`. Same data, same seed, same numbers.

Learned from: the development questions of ../shared/bench, and the project's own knowledge base indexed with fewer
phrasings than it has, while the phrasings left out and the check questions are asked. No feature knows a particular
entry. What is printed is cross-validated over questions.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.build import GuideBuilder
from bot.guide import documents_of, synonym_groups_of
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.loading import load
from bot.language.tokens import Tokenizer
from bot.matching.document import Document
from bot.matching.index import Index
from bot.matching.meaning import Meaning, MeaningView
from bot.matching.postings import Ints
from bot.matching.ranker import calibrated, summarised_columns, summary, summary_names
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared" / "bench"
TARGET = ROOT / "bot" / "matching" / "ranker.json"
SEED = 20261124
FOLDS = 5
RIDGE = 0.03
"""Chosen from 0.001 to 0.1 by cross-validation on the development questions; flat between 0.01 and 0.1."""
ANSWERABLE_RIDGE = 1e-3
CANDIDATES = 60
"""The right entries and the best others by the sum of the views: what a listwise loss needs to see."""
KEPT_PHRASINGS = (0, 2, 5)
OWN_WEIGHT = 0.05
"""There are some 25 times as many of our own questions as of the bench's; together they weigh about the same."""
TAKEN_AWAY_WEIGHT = 0.05
"""A question whose answer was taken away often has a sibling left that helps: a weak example of "nothing fits"."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """One question asked of one index."""

    features: Array
    """Shape (candidates, features)."""
    right: NDArray[np.bool_]
    """Shape (candidates,)."""
    word_count: int
    outside: float
    """How near the question is to what no entry answers."""
    weight: float
    group: str


def main() -> None:
    """Fit for each kind of index, report and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=BENCH)
    bench = parser.parse_args().bench
    settings = Settings()
    knowledge = load(settings.knowledge_dir, settings.knowledge_dir).knowledge
    builder = GuideBuilder(settings)
    tokenizer = builder.exact_tokenizer(knowledge)
    if builder.meaning is None:
        raise SystemExit(builder.model_problem)
    whole = Corpus(bench, knowledge, tokenizer, builder.meaning)
    asked = [*whole.bench_questions(), *whole.own_questions()]
    offtopic = list(whole.offtopic_questions())
    words = [number for number, name in enumerate(whole.feature_names) if name not in MeaningView.names]
    word_names = tuple(whole.feature_names[number] for number in words)
    variants = [
        _fitted("words alone", _words_only(asked, words), _words_only(offtopic, words), word_names),
        _fitted("with the meaning view", asked, offtopic, whole.feature_names),
    ]
    TARGET.write_text(json.dumps(variants, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"written: {TARGET.relative_to(ROOT)}")


def _words_only(questions: Sequence[Question], columns: Sequence[int]) -> list[Question]:
    """Return the questions as an index without a meaning view sees them."""
    return [replace(each, features=each.features[:, columns], outside=0.0) for each in questions]


def _fitted(
    title: str, asked: Sequence[Question], offtopic: Sequence[Question], names: tuple[str, ...]
) -> dict[str, Any]:
    columns = summarised_columns(names)
    print(f"\n{title}: {len(asked)} questions")
    judged = [each for each in cross_validated(asked, offtopic, columns) if each.right.any()]
    slope, offset = _fit_calibration(judged)
    _report(judged, slope, offset)
    numbers = Numbers.fitted(asked, offtopic, columns)
    return {
        "features": dict(zip(names, numbers.weights.round(4).tolist(), strict=True)),
        "sharpness": round(numbers.sharpness, 4),
        "answerable": dict(zip(summary_names(names), numbers.answerable.round(4).tolist(), strict=True)),
        "answerable_bias": round(numbers.bias, 4),
        "calibration": {"slope": round(slope, 4), "offset": round(offset, 4)},
    }


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@dataclass
class Corpus:
    """The questions to learn from, asked of indexes of one kind."""

    bench: Path
    knowledge: KnowledgeBase
    tokenizer: Tokenizer
    meaning: Meaning | None
    feature_names: tuple[str, ...] = ()

    def bench_questions(self) -> Iterator[Question]:
        index = self._index(self._bench_documents(), self.knowledge.words.outside)
        for row in _lines(self.bench / "dev_queries.jsonl"):
            yield _question(index, row["query"], set(row["relevant"]), 1.0, "bench")

    def own_questions(self) -> Iterator[Question]:
        for kept in KEPT_PHRASINGS:
            index = self._index(
                [replace(each, phrasings=each.phrasings[:kept]) for each in documents_of(self.knowledge)],
                self.knowledge.words.outside,
            )
            for entry in self.knowledge.entries.values():
                texts = [*entry.phrasings[kept:], *(question.text for question in entry.check_questions)]
                for text in texts:
                    yield _question(index, text, {entry.id}, OWN_WEIGHT, f"own, {kept} phrasings")

    def offtopic_questions(self) -> Iterator[Question]:
        """Ask each half of the examples of indexes that know the other half: none is near to itself."""
        outside = self.knowledge.words.outside
        for half in (0, 1):
            for documents in (self._bench_documents(), documents_of(self.knowledge)):
                index = self._index(documents, outside[half::2])
                for text in outside[1 - half :: 2]:
                    yield _question(index, text, set(), 0.5, "off-topic")

    def _bench_documents(self) -> list[Document]:
        pairs = _lines(self.bench / "municipal_qas.jsonl")
        return [Document(pair["id"], pair["question"], answer=pair["answer"]) for pair in pairs]

    def _index(self, documents: Sequence[Document], outside: Sequence[str]) -> Index:
        index = Index(documents, self.tokenizer, synonym_groups_of(self.knowledge), self.meaning, outside)
        self.feature_names = index.feature_names
        return index


def _question(index: Index, text: str, relevant: set[str], weight: float, group: str) -> Question:
    tokens = index.tokenizer.analyse(text)
    features = index.features(tokens).astype(np.float64)
    right = np.array([each in relevant for each in index.ids])
    order = np.argsort(-features.sum(axis=1) - 1000 * right)[:CANDIDATES]
    return Question(features[order], right[order], len(tokens.words), index.outside_likeness(tokens), weight, group)


@dataclass(frozen=True)
class _Batch:
    """Questions side by side, so that one pass of NumPy reads them all."""

    features: Array
    """Shape (questions, CANDIDATES, features), 0 where a question has fewer candidates."""
    right: NDArray[np.bool_]
    here: NDArray[np.bool_]
    """Where there is a candidate."""
    weight: Array

    @classmethod
    def of(cls, asked: Sequence[Question]) -> _Batch:
        held = [question for question in asked if question.right.any()]
        features = np.zeros((len(held), CANDIDATES, held[0].features.shape[1]))
        right, here = np.zeros((2, len(held), CANDIDATES), bool)
        for place, question in enumerate(held):
            count = len(question.features)
            features[place, :count], right[place, :count], here[place, :count] = question.features, question.right, True
        weight = np.array([question.weight for question in held])
        return cls(features, right, here, weight / weight.sum())


def _fit_ranking(asked: Sequence[Question]) -> Array:
    """Return the weights with the least listwise softmax loss (ListNet, Cao et al. 2007) and an L2 penalty.

    The penalty is on weights of features brought to one scale: cosines of embeddings differ in the second digit only.
    """
    batch = _Batch.of(asked)
    scale = batch.features[batch.here].std(axis=0) + 1e-3

    def loss(weights: Array) -> tuple[float, Array]:
        scores = np.where(batch.here, batch.features @ (weights / scale), -np.inf)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        right = (chances * batch.right).sum(axis=1, keepdims=True) + 1e-12
        gap = (chances - chances * batch.right / right) * batch.weight[:, None]
        gradient = np.tensordot(gap, batch.features, axes=2) / scale
        value = -float(batch.weight @ np.log(right[:, 0]))
        return value + RIDGE / 2 * float(weights @ weights), gradient + RIDGE * weights

    found = minimize(loss, np.full(len(scale), 0.1), jac=True, method="L-BFGS-B").x
    return np.asarray(found / scale)


def _fit_sharpness(asked: Sequence[Question], weights: Array) -> float:
    """Return the factor on the scores under which the softmax shares fit best what was right."""
    batch = _Batch.of(asked)
    scores = np.where(batch.here, batch.features @ weights, -np.inf)

    def loss(factor: float) -> float:
        chances = np.exp(factor * (scores - scores.max(axis=1, keepdims=True)))
        return -float(batch.weight @ np.log((chances * batch.right).sum(axis=1) / chances.sum(axis=1) + 1e-12))

    return float(min(np.geomspace(0.5, 3, 40), key=loss))


def _fit_answerable(
    asked: Sequence[Question], offtopic: Sequence[Question], weights: Array, columns: Ints
) -> tuple[Array, float]:
    """Return logistic regression (Platt 1999): is there an answer at all?

    Negative examples are off-topic messages and the same questions with their right entries taken away.
    """
    rows, labels, importance = [], [], []
    for question in asked:
        rows.append(_summary(question.features, weights, columns, question))
        labels.append(1.0)
        importance.append(question.weight)
        rows.append(_summary(question.features[~question.right], weights, columns, question))
        labels.append(0.0)
        importance.append(question.weight * TAKEN_AWAY_WEIGHT)
    for question in offtopic:
        rows.append(_summary(question.features, weights, columns, question))
        labels.append(0.0)
        importance.append(1.0)
    data, truth, share = np.array(rows), np.array(labels), np.array(importance)
    share /= share.sum()
    # Cosines differ in the second digit only: without one scale for all, the penalty would silence them.
    middle, scale = data.mean(axis=0), data.std(axis=0) + 1e-3
    data = (data - middle) / scale

    def loss(numbers: Array) -> tuple[float, Array]:
        worth = data @ numbers[:-1] + numbers[-1]
        chance = 1 / (1 + np.exp(-np.clip(worth, -80, 80)))
        value = -float(share @ (truth * np.log(chance + 1e-12) + (1 - truth) * np.log(1 - chance + 1e-12)))
        gap = share * (chance - truth)
        gradient = np.append(data.T @ gap, gap.sum())
        penalty = ANSWERABLE_RIDGE / 2 * float(numbers[:-1] @ numbers[:-1])
        return value + penalty, gradient + np.append(ANSWERABLE_RIDGE * numbers[:-1], 0)

    found = minimize(loss, np.zeros(data.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights_of_summary = found[:-1] / scale
    return weights_of_summary, float(found[-1] - weights_of_summary @ middle)


def _summary(features: Array, weights: Array, columns: Ints, question: Question) -> Array:
    narrow, scores = features.astype(np.float32), (features @ weights).astype(np.float32)
    return summary(narrow, scores, columns, question.word_count, question.outside).astype(np.float64)


@dataclass(frozen=True)
class Numbers:
    """What was learned, before calibration."""

    weights: Array
    sharpness: float
    answerable: Array
    bias: float
    columns: Ints

    @classmethod
    def fitted(cls, asked: Sequence[Question], offtopic: Sequence[Question], columns: Ints) -> Numbers:
        """Return the numbers that fit these questions best."""
        weights = _fit_ranking(asked)
        answerable, bias = _fit_answerable(asked, offtopic, weights, columns)
        return cls(weights, _fit_sharpness(asked, weights), answerable, bias, columns)

    def judged(self, question: Question) -> Judged:
        """Return the candidates of `question` by these numbers."""
        scores = question.features @ self.weights
        shares = np.exp(self.sharpness * (scores - scores.max()))
        worth = float(_summary(question.features, self.weights, self.columns, question) @ self.answerable) + self.bias
        order = np.argsort(-scores)
        confidences = (shares / shares.sum() / (1 + np.exp(-max(worth, -80.0))))[order]
        return Judged(question.group, question.weight, confidences, question.right[order])


@dataclass(frozen=True)
class Judged:
    """A question's candidates, best first, by numbers that had not seen it."""

    group: str
    weight: float
    confidences: Array
    right: NDArray[np.bool_]


def cross_validated(asked: Sequence[Question], offtopic: Sequence[Question], columns: Ints) -> list[Judged]:
    """Return every question judged by numbers that were fitted without its fold."""
    chance = np.random.default_rng(SEED)
    folds, away = chance.integers(0, FOLDS, len(asked)), chance.integers(0, FOLDS, len(offtopic))
    judged: list[Judged] = []
    for fold in range(FOLDS):
        numbers = Numbers.fitted(_but(asked, folds, fold), _but(offtopic, away, fold), columns)
        judged += [numbers.judged(each) for each, held in zip(asked, folds, strict=True) if held == fold]
        judged += [numbers.judged(each) for each, held in zip(offtopic, away, strict=True) if held == fold]
    return judged


def _but(questions: Sequence[Question], folds: Ints, fold: int) -> list[Question]:
    return [question for question, held in zip(questions, folds, strict=True) if held != fold]


def _fit_calibration(judged: Sequence[Judged]) -> tuple[float, float]:
    """Return slope and offset on the log odds of the best candidate (Platt 1999) that fit best whether it was right."""
    said = np.array([each.confidences[0] for each in judged]).clip(1e-6, 1 - 1e-6)
    odds, right = np.log(said / (1 - said)), np.array([float(each.right[0]) for each in judged])
    weight = np.array([each.weight for each in judged])

    def loss(numbers: Array) -> float:
        chance = 1 / (1 + np.exp(-(numbers[0] * odds + numbers[1])))
        return -float(weight @ (right * np.log(chance + 1e-12) + (1 - right) * np.log(1 - chance + 1e-12)))

    found = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(found[0]), float(found[1])


def _report(judged: Sequence[Judged], slope: float, offset: float) -> None:
    """Print hit@1, hit@3, MRR and calibration error by group, by numbers that were fitted without the question's fold."""
    for group in sorted({each.group for each in judged}):
        held = [each for each in judged if each.group == group]
        rank = np.array([int(np.argmax(each.right)) + 1 for each in held])
        said = np.array([calibrated(each.confidences.astype(np.float32), slope, offset)[0] for each in held])
        error = calibration_error(said, rank == 1)
        hits = f"{(rank == 1).mean():.3f} {(rank <= 3).mean():.3f} {(1 / rank).mean():.3f}"
        print(f"{group:<20} {hits}  calibration error {error:.3f}  n={len(rank)}")


def calibration_error(said: Array, right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((said * 10).astype(int), 9)
    return float(
        sum(
            (bins == each).mean() * abs(right[bins == each].mean() - said[bins == each].mean())
            for each in range(10)
            if (bins == each).any()
        )
    )


if __name__ == "__main__":
    main()
