"""「引越しの手続き」: in, out or within the ward? The difference is asked, and any way of saying it is understood."""

from __future__ import annotations

import pytest

from bot.reply import Card, Choices, Kind, Reply


def offered(reply: Reply) -> list[str]:
    return [option.action.target for block in reply.blocks if isinstance(block, Choices) for option in block.options]


def answered(reply: Reply) -> str:
    (card,) = [block for block in reply.blocks if isinstance(block, Card)]
    return card.entry_id


@pytest.mark.parametrize("asked", ["引越しの手続き", "引っ越しました", "引っ越し"])
def test_which_kind_of_move_it_is_is_asked(resident, asked: str) -> None:
    reply = resident.say(asked)

    assert reply.kind is Kind.CHOOSE
    assert {"tennyu", "tenshutsu", "tenkyo"} <= set(offered(reply))


@pytest.mark.parametrize(
    ("typed", "entry"), [("転出のほう", "tenshutsu"), ("転入届", "tennyu"), ("転居です", "tenkyo")]
)
def test_a_choice_is_typed_in_ones_own_words(resident, typed: str, entry: str) -> None:
    resident.say("引越しの手続き")

    assert answered(resident.say(typed)) == entry


@pytest.mark.parametrize("typed", ["2", "２番", "2番目", "二つ目です"])
def test_a_choice_is_typed_as_its_number(resident, typed: str) -> None:
    second = offered(resident.say("引越しの手続き"))[1]

    assert answered(resident.say(typed)) == second


def test_when_none_fits_other_words_are_asked_for_first(resident) -> None:
    resident.say("引越しの手続き")

    reply = resident.say("どれでもない")

    assert reply.kind is Kind.UNKNOWN
    assert reply.follow_ups
