"""Views: ways of comparing an utterance with every entry, each a number an entry, none knowing a particular entry.

A feature is comparable between knowledge bases: it is a cosine, a share, or a score divided by its own best possible.
A view gives its sparse matrices and its queries; the index scores all of them in one pass and hands the scores back.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

import numpy as np
from rapidfuzz import fuzz, process

from bot.language.tokens import Tokens
from bot.matching.postings import Floats, Ints, Postings, Query

_K1, _B = 1.2, 0.4
"""BM25 on short texts: a phrasing twice as long is hardly less about its matter, so b is below the usual 0.75."""
_B_WHOLE = 0.6


def ngrams(text: str, size: int) -> list[str]:
    """Return the character n-grams of `text` with its ends marked; shorter texts give themselves."""
    padded = f"^{text}$"
    if len(padded) <= size:
        return [padded]
    return [padded[start : start + size] for start in range(len(padded) - size + 1)]


class Rows:
    """Which rows belong to which entry; the rows of an entry stand together."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.starts: Ints = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int32)
        self.ends: Ints = np.cumsum(counts).astype(np.int32)

    def best(self, scores: Floats) -> Floats:
        """Return for each entry the best score of its rows."""
        best: Floats = np.maximum.reduceat(scores, self.starts)
        return best


class SparseView(Protocol):
    """A view over sparse matrices."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return one name a feature."""
        ...

    @property
    def matrices(self) -> tuple[Postings, ...]:
        """Return what is scored."""
        ...

    def queries(self, tokens: Tokens) -> tuple[Query, ...]:
        """Return one query a matrix."""
        ...

    def features(self, tokens: Tokens, scores: Sequence[Floats]) -> list[Floats]:
        """Return one array of shape (entries,) a feature, from the scores of each matrix's rows."""
        ...


class WordView:
    """BM25 over Sudachi words: of the best surface and of the whole entry, and how much of each is covered."""

    names: tuple[str, ...] = ("words", "words_whole", "coverage", "name_coverage")

    def __init__(self, surfaces: Sequence[Tokens], answers: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        surface_words = [tokens.words for tokens in surfaces]
        whole = [
            tuple(word for row in surface_words[start:end] for word in row) + answer.words
            for start, end, answer in zip(rows.starts, rows.ends, answers, strict=True)
        ]
        self._surfaces = Postings.bm25(surface_words, _K1, _B)
        self._whole = Postings.bm25(whole, _K1, _B_WHOLE)
        self._masses = np.array([max(self._surfaces.mass(words), 1e-6) for words in surface_words], np.float32)
        self.matrices: tuple[Postings, ...] = (self._surfaces, self._whole, self._surfaces.presence())

    def queries(self, tokens: Tokens) -> tuple[Query, ...]:
        """Return the utterance's words."""
        words = tokens.words
        return (self._surfaces.query(words), self._whole.query(words), self._surfaces.idf_query(words))

    def features(self, tokens: Tokens, scores: Sequence[Floats]) -> list[Floats]:
        """Return BM25 of the best surface and of the whole, the share of the utterance and of the surface shared."""
        surface, whole, shared = scores
        mass = np.float32(max(self._surfaces.mass(tokens.words), 1e-6))
        whole_mass = np.float32(max(self._whole.mass(tokens.words), 1e-6))
        return [
            self._rows.best(surface) / (mass * np.float32(_K1 + 1)),
            whole / (whole_mass * np.float32(_K1 + 1)),
            self._rows.best(shared) / mass,
            self._rows.best(shared / self._masses),
        ]


class SynonymView:
    """BM25 over synonym groups: an everyday word and its official word are the same term."""

    names: tuple[str, ...] = ("synonyms", "synonyms_whole")

    def __init__(
        self,
        surfaces: Sequence[Tokens],
        answers: Sequence[Tokens],
        groups: Mapping[str, Sequence[int]],
        rows: Rows,
    ) -> None:
        self._rows, self._groups = rows, groups
        terms = [self._terms(tokens) for tokens in surfaces]
        whole = [
            tuple(term for row in terms[start:end] for term in row) + self._terms(answer)
            for start, end, answer in zip(rows.starts, rows.ends, answers, strict=True)
        ]
        self._surfaces = Postings.bm25(terms, _K1, _B)
        self._whole = Postings.bm25(whole, _K1, _B_WHOLE)
        self.matrices: tuple[Postings, ...] = (self._surfaces, self._whole)

    def queries(self, tokens: Tokens) -> tuple[Query, ...]:
        """Return the utterance's groups, and its words that are in none."""
        terms = self._terms(tokens)
        return (self._surfaces.query(terms), self._whole.query(terms))

    def features(self, tokens: Tokens, scores: Sequence[Floats]) -> list[Floats]:
        """Return BM25 of the best surface and of the whole entry."""
        terms = self._terms(tokens)
        best = np.float32(_K1 + 1)
        return [
            self._rows.best(scores[0]) / (np.float32(max(self._surfaces.mass(terms), 1e-6)) * best),
            scores[1] / (np.float32(max(self._whole.mass(terms), 1e-6)) * best),
        ]

    def _terms(self, tokens: Tokens) -> tuple[Hashable, ...]:
        terms: dict[Hashable, None] = {}
        for word in tokens.words:
            groups = self._groups.get(word)
            terms.update(dict.fromkeys(groups if groups else (word,)))
        return tuple(terms)


class CharacterView:
    """Cosine of character bigrams: typos, missing okurigana, words that Sudachi cuts elsewhere."""

    names: tuple[str, ...] = ("characters", "characters_whole")

    def __init__(self, surfaces: Sequence[Tokens], answers: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        texts = [tokens.bare for tokens in surfaces]
        whole = [
            [gram for text in (*texts[start:end], answer.bare) for gram in ngrams(text, 2)]
            for start, end, answer in zip(rows.starts, rows.ends, answers, strict=True)
        ]
        self._surfaces = Postings.cosine([ngrams(text, 2) for text in texts])
        self._whole = Postings.cosine(whole)
        self.matrices: tuple[Postings, ...] = (self._surfaces, self._whole)

    def queries(self, tokens: Tokens) -> tuple[Query, ...]:
        """Return the utterance's bigrams."""
        grams = ngrams(tokens.bare, 2)
        return (self._surfaces.cosine_query(grams), self._whole.cosine_query(grams))

    def features(self, tokens: Tokens, scores: Sequence[Floats]) -> list[Floats]:
        """Return the cosine with the best surface and with the whole entry."""
        return [self._rows.best(scores[0]), scores[1]]


class ReadingView:
    """Cosine of n-grams of the reading: hiragana only, and words chosen wrongly by the keyboard (住民表)."""

    names: tuple[str, ...] = ("reading", "reading_if_hiragana")

    def __init__(self, surfaces: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        self._surfaces = Postings.cosine([self._grams(tokens) for tokens in surfaces])
        self.matrices: tuple[Postings, ...] = (self._surfaces,)

    def queries(self, tokens: Tokens) -> tuple[Query, ...]:
        """Return the bigrams and trigrams of the utterance's reading."""
        return (self._surfaces.cosine_query(self._grams(tokens)),)

    def features(self, tokens: Tokens, scores: Sequence[Floats]) -> list[Floats]:
        """Return the cosine of readings, and the same again if the utterance is hiragana only, else 0."""
        best = self._rows.best(scores[0])
        return [best, best if tokens.written_in_hiragana else np.zeros_like(best)]

    @staticmethod
    def _grams(tokens: Tokens) -> list[str]:
        return [*ngrams(tokens.reading, 2), *ngrams(tokens.reading, 3)]


class FuzzyView:
    """RapidFuzz on the entries that other views found: typos and short input."""

    names: tuple[str, ...] = ("fuzzy", "fuzzy_reading", "contained")

    def __init__(self, surfaces: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        self._texts = [tokens.bare for tokens in surfaces]
        self._readings = [tokens.reading for tokens in surfaces]

    def features(self, tokens: Tokens, entries: Sequence[int]) -> list[Floats]:
        """Return shapes (entries,): similarity of text and of reading, and the longest name that is contained; 0 to 1.

        Entries that are not in `entries` get 0.
        """
        text, reading = tokens.bare, tokens.reading
        spans = [(int(self._rows.starts[entry]), int(self._rows.ends[entry])) for entry in entries]
        rows = [row for start, end in spans for row in range(start, end)]
        starts: Ints = np.concatenate(([0], np.cumsum([end - start for start, end in spans])[:-1])).astype(np.int32)
        texts = [self._texts[row] for row in rows]
        inside = [len(each) if len(each) > 1 and each in text else 0 for each in texts]
        per_row = [
            _ratios(text, texts),
            _ratios(reading, [self._readings[row] for row in rows]),
            np.array(inside, np.float32) / np.float32(max(len(text), 1)),
        ]
        found = [np.zeros(len(self._rows.starts), np.float32) for _ in self.names]
        for whole, part in zip(found, per_row, strict=True):
            best: Floats = np.maximum.reduceat(part, starts)
            whole[list(entries)] = best
        return found


def _ratios(text: str, choices: Sequence[str]) -> Floats:
    """Return the normalised indel similarity (RapidFuzz `ratio`) of `text` with each of `choices`, 0 to 1."""
    similarities: Floats = process.cdist([text], choices, scorer=fuzz.ratio, dtype=np.float32)[0]
    return similarities / np.float32(100)
