"""How fast an utterance is matched, beside bm25s and RapidFuzz on the same texts, in one run: `make bench`.

1,000 and 10,000 entries with ten phrasings each, made of the phrasings that lie in benchmarks/model/pairs and of the
project's own; where these run out, they are repeated with a number behind them. The vectors of the entries are random:
the time of a product does not depend on its numbers. The utterances are other texts than the phrasings, each once.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from rapidfuzz import fuzz, process

from benchmarks.model.matters import written_matters
from bot.build import GuideBuilder
from bot.guide import MOST_CHOICES, synonym_groups_of
from bot.knowledge.loading import load
from bot.language.normalisation import normalise
from bot.matching.document import Document
from bot.matching.embedder import DIMENSIONS, Embedder, ModelUnavailable, Prefix, RecentVectors, Vectors
from bot.matching.engine import Engine, Thresholds
from bot.matching.index import Index
from bot.matching.meaning import Meaning
from bot.matching.ranker import Ranker
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PHRASINGS = 10
SEED = 20261124


class RandomVectors:
    """Vectors of entries, made up."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        """Return shape (texts, 384): unit vectors."""
        del prefix
        vectors = self._random.standard_normal((len(texts), DIMENSIONS), dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def missing(self, texts: Sequence[str], prefix: Prefix = "query: ") -> int:
        """Return 0: nothing takes long."""
        del texts, prefix
        return 0


def main() -> None:
    """Print a table for each size."""
    settings = Settings.from_environment()
    knowledge = load(ROOT / "knowledge", ROOT / "knowledge").knowledge
    tokenizer = GuideBuilder(settings).exact_tokenizer(knowledge)
    phrasings, utterances = _texts()
    limits = Thresholds(settings.answer_confidence, settings.choose_confidence, settings.shown_confidence, MOST_CHOICES)
    try:
        model: Embedder | None = Embedder.load(cores=2)
    except ModelUnavailable as error:
        print(error)
        model = None
    for entries in (1_000, 10_000):
        documents = _documents(entries, phrasings)
        print(f"\n{entries} entries, {entries * PHRASINGS} phrasings, {len(utterances)} utterances, milliseconds")
        _baselines(documents, utterances, tokenizer)
        variants: dict[str, Meaning | None] = {"ours, words alone": None}
        if model:
            variants["ours, with the meaning view"] = Meaning(RandomVectors(), RecentVectors(model))
        for name, meaning in variants.items():
            began = time.perf_counter()
            index = Index(documents, tokenizer, synonym_groups_of(knowledge), meaning)
            built = time.perf_counter() - began
            engine = Engine(index, Ranker.fitted(index.feature_names), limits)
            _row(name, engine.decide, utterances)
            _row(f"{name}, asked again", engine.decide, utterances[-500:])
            print(f"  index built in {built:.2f} s")
    print(f"\nresident memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _texts() -> tuple[list[str], list[str]]:
    """Return phrasings for the entries, and other texts as utterances."""
    matters = written_matters()
    phrasings = [text for matter in matters for text in matter.surfaces[:5]]
    utterances = [text for matter in matters for text in (*matter.surfaces[5:6], *matter.asked["as_is"][:3])]
    return phrasings, utterances[:1000]


def _documents(count: int, phrasings: Sequence[str]) -> list[Document]:
    endless = (f"{text}{'' if turn == 0 else turn}" for turn in cycle(range(1000)) for text in phrasings)
    return [
        Document(f"e{number}", name, (), tuple(rest), name)
        for number in range(count)
        for name, *rest in [list(islice(endless, PHRASINGS))]
    ]


def _baselines(documents: Sequence[Document], utterances: Sequence[str], tokenizer: Any) -> None:
    surfaces = [normalise(text) for document in documents for text in document.surfaces]
    ranker = bm25s.BM25()
    ranker.index([list(tokenizer.remembered(text).words) or ["-"] for text in surfaces], show_progress=False)
    _row(
        "bm25s over Sudachi words",
        lambda text: ranker.get_scores(list(tokenizer.analyse(text).words)),
        utterances[:300],
    )
    _row(
        "RapidFuzz WRatio",
        lambda text: process.extract(normalise(text), surfaces, scorer=fuzz.WRatio, limit=10),
        utterances[:50],
    )


def _row(name: str, ask: Callable[[str], object], utterances: Sequence[str]) -> None:
    ask(utterances[0])
    times = []
    for text in utterances:
        began = time.perf_counter()
        ask(text)
        times.append((time.perf_counter() - began) * 1000)
    median, slow = np.percentile(times, [50, 99])
    print(f"  {name:<42} median {median:8.2f}   p99 {slow:8.2f}   n={len(times)}")


if __name__ == "__main__":
    main()
