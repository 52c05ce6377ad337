"""The gathered, stacked scores against the formulas of the papers, written out slowly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.postings import Postings, Stack

TERMS = st.sampled_from("いろはにほへと")
ROWS = st.lists(st.lists(TERMS, max_size=6), min_size=1, max_size=8)
QUERY = st.lists(st.one_of(TERMS, st.sampled_from(["知らない", "これも"])), max_size=8)


def idf(rows: Sequence[Sequence[str]], term: str) -> float:
    holding = sum(term in row for row in rows)
    return math.log(1 + (len(rows) - holding + 0.5) / (holding + 0.5))


def slow_bm25(rows: Sequence[Sequence[str]], query: Sequence[str], k1: float, b: float) -> list[float]:
    mean = sum(map(len, rows)) / len(rows) or 1.0
    scores = []
    for row in rows:
        score = 0.0
        for term in set(query):
            count = row.count(term)
            if count:
                score += idf(rows, term) * count * (k1 + 1) / (count + k1 * (1 - b + b * len(row) / mean))
        scores.append(score)
    return scores


def slow_cosine(rows: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    known = {term for row in rows for term in row}
    rarest = math.log(1 + (len(rows) + 0.5) / 0.5)

    def vector(terms: Sequence[str]) -> dict[str, float]:
        return {
            term: (1 + math.log(count)) * idf(rows, term) if term in known else rarest
            for term, count in Counter(terms).items()
        }

    asked = vector(query)
    scores = []
    for row in rows:
        held = vector(row)
        lengths = math.hypot(*held.values()) * math.hypot(*asked.values())
        product = sum(weight * held.get(term, 0.0) for term, weight in asked.items())
        scores.append(product / lengths if lengths else 0.0)
    return scores


@given(ROWS, QUERY, st.floats(0.1, 3), st.floats(0, 1))
def test_bm25_is_the_formula(rows: list[list[str]], query: list[str], k1: float, b: float) -> None:
    postings = Postings.bm25(rows, k1, b)

    scores = postings.scores(postings.query(query))

    assert scores.tolist() == pytest.approx(slow_bm25(rows, query, k1, b), rel=1e-4, abs=1e-5)


@given(ROWS, QUERY)
def test_cosine_is_the_formula(rows: list[list[str]], query: list[str]) -> None:
    postings = Postings.cosine(rows)

    scores = postings.scores(postings.cosine_query(query))

    assert scores.tolist() == pytest.approx(slow_cosine(rows, query), rel=1e-4, abs=1e-5)


@given(ROWS)
def test_a_row_is_most_like_itself(rows: list[list[str]]) -> None:
    postings = Postings.cosine(rows)

    for number, row in enumerate(rows):
        scores = postings.scores(postings.cosine_query(row))
        assert float(scores.max()) <= 1 + 1e-5
        assert float(scores[number]) == pytest.approx(1.0 if row else 0.0, abs=1e-4)


@given(ROWS, QUERY)
def test_the_mass_of_a_query_is_the_sum_of_its_idf(rows: list[list[str]], query: list[str]) -> None:
    assert Postings.bm25(rows, 1.2, 0.4).mass(query) == pytest.approx(
        sum(idf(rows, term) for term in set(query)), rel=1e-4, abs=1e-5
    )


@given(ROWS, QUERY)
def test_presence_scored_by_idf_is_the_shared_mass(rows: list[list[str]], query: list[str]) -> None:
    postings = Postings.bm25(rows, 1.2, 0.4)

    shared = postings.presence().scores(postings.idf_query(query))

    expected = [sum(idf(rows, term) for term in set(query) & set(row)) for row in rows]
    assert shared.tolist() == pytest.approx(expected, rel=1e-4, abs=1e-5)


@given(st.lists(st.tuples(ROWS, QUERY), min_size=1, max_size=4))
def test_matrices_scored_together_get_what_each_gets_alone(matrices: list[tuple[list[list[str]], list[str]]]) -> None:
    postings = [Postings.bm25(rows, 1.2, 0.4) for rows, _ in matrices]
    queries = [each.query(query) for each, (_, query) in zip(postings, matrices, strict=True)]

    together = Stack(postings).scores(queries)

    for scores, each, query in zip(together, postings, queries, strict=True):
        np.testing.assert_allclose(scores, each.scores(query), rtol=1e-5)


def test_a_query_of_nothing_known_scores_nothing() -> None:
    postings = Postings.bm25([["い"], ["ろ"]], 1.2, 0.4)

    assert postings.scores(postings.query(["知らない"])).tolist() == [0.0, 0.0]
    assert postings.scores(postings.query([])).tolist() == [0.0, 0.0]


def test_the_rarer_word_counts_more() -> None:
    postings = Postings.bm25([["ごみ", "粗大"], ["ごみ"], ["ごみ"]], 1.2, 0.4)

    common, rare = (float(postings.scores(postings.query([term]))[0]) for term in ("ごみ", "粗大"))

    assert rare > common > 0
