"""A reply as Slack shows it: everything said, nothing that Slack refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from any_reply import ASK, CARD, CHOICES, MOVING, NOTE, PAGE, PLACES, REPLIES, SCHOOL, URGENT, fact
from hypothesis import HealthCheck, given, settings
from slack_api import blocks_problems, message_problems, taps_of, utf16, words_of

from bot.action import Action, Verb
from bot.card import CardMaker
from bot.clock import TOKYO
from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.reply import Block, CallButton, Card, Choices, Kind, LinkButton, Option, Reply, Text, Urgent
from handlers.slack.render import Message, home, render
from handlers.slack.texts import SlackTexts

TEXTS = SlackTexts(
    nothing="うまく表示できませんでした。",
    name="こうほく案内",
    about="くらしの手続きを案内します。",
    thinking="調べています…",
    search="知りたいこと",
    search_example="住民票がほしい",
    prompts_title="たとえば",
    prompts=("住民票がほしい",),
)

TOKYO_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)


def reply(*blocks: Block, follow_ups: tuple[Option, ...] = ()) -> Reply:
    """Return a reply of these blocks."""
    return Reply(Kind.ANSWER, blocks, (), follow_ups)


def sent(message: Message) -> dict[str, Any]:
    """Return a message as JSON."""
    return {"blocks": list(message.blocks), "text": message.text}


def shown(*blocks: Block, follow_ups: tuple[Option, ...] = ()) -> dict[str, Any]:
    """Return the message of a reply, having seen that Slack would take it."""
    message = sent(render(reply(*blocks, follow_ups=follow_ups), TEXTS))
    assert message_problems(message) == []
    return message


def lines(*blocks: Block) -> list[str]:
    """Return what is read in the message, line by line."""
    return [line for line in words_of(shown(*blocks)).splitlines() if line]


def links(message: dict[str, Any]) -> dict[str, str]:
    """Return the buttons that open a page: label → address."""
    elements = [e for block in message["blocks"] for e in [*block.get("elements", []), block.get("accessory", {})]]
    return {element["text"]["text"]: element["url"] for element in elements if "url" in element}


def test_a_card_is_read_from_title_to_source() -> None:
    assert lines(CARD) == [
        "住民票の写し",
        "※ 最新の内容は窓口でご確認ください。",
        *("手数料", "1通300円"),
        CARD.text,
        *("必要なもの", "・本人確認書類", "・印鑑はいりません"),
        *("受付時間", "8時45分から17時まで", "窓口案内(2026年10月)"),
        *("窓口: 戸籍課登録担当", "受付中(17:00まで)", "港北区役所2階21番", "電話 045-540-2250"),
        NOTE,
        "☎ 電話する 045-540-2250",
        "公式ページ",
    ]


def test_the_fact_that_was_asked_for_stands_alone_and_in_bold() -> None:
    texts = [block["text"]["text"] for block in shown(CARD)["blocks"] if block["type"] == "section"]

    assert "*手数料*\n*1通300円*" in texts


def test_a_cards_page_is_a_button_and_its_number_can_be_tapped() -> None:
    message = shown(CARD)

    assert links(message) == {"公式ページ": PAGE}
    assert "<tel:0455402250|045-540-2250>" in str(message["blocks"])


def test_a_facts_source_can_be_opened() -> None:
    assert f"<{PAGE}|窓口案内(2026年10月)>" in str(shown(CARD)["blocks"])


def test_the_smallest_card_is_a_title_and_a_text() -> None:
    card = Card("gomi", "ごみの分別", "品目ごとに調べられます。", None, (), None, (), "", ())

    assert lines(card) == ["ごみの分別", "品目ごとに調べられます。"]


def test_each_choice_is_a_button_that_carries_its_action() -> None:
    assert taps_of(shown(CHOICES)) == {option.label: option.action.encode() for option in MOVING}


def test_what_tells_choices_apart_stands_above_their_buttons() -> None:
    first, second, none = MOVING
    told = Choices("どちらですか?", (replace(first, description="よその市から"), replace(second, description=""), none))

    assert lines(told)[:3] == ["どちらですか?", "1. 港北区へ引っ越してきた", "よその市から"]
    assert list(taps_of(shown(told))) == [option.label for option in MOVING]


def test_whether_it_was_right_is_asked_in_a_row_of_its_own() -> None:
    marks = (Option("解決した", Action(Verb.SOLVED, "juminhyo")), Option("ちがう", Action(Verb.WRONG, "juminhyo")))
    fee = Option("いくら?", Action(Verb.FACT, "juminhyo", "手数料"))
    *_, first, second = shown(CARD, follow_ups=(*marks, fee))["blocks"]

    assert [element["text"]["text"] for element in first["elements"]] == ["解決した", "ちがう"]
    assert [element["text"]["text"] for element in second["elements"]] == ["いくら?"]


def test_follow_ups_are_buttons_at_the_end_and_each_stands_once() -> None:
    fee = Option("いくら?", Action(Verb.FACT, "juminhyo", "手数料"))
    message = shown(CHOICES, CARD, follow_ups=(fee, fee, MOVING[0]))

    assert [element["text"]["text"] for element in message["blocks"][-1]["elements"]] == ["いくら?"]
    assert list(taps_of(message)) == [*(option.label for option in MOVING), "いくら?"]


def test_urgent_says_the_number_in_words_and_calls_it() -> None:
    message = shown(URGENT)

    assert message["blocks"][0] == {
        "type": "header",
        "text": {"type": "plain_text", "text": URGENT.title, "emoji": False},
    }
    assert "*救急・消防* <tel:119|119>" in str(message["blocks"])
    assert "<tel:%237119|#7119>" in str(message["blocks"])


def test_places_have_their_map_beside_them() -> None:
    message = shown(PLACES)

    assert lines(PLACES)[:7] == [
        "近くの避難場所",
        "距離は、まっすぐに測ったものです。",
        "1. 大綱小学校 西へ約660m",
        "指定避難所・指定緊急避難場所",
        "横浜市港北区大倉山4-2-1",
        "・地震: 体育館4、校舎1-1",
        "・洪水: 校舎1-1(3階以上)",
    ]
    assert [block["accessory"]["url"] for block in message["blocks"] if "accessory" in block] == [SCHOOL.map.url] * 2


def test_who_is_asked_where_they_are_types_a_town() -> None:
    assert lines(ASK) == [ASK.text]


def test_the_text_beside_the_blocks_says_all_in_order() -> None:
    text = shown(URGENT, CARD, CHOICES, follow_ups=(Option("いくら?", Action(Verb.FACT, "j", "手数料")),))["text"]

    for word in (
        "#7119",
        "手数料: 1通300円",
        "045-540-2250",
        PAGE,
        "8時45分",
        "戸籍課登録担当",
        NOTE,
        "3. どれでもない",
    ):
        assert word in text
    assert text.splitlines()[0] == f"■ {URGENT.title}"
    assert text.endswith("・いくら?")


def test_nobody_is_called_and_nothing_is_formatted_by_what_is_quoted() -> None:
    message = shown(Text("<!channel> <@U1> a & b *太く* _斜め_ ~消す~ `字` https://example.jp/a_b_c?d=1&e=2\n> 引用"))

    (block,) = message["blocks"]
    assert block["text"]["text"] == (
        "&lt;!channel&gt; &lt;@U1&gt; a &amp; b \uff0a太く\uff0a \uff3f斜め_ \uff5e消す\uff5e \uff40字\uff40 "
        "https://example.jp/a_b_c?d=1&amp;e=2\n\uff1e 引用"
    )
    assert "&lt;!channel&gt;" in message["text"]


def test_a_long_text_goes_on_in_more_sections() -> None:
    text = "これは長い文章です。" * 500
    message = shown(Text(text))

    assert len(message["blocks"]) == 2
    assert words_of(message).replace("\n", "") == text
    assert utf16(message["text"]) <= 4000


def test_a_button_that_slack_would_refuse_is_left_out() -> None:
    buttons = (LinkButton("開く", "javascript:alert(1)"), CallButton("電話", "内線のみ"), LinkButton("", PAGE))
    message = shown(replace(CARD, buttons=buttons))

    assert links(message) == {PAGE: PAGE}
    assert "☎ 電話 内線のみ" in words_of(message)


def test_many_cards_are_cut_to_what_a_message_holds() -> None:
    many = replace(CARD, facts=tuple(fact(f"項目{n}", "長い値です。" * 60) for n in range(20)))
    message = shown(*[many] * 6)

    assert lines_of(message)[0] == CARD.title


def lines_of(message: dict[str, Any]) -> list[str]:
    return words_of(message).splitlines()


def test_a_reply_without_anything_to_show_still_says_something() -> None:
    for empty in (reply(), reply(Text(" \u200b")), reply(Choices("", ())), reply(Urgent("", "", ()))):
        message = sent(render(empty, TEXTS))
        assert words_of(message) == TEXTS.nothing
        assert message_problems(message) == []


def test_the_text_for_an_empty_reply_may_not_be_empty() -> None:
    with pytest.raises(ValueError, match="empty"):
        replace(TEXTS, nothing=" \u200b")


def test_the_home_tab_has_a_field_for_typing_and_the_reply() -> None:
    blocks = home(reply(CHOICES), TEXTS)

    assert blocks_problems(blocks, most=100) == []
    assert [block["type"] for block in blocks] == ["header", "section", "input", "divider", "section", "actions"]
    assert blocks[2]["dispatch_action"] is True


def test_every_entry_that_ships_fits_and_is_whole(shipped_guide: Guide) -> None:
    cards, now = CardMaker(shipped_guide.knowledge), TOKYO_NOON
    for entry in shipped_guide.knowledge.entries.values():
        card = cards.card(entry, now)
        message = shown(card)
        said = words_of(message).replace("\n", "")
        for each in (card.title, card.text, *(each.name for each in card.facts)):
            assert plain(each) in plain(said), entry.id
        for line in (line for each in card.facts for line in each.value.splitlines()):
            assert plain(line) in plain(said), entry.id


def test_every_menu_page_and_greeting_fits(shipped_guide: Guide) -> None:
    for action in (Action(Verb.WELCOME), Action(Verb.MENU), Action(Verb.UNREADABLE), Action(Verb.NONE_OF_THESE)):
        turn = shipped_guide.turn(Utterance(action=action), Conversation(), TOKYO_NOON)
        assert message_problems(sent(render(turn.reply, TEXTS))) == []
        assert blocks_problems(home(turn.reply, TEXTS), most=100) == []


def plain(text: str) -> str:
    """Return `text` without what is only form."""
    marks = str.maketrans("\uff0a\uff3f\uff5e\uff40\uff1e", "*_~`>")
    return "".join(text.translate(marks).replace("*", "").split())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(REPLIES)
def test_whatever_the_reply_slack_takes_it(whole: Reply) -> None:
    assert message_problems(sent(render(whole, TEXTS))) == []
    assert blocks_problems(home(whole, TEXTS), most=100) == []
