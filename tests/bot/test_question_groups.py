from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from bot.question_groups import Unanswered, grouped, size


def words_of(text: str) -> list[str]:
    return text.split()


def test_the_same_words_in_another_order_or_with_more_words_are_one_group() -> None:
    asked = [
        Unanswered("盆踊り 会場", unknown=3),
        Unanswered("会場 盆踊り"),
        Unanswered("盆踊り 会場 駐車場", refused=1),
    ]

    groups = grouped([*asked, Unanswered("宇宙 旅行", unknown=2)], words_of)

    assert [[each.text for each in group] for group in groups] == [
        ["盆踊り 会場", "盆踊り 会場 駐車場", "会場 盆踊り"],
        ["宇宙 旅行"],
    ]
    assert size(groups[0]) == 4


def test_one_text_that_failed_in_several_ways_is_counted_together() -> None:
    asked = [Unanswered("盆踊り", unknown=2), Unanswered("盆踊り", wrong=1, chosen="matsuri", not_meant=frozenset("x"))]

    ((only,),) = grouped(asked, words_of)

    assert (only.number, only.unknown, only.wrong, only.chosen, only.not_meant) == (3, 2, 1, "matsuri", {"x"})


@given(st.lists(st.builds(Unanswered, st.text(max_size=12), st.integers(0, 5), st.integers(0, 5)), max_size=40))
def test_nothing_is_lost_and_the_order_of_asking_changes_nothing(asked: list[Unanswered]) -> None:
    groups = grouped(asked, words_of)

    assert sum(map(size, groups)) == sum(each.number for each in asked)
    assert {each.text for group in groups for each in group} == {each.text for each in asked}
    assert grouped(list(reversed(asked)), words_of) == groups


def test_two_thousand_different_texts_take_seconds_and_no_more() -> None:
    asked = [Unanswered(f"言葉{number % 997} もの{number} こと{number % 31}", unknown=1) for number in range(2000)]
    began = time.perf_counter()

    grouped(asked, words_of)

    assert time.perf_counter() - began < 60
