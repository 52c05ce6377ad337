"""Sparse term × row matrices, scored by gathering the postings of a query's terms."""

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

    def known(self, terms: Iterable[Hashable]) -> list[int]:
        """Return the numbers of those `terms` that some row holds."""
        return [number for term in terms if (number := self.vocabulary.get(term)) is not None]

    def scores(self, terms: Iterable[Hashable], weights: dict[int, float] | None = None) -> Floats:
        """Return for each row the sum of the postings of `terms`, each times its query weight (1 if not given)."""
        numbers = self.known(terms)
        if not numbers:
            return np.zeros(self.row_count, np.float32)
        spans = [slice(self.starts[number], self.starts[number + 1]) for number in numbers]
        rows = np.concatenate([self.rows[span] for span in spans])
        factors = [weights[number] if weights else 1.0 for number in numbers]
        values = np.concatenate([self.weights[span] * factor for span, factor in zip(spans, factors, strict=True)])
        return np.bincount(rows, weights=values, minlength=self.row_count).astype(np.float32)

    def cosine_scores(self, terms: Sequence[Hashable]) -> Floats:
        """Return for each row the cosine with a query of `terms`; terms that no row holds lengthen the query."""
        counts = Counter(terms)
        if not counts:
            return np.zeros(self.row_count, np.float32)
        unknown_idf = float(np.log1p((self.row_count + 0.5) / 0.5))
        weights: dict[int, float] = {}
        length = 0.0
        for term, count in counts.items():
            number = self.vocabulary.get(term)
            weight = (1 + float(np.log(count))) * (float(self.idf[number]) if number is not None else unknown_idf)
            length += weight**2
            if number is not None:
                weights[number] = weight
        return self.scores(counts, weights) / np.float32(max(length**0.5, 1e-9))

    def mass(self, terms: Iterable[Hashable]) -> float:
        """Return the sum of the idf of `terms`; a term that no row holds counts as the rarest one."""
        unknown = float(np.log1p((self.row_count + 0.5) / 0.5))
        return sum(
            float(self.idf[self.vocabulary[term]]) if term in self.vocabulary else unknown for term in set(terms)
        )
