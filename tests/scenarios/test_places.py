"""「近くの避難所」: where are you? A place or a town in, the nearest three out, with the way there and what each is for."""

from __future__ import annotations

import pytest

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.location import Location
from bot.reply import AskLocation, Card, Kind, PlaceLine, Places, Reply

WARD_OFFICE = Location(35.51909, 139.63288)
OSAKA = Location(34.7025, 135.4959)


def places(reply: Reply) -> Places:
    (block,) = [block for block in reply.blocks if isinstance(block, Places)]
    return block


def names(reply: Reply) -> list[str]:
    return [line.name for line in places(reply).lines]


def asks(reply: Reply) -> bool:
    return any(isinstance(block, AskLocation) for block in reply.blocks)


def cards(reply: Reply) -> list[str]:
    return [block.entry_id for block in reply.blocks if isinstance(block, Card)]


def send(resident, location: Location) -> Reply:
    return resident._take(Utterance(location=location))


def test_who_asks_for_the_nearest_is_asked_where_they_are(resident) -> None:
    reply = resident.say("近くの避難所")

    assert reply.kind is Kind.ANSWER
    assert asks(reply)
    assert reply.candidates[0].id == "chiiki-bousai-kyoten"
    assert cards(reply) == ["chiiki-bousai-kyoten"]


def test_a_location_leads_to_the_nearest_three_with_the_way_there(resident) -> None:
    resident.say("近くの避難所")

    lines = places(send(resident, WARD_OFFICE)).lines

    assert [(line.name, line.way) for line in lines] == [
        ("大綱小学校", "西へ約660m"),
        ("菊名小学校", "南へ約710m"),
        ("師岡小学校", "北東へ約720m"),
    ]


def test_each_place_says_where_it_is_what_it_is_for_and_who_says_so(resident) -> None:
    first: PlaceLine = places(send(resident, WARD_OFFICE)).lines[0]

    assert first.address == "横浜市港北区大倉山4-2-1"
    assert first.kinds == "指定避難所・指定緊急避難場所"
    assert ("地震", "体育館4、校舎1-1、校舎2") in [(use.hazard, use.where) for use in first.uses]
    assert first.source_note == "国土地理院「指定緊急避難場所・指定避難所データ」(2025年10月27日)で確認"
    assert first.source_url.startswith("https://www.gsi.go.jp/")
    assert first.map.url == "https://www.google.com/maps/search/?api=1&query=35.518932%2C139.625613"
    assert "開いているか" in first.note


def test_the_hazard_that_was_asked_for_is_remembered_until_the_location_comes(resident) -> None:
    assert cards(resident.say("洪水のときの避難所")) == ["suigai-hinan"]

    reply = send(resident, WARD_OFFICE)

    assert all([use.hazard for use in line.uses] == ["洪水"] for line in places(reply).lines)
    assert "洪水" in places(reply).title
    # Which of them open in a flood is decided anew each time; the card says so.
    assert cards(reply) == ["suigai-hinan"]


def test_outside_the_ward_it_says_so_and_still_names_the_nearest(resident) -> None:
    reply = send(resident, OSAKA)

    assert "港北区の外" in places(reply).text
    assert len(names(reply)) == 3
    assert places(reply).lines[0].way == "東へ約383km"
    assert "港北区の外" not in places(send(resident, WARD_OFFICE)).text


def test_a_town_is_as_good_as_a_location(resident) -> None:
    reply = resident.say("大豆戸町の避難所")

    assert names(reply)[0] == "大豆戸小学校"
    assert len(names(reply)) == 3
    assert all(line.way == "" for line in places(reply).lines)


def test_a_name_for_several_towns_gives_the_places_of_all(resident) -> None:
    assert set(names(resident.say("綱島の避難所"))) == {"綱島小学校", "北綱島小学校", "綱島東小学校"}


def test_when_asked_where_a_town_alone_is_an_answer(resident) -> None:
    resident.say("洪水のときの避難所")

    assert names(resident.say("日吉です"))[0] == "矢上小学校"
    assert "洪水" in places(resident.say("菊名")).title


def test_after_another_topic_a_town_is_no_answer_any_more(resident) -> None:
    resident.say("近くの避難所")
    resident.say("住民票がほしい")

    assert not any(isinstance(block, Places) for block in resident.say("大豆戸町").blocks)


def test_the_card_of_shelters_offers_to_look_for_the_nearest(resident) -> None:
    reply = resident.tap(Action(Verb.ENTRY, "suigai-hinan"))
    (near,) = [option.action for option in reply.follow_ups if option.action.verb is Verb.PLACES]

    assert near == Action(Verb.PLACES, "洪水")
    asked = resident.tap(near)
    assert asks(asked)
    assert not [option for option in asked.follow_ups if option.action.verb is Verb.PLACES]


def test_for_a_hazard_without_places_a_person_is_named(resident) -> None:
    reply = resident.say("津波の避難場所はどこ")

    assert reply.kind is Kind.UNKNOWN
    assert not asks(reply)
    assert reply.blocks[0].buttons


@pytest.mark.parametrize(
    "text", ["避難所って何?", "避難所に持っていくもの", "ペットと避難できる?", "広域避難場所はどこ"]
)
def test_other_questions_about_shelters_are_answered_by_the_entries(resident, text: str) -> None:
    reply = resident.say(text)

    assert not asks(reply)
    assert not any(isinstance(block, Places) for block in reply.blocks)


def test_where_somebody_is_is_not_kept_in_the_conversation(resident) -> None:
    send(resident, WARD_OFFICE)

    assert "35." not in str(resident.conversation.to_json())
    assert "139." not in repr(resident.conversation)


def test_a_ward_without_places_says_that_it_reads_text(talk) -> None:
    assert talk.say("近くの避難所").kind is not Kind.ANSWER
    assert "文字" in send(talk, WARD_OFFICE).blocks[0].text
