"""How good the answers are, beside named baselines, in one run: `make bench`.

The development questions lie in ../shared/bench and are not part of the project; without them only the project's own
check questions are measured, and the report says so.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.build import GuideBuilder
from bot.clock import TOKYO, utc_now
from bot.conversation import Conversation, Utterance
from bot.evaluation import Interval
from bot.guide import Guide, documents_of, synonym_groups_of
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.loading import load
from bot.language.normalisation import folded, normalise
from bot.matching.index import Index
from bot.matching.postings import Postings
from bot.matching.ranker import Ranker
from bot.matching.views import ngrams
from bot.reply import Choices, Kind, Reply
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT.parent / "shared" / "bench"
LANGUAGES = ROOT / "benchmarks" / "model" / "languages.jsonl"
Scores = NDArray[np.float64]
Scorer = Callable[[str], Scores]
"""A question → one score an entry."""


@dataclass(frozen=True)
class Asked:
    """A question with the entries that are right."""

    query: str
    right: frozenset[str]
    style: str


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=BENCH)
    bench = parser.parse_args().bench
    settings = Settings.from_environment()
    knowledge = load(ROOT / "knowledge", ROOT / "knowledge").knowledge
    builder = GuideBuilder(settings)
    if bench.is_dir():
        city = load(bench / "municipal_qas.jsonl", ROOT / "knowledge").knowledge
        _development(builder, city, bench)
    else:
        print(f"{bench} is not there: only the project's own questions are measured\n")
    guide = builder.complete(knowledge)
    if bench.is_dir():
        _refusals(guide, bench)
    _own_questions(builder, knowledge)
    _confidence(guide, _check_questions(knowledge), "own check questions")
    if LANGUAGES.is_file():
        _languages(guide)


def _development(builder: GuideBuilder, city: KnowledgeBase, bench: Path) -> None:
    asked = [
        Asked(row["query"], frozenset(row["relevant"]), row["style"]) for row in _lines(bench / "dev_queries.jsonl")
    ]
    guide = builder.complete(city)
    ids = guide.engine.index.ids
    print(f"development questions ({len(asked)}), {len(ids)} entries\n{'':<34} hit@1 [95 %]           hit@3  MRR")
    ranks: dict[str, list[int]] = {}
    for name, scorer in _scorers(city, guide).items():
        ranks[name] = [_rank(scorer(each.query), ids, each.right) for each in asked]
        _row(name, ranks[name])
    ours = list(ranks.values())[-1]
    for style in sorted({each.style for each in asked}):
        _row(f"  ours, {style}", [rank for rank, each in zip(ours, asked, strict=True) if each.style == style])
    print()
    _confidence(guide, asked, "development questions")


def _scorers(city: KnowledgeBase, guide: Guide) -> dict[str, Scorer]:
    """Return the baselines, then our own parts, then the whole."""
    index, tokenizer = guide.engine.index, guide.engine.index.tokenizer
    documents = documents_of(city)
    names = [normalise(document.name) for document in documents]
    words = [list(tokenizer.analyse(document.name).words) or ["-"] for document in documents]
    bm25 = bm25s.BM25()
    bm25.index(words, show_progress=False)
    bigrams = Postings.cosine([ngrams(folded(document.name), 2) for document in documents])
    alone = Index(documents, tokenizer, synonym_groups_of(city))
    meaning = [index.feature_names.index(name) for name in ("meaning", "meaning_name", "meaning_answer")]
    whole, wordy = Ranker.fitted(index.feature_names), Ranker.fitted(alone.feature_names)
    return {
        "RapidFuzz WRatio": lambda text: process.cdist([normalise(text)], names, scorer=fuzz.WRatio)[0].astype(float),
        "BM25 over Sudachi words (bm25s)": lambda text: np.asarray(
            bm25.get_scores(list(tokenizer.analyse(text).words)), float
        ),
        "character bigram TF-IDF": lambda text: bigrams.scores(bigrams.cosine_query(ngrams(folded(text), 2))).astype(
            float
        ),
        "meaning alone": lambda text: index.features(tokenizer.analyse(text))[:, meaning].sum(axis=1).astype(float),
        "words alone": lambda text: wordy.scores(alone.features(tokenizer.analyse(text))).astype(float),
        "ours": lambda text: whole.scores(index.features(tokenizer.analyse(text))).astype(float),
    }


def _refusals(guide: Guide, bench: Path) -> None:
    """Print what off-topic and danger messages get from the project's own bot."""
    rows = _lines(bench / "dev_offtopic.jsonl")
    kinds = [(row["kind"], _ask(guide, row["text"]).kind) for row in rows]
    served = [float(got in (Kind.ANSWER, Kind.CHOOSE)) for kind, got in kinds if kind != "danger"]
    urgent = [float(got is Kind.URGENT) for kind, got in kinds if kind == "danger"]
    ordinary = [float(_ask(guide, row["query"]).kind is Kind.URGENT) for row in _lines(bench / "dev_queries.jsonl")]
    print(f"off-topic given a service      {Interval.of(served)}  n={len(served)}")
    print(f"danger taken as urgent         {Interval.of(urgent)}  n={len(urgent)}")
    print(f"ordinary taken as urgent       {Interval.of(ordinary)}  n={len(ordinary)}\n")


def _own_questions(builder: GuideBuilder, knowledge: KnowledgeBase) -> None:
    """Print how the check questions fare with fewer phrasings an entry than staff wrote."""
    tokenizer = builder.exact_tokenizer(knowledge)
    asked = _check_questions(knowledge)
    print(f"own check questions ({len(asked)}), {len(knowledge.entries)} entries, phrasings kept an entry")
    for kept in (100, 5, 3, 1, 0):
        documents = [replace(each, phrasings=each.phrasings[:kept]) for each in documents_of(knowledge)]
        index = Index(documents, tokenizer, synonym_groups_of(knowledge), builder.meaning)
        ranker = Ranker.fitted(index.feature_names)
        ranks = [
            _rank(ranker.scores(index.features(tokenizer.analyse(each.query))).astype(float), index.ids, each.right)
            for each in asked
        ]
        _row(f"  {'all' if kept == 100 else kept}", ranks)
    print()


def _languages(guide: Guide) -> None:
    rows = _lines(LANGUAGES)
    print("other languages, our own questions")
    for language in dict.fromkeys(row["lang"] for row in rows):
        held = [row for row in rows if row["lang"] == language]
        ranks = [_place(_ask(guide, row["query"]), frozenset(row["relevant"])) for row in held]
        _row(f"  {language}", ranks)
    print()


def _confidence(guide: Guide, asked: Sequence[Asked], name: str) -> None:
    """Print what is said, how often it is right, and whether the confidences mean what they say."""
    replies = [_ask(guide, each.query) for each in asked]
    answered = [reply.kind is Kind.ANSWER for reply in replies]
    first = [_place(reply, each.right) == 1 for reply, each in zip(replies, asked, strict=True)]
    helped = [bool(_shown(reply) & each.right) for reply, each in zip(replies, asked, strict=True)]
    right = [float(yes) for yes, said in zip(first, answered, strict=True) if said]
    print(f"{name}: answered {np.mean(answered):.3f}, of these right {Interval.of(right or [0.0])}")
    print(f"{'':<{len(name)}}  right one answered or among the choices {Interval.of([float(yes) for yes in helped])}")
    chances = np.array([reply.candidates[0].confidence if reply.candidates else 0.0 for reply in replies])
    truth = np.array(first, float)
    bins = np.minimum((chances * 10).astype(int), 9)
    error = 0.0
    for each in range(10):
        inside = bins == each
        if inside.any():
            error += inside.mean() * abs(truth[inside].mean() - chances[inside].mean())
            print(f"  said {chances[inside].mean():.2f}  was {truth[inside].mean():.2f}  n={inside.sum()}")
    print(f"  expected calibration error {error:.3f}\n")


def _shown(reply: Reply) -> set[str]:
    if reply.kind is Kind.ANSWER and reply.candidates:
        return {reply.candidates[0].id}
    return {option.action.target for block in reply.blocks if isinstance(block, Choices) for option in block.options}


def _check_questions(knowledge: KnowledgeBase) -> list[Asked]:
    return [
        Asked(question.text, frozenset({entry.id}), "own")
        for entry in knowledge.entries.values()
        for question in entry.check_questions
    ]


def _ask(guide: Guide, text: str) -> Reply:
    return guide.turn(Utterance(text), Conversation(), utc_now().astimezone(TOKYO)).reply


def _place(reply: Reply, right: frozenset[str]) -> int:
    return next((place for place, each in enumerate(reply.candidates, start=1) if each.id in right), 0)


def _rank(scores: Scores, ids: Sequence[str], right: frozenset[str]) -> int:
    for place, number in enumerate(np.argsort(-scores, kind="stable"), start=1):
        if ids[number] in right:
            return place
    return 0


def _row(name: str, ranks: Sequence[int]) -> None:
    hits = Interval.of([float(rank == 1) for rank in ranks])
    third = np.mean([0 < rank <= 3 for rank in ranks])
    reciprocal = np.mean([1 / rank if rank else 0.0 for rank in ranks])
    print(f"{name:<34} {hits}  {third:.3f}  {reciprocal:.3f}  n={len(ranks)}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
