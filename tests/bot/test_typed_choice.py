from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.typed_choice import chosen

LABELS = ["転入届", "転出届", "住民票の写し"]
NONE = "どれでもない"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("1", 0),
        ("２", 1),
        ("３。", 2),
        ("2番", 1),
        ("2番目", 1),
        ("二番目のほう", 1),
        ("二つ目です", 1),
        ("1番でお願いします", 0),
        ("4", -1),
        ("転出のほう", 1),
        ("転出の方です", 1),
        ("転出届について", 1),
        ("ｼﾞｭｳﾐﾝﾋｮｳ", None),
        ("住民票", 2),
        ("住民票の写し", 2),
        ("届", None),
        ("転", None),
        ("5", None),
        ("0", None),
        ("99", None),
        ("2024年", None),
        ("どれでもない", -1),
        ("どれでもないです", -1),
        ("違う", -1),
        ("児童手当がほしい", None),
        ("", None),
        ("。", None),
        ("です", None),
    ],
)
def test_typing_works_like_tapping(typed: str, place: int | None) -> None:
    assert chosen(typed, LABELS, NONE) == place


def test_nothing_is_chosen_when_nothing_was_offered() -> None:
    assert chosen("1", [], NONE) is None
    assert chosen(NONE, [], NONE) is None


def test_an_exact_name_wins_over_a_longer_one_that_holds_it() -> None:
    assert chosen("住民票", ["住民票の写し", "住民票"], NONE) == 1


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_chooses_one_of_the_labels_or_nothing(text: str, labels: list[str]) -> None:
    place = chosen(text, labels, NONE)

    assert place is None or -1 <= place < len(labels)
