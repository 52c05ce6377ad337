from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.action import Action, Verb

PART = st.text(st.characters(exclude_characters="|"), max_size=30)


@given(st.sampled_from(Verb), PART, PART)
def test_a_tap_comes_back_as_it_went_out(verb: Verb, target: str, detail: str) -> None:
    action = Action(verb, target, detail)

    assert Action.decode(action.encode()) == action


@given(st.text())
def test_any_text_that_comes_back_is_a_tap_or_nothing(text: str) -> None:
    action = Action.decode(text)

    assert action is None or text.startswith("v1|")


@pytest.mark.parametrize(
    "text", ["", "v1", "v0|menu", "v2|menu", "v1|", "v1|delete", "v1|fact|a|b|c", "menu", "V1|menu"]
)
def test_what_this_version_does_not_know_is_no_tap(text: str) -> None:
    assert Action.decode(text) is None


def test_empty_ends_are_left_out() -> None:
    assert Action(Verb.MENU).encode() == "v1|menu"
