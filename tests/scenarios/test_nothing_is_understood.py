"""「asdfgh」: what is not understood is said so, with a person to call; a second time the person is all that is offered."""

from __future__ import annotations

import pytest

from bot.plain_text import as_text
from bot.reply import Card, Choices, Kind


@pytest.mark.parametrize("said", ["asdfgh", "qwertyuiop", "。。。", "?", "😀😀😀", "", "ああああああ", "123456"])
def test_no_service_is_made_up_for_noise(resident, said: str) -> None:
    reply = resident.say(said)

    assert reply.kind is Kind.UNKNOWN
    assert not any(isinstance(block, Card | Choices) for block in reply.blocks)


def test_the_general_desk_is_named_with_its_phone(resident) -> None:
    desk = resident.guide.knowledge.general_desk

    text = as_text(resident.say("asdfgh"))

    assert desk.phone is not None
    assert desk.name in text
    assert desk.phone.number in text


def test_lost_twice_a_person_takes_over(resident) -> None:
    desk = resident.guide.knowledge.general_desk
    resident.say("asdfgh")

    text = as_text(resident.say("qwertyuiop"))

    assert text.startswith(resident.guide.knowledge.messages.handover.splitlines()[0])
    assert desk.phone is not None
    assert desk.phone.number in text


@pytest.mark.parametrize("said", ["明日の天気", "東京都庁の行き方"])
def test_what_is_not_the_wards_matter_gets_no_service(resident, said: str) -> None:
    assert resident.say(said).kind is Kind.UNKNOWN
