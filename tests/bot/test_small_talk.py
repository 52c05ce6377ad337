from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.schema import SmallTalk
from bot.small_talk import SmallTalkFinder

TALKS = [
    SmallTalk.model_validate({"id": "hello", "言い方": ["こんにちは", "やあ", "はじめまして"], "返事": "こんにちは。"}),
    SmallTalk.model_validate({"id": "thanks", "言い方": ["ありがとう", "ありがとうございます"], "返事": "いいえ。"}),
]
FINDER = SmallTalkFinder(TALKS)


@pytest.mark.parametrize(
    ("said", "talk"),
    [
        ("こんにちは", "hello"),
        ("ありがとうっ", "thanks"),
        ("こんにちは！！", "hello"),
        ("こんにちは😊", "hello"),
        ("コンニチハ", "hello"),
        ("こんにちは、はじめまして", "hello"),
        ("やあ、ありがとう", "hello"),
        ("ありがとうございますー", "thanks"),
        ("ありがとうございまず", "thanks"),
        ("こんにちは、住民票がほしい", None),
        ("住民票がほしいです。ありがとう", None),
        ("やあやあ我こそは", None),
        ("", None),
        ("。", None),
    ],
)
def test_small_talk_is_small_talk_from_end_to_end(said: str, talk: str | None) -> None:
    found = FINDER.find(said)

    assert (found.id if found else None) == talk


@given(st.text())
def test_any_text_is_small_talk_or_not(text: str) -> None:
    assert FINDER.find(text) in (None, *TALKS)
