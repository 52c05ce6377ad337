"""災害モード: as long as the notice hangs, the menu is the disaster's, and the ordinary one is a tap away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.action import Action, Verb
from bot.guide import Guide
from bot.knowledge.schema import Notice
from bot.plain_text import as_text
from bot.reply import Choices, Kind, Option, Reply


def options(reply: Reply) -> list[Option]:
    return [option for block in reply.blocks if isinstance(block, Choices) for option in block.options]


@pytest.fixture
def warned(shipped_guide: Guide, talk_with, now):
    """Return a resident while a disaster's notice hangs for an hour."""
    notice = Notice(
        本文="大雨警報が出ています。",
        終了=now + timedelta(hours=1),
        災害モード=True,
        災害のときの案内=shipped_guide.knowledge.notice.entries,
    )
    knowledge = replace(shipped_guide.knowledge, notice=notice)
    return talk_with(Guide(knowledge, shipped_guide.engine, timedelta(minutes=30)))


def test_the_menu_is_the_disasters_and_leads_to_places_entries_and_the_ordinary_one(warned) -> None:
    reply = warned.tap(Action(Verb.MENU))

    found = options(reply)
    assert "大雨警報が出ています。" in as_text(reply)
    assert [each.action.verb for each in found].count(Verb.PLACES) == 1
    assert {"keikai-level", "chiiki-bousai-kyoten"} <= {each.action.target for each in found}
    ordinary = warned.tap(found[-1].action)
    assert "引っ越し" in [each.label for each in options(ordinary)]


def test_every_entry_of_the_disasters_menu_answers(warned) -> None:
    for option in options(warned.tap(Action(Verb.MENU))):
        if option.action.verb is Verb.ENTRY:
            assert warned.tap(option.action).kind is Kind.ANSWER


def test_the_notice_stands_above_every_answer_and_a_hotline_above_the_notice(warned) -> None:
    assert "大雨警報" in as_text(warned.say("住民票がほしい")).splitlines()[0]
    assert "大雨警報" not in as_text(warned.say("家が火事です"))


def test_when_it_is_over_the_menu_is_the_ordinary_one(warned) -> None:
    warned.wait(61)

    assert "引っ越し" in [each.label for each in options(warned.tap(Action(Verb.MENU)))]
