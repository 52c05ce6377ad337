"""Views: ways of comparing an utterance with every entry, each a number an entry, none knowing a particular entry.

A feature is comparable between knowledge bases: it is a cosine, a share, or a score divided by its own best possible.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from bot.language.normalisation import folded
from bot.language.tokens import Tokens
from bot.matching.postings import Floats, Ints, Postings

_K1, _B = 1.2, 0.4
"""BM25 on short texts: a phrasing twice as long is hardly less about its matter, so b is below the usual 0.75."""


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
        self.total = int(sum(counts))

    def best(self, scores: Floats) -> Floats:
        """Return for each entry the best score of its rows."""
        return np.maximum.reduceat(scores, self.starts)


class WordView:
    """BM25 over Sudachi words of the surfaces (best row) and of the whole entry."""

    names = ("words", "words_whole", "coverage", "name_coverage")

    def __init__(self, surfaces: Sequence[Tokens], answers: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        surface_words = [tokens.words for tokens in surfaces]
        self._surfaces = Postings.bm25(surface_words, _K1, _B)
        ends = [*rows.starts[1:], rows.total]
        whole = [
            tuple(word for row in surface_words[start:end] for word in row) + answer.words
            for start, end, answer in zip(rows.starts, ends, answers, strict=True)
        ]
        self._whole = Postings.bm25(whole, _K1, 0.6)
        self._presence = _presence(self._surfaces)
        self._masses = np.array([max(self._surfaces.mass(words), 1e-6) for words in surface_words], np.float32)

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shapes (entries,): BM25 of the best surface and of the whole entry, and how much is covered."""
        words = tokens.words
        mass = max(self._surfaces.mass(words), 1e-6)
        known = set(self._surfaces.known(words))
        idf = {number: float(self._surfaces.idf[number]) for number in known}
        shared = self._presence.scores(words, idf)
        return [
            self._rows.best(self._surfaces.scores(words)) / np.float32(mass * (_K1 + 1)),
            self._whole.scores(words) / np.float32(max(self._whole.mass(words), 1e-6) * (_K1 + 1)),
            self._rows.best(shared) / np.float32(mass),
            self._rows.best(shared / self._masses),
        ]


def _presence(postings: Postings) -> Postings:
    """Return the same postings with every weight 1."""
    ones = np.ones_like(postings.weights)
    return Postings(postings.vocabulary, postings.starts, postings.rows, ones, postings.idf, postings.row_count)


class SynonymView:
    """BM25 over synonym groups: an everyday word and its official word are the same term."""

    names = ("synonyms",)

    def __init__(self, surfaces: Sequence[Tokens], groups: Mapping[str, Sequence[int]], rows: Rows) -> None:
        self._rows, self._groups = rows, groups
        self._postings = Postings.bm25([self._terms(tokens) for tokens in surfaces], _K1, _B)

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shape (entries,): BM25 over groups and the words that are in none, of the best surface."""
        terms = self._terms(tokens)
        mass = max(self._postings.mass(terms), 1e-6)
        return [self._rows.best(self._postings.scores(terms)) / np.float32(mass * (_K1 + 1))]

    def _terms(self, tokens: Tokens) -> tuple[Hashable, ...]:
        terms: dict[Hashable, None] = {}
        for word in tokens.words:
            groups = self._groups.get(word)
            terms.update(dict.fromkeys(groups if groups else (word,)))
        return tuple(terms)


class CharacterView:
    """Cosine of character bigrams: typos, missing okurigana, words that Sudachi cuts elsewhere."""

    names = ("characters", "characters_whole")

    def __init__(self, surfaces: Sequence[Tokens], answers: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        texts = [folded(tokens.text) for tokens in surfaces]
        self._surfaces = Postings.cosine([ngrams(text, 2) for text in texts])
        ends = [*rows.starts[1:], rows.total]
        whole = [
            [gram for text in (*texts[start:end], folded(answer.text)) for gram in ngrams(text, 2)]
            for start, end, answer in zip(rows.starts, ends, answers, strict=True)
        ]
        self._whole = Postings.cosine(whole)

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shapes (entries,): the cosine with the best surface and with the whole entry."""
        grams = ngrams(folded(tokens.text), 2)
        return [self._rows.best(self._surfaces.cosine_scores(grams)), self._whole.cosine_scores(grams)]


class ReadingView:
    """Cosine of trigrams of the reading: hiragana only, and words chosen wrongly by the keyboard (住民表)."""

    names = ("reading", "reading_if_hiragana")

    def __init__(self, surfaces: Sequence[Tokens], rows: Rows) -> None:
        self._rows = rows
        self._postings = Postings.cosine([self._grams(tokens) for tokens in surfaces])

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shapes (entries,): the cosine of readings, and the same if the utterance is hiragana only, else 0."""
        scores = self._rows.best(self._postings.cosine_scores(self._grams(tokens)))
        return [scores, scores if tokens.written_in_hiragana else np.zeros_like(scores)]

    @staticmethod
    def _grams(tokens: Tokens) -> list[str]:
        return [*ngrams(tokens.reading, 2), *ngrams(tokens.reading, 3)]


class FuzzyView:
    """RapidFuzz on the entries that another view found: typos and short input."""

    names = ("fuzzy", "fuzzy_reading", "contained")

    def __init__(self, surfaces: Sequence[Tokens], rows: Rows) -> None:
        self._starts = rows.starts
        self._ends = np.append(rows.starts[1:], rows.total)
        self._texts = [folded(tokens.text) for tokens in surfaces]
        self._readings = [tokens.reading for tokens in surfaces]

    def features(self, tokens: Tokens, entries: Sequence[int]) -> list[Floats]:
        """Return shapes (entries,): similarity of text and of reading, and the longest name that is contained; 0 to 1.

        Entries that are not in `entries` get 0.
        """
        text, reading = folded(tokens.text), tokens.reading
        rows = [row for entry in entries for row in range(int(self._starts[entry]), int(self._ends[entry]))]
        counts = [int(self._ends[entry] - self._starts[entry]) for entry in entries]
        starts: Ints = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int32)
        texts = [self._texts[row] for row in rows]
        inside = [len(each) if len(each) > 1 and each in text else 0 for each in texts]
        per_row = [
            _ratios(text, texts),
            _ratios(reading, [self._readings[row] for row in rows]),
            np.array(inside, np.float32) / max(len(text), 1),
        ]
        found = [np.zeros(len(self._starts), np.float32) for _ in self.names]
        for whole, part in zip(found, per_row, strict=True):
            best: Floats = np.maximum.reduceat(np.asarray(part, np.float32), starts)
            whole[list(entries)] = best
        return found


def _ratios(text: str, choices: Sequence[str]) -> Floats:
    """Return the normalised indel similarity (RapidFuzz `ratio`) of `text` with each of `choices`, 0 to 1."""
    similarities: Floats = process.cdist([text], choices, scorer=fuzz.ratio, dtype=np.float32)[0]
    return similarities / np.float32(100)
