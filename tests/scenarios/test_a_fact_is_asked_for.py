"""「交付の手数料は?」 after an answer is asked of it; 「区役所の電話は?」 is asked of the desk."""

from __future__ import annotations

import pytest

from bot.reply import Card, Kind, Reply


def card(reply: Reply) -> Card:
    (found,) = [block for block in reply.blocks if isinstance(block, Card)]
    return found


@pytest.mark.parametrize("asked", ["必要なものは?", "交付に何がいりますか", "狂犬病の注射済票に必要なものは何"])
def test_words_that_the_topic_has_itself_leave_the_question_with_it(resident, asked: str) -> None:
    resident.say("狂犬病の予防注射の済票がほしい")

    found = card(resident.say(asked))

    assert found.entry_id == "kyokenbyo"
    assert found.highlight
    assert found.highlight.name == "必要なもの"


def test_words_of_another_matter_end_the_topic(resident) -> None:
    resident.say("狂犬病の予防注射の済票がほしい")

    assert card(resident.say("児童手当に必要なものは?")).entry_id == "jido-teate"


@pytest.mark.parametrize("asked", ["港北区役所の代表電話は?", "区役所の電話番号", "区役所はどこ"])
def test_a_desk_is_asked_for_by_its_name(resident, asked: str) -> None:
    reply = resident.say(asked)

    assert reply.kind is Kind.ANSWER
    assert card(reply).entry_id == "kohoku-ward-office"
