"""「こんにちは」: a greeting is greeted, and no service is forced on anyone."""

from __future__ import annotations

import pytest

from bot.plain_text import as_text
from bot.reply import Card, Choices, Kind


@pytest.mark.parametrize("said", ["こんにちは", "こんにちは！", "こんにちは😊", "はじめまして", "hello"])
def test_a_greeting_is_greeted_and_the_menu_is_near(resident, said: str) -> None:
    reply = resident.say(said)

    assert reply.kind is Kind.SMALLTALK
    assert "こんにちは" in as_text(reply)
    assert not any(isinstance(block, Card | Choices) for block in reply.blocks)
    assert [option.label for option in reply.follow_ups] == [resident.guide.knowledge.messages.label_menu]


@pytest.mark.parametrize("said", ["ありがとう", "ありがとうございました！", "助かりました"])
def test_thanks_are_welcome(resident, said: str) -> None:
    assert resident.say(said).kind is Kind.SMALLTALK


def test_a_greeting_before_a_question_does_not_hide_the_question(resident) -> None:
    assert resident.say("こんにちは。住民票がほしいです").candidates[0].id == "juminhyo"
