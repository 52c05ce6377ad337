"""What each view adds: the ranker fitted again without it, cross-validated: `make ablation`.

A view whose row is no worse than the whole has no reason to stay. Rows: hit@1 / hit@3 / MRR on the development questions
(names only in the index), and on our own entries with no phrasing kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.ranker.fit import BENCH, Corpus, Judged, Question, cross_validated
from bot.build import GuideBuilder
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.loading import load
from bot.language.tokens import Tokenizer
from bot.matching.meaning import Meaning
from bot.matching.ranker import summarised_columns
from bot.settings import Settings

GROUPS = {
    "Sudachi words (BM25F)": ("words", "words_whole", "coverage", "name_coverage"),
    "synonym groups": ("synonyms", "synonyms_whole"),
    "character bigrams": ("characters", "characters_whole"),
    "readings": ("reading", "reading_if_hiragana"),
    "RapidFuzz": ("fuzzy", "fuzzy_reading", "contained"),
    "meaning of phrasings": ("meaning",),
    "meaning of the name": ("meaning_name",),
    "meaning of the answer": ("meaning_answer",),
    "meaning, all": ("meaning", "meaning_name", "meaning_answer"),
}
SHOWN = ("bench", "own, 0 phrasings")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=BENCH)
    bench = parser.parse_args().bench
    settings = Settings()
    knowledge = load(settings.knowledge_dir, settings.knowledge_dir).knowledge
    builder = GuideBuilder(settings)
    tokenizer = builder.exact_tokenizer(knowledge)
    whole = _questions(bench, knowledge, tokenizer, builder.meaning)
    print(f"{'':<46}" + "".join(f"{name:<24}" for name in SHOWN))
    _row("the whole", *whole)
    for name, features in GROUPS.items():
        _row(f"without {name}", *_without(features, *whole))
    _row("without the dictionary of our own words", *_questions(bench, knowledge, Tokenizer(), builder.meaning))
    wordless = replace(knowledge, words=knowledge.words.model_copy(update={"groups": ()}))
    _row("without the thesaurus", *_questions(bench, wordless, tokenizer, builder.meaning))


def _questions(
    bench: Path, knowledge: KnowledgeBase, tokenizer: Tokenizer, meaning: Meaning | None
) -> tuple[list[Question], list[Question], tuple[str, ...]]:
    corpus = Corpus(bench, knowledge, tokenizer, meaning)
    asked = [*corpus.bench_questions(), *corpus.own_questions()]
    return asked, list(corpus.offtopic_questions()), corpus.feature_names


def _without(
    features: Sequence[str], asked: Sequence[Question], offtopic: Sequence[Question], names: Sequence[str]
) -> tuple[list[Question], list[Question], tuple[str, ...]]:
    kept = [column for column, name in enumerate(names) if name not in features]

    def less(questions: Sequence[Question]) -> list[Question]:
        return [replace(question, features=question.features[:, kept]) for question in questions]

    return less(asked), less(offtopic), tuple(names[column] for column in kept)


def _row(name: str, asked: Sequence[Question], offtopic: Sequence[Question], names: Sequence[str]) -> None:
    judged = cross_validated(asked, offtopic, summarised_columns(names))
    print(f"{name:<46}" + "".join(f"{_told(judged, group):<24}" for group in SHOWN), flush=True)


def _told(judged: Sequence[Judged], group: str) -> str:
    rank = np.array([int(np.argmax(each.right)) + 1 for each in judged if each.group == group])
    return f"{(rank == 1).mean():.3f} {(rank <= 3).mean():.3f} {(1 / rank).mean():.3f}"


if __name__ == "__main__":
    main()
