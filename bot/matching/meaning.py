"""The meaning view: what an utterance says, whatever its words, by sentence embeddings (E5, Wang et al. 2022/2024)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.language.tokens import Tokens
from bot.matching.document import Document
from bot.matching.embedder import Prefix, RecentVectors, Vectors
from bot.matching.postings import Floats
from bot.matching.views import Rows


class TextVectors(Protocol):
    """Where the vectors of entries come from: a cache that computes what it lacks."""

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        """Return shape (texts, 384): one unit vector a text (zero for an empty one)."""
        ...

    def missing(self, texts: Sequence[str], prefix: Prefix = "query: ") -> int:
        """Return how many of `texts` would have to be computed."""
        ...


class Meaning:
    """The model for both sides: the entries' texts, kept on disk, and utterances, the last ones kept in memory."""

    def __init__(self, entries: TextVectors, utterances: RecentVectors) -> None:
        self.entries, self.utterances = entries, utterances

    def missing(self, documents: Sequence[Document], surfaces: Sequence[Tokens]) -> int:
        """Return how many texts of an index would have to be computed: each takes some milliseconds."""
        parts: tuple[tuple[Sequence[str], Prefix], ...] = (
            ([tokens.text for tokens in surfaces], "query: "),
            (_names(documents), "passage: "),
            (_answers(documents), "passage: "),
        )
        return sum(self.entries.missing(texts, prefix) for texts, prefix in parts)


class MeaningView:
    """Cosines of the utterance with each entry's surfaces, its name, and its name with the answer."""

    names: tuple[str, ...] = ("meaning", "meaning_name", "meaning_answer")

    def __init__(
        self,
        documents: Sequence[Document],
        surfaces: Sequence[Tokens],
        rows: Rows,
        meaning: Meaning,
        outside: Sequence[str] = (),
    ) -> None:
        """Embed the documents' texts; the surfaces as utterances are read: hiragana as the knowledge base's words.

        `outside` are examples of what no entry answers, read likewise.
        """
        self._rows, self._utterances = rows, meaning.utterances
        embed = meaning.entries.embed
        self._surfaces = embed([tokens.text for tokens in surfaces])
        self._names = embed(_names(documents), "passage: ")
        self._answers = embed(_answers(documents), "passage: ")
        self._outside = embed(outside) if outside else None

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shapes (entries,): the three cosines."""
        vector = self._utterances.vector(tokens.text)
        return [self._rows.best(self._surfaces @ vector), self._names @ vector, self._answers @ vector]

    def outside_likeness(self, tokens: Tokens) -> float:
        """Return the cosine of the utterance with the nearest example of what no entry answers; 0 without examples."""
        if self._outside is None:
            return 0.0
        return float((self._outside @ self._utterances.vector(tokens.text)).max())

    def likeness(self, tokens: Tokens) -> float:
        """Return the cosine of the utterance with the nearest surface or example of what no entry answers."""
        surface = float((self._surfaces @ self._utterances.vector(tokens.text)).max())
        return max(surface, self.outside_likeness(tokens))

    def strays(self, margin: float) -> list[tuple[int, int]]:
        """Return the rows whose nearest row is another entry's, by `margin` nearer than any of their own entry's rows.

        Pairs of (row, that other row); an entry of a single row has nothing of its own to be near to and is left out.
        """
        cosines = self._surfaces @ self._surfaces.T
        np.fill_diagonal(cosines, -1.0)
        entry = np.repeat(np.arange(len(self._rows.starts)), self._rows.ends - self._rows.starts)
        same = entry[:, None] == entry[None, :]
        own = np.where(same, cosines, -1.0).max(axis=1)
        others = np.where(same, -1.0, cosines)
        nearest = others.argmax(axis=1)
        stray = (others.max(axis=1) > own + margin) & (own > -1.0)
        return [(int(row), int(nearest[row])) for row in np.flatnonzero(stray)]

    def nearest_row(self, tokens: Tokens, rows: range) -> tuple[int, float]:
        """Return which of `rows` (of surfaces) means most nearly the same as the utterance, and its cosine."""
        cosines = self._surfaces[rows.start : rows.stop] @ self._utterances.vector(tokens.text)
        best = int(np.argmax(cosines))
        return rows.start + best, float(cosines[best])


def _names(documents: Sequence[Document]) -> list[str]:
    return [document.name for document in documents]


def _answers(documents: Sequence[Document]) -> list[str]:
    return [f"{document.name} {document.answer}" for document in documents]
