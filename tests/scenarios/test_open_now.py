"""「今日開いてる?」: computed from the desk's hours, kept to the desk that the conversation is about."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.plain_text import as_text
from bot.reply import Card, Kind, Text


@pytest.fixture
def resident_at(resident):
    """A resident who asks at a moment in Tokyo."""

    def at(moment: str):
        resident.now = datetime.fromisoformat(f"{moment}+09:00")
        return resident

    return at


def opening(reply) -> str:
    """Return the first block, which must be the words about the opening."""
    first = reply.blocks[0]
    assert reply.kind is Kind.ANSWER
    assert isinstance(first, Text)
    return first.text


def test_two_minutes_before_closing_on_the_eve_of_a_long_weekend(resident_at) -> None:
    resident = resident_at("2026-11-20T16:58:00")

    now = opening(resident.say("区役所まだ開いてますか?"))
    tomorrow = opening(resident.say("あしたは開いてる?"))

    assert "受付中(17:00まで)" in now
    assert "次は" not in now
    assert "受付時間外" not in now
    assert "明日 11月21日(土)は、お休み(第3土曜)です。" in tomorrow
    assert "次は11月24日(火) 8:45から" in tomorrow
    assert "次に開く土曜は、11月28日(土) 9:00〜12:00です。" in tomorrow
    assert "受付中(" not in tomorrow


def test_a_holiday_that_falls_on_a_monday(resident_at) -> None:
    resident = resident_at("2026-07-20T10:00:00")

    today = opening(resident.say("きょう区役所あいてる?"))
    saturday = opening(resident.say("今度の土曜は開いてますか"))

    assert "今日 7月20日(月)は、お休み(海の日)です。" in today
    assert "次は7月21日(火) 8:45から" in today
    assert "受付中(" not in today
    assert "7月25日(土)は、9:00〜12:00です。" in saturday
    assert "お休み" not in saturday


def test_a_division_before_it_opens_on_the_fourth_saturday(resident_at) -> None:
    resident = resident_at("2027-02-27T08:50:00")

    opened = opening(resident.say("戸籍課の窓口はもうやってますか"))
    until = opening(resident.say("きょうは何時まで?"))

    for words in (opened, until):
        assert words.startswith("【戸籍課】\nまだ開いていません。\n今日 2月27日(土)は、9:00〜12:00です。")
        assert "土曜は一部の手続きだけ" in words
        assert "受付中(" not in words


@pytest.mark.parametrize(
    ("moment", "said", "words"),
    [
        ("2026-11-24T08:44:59", "もうやってますか", "まだ開いていません"),
        ("2026-11-24T08:45:00", "もうやってますか", "いま受付中(17:00まで)です"),
        ("2026-11-24T17:00:00", "まだやってる?", "今日の受付は終わりました"),
        ("2026-11-28T11:59:00", "今日開いてる?", "いま受付中(12:00まで)です"),
        ("2026-11-28T12:00:00", "今日開いてる?", "次は11月30日(月) 8:45から"),
        ("2026-11-24T10:00:00", "年末年始は?", "12月29日(火)から1月3日(日)までは、お休み(年末年始)です。"),
        ("2026-11-24T10:00:00", "祝日は?", "1月1日(金)は、お休み(年末年始)です。"),
        ("2026-11-24T10:00:00", "何時まで?", "いつもの受付時間: 月〜金 8:45〜17:00"),
        ("2026-11-24T10:00:00", "11月24日は?", "今日 11月24日(火)は、8:45〜17:00です。"),
        ("2026-11-24T10:00:00", "11月23日は?", "2027年11月23日(火)は、お休み(勤労感謝の日)です。"),
    ],
)
def test_a_question_that_names_nothing_is_about_the_ward_office(
    resident_at, moment: str, said: str, words: str
) -> None:
    reply = resident_at(moment).say(said)

    assert words in opening(reply)
    assert "港北区役所代表" in opening(reply)
    assert reply.candidates[0].id == "kohoku-ward-office"


def test_saturdays_come_with_what_is_open_on_them(resident_at) -> None:
    reply = resident_at("2026-11-24T10:00:00").say("土曜日に区役所は開いてますか")

    words, card = reply.blocks
    assert "11月28日(土)は、9:00〜12:00です。" in words.text
    assert isinstance(card, Card)
    assert card.entry_id == "saturday-opening"


def test_the_desk_of_the_topic_is_meant_and_the_topic_stays(resident_at) -> None:
    resident = resident_at("2026-11-24T10:00:00")
    resident.say("介護保険の要介護認定を申請したい")
    topic = resident.conversation.topic

    first, second = opening(resident.say("今日やってますか")), opening(resident.say("次の土曜は?"))

    assert first.startswith("【高齢・障害支援課】\nいま受付中")
    assert second.startswith("【高齢・障害支援課】")
    assert "11月28日(土)は、お休み(土曜)です。" in second  # not the 9:00 of other divisions
    assert resident.conversation.topic == topic


def test_hours_of_the_topics_own_are_not_replaced_by_those_of_its_desk(resident_at) -> None:
    resident = resident_at("2026-11-24T10:00:00")
    resident.say("地域ケアプラザについて")

    reply = resident.say("今日は何時まで?")

    assert "21時" in as_text(reply)
    assert "いま受付中" not in as_text(reply)


def test_a_topic_whose_hours_are_unknown_says_so_and_names_the_general_desk(resident_at) -> None:
    resident = resident_at("2026-11-24T10:00:00")
    resident.say("図書館で本を借りたい")

    words = opening(resident.say("今日開いてる?"))

    assert words.startswith("「港北図書館」の受付時間は、こうほく案内では確かめられていません。")
    assert "【港北区役所代表】" in words


def test_beside_a_matter_its_counter_is_answered_for_first(resident_at) -> None:
    reply = resident_at("2026-11-24T10:00:00").say("マイナンバーカードを受け取る窓口は土曜やってる?")

    words, card = reply.blocks
    assert "11月28日(土)は、9:00〜12:00です。" in words.text
    assert card.entry_id == "mynumber-card"


@pytest.mark.parametrize(
    "said", ["日曜に粗大ごみ出せる?", "図書館は何時まで?", "今どこの避難所が開いてる?", "ごみは何時までに出す"]
)
def test_other_matters_are_not_answered_with_the_hours_of_a_desk(resident_at, said: str) -> None:
    words = as_text(resident_at("2026-11-24T10:00:00").say(said))

    assert "いま受付中" not in words
    assert "【" not in words
