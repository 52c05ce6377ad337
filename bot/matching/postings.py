"""Sparse term × row matrices, stacked so that one utterance is scored under every view in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Weigh = Callable[[Floats, Ints, Floats], Floats]
"""Counts, rows and idf of every posting → its weight."""


@dataclass(frozen=True)
class Query:
    """What an utterance asks of one matrix."""

    terms: Ints
    """Numbers of the terms that some row holds."""
    weights: Floats
    """One weight a term."""


@dataclass(frozen=True)
class Postings:
    """For each term the rows that hold it, with a weight; immutable after building."""

    vocabulary: dict[Hashable, int]
    starts: Ints
    """Shape (terms + 1,): where each term's postings begin in `rows` and `weights`."""
    rows: Ints
    weights: Floats
    idf: Floats
    """Shape (terms,)."""
    row_count: int

    @classmethod
    def bm25(cls, rows: Sequence[Sequence[Hashable]], k1: float, b: float) -> Postings:
        """Return BM25 weights (Robertson & Zaragoza 2009, eq. 3.15; idf as in Lucene, never negative)."""
        lengths = np.array([len(row) for row in rows], dtype=np.float32)
        mean = float(lengths.mean()) if len(rows) and lengths.any() else 1.0

        def weigh(count: Floats, row: Ints, idf: Floats) -> Floats:
            norm = k1 * (1 - b + b * lengths[row] / mean)
            return (idf * count * (k1 + 1) / (count + norm)).astype(np.float32)

        return cls._build(rows, weigh)

    @classmethod
    def cosine(cls, rows: Sequence[Sequence[Hashable]]) -> Postings:
        """Return TF-IDF weights with each row at unit length, so that a product with a unit query is a cosine."""

        def weigh(count: Floats, row: Ints, idf: Floats) -> Floats:
            raw = (1 + np.log(count)) * idf
            norms = np.sqrt(np.bincount(row, weights=raw**2, minlength=len(rows)))
            return (raw / np.maximum(norms[row], 1e-9)).astype(np.float32)

        return cls._build(rows, weigh)

    @classmethod
    def _build(cls, rows: Sequence[Sequence[Hashable]], weigh: Weigh) -> Postings:
        vocabulary: dict[Hashable, int] = {}
        terms: list[int] = []
        row_ids: list[int] = []
        counts: list[int] = []
        for row_id, row in enumerate(rows):
            for term, count in Counter(row).items():
                terms.append(vocabulary.setdefault(term, len(vocabulary)))
                row_ids.append(row_id)
                counts.append(count)
        term_of, row_of = np.array(terms, dtype=np.int32), np.array(row_ids, dtype=np.int32)
        order = np.lexsort((row_of, term_of))
        term_of, row_of, count_of = term_of[order], row_of[order], np.array(counts, dtype=np.float32)[order]
        held = np.bincount(term_of, minlength=len(vocabulary)).astype(np.float32)
        idf = np.log1p((len(rows) - held + 0.5) / (held + 0.5)).astype(np.float32)
        weights: Floats = weigh(count_of, row_of, idf[term_of]) if len(term_of) else np.zeros(0, np.float32)
        starts = np.concatenate(([0], np.cumsum(held))).astype(np.int32)
        return cls(vocabulary, starts, row_of, weights, idf, len(rows))

    def presence(self) -> Postings:
        """Return the same postings with every weight 1."""
        ones = np.ones_like(self.weights)
        return Postings(self.vocabulary, self.starts, self.rows, ones, self.idf, self.row_count)

    @property
    def rarest(self) -> float:
        """Return the idf of a term that no row holds: the highest there is."""
        return float(np.log1p((self.row_count + 0.5) / 0.5))

    def query(self, terms: Iterable[Hashable]) -> Query:
        """Return the query in which every known term counts once."""
        found = [number for term in dict.fromkeys(terms) if (number := self.vocabulary.get(term)) is not None]
        return Query(np.array(found, np.int32), np.ones(len(found), np.float32))

    def idf_query(self, terms: Iterable[Hashable]) -> Query:
        """Return the query in which every known term counts as much as its idf."""
        terms = self.query(terms).terms
        return Query(terms, self.idf[terms])

    def cosine_query(self, terms: Sequence[Hashable]) -> Query:
        """Return the query of unit length; terms that no row holds lengthen it as the rarest ones would."""
        counts = Counter(terms)
        known = [(number, count) for term, count in counts.items() if (number := self.vocabulary.get(term)) is not None]
        numbers = np.array([number for number, _ in known], np.int32)
        weights = (1 + np.log(np.array([count for _, count in known], np.float32))) * self.idf[numbers]
        unknown = (len(counts) - len(known)) * self.rarest**2
        length = float(np.sqrt(float(weights @ weights) + unknown))
        return Query(numbers, (weights / max(length, 1e-9)).astype(np.float32))

    def mass(self, terms: Iterable[Hashable]) -> float:
        """Return the sum of the idf of `terms`; a term that no row holds counts as the rarest one."""
        different = set(terms)
        query = self.query(different)
        known = float(self.idf[query.terms].sum())
        return known + (len(different) - len(query.terms)) * self.rarest

    def scores(self, query: Query) -> Floats:
        """Return for each row the sum of the postings of the query's terms, each times its weight."""
        return Stack([self]).scores([query])[0]


class Stack:
    """Several matrices scored in one pass: their postings gathered at once, their rows side by side."""

    def __init__(self, matrices: Sequence[Postings]) -> None:
        self._term_offsets = _offsets([len(matrix.idf) for matrix in matrices])
        self._row_offsets = _offsets([matrix.row_count for matrix in matrices])
        posting_offsets = _offsets([len(matrix.rows) for matrix in matrices])
        self._starts = np.concatenate(
            [matrix.starts[:-1] + offset for matrix, offset in zip(matrices, posting_offsets, strict=False)]
        )
        self._lengths = np.concatenate([np.diff(matrix.starts) for matrix in matrices])
        self._rows = np.concatenate(
            [matrix.rows + offset for matrix, offset in zip(matrices, self._row_offsets, strict=False)]
        )
        self._weights = np.concatenate([matrix.weights for matrix in matrices])

    def scores(self, queries: Sequence[Query]) -> list[Floats]:
        """Return for each matrix the scores of its rows under its query; one query a matrix, in their order."""
        offsets = self._term_offsets
        terms = np.concatenate([query.terms + offset for query, offset in zip(queries, offsets, strict=False)])
        weights = np.concatenate([query.weights for query in queries])
        lengths = self._lengths[terms]
        total = int(lengths.sum())
        # The positions of all postings of all terms: each term's start, counted on for its length.
        ends = np.cumsum(lengths)
        positions = np.arange(total) + np.repeat(self._starts[terms] - (ends - lengths), lengths)
        values = self._weights[positions] * np.repeat(weights, lengths)
        flat = np.bincount(self._rows[positions], weights=values, minlength=int(self._row_offsets[-1]))
        return np.split(flat.astype(np.float32), self._row_offsets[1:-1])


def _offsets(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Return where each of several things of these sizes begins when they lie side by side, and where the last ends."""
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
