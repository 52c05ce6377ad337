"""Measure what the model finds by itself, without words: a table with one column a model folder.

    python -m benchmarks.model.measure [FOLDER …] [--bench FOLDER]

Every row: hit@1 / hit@3 / MRR over its questions. A score is the sum of the cosines with an entry's nearest short text, its
name, and its name with the answer. Nothing of the bench nor of the own check questions is ever trained on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.model.matters import held_out, own_entries
from bot.language.tokens import Tokenizer
from bot.matching.embedder import MODEL_FOLDER, Embedder

LANGUAGES = Path(__file__).with_name("languages.jsonl")
BENCH = Path(__file__).resolve().parents[3] / "shared" / "bench"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    """What is asked, and the entries of which any is right."""

    text: str
    right: frozenset[str]
    group: str


class Index:
    """Entries by their short texts, names and answers."""

    def __init__(self, embedder: Embedder, entries: Sequence[tuple[str, Sequence[str], str]]) -> None:
        """`entries`: id, short texts with the name first, answer."""
        self._embedder = embedder
        self.ids = [entry_id for entry_id, _, _ in entries]
        surfaces = [text for _, texts, _ in entries for text in texts]
        self._starts = np.cumsum([0, *(len(texts) for _, texts, _ in entries)])[:-1]
        self._surfaces = embedder.embed(surfaces)
        self._names = embedder.embed([texts[0] for _, texts, _ in entries], "passage: ")
        self._answers = embedder.embed([f"{texts[0]} {answer}" for _, texts, answer in entries], "passage: ")

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return shape (texts, entries)."""
        vectors = self._embedder.embed(texts)
        surfaces = np.maximum.reduceat(vectors @ self._surfaces.T, self._starts, axis=1)
        return np.asarray(surfaces + vectors @ self._names.T + vectors @ self._answers.T, np.float32)

    def ranks(self, questions: Sequence[Question]) -> NDArray[np.int64]:
        """Return for each question the place of its first right entry, from 1."""
        order = np.argsort(-self.scores([question.text for question in questions]), axis=1, kind="stable")
        return np.array(
            [
                next(place for place, entry in enumerate(row, 1) if self.ids[entry] in question.right)
                for row, question in zip(order, questions, strict=True)
            ]
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", default=[MODEL_FOLDER])
    parser.add_argument("--bench", type=Path, default=BENCH)
    arguments = parser.parse_args()
    columns = [dict(measured(Embedder.load(folder, threads=2), arguments.bench)) for folder in arguments.folders]
    print("| | " + " | ".join(folder.name for folder in arguments.folders) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


def measured(embedder: Embedder, bench: Path) -> Iterator[tuple[str, str]]:
    """Yield the rows of one model."""
    entries = own_entries()
    reading = Tokenizer().reading
    whole = Index(
        embedder,
        [
            (entry_id, [entry.name, *entry.aliases, *entry.phrasings], entry.answer)
            for entry_id, entry in entries.items()
        ],
    )
    checks = [
        Question(check.text, frozenset([entry_id]), "left out" if held_out(entry_id) else "others")
        for entry_id, entry in entries.items()
        for check in entry.check_questions
    ]
    in_kana = [Question(reading(question.text), question.right, question.group) for question in checks]
    yield "確認質問, whole index", _told(whole.ranks(checks))
    yield "the same in hiragana", _told(whole.ranks(in_kana))
    yield from _groups("own, ", whole, list(_rows(LANGUAGES, "lang")))
    bare = Index(embedder, [(entry_id, [entry.name], entry.answer) for entry_id, entry in entries.items()])
    left_out = [question for question in checks if question.group == "left out"]
    phrasings = [
        Question(text, frozenset([entry_id]), "")
        for entry_id, entry in entries.items()
        if held_out(entry_id)
        for text in entry.phrasings
    ]
    yield "a fifth of the own entries, 確認質問, name and answer only", _told(bare.ranks(left_out))
    yield "the same entries, 質問例, name and answer only", _told(bare.ranks(phrasings))
    if bench.is_dir():
        yield from _bench(embedder, bench, whole)
    else:
        print("(the bench is not here: its rows are missing)")


def _bench(embedder: Embedder, bench: Path, own: Index) -> Iterator[tuple[str, str]]:
    pairs = [json.loads(line) for line in (bench / "municipal_qas.jsonl").read_text(encoding="utf-8").splitlines()]
    index = Index(embedder, [(pair["id"], [pair["question"]], pair["answer"]) for pair in pairs])
    questions = list(_rows(bench / "dev_queries.jsonl", "style"))
    yield "bench, development queries", _told(index.ranks(questions))
    yield from _groups("bench, ", index, questions)
    yield from _groups("bench, own services, ", own, list(_rows(bench / "dev_lang_queries.jsonl", "lang")))
    off = [json.loads(line) for line in (bench / "dev_offtopic.jsonl").read_text(encoding="utf-8").splitlines()]
    far = own.scores([row["text"] for row in off if row["kind"] != "danger"]).max(1)
    checks = [question.text for question in _rows(LANGUAGES, "lang")]
    near = own.scores(checks).max(1)
    yield "chance that an own question scores above an off-topic one", f"{(near[:, None] > far).mean():.3f}"


def _rows(path: Path, group: str) -> Iterator[Question]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        yield Question(row["query"], frozenset(row["relevant"]), row[group])


def _groups(before: str, index: Index, questions: Sequence[Question]) -> Iterator[tuple[str, str]]:
    for group in dict.fromkeys(question.group for question in questions):
        yield (
            f"{before}{group}",
            _told(index.ranks([question for question in questions if question.group == group])),
        )


def _told(ranks: NDArray[np.int64]) -> str:
    shares: Iterable[float] = ((ranks == 1).mean(), (ranks <= 3).mean(), (1 / ranks).mean())
    return " / ".join(f"{share:.3f}"[1:] if share < 1 else "1" for share in shares) + f" ({len(ranks)})"


if __name__ == "__main__":
    main()
