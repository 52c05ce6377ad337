"""「隣の家から子どもの悲鳴がする」: before anything else, the number to call now."""

from __future__ import annotations

import pytest

from bot.reply import Kind, Reply, Urgent


def numbers(reply: Reply) -> set[str]:
    return {line.call.number for block in reply.blocks if isinstance(block, Urgent) for line in block.hotlines}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("隣の家から子どもの悲鳴がする", "189"),
        ("家が燃えてる", "119"),
        ("死にたい", "0120-279-338"),
    ],
)
def test_the_number_to_call_now_comes_first(resident, said: str, number: str) -> None:
    reply = resident.say(said)

    assert reply.kind is Kind.URGENT
    assert isinstance(reply.blocks[0], Urgent)
    assert number in numbers(reply)


@pytest.mark.parametrize(
    "asked", ["住民票がほしい", "粗大ごみを出したい", "子どもの予防接種", "火災のり災証明がほしい"]
)
def test_an_ordinary_question_is_not_taken_for_danger(resident, asked: str) -> None:
    assert resident.say(asked).kind is not Kind.URGENT


def test_after_it_the_conversation_goes_on_where_it_was(resident) -> None:
    resident.say("住民票がほしい")
    resident.say("家が燃えてる")

    assert resident.conversation.topic == "juminhyo"


def test_even_with_personal_data_in_it_nothing_stands_before_it(resident) -> None:
    reply = resident.say("家が燃えてる", masked=("phone",))

    assert isinstance(reply.blocks[0], Urgent)
