from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.joints import halves


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("印鑑登録と、犬の登録もしたいです", "印鑑登録", "犬の登録もしたいです"),
        ("住民票と印鑑証明がほしい", "住民票", "印鑑証明がほしい"),
        ("住民票がほしいです。あと粗大ごみの出し方も教えて", "住民票がほしいです", "あと粗大ごみの出し方も教えて"),
        ("粗大ごみの出し方は?住民票いくら?", "粗大ごみの出し方は?", "住民票いくら?"),
        ("児童手当を申請したい、それと保育園も", "児童手当を申請したい", "保育園も"),
        ("住民票がほしい\n印鑑証明はどこ?", "住民票がほしい", "印鑑証明はどこ?"),
    ],
)
def test_a_message_is_parted_where_a_second_matter_begins(text: str, left: str, right: str) -> None:
    assert (left, right) in list(halves(text))


@pytest.mark.parametrize(
    "text",
    [
        "住民票がほしい",
        "母と一緒に行きたい",
        "引っ越しました。住民票がほしいです",
        "こんにちは、住民票がほしいです",
        "やっと届いた書類の出し方",
        "昨日から熱があって、薬がほしい",
    ],
)
def test_a_message_with_one_request_stays_whole(text: str) -> None:
    assert list(halves(text)) == []


def test_a_long_story_stays_whole() -> None:
    assert list(halves("住民票がほしいです。印鑑証明もほしいです。" * 10)) == []


@given(st.text())
def test_parts_are_never_empty(text: str) -> None:
    assert all(left.strip() and right.strip() for left, right in halves(text))
