from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asked_fact import AskedFactFinder
from bot.knowledge.schema import FactName
from bot.language.tokens import Tokenizer

FINDER = AskedFactFinder(
    [
        FactName.model_validate({"名称": "手数料", "聞き方": ["いくら", "費用", "얼마"]}),
        FactName.model_validate({"名称": "受付時間", "聞き方": ["何時から", "何時まで"]}),
        FactName.model_validate({"名称": "期限", "聞き方": ["いつまで", "いつまでに"]}),
    ],
    Tokenizer(),
)


@pytest.mark.parametrize(
    ("said", "name", "alone"),
    [
        ("いくら?", "手数料", True),
        ("いくらですか", "手数料", True),
        ("手数料を教えて", "手数料", True),
        ("費用はいくら", "手数料", True),
        ("住民票はいくら", "手数料", False),
        ("何時まで?", "受付時間", True),
        ("いつまでに?", "期限", True),
        ("図書館は何時から", "受付時間", False),
        ("얼마예요?", "手数料", True),
        ("주민표는 얼마예요?", "手数料", False),
        ("얼마나 내야 주민표를 받을 수 있나요?", "手数料", False),
    ],
)
def test_the_fact_is_found_and_whether_anything_else_is_said(said: str, name: str, alone: bool) -> None:
    asked = FINDER.find(said)

    assert asked is not None
    assert (asked.name, asked.alone) == (name, alone)


@pytest.mark.parametrize("said", ["住民票がほしい", "", "こんにちは", "😀"])
def test_what_asks_for_no_fact_asks_for_none(said: str) -> None:
    assert FINDER.find(said) is None


@given(st.text())
def test_any_text_is_looked_at_without_an_exception(text: str) -> None:
    FINDER.find(text)


def test_several_words_of_asking_in_one_question_name_no_matter() -> None:
    finder = AskedFactFinder([FactName(名称="期限", 聞き方=("いつまで",))], Tokenizer())

    found = finder.find("期限はいつまで?")

    assert found is not None
    assert found.alone
