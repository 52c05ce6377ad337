"""Turns of a conversation with the small ward of small_ward.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ward import SmallWard

from bot.action import Action, Verb
from bot.build import GuideBuilder
from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.knowledge.loading import load
from bot.plain_text import as_text
from bot.reply import CallButton, Card, Choices, Kind, Option, Reply, Text, Urgent
from bot.settings import Settings

Talk = Callable[..., object]


def card_of(reply: Reply) -> Card:
    (card,) = [block for block in reply.blocks if isinstance(block, Card)]
    return card


def choices_of(reply: Reply) -> Choices:
    (choices,) = [block for block in reply.blocks if isinstance(block, Choices)]
    return choices


def labels(options: tuple[Option, ...]) -> list[str]:
    return [option.label for option in options]


def option_of(reply: Reply, label: str) -> Action:
    options = [
        *reply.follow_ups,
        *(each for block in reply.blocks if isinstance(block, Choices) for each in block.options),
    ]
    return next(option.action for option in options if option.label == label)


@pytest.fixture(scope="session")
def hesitant_guide(small_settings: Settings) -> Guide:
    """A guide that is never sure enough to answer, and always lets choose."""
    return built(replace(small_settings, answer_confidence=1.0, choose_confidence=0.0, shown_confidence=0.0))


@pytest.fixture(scope="session")
def lost_guide(small_settings: Settings) -> Guide:
    """A guide that never finds anything."""
    return built(replace(small_settings, answer_confidence=1.0, choose_confidence=1.0))


def built(settings: Settings) -> Guide:
    return GuideBuilder(settings).build(load(settings.knowledge_dir, settings.knowledge_defaults).knowledge).guide


# Answers ---------------------------------------------------------------------------------------------------------


def test_a_clear_question_is_answered_with_the_entrys_card(talk) -> None:
    reply = talk.say("住民票がほしい")

    assert reply.kind is Kind.ANSWER
    assert reply.candidates[0].id == "juminhyo"
    assert card_of(reply).title == "住民票の写し"
    assert talk.conversation.topic == "juminhyo"


def test_an_answer_offers_its_facts_the_related_entries_and_the_menu(talk) -> None:
    reply = talk.say("住民票がほしい")

    assert labels(reply.follow_ups) == ["解決した", "ちがう", "いくら?", "何がいる?", "転入届", "メニュー"]


def test_a_question_that_asks_for_one_fact_gets_that_fact_first(talk) -> None:
    card = card_of(talk.say("住民票はいくら"))

    assert card.highlight is not None
    assert (card.highlight.name, card.highlight.value) == ("手数料", "1通300円")
    assert "手数料" not in [fact.name for fact in card.facts]


def test_an_entry_that_is_tapped_is_shown(talk) -> None:
    reply = talk.tap(Action(Verb.ENTRY, "tenshutsu"))

    assert card_of(reply).title == "転出届"
    assert [(candidate.id, candidate.confidence) for candidate in reply.candidates] == [("tenshutsu", 1.0)]


def test_a_fact_that_is_tapped_leads_its_card(talk) -> None:
    reply = talk.say("住民票がほしい")

    highlight = card_of(talk.tap(option_of(reply, "何がいる?"))).highlight

    assert highlight is not None
    assert highlight.value == "本人確認書類\n手数料"


@pytest.mark.parametrize("verb", [Verb.ENTRY, Verb.FACT])
def test_an_old_button_of_an_entry_that_is_gone_leads_to_the_desk(talk, verb: Verb) -> None:
    reply = talk.tap(Action(verb, "mukashi-no-annai", "手数料"))

    assert reply.kind is Kind.UNKNOWN
    assert "045-000-0001" in as_text(reply)


# Facts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["いくら?", "手数料は", "いくらですか", "料金教えて"])
def test_a_fact_alone_is_asked_of_the_last_topic(talk, question: str) -> None:
    talk.say("住民票がほしい")

    highlight = card_of(talk.say(question)).highlight

    assert highlight is not None
    assert highlight.value == "1通300円"


def test_a_fact_alone_without_a_topic_is_asked_back(talk) -> None:
    reply = talk.say("いくら?")

    assert reply.kind is Kind.UNKNOWN
    assert as_text(reply) == talk.guide.knowledge.messages.fact_of_what.format(項目="手数料").strip()


def test_a_fact_that_the_entry_lacks_is_said_to_be_unknown_with_the_desks_phone(talk) -> None:
    talk.say("住民票がほしい")

    reply = talk.say("いつまで?")

    first = reply.blocks[0]
    assert isinstance(first, Text)
    assert "期限" in first.text
    assert "045-000-0002" in first.text
    assert card_of(reply).highlight is None


def test_a_fact_past_its_date_is_not_said_and_the_general_desk_is_named_when_the_own_one_has_no_phone(talk) -> None:
    reply = talk.say("粗大ごみはいくら")

    assert "1000円" not in as_text(reply)
    assert reply.blocks[0] == Text(
        talk.guide.knowledge.messages.fact_expired.format(
            名称="粗大ごみの申し込み", 項目="手数料", 窓口="港町区役所代表", 電話="045-000-0001"
        )
    )


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("電話番号は?", "戸籍課 045-000-0002"),
        ("どこ?", "戸籍課 1階11番"),
        ("何時まで?", "月〜金 8:45〜17:00、第2土・第4土 9:00〜12:00"),
    ],
)
def test_what_the_entry_does_not_say_itself_comes_from_its_desk(talk, question: str, value: str) -> None:
    talk.say("住民票がほしい")

    highlight = card_of(talk.say(question)).highlight

    assert highlight is not None
    assert highlight.value == value


# Conversations ---------------------------------------------------------------------------------------------------


def test_after_thirty_minutes_the_topic_is_forgotten(talk) -> None:
    talk.say("住民票がほしい")

    talk.wait(minutes=29)
    still = talk.say("いくら?")
    talk.wait(minutes=31)
    no_more = talk.say("いくら?")

    assert still.kind is Kind.ANSWER
    assert no_more.kind is Kind.UNKNOWN


def test_small_talk_is_answered_and_the_topic_stays(talk) -> None:
    talk.say("住民票がほしい")

    thanks = talk.say("ありがとうございます！")
    fact = talk.say("いくら?")

    assert thanks.kind is Kind.SMALLTALK
    assert card_of(fact).title == "住民票の写し"


def test_danger_comes_first_and_the_topic_stays(talk) -> None:
    talk.say("住民票がほしい")

    reply = talk.say("住民票をとりに行ったら、となりの家が燃えている")
    fact = talk.say("いくら?")

    (urgent,) = reply.blocks
    assert reply.kind is Kind.URGENT
    assert isinstance(urgent, Urgent)
    assert [(line.name, line.call.number, line.call.url) for line in urgent.hotlines] == [("消防", "119", "tel:119")]
    assert card_of(fact).title == "住民票の写し"


def test_an_ordinary_question_with_a_dangerous_word_is_ordinary(talk) -> None:
    assert talk.say("火事の証明書がほしい").kind is not Kind.URGENT


@pytest.mark.parametrize(
    "text", ["住民票がほしい", "いくら?", "こんにちは", "asdfgh", "火事です", "", "まつり", "粗大ごみはいくら", "😀"]
)
def test_the_same_text_in_the_same_conversation_gets_the_same_reply(
    small_guide: Guide, now: datetime, text: str
) -> None:
    conversation = Conversation(topic="juminhyo", offered=("v1|entry|tennyu",), at=now)

    turns = [small_guide.turn(Utterance(text), conversation, now) for _ in range(3)]

    assert turns[0] == turns[1] == turns[2]


@given(st.text(), st.text(max_size=5), st.lists(st.text(max_size=12), max_size=3), st.integers(0, 3))
def test_any_text_in_any_conversation_gets_a_reply(text: str, topic: str, offered: list[str], lost: int) -> None:
    talk = ANY["talk"]
    conversation = Conversation(topic or None, tuple(offered), lost, talk.now)

    turn = talk.guide.turn(Utterance(text), conversation, talk.now)

    assert turn.reply.blocks
    assert as_text(turn.reply).strip()
    assert len(turn.reply.candidates) <= 10
    assert turn.conversation.at == talk.now


@given(st.sampled_from(Verb), st.text(max_size=20), st.text(max_size=20))
def test_any_tap_gets_a_reply(verb: Verb, target: str, detail: str) -> None:
    talk = ANY["talk"]

    assert talk.guide.turn(Utterance(action=Action(verb, target, detail)), Conversation(), talk.now).reply.blocks


ANY: dict[str, object] = {}


@pytest.fixture(autouse=True)
def _talk_for_given(talk) -> None:
    """Hypothesis wants no fixtures that are made for each function: the guide never changes, so one serves all."""
    ANY["talk"] = talk


# Choices ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def choosing(hesitant_guide: Guide, talk_with) -> object:
    """A conversation in which 転入届 and 転出届 are among what was just offered."""
    return talk_with(hesitant_guide)


def test_what_may_be_meant_is_offered_and_the_last_option_is_none_of_these(choosing) -> None:
    reply = choosing.say("引っ越しの届け出")

    options = choices_of(reply).options
    assert reply.kind is Kind.CHOOSE
    assert {"転入届", "転出届"} <= set(labels(options))
    assert 3 <= len(options) <= 5
    assert options[-1].label == choosing.guide.knowledge.messages.none_of_these


def test_a_choice_that_is_tapped_is_answered(choosing) -> None:
    reply = choosing.say("引っ越しの届け出")

    assert card_of(choosing.tap(option_of(reply, "転出届"))).title == "転出届"


@pytest.mark.parametrize("way", ["{n}", "{n}番", "{n}番目", "{n}つ目", "{n}番でお願いします", "{wide}"])
def test_a_choice_may_be_typed_as_its_number(choosing, way: str) -> None:
    reply = choosing.say("引っ越しの届け出")
    second = labels(choices_of(reply).options)[1]

    answer = choosing.say(way.format(n=2, wide="２"))

    assert card_of(answer).title == second


@pytest.mark.parametrize("typed", ["転出のほう", "転出届", "転出届です", "転出の方", "転出"])
def test_a_choice_may_be_typed_as_part_of_its_name(choosing, typed: str) -> None:
    choosing.say("引っ越しの届け出")

    assert card_of(choosing.say(typed)).title == "転出届"


def test_what_was_chosen_is_no_longer_open(choosing) -> None:
    choosing.say("引っ越しの届け出")
    choosing.say("2")

    assert choosing.conversation.offered == ()


def test_another_question_instead_of_a_choice_is_a_new_question(choosing) -> None:
    choosing.say("引っ越しの届け出")

    assert labels(choices_of(choosing.say("住民票がほしい")).options)[0] == "住民票の写し"


@pytest.mark.parametrize("typed", ["どれでもない", "どれでもないです", "ちがう", "どれも違う"])
def test_none_of_these_may_be_typed_and_asks_for_other_words(choosing, typed: str) -> None:
    choosing.say("引っ越しの届け出")

    reply = choosing.say(typed)

    assert reply.kind is Kind.UNKNOWN
    assert reply.blocks == (Text(choosing.guide.knowledge.messages.other_words),)
    assert labels(reply.follow_ups) == ["メニュー"]


def test_the_number_after_the_last_choice_is_none_of_these(choosing) -> None:
    count = len(choices_of(choosing.say("引っ越しの届け出")).options)

    assert choosing.say(str(count)).blocks == (Text(choosing.guide.knowledge.messages.other_words),)


def test_none_of_these_for_the_second_time_hands_over_to_a_person(choosing) -> None:
    choosing.say("引っ越しの届け出")
    choosing.tap(Action(Verb.NONE_OF_THESE))
    choosing.say("家をうつる手続き")

    reply = choosing.tap(Action(Verb.NONE_OF_THESE))

    (text,) = reply.blocks
    assert isinstance(text, Text)
    assert text.text.startswith(choosing.guide.knowledge.messages.handover.splitlines()[0])
    assert "港町区役所代表 電話 045-000-0001\n" in text.text
    assert [button.url for button in text.buttons if isinstance(button, CallButton)] == ["tel:0450000001"]


def test_after_an_answer_the_count_of_what_led_nowhere_begins_again(choosing) -> None:
    choosing.say("引っ越しの届け出")
    choosing.say("どれでもない")
    choosing.tap(Action(Verb.ENTRY, "tennyu"))
    choosing.say("引っ越しの届け出")

    assert choosing.say("どれでもない").blocks == (Text(choosing.guide.knowledge.messages.other_words),)


def test_unknown_names_the_desk_and_the_second_time_hands_over(lost_guide: Guide, talk_with) -> None:
    talk = talk_with(lost_guide)

    first, second = talk.say("うちゅうのはじまり"), talk.say("時間のおわり")

    messages = talk.guide.knowledge.messages
    assert as_text(first).startswith(messages.unknown.format(窓口="港町区役所代表", 電話="045-000-0001").strip())
    said = messages.handover.format(窓口="港町区役所代表", 電話="045-000-0001", 受付="").replace("\n\n", "\n").strip()
    assert as_text(second).startswith(said)


def test_what_is_unknown_still_tells_its_candidates(talk) -> None:
    reply = talk.say("asdfgh")

    assert reply.kind is Kind.UNKNOWN
    assert 0 < len(reply.candidates) <= 10


# The menu --------------------------------------------------------------------------------------------------------


def test_the_menu_is_walked_by_taps_to_an_entry(talk) -> None:
    top = talk.tap(Action(Verb.MENU))
    moving = talk.tap(option_of(top, "引っ越し"))
    coming = talk.tap(option_of(moving, "引っ越してきた"))
    answer = talk.tap(option_of(coming, "転入届"))

    assert labels(choices_of(top).options) == ["引っ越し", "ごみ"]
    assert labels(choices_of(moving).options) == ["引っ越してきた", "引っ越していく"]
    assert labels(choices_of(coming).options) == ["転入届", "住民票の写し"]
    assert card_of(answer).title == "転入届"


def test_the_menu_is_walked_by_typing_as_well(talk) -> None:
    talk.tap(Action(Verb.MENU))
    talk.say("1")
    talk.say("引っ越していく")

    assert card_of(talk.say("1")).title == "転出届"


def test_an_old_menu_button_shows_the_deepest_menu_that_still_is(talk) -> None:
    reply = talk.tap(Action(Verb.MENU, "引っ越し/もうない"))

    assert labels(choices_of(reply).options) == ["引っ越してきた", "引っ越していく"]


def test_a_tap_survives_the_way_through_a_channel(talk) -> None:
    for option in choices_of(talk.tap(Action(Verb.MENU, "引っ越し"))).options:
        assert Action.decode(option.action.encode()) == option.action


def test_someone_who_comes_in_is_welcomed_and_begins_anew(talk) -> None:
    talk.say("住民票がほしい")

    reply = talk.tap(Action(Verb.WELCOME))

    assert as_text(reply) == talk.guide.knowledge.messages.welcome.strip()
    assert talk.conversation.topic is None


def test_a_picture_is_answered_kindly_and_the_topic_stays(talk) -> None:
    talk.say("住民票がほしい")

    reply = talk.tap(Action(Verb.UNREADABLE))

    assert as_text(reply) == talk.guide.knowledge.messages.unreadable.strip()
    assert talk.conversation.topic == "juminhyo"


# What stands above a reply ---------------------------------------------------------------------------------------


@pytest.fixture
def noticing(ward: SmallWard, guide_of, talk_with) -> object:
    """A ward with a notice from nine to five."""
    ward.write(
        "notice.yaml",
        "本文: 大雨のため正午で閉めます。\n開始: 2026-11-24T09:00:00+09:00\n終了: 2026-11-24T17:00:00+09:00\n",
    )
    return talk_with(guide_of(ward))


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-24T08:59:59+09:00", False),
        ("2026-11-24T09:00:00+09:00", True),
        ("2026-11-24T07:30:00+00:00", True),
        ("2026-11-24T17:00:00+09:00", False),
    ],
)
def test_a_notice_stands_first_between_its_times_only(noticing, moment: str, shown: bool) -> None:
    noticing.now = datetime.fromisoformat(moment)

    first = noticing.say("住民票がほしい").blocks[0]

    assert (first == Text("大雨のため正午で閉めます。")) is shown


def test_a_notice_never_stands_before_what_is_urgent(noticing) -> None:
    assert isinstance(noticing.say("火事です").blocks[0], Urgent)


def test_who_sends_personal_data_is_told_that_it_is_not_needed(talk) -> None:
    reply = talk.say("090をやめて住民票がほしい", masked=("phone",))

    assert reply.blocks[0] == Text(talk.guide.knowledge.messages.personal_data)
    assert card_of(reply).title == "住民票の写し"


# A plain list ----------------------------------------------------------------------------------------------------


def test_a_plain_list_answers_with_its_own_words_and_names_no_desk(
    small_settings: Settings, tmp_path, talk_with
) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_text(
        '{"id": "A 1", "question": "住民票はどこで取れますか", "answer": "市民課です。"}\n', encoding="utf-8"
    )

    reply = talk_with(built(small_settings.with_knowledge(file))).say("住民票はどこで取れますか")

    assert as_text(reply) == "■ 住民票はどこで取れますか\n市民課です。"


def test_a_place_that_the_answer_itself_may_name_is_not_called_unknown(talk) -> None:
    reply = talk.say("粗大ごみを出したいけどどこ")

    assert isinstance(reply.blocks[0], Card)
