from __future__ import annotations

from datetime import datetime

from bot.clock import TOKYO
from bot.guide import Guide
from bot.handover import Handover
from bot.reply import CallButton


def test_the_desk_that_they_share_is_named_with_its_phone_and_whether_it_is_open(small_guide: Guide, now) -> None:
    text = Handover(small_guide.knowledge).words(["tennyu", "tenshutsu", "matsuri"], now)

    assert "戸籍課 電話 045-000-0002\n受付中(17:00まで)\n" in text.text
    assert text.buttons == (CallButton("戸籍課に電話", "045-000-0002"),)


def test_when_it_is_closed_the_next_opening_is_told(small_guide: Guide) -> None:
    night = datetime(2026, 11, 24, 20, 0, tzinfo=TOKYO)

    assert "受付時間外。次は11月25日(水) 8:45から" in Handover(small_guide.knowledge).words(["tennyu"], night).text


def test_a_desk_without_a_phone_is_reached_through_the_general_one(small_guide: Guide, now) -> None:
    text = Handover(small_guide.knowledge).words(["sodai-gomi"], now)

    assert "粗大ごみ受付センター 電話 045-000-0001(港町区役所代表)\n" in text.text
    assert text.buttons == (CallButton("港町区役所代表に電話", "045-000-0001"),)


def test_when_nothing_is_in_common_the_general_desk_helps(small_guide: Guide, now) -> None:
    handover = Handover(small_guide.knowledge)

    for ids in (["tennyu", "matsuri", "kyufu"], [], ["nai"]):
        assert handover.desk(ids) == small_guide.knowledge.general_desk
    assert "\n\n" not in handover.words([], now).text, "hours that are not known leave no gap"


def test_what_to_have_ready_is_told(small_guide: Guide, now) -> None:
    assert "・知りたいこと" in Handover(small_guide.knowledge).words([], now).text
