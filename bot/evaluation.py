"""`annai eval`: how often the right entry is found, with intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.reply import Kind, Reply

_RESAMPLES = 2000
_SEED = 20261124


class WrongQuestions(Exception):
    """A file of questions that can't be read; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval (Efron 1979, percentile method)."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Interval:
        """Return the interval of the mean of `values`; raise ValueError when there are none."""
        if not values:
            raise ValueError("no values")
        data: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
        picks = np.random.default_rng(_SEED).integers(0, len(data), (_RESAMPLES, len(data)))
        low, high = np.percentile(data[picks].mean(axis=1), [2.5, 97.5])
        return cls(float(data.mean()), float(low), float(high))

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Rows to print, in order."""

    rows: tuple[tuple[str, Interval, int], ...]
    """Name, mean with interval, number of questions."""


def read_questions(path: Path, key: str) -> list[dict[str, Any]]:
    """Return the rows of a `.jsonl` file that have `key`; raise WrongQuestions for one that has not."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row[key] = str(row[key])
        except (ValueError, KeyError, TypeError):
            raise WrongQuestions(f'{path}:{number}: {{"{key}": …}} の形で読めません') from None
        rows.append(row)
    if not rows:
        raise WrongQuestions(f"{path}: 質問が1つもありません")
    return rows


def evaluate(guide: Guide, queries: Path, offtopic: Path | None, now: datetime) -> Evaluation:
    """Return hit@1, hit@3, MRR and right/wrong/no-answer rates of `queries`, and what `offtopic` messages get."""
    asked = read_questions(queries, "query")
    replies = [_ask(guide, row["query"], now) for row in asked]
    right = [set(map(str, row.get("relevant", []))) for row in asked]
    ranks = [_rank(reply, relevant) for reply, relevant in zip(replies, right, strict=True)]
    rows = _rows("", ranks, replies)
    for style in sorted({str(row["style"]) for row in asked if "style" in row}):
        held = [place for place, row in enumerate(asked) if row.get("style") == style]
        rows.append((f"  hit@1 {style}", Interval.of([float(ranks[place] == 1) for place in held]), len(held)))
    if offtopic is not None:
        rows += _offtopic_rows(guide, offtopic, now)
    return Evaluation(tuple(rows))


def _rows(prefix: str, ranks: Sequence[int], replies: Sequence[Reply]) -> list[tuple[str, Interval, int]]:
    count = len(ranks)
    said = [reply.kind is Kind.ANSWER for reply in replies]
    offered = [reply.kind is Kind.CHOOSE for reply in replies]
    measures: dict[str, list[float]] = {
        "hit@1": [float(rank == 1) for rank in ranks],
        "hit@3": [float(0 < rank <= 3) for rank in ranks],
        "MRR": [1 / rank if rank else 0.0 for rank in ranks],
        "right (answered)": [float(yes and rank == 1) for yes, rank in zip(said, ranks, strict=True)],
        "right (among choices)": [float(yes and 0 < rank <= 4) for yes, rank in zip(offered, ranks, strict=True)],
        "wrong (answered)": [float(yes and rank != 1) for yes, rank in zip(said, ranks, strict=True)],
        "no answer": [float(not yes and not some) for yes, some in zip(said, offered, strict=True)],
    }
    return [(prefix + name, Interval.of(values), count) for name, values in measures.items()]


def _offtopic_rows(guide: Guide, path: Path, now: datetime) -> list[tuple[str, Interval, int]]:
    rows: list[tuple[str, Interval, int]] = []
    messages = read_questions(path, "text")
    kinds = [_ask(guide, row["text"], now).kind for row in messages]
    danger = [row.get("kind") == "danger" for row in messages]
    served = [
        float(kind in (Kind.ANSWER, Kind.CHOOSE))
        for kind, is_danger in zip(kinds, danger, strict=True)
        if not is_danger
    ]
    urgent = [float(kind is Kind.URGENT) for kind, is_danger in zip(kinds, danger, strict=True) if is_danger]
    if served:
        rows.append(("off-topic given a service", Interval.of(served), len(served)))
    if urgent:
        rows.append(("danger taken as urgent", Interval.of(urgent), len(urgent)))
    return rows


def _ask(guide: Guide, text: str, now: datetime) -> Reply:
    return guide.turn(Utterance(text), Conversation(), now).reply


def _rank(reply: Reply, relevant: set[str]) -> int:
    """Return the place of the first relevant candidate, from 1; 0 when there is none."""
    for place, candidate in enumerate(reply.candidates, start=1):
        if candidate.id in relevant:
            return place
    return 0
