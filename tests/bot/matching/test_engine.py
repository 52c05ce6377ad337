from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.tokens import Tokenizer
from bot.matching.document import Document
from bot.matching.engine import MOST_CANDIDATES, Engine, Scored, Thresholds, Verdict
from bot.matching.index import Index
from bot.matching.ranker import Ranker
from bot.matching.views import Rows, ngrams

THRESHOLDS = Thresholds(answer=0.6, choose=0.4, shown=0.05, most_choices=4)
NAMES = "住民票の写し 転入届 転出届 転居届 印鑑登録証明書 戸籍謄本 粗大ごみ 児童手当 国民年金 国民健康保険 介護保険 母子手帳 予防接種 図書館".split()
DOCUMENTS = [Document(f"id-{number}", name, answer=f"{name}の案内です。") for number, name in enumerate(NAMES)]


def engine_of(documents: list[Document], groups: list[tuple[str, ...]] | None = None) -> Engine:
    index = Index(documents, Tokenizer(), groups or [])
    return Engine(index, Ranker.fitted(index.feature_names), THRESHOLDS)


ENGINE = engine_of(DOCUMENTS)


@pytest.mark.parametrize(("number", "name"), list(enumerate(NAMES)))
def test_a_name_finds_its_own_entry_first(number: int, name: str) -> None:
    assert ENGINE.candidates(name)[0].id == f"id-{number}"


@pytest.mark.parametrize("text", ["住民票", "ごみ", "asdfgh", "a", "1", "😀あ", "住民票" * 600])
def test_candidates_are_at_most_ten_best_first_and_together_at_most_certain(text: str) -> None:
    candidates = ENGINE.candidates(text)

    confidences = [candidate.confidence for candidate in candidates]
    assert 0 < len(candidates) <= MOST_CANDIDATES == 10
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert sum(confidences) <= 1 + 0.001  # each is rounded
    assert len({candidate.id for candidate in candidates}) == len(candidates)


@pytest.mark.parametrize("text", ["", " ", "。。。", "😀", "\u200b"])
def test_nothing_said_has_no_candidates(text: str) -> None:
    decision = ENGINE.decide(text)

    assert decision.candidates == ()
    assert decision.verdict is Verdict.UNKNOWN


@given(st.text())
def test_any_text_is_decided_and_the_same_way_each_time(text: str) -> None:
    assert ENGINE.decide(text) == ENGINE.decide(text)


def test_threads_that_ask_at_once_get_what_one_alone_gets() -> None:
    texts = NAMES * 10
    alone = [ENGINE.decide(text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ENGINE.decide, texts))

    assert together == alone


def test_an_engine_built_again_decides_the_same() -> None:
    assert [engine_of(DOCUMENTS).decide(name) for name in NAMES] == [ENGINE.decide(name) for name in NAMES]


def test_one_entry_is_enough_for_an_index() -> None:
    (candidate,) = engine_of(DOCUMENTS[:1]).candidates("住民票の写し")

    assert candidate.id == "id-0"


def test_no_entry_is_not() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Index([], Tokenizer())


def test_an_everyday_word_finds_the_entry_of_its_official_word() -> None:
    library = f"id-{NAMES.index('図書館')}"

    told = engine_of(DOCUMENTS, [("図書館", "ライブラリ")]).candidates("ライブラリ")

    assert told[0].id == library
    assert told[0].confidence > dict(as_pairs(ENGINE.candidates("ライブラリ"))).get(library, 0.0)


def as_pairs(candidates: tuple[Scored, ...]) -> list[tuple[str, float]]:
    return [(candidate.id, candidate.confidence) for candidate in candidates]


@pytest.mark.parametrize(
    ("confidences", "verdict", "shown"),
    [
        ([0.6, 0.3], Verdict.ANSWER, ["c0"]),
        ([0.59, 0.3], Verdict.CHOOSE, ["c0", "c1"]),
        ([0.3, 0.2, 0.1, 0.06, 0.06], Verdict.CHOOSE, ["c0", "c1", "c2", "c3"]),
        ([0.3, 0.2, 0.04], Verdict.CHOOSE, ["c0", "c1"]),
        ([0.5, 0.01], Verdict.CHOOSE, ["c0", "c1"]),
        ([0.2, 0.1], Verdict.UNKNOWN, []),
        ([0.1] * 10, Verdict.CHOOSE, ["c0", "c1", "c2", "c3"]),
        ([0.09] * 10, Verdict.UNKNOWN, []),
        ([], Verdict.UNKNOWN, []),
    ],
)
def test_the_thresholds_decide(confidences: list[float], verdict: Verdict, shown: list[str]) -> None:
    decision = ENGINE.judge([Scored(f"c{place}", confidence) for place, confidence in enumerate(confidences)])

    assert decision.verdict is verdict
    assert list(decision.shown) == shown


@given(st.lists(st.floats(0, 1), max_size=10))
def test_what_is_chosen_from_is_two_to_four(confidences: list[float]) -> None:
    ordered = sorted(confidences, reverse=True)

    decision = ENGINE.judge([Scored(str(place), confidence) for place, confidence in enumerate(ordered)])

    if decision.verdict is Verdict.CHOOSE and len(ordered) > 1:
        assert 2 <= len(decision.shown) <= 4


def test_the_fitted_ranker_fits_the_features_of_an_index() -> None:
    index = ENGINE.index

    features = index.features(index.tokenizer.analyse("住民票"))

    assert features.shape == (len(DOCUMENTS), len(index.feature_names))
    assert np.isfinite(features).all()
    assert Ranker.fitted(index.feature_names).weights.shape == (len(index.feature_names),)


def test_a_ranker_for_other_features_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="make ranker"):
        Ranker.fitted(("unheard-of",))


@given(st.text(max_size=8), st.integers(1, 4))
def test_ngrams_cover_a_text_and_its_ends(text: str, size: int) -> None:
    grams = ngrams(text, size)

    assert grams[0].startswith("^")
    assert grams[-1].endswith("$")
    assert "".join([grams[0], *(gram[-1] for gram in grams[1:])]) == f"^{text}$"


@given(st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=4), min_size=1, max_size=6))
def test_the_best_row_of_each_entry_counts(entries: list[list[int]]) -> None:
    scores = np.array([score for entry in entries for score in entry], np.float32)

    assert Rows([len(entry) for entry in entries]).best(scores).tolist() == [max(entry) for entry in entries]
