from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from small_ward import SmallWard

from bot.difference import LONGEST, difference_of, shortened
from bot.guide import Guide


def test_without_a_line_of_staffs_it_is_the_first_sentence_of_the_answer(small_guide: Guide) -> None:
    assert difference_of(small_guide.knowledge.entries["juminhyo"]) == "住民票の写しは、戸籍課で受け取れます"


def test_staffs_own_line_comes_first(ward: SmallWard, guide_of: Callable[[SmallWard], Guide]) -> None:
    ward.add("services/koseki/tennyu.yaml", "ちがい: ほかの市から港町区へ引っ越してきた\n")

    assert difference_of(guide_of(ward).knowledge.entries["tennyu"]) == "ほかの市から港町区へ引っ越してきた"


def test_a_long_sentence_ends_where_a_clause_does() -> None:
    sentence = (
        "健診は区の福祉保健センターで行っていますので、対象の人は、案内に書かれている日に問診票を持って来てください"
    )

    assert shortened(sentence) == "健診は区の福祉保健センターで行っていますので、対象の人は…"


@given(st.text())
def test_it_is_never_longer_than_can_be_read_at_a_glance(sentence: str) -> None:
    assert len(shortened(sentence)) <= LONGEST


def test_of_two_entries_that_nobody_can_tell_apart_one_is_offered(
    ward: SmallWard, guide_of: Callable[[SmallWard], Guide]
) -> None:
    ward.write("services/koseki/tennyu-futatsu.yaml", ward.read("services/koseki/tennyu.yaml"))
    guide = guide_of(ward)

    options = guide._follow_ups.choices(["tennyu", "tennyu-futatsu", "tenshutsu", "nai"])

    assert [option.action.target for option in options] == ["tennyu", "tenshutsu"]
