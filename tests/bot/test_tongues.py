"""Replies in other languages, with the small ward of small_ward.py and the sentences that ship."""

from __future__ import annotations

import pytest
from small_ward import SmallWard

from bot.action import Action, Verb
from bot.knowledge.twin_marks import answer_mark
from bot.plain_text import as_text
from bot.reply import CallButton, Card, Choices, Kind, Reply, Text, Urgent

ANSWER = "引っ越してから14日以内に、戸籍課に届け出てください。"
TWINS = f"""\
やさしい日本語:
  本文: ひっこしてから14日の 間(あいだ)に 来(き)てください。
  回答の印: "{answer_mark(ANSWER)}"
English:
  本文: Come within 14 days of moving.
  回答の印: "{answer_mark(ANSWER)}"
中文:
  本文: 旧的文章
  回答の印: "00000000"
한국어: 이사한 뒤 14일 안에 오세요.
"""


@pytest.fixture
def foreigner(ward: SmallWard, guide_of, talk_with):
    """A conversation with a ward whose 転入届 has twins, the Chinese one out of date, and whose desk speaks languages."""
    ward.add("services/koseki/tennyu.yaml", TWINS)
    ward.change("contacts.yaml", "総合案内: daihyo\n", "総合案内: daihyo\n多言語の窓口: tagengo\n")
    ward.add(
        "contacts.yaml",
        "  tagengo:\n    名称: 多言語センター\n    電話: {番号: 045-000-0009, 出典: https://www.example.jp/t, 確認日: 2026-01-10}\n",
    )
    return talk_with(guide_of(ward))


def card_of(reply: Reply) -> Card:
    return next(block for block in reply.blocks if isinstance(block, Card))


def show(foreigner, language: str) -> Reply:
    return foreigner.tap(Action(Verb.SPEAK, "tennyu", language))


@pytest.mark.parametrize(
    ("language", "tag", "words"),
    [("en", "en", "within 14 days"), ("ko", "ko", "14일"), ("plain", "ja", "ひっこして")],
)
def test_a_card_is_told_in_the_language_of_the_conversation(foreigner, language: str, tag: str, words: str) -> None:
    reply = show(foreigner, language)

    assert words in card_of(reply).text
    assert card_of(reply).language == tag
    assert card_of(reply).title == "転入届"
    assert [block for block in reply.blocks if isinstance(block, Text)] == []
    assert foreigner.conversation.language.value == language


def test_a_twin_of_an_older_answer_is_not_shown(foreigner) -> None:
    reply = show(foreigner, "zh")

    assert card_of(reply).text == ANSWER
    assert card_of(reply).language == "ja"
    assert isinstance(reply.blocks[0], Text)
    assert reply.blocks[0].language == "zh"


def test_where_there_is_no_twin_a_frame_names_who_speaks_the_language(foreigner) -> None:
    reply = foreigner.tap(Action(Verb.SPEAK, "tenshutsu", "en"))

    frame = reply.blocks[0]
    assert isinstance(frame, Text)
    assert frame.language == "en"
    assert "045-000-0009" in frame.text
    assert "2026-01-10" in frame.text
    assert [button.number for button in frame.buttons if isinstance(button, CallButton)] == ["045-000-0009"]
    assert card_of(reply).language == "ja"


def test_a_ward_without_such_a_desk_names_none(ward: SmallWard, guide_of, talk_with) -> None:
    frame = talk_with(guide_of(ward)).tap(Action(Verb.SPEAK, "tenshutsu", "en")).blocks[0]

    assert isinstance(frame, Text)
    assert "Japanese" in frame.text
    assert frame.buttons == ()


def test_a_desk_without_a_phone_is_named_without_a_number(foreigner, ward: SmallWard, guide_of, talk_with) -> None:
    ward.change("contacts.yaml", "多言語の窓口: tagengo", "多言語の窓口: gomi")

    frame = talk_with(guide_of(ward)).tap(Action(Verb.SPEAK, "tenshutsu", "en")).blocks[0]

    assert "粗大ごみ受付センター" in frame.text
    assert frame.buttons == ()


def test_what_is_not_understood_is_told_in_the_language_too(foreigner) -> None:
    reply = foreigner.say("What is the meaning of life and all that?")

    assert reply.kind is Kind.UNKNOWN
    assert reply.blocks[0].language == "en"
    assert "045-000-0009" in reply.blocks[0].text


def test_choices_are_offered_in_the_language(foreigner) -> None:
    foreigner.tap(Action(Verb.SPEAK, "", "ko"))

    choices = next(block for block in foreigner.tap(Action(Verb.MENU)).blocks if isinstance(block, Choices))

    assert choices.language == "ko"
    assert choices.options[0].label == "引っ越し"


# やさしい日本語 -----------------------------------------------------------------------------------------------------


def test_an_answer_with_a_plain_twin_has_a_button_for_it_and_one_back(foreigner) -> None:
    options = {option.label: option.action for option in foreigner.tap(Action(Verb.ENTRY, "tennyu")).follow_ups}

    reply = foreigner.tap(options["やさしい日本語"])

    assert "ひっこして" in card_of(reply).text
    assert [option.label for option in reply.follow_ups][-2:] == ["ふつうの日本語", "メニュー"]
    back = foreigner.tap(Action(Verb.SPEAK, "tennyu", "ja"))
    assert card_of(back).text == ANSWER


def test_an_answer_without_a_plain_twin_has_no_such_button(foreigner) -> None:
    reply = foreigner.tap(Action(Verb.ENTRY, "tenshutsu"))

    assert "やさしい日本語" not in [option.label for option in reply.follow_ups]


@pytest.mark.parametrize(
    "wish", ["やさしく", "やさしい日本語で", "かんたんに", "もっと簡単に言って", "easy Japanese please"]
)
def test_the_last_answer_is_told_again_in_plain_japanese_and_so_is_what_follows(foreigner, wish: str) -> None:
    foreigner.tap(Action(Verb.ENTRY, "tenshutsu"))
    foreigner.tap(Action(Verb.ENTRY, "tennyu"))

    assert "ひっこして" in card_of(foreigner.say(wish)).text
    foreigner.say("粗大ごみを出したい")
    assert "ひっこして" in card_of(foreigner.say("よその市から引っ越してきた")).text


def test_an_entry_without_a_plain_twin_says_so_in_plain_japanese(foreigner) -> None:
    foreigner.tap(Action(Verb.ENTRY, "tenshutsu"))

    reply = foreigner.say("やさしく")

    assert "やさしい日本語" in reply.blocks[0].text
    assert "045-000-0009" in reply.blocks[0].text
    assert card_of(reply).title == "転出届"


def test_a_wish_before_any_answer_is_remembered(foreigner) -> None:
    assert foreigner.say("やさしい日本語で").kind is Kind.SMALLTALK
    assert "ひっこして" in card_of(foreigner.say("よその市から引っ越してきた")).text

    foreigner.say("ふつうの日本語で")

    assert card_of(foreigner.say("よその市から引っ越してきた")).text == ANSWER


# What changes the language and what does not -----------------------------------------------------------------------


def test_a_choice_keeps_the_language_tapped_or_typed(foreigner) -> None:
    foreigner.tap(Action(Verb.SPEAK, "", "en"))
    foreigner.tap(Action(Verb.MENU, "引っ越し/引っ越してきた"))

    assert "within 14 days" in card_of(foreigner.say("転入届です")).text


def test_japanese_brings_it_back(foreigner) -> None:
    show(foreigner, "en")

    assert card_of(foreigner.say("よその市から引っ越してきた")).text == ANSWER


def test_a_language_that_this_version_does_not_know_changes_nothing(foreigner) -> None:
    assert card_of(show(foreigner, "xx")).text == ANSWER


def test_danger_is_told_in_the_language_where_staff_wrote_it(ward: SmallWard, guide_of, talk_with) -> None:
    ward.change("urgent.yaml", "    連絡先:", "    English: Call 119 now.\n    連絡先:")
    resident = talk_with(guide_of(ward))
    resident.tap(Action(Verb.SPEAK, "", "en"))

    (block,) = resident.say("Please help, 火事!").blocks

    assert isinstance(block, Urgent)
    assert (block.text, block.language) == ("Call 119 now.", "en")
    assert "119" in as_text(Reply(Kind.URGENT, (block,)))
