"""The index: every entry under every view, built once and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from bot.language.tokens import Tokenizer, Tokens
from bot.matching.document import Document
from bot.matching.meaning import Meaning, MeaningView
from bot.matching.postings import Floats, Stack
from bot.matching.views import CharacterView, FuzzyView, ReadingView, Rows, SparseView, SynonymView, WordView

SHORTLIST = 40
"""How many entries the slow views look at: those that the other views together put first."""


class Index:
    """Features of every entry for an utterance; safe to share between threads."""

    def __init__(
        self,
        documents: Sequence[Document],
        tokenizer: Tokenizer,
        synonym_groups: Sequence[Sequence[str]] = (),
        meaning: Meaning | None = None,
        outside: Sequence[str] = (),
    ) -> None:
        """Build the index, with the meaning view when there is a model; raise ValueError without documents.

        `outside` are examples of what no entry answers.
        """
        if not documents:
            raise ValueError("an index needs at least one document")
        self.ids = tuple(document.id for document in documents)
        self.tokenizer = tokenizer
        rows = self._rows = Rows([len(document.surfaces) for document in documents])
        self._texts = [text for document in documents for text in document.surfaces]
        surfaces = self._surfaces = [tokenizer.remembered(text) for document in documents for text in document.surfaces]
        answers = [tokenizer.remembered(document.answer) for document in documents]
        groups = _group_numbers(synonym_groups, tokenizer)
        self._sparse: tuple[SparseView, ...] = (
            WordView(surfaces, answers, rows),
            SynonymView(surfaces, answers, groups, rows),
            CharacterView(surfaces, answers, rows),
            ReadingView(surfaces, rows),
        )
        self._vocabulary = frozenset(word for tokens in surfaces for word in tokens.words)
        self._stack = Stack([matrix for view in self._sparse for matrix in view.matrices])
        read_outside = [tokenizer.remembered(text).text for text in outside]
        self._fuzzy = FuzzyView(surfaces, rows)
        self._meaning = MeaningView(documents, surfaces, rows, meaning, read_outside) if meaning else None

    @property
    def has_meaning(self) -> bool:
        """Return whether there is a meaning view."""
        return self._meaning is not None

    @property
    def word_feature_names(self) -> tuple[str, ...]:
        """Return the names of `word_features`, in their order."""
        return (*(name for view in self._sparse for name in view.names), *FuzzyView.names)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the names of the features, in their order."""
        return (*self.word_feature_names, *(MeaningView.names if self._meaning else ()))

    def word_features(self, tokens: Tokens) -> Floats:
        """Return shape (entries, word features), without asking the model, in the order of `word_feature_names`."""
        queries = [query for view in self._sparse for query in view.queries(tokens)]
        scores = iter(self._stack.scores(queries))
        found: list[Floats] = []
        for view in self._sparse:
            found += view.features(tokens, [next(scores) for _ in view.matrices])
        rough = np.sum(found, axis=0)
        shortlist = np.argpartition(-rough, min(SHORTLIST, len(rough) - 1))[:SHORTLIST]
        found += self._fuzzy.features(tokens, shortlist.tolist())
        return np.stack(found, axis=1)

    def features(self, tokens: Tokens, words: Floats | None = None) -> Floats:
        """Return shape (entries, features), in the order of `feature_names`; `words` are the word features if known."""
        words = self.word_features(tokens) if words is None else words
        if self._meaning is None:
            return words
        return np.concatenate([words, np.stack(self._meaning.features(tokens), axis=1)], axis=1)

    def outside_likeness(self, tokens: Tokens) -> float:
        """Return how near the utterance is to what no entry answers (a cosine); 0 without the meaning view."""
        return self._meaning.outside_likeness(tokens) if self._meaning else 0.0

    def likeness(self, tokens: Tokens) -> float:
        """Return the cosine with the nearest surface or example of what no entry answers; 0 without a meaning view."""
        return self._meaning.likeness(tokens) if self._meaning else 0.0

    def nearest(self, tokens: Tokens, entry: int) -> Nearest:
        """Return what of the entry with this number is nearest to the utterance."""
        rows = range(int(self._rows.starts[entry]), int(self._rows.ends[entry]))
        held = {word for row in rows for word in self._surfaces[row].words}
        alike = max(rows, key=lambda row: fuzz.ratio(tokens.bare, self._surfaces[row].bare))
        meaning, likeness = "", 0.0
        if self._meaning:
            row, likeness = self._meaning.nearest_row(tokens, rows)
            meaning = self._texts[row]
        shared = tuple(word for word in tokens.words if word in held)
        return Nearest(shared, self._texts[alike], meaning, likeness)

    def strays(self, margin: float) -> list[Stray]:
        """Return the surfaces that mean rather what another entry says; none without the meaning view."""
        if not self._meaning:
            return []
        entry = np.repeat(np.arange(len(self.ids)), self._rows.ends - self._rows.starts)
        return [
            Stray(self.ids[entry[row]], self._texts[row], self.ids[entry[other]], self._texts[other])
            for row, other in self._meaning.strays(margin)
        ]

    def unknown(self, tokens: Tokens) -> tuple[str, ...]:
        """Return the words of the utterance that stand in no surface."""
        return tuple(word for word in tokens.words if word not in self._vocabulary)


@dataclass(frozen=True, slots=True)
class Stray:
    """A surface that is nearer in meaning to another entry than to its own."""

    id: str
    text: str
    other_id: str
    other_text: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """What of an entry is nearest to an utterance."""

    shared_words: tuple[str, ...]
    surface: str
    """By its characters."""
    meaning_surface: str
    """By its meaning; empty without the meaning view."""
    likeness: float
    """The cosine of that one."""


def _group_numbers(groups: Sequence[Sequence[str]], tokenizer: Tokenizer) -> Mapping[str, Sequence[int]]:
    """Return word → the numbers of the groups that it stands in.

    The words of a group are read as the tokenizer reads them; of a compound that it splits, the longest unit counts.
    """
    numbers: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for text in group:
            for word in tokenizer.remembered(text).words[:1]:
                held = numbers.setdefault(word, [])
                if number not in held:
                    held.append(number)
    return numbers
