"""A reply as LINE shows it: everything said, nothing that LINE refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from any_reply import REPLIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from line_api import REPLY, body_problems, components, message_problems, utf16_units

from bot.action import Action, Verb
from bot.reply import (
    AskLocation,
    Block,
    CallButton,
    Card,
    Choices,
    DeskLine,
    FactLine,
    HotlineLine,
    Kind,
    LinkButton,
    Option,
    PlaceLine,
    Places,
    PlaceUse,
    Reply,
    Text,
    Urgent,
)
from handlers.line.compose import compose
from handlers.line.plain import plain
from handlers.line.render import render, render_plain
from handlers.line.texts import LineTexts, sender

TEXTS = LineTexts(nothing="うまく表示できませんでした。港北区役所(045-540-2323)へお電話ください。")
SITE = "https://annai.example.jp"
ON_THE_WEB = LineTexts(TEXTS.nothing, "すべてを読む", SITE, sender("こうほく案内", SITE))
NOTE = "横浜市ウェブサイト(2026年11月1日確認)"
PAGE = "https://www.city.yokohama.lg.jp/kohoku/"


def fact(name: str, value: str, note: str = NOTE) -> FactLine:
    """Return a fact of the official page."""
    return FactLine(name, value, note, PAGE)


CARD = Card(
    entry_id="juminhyo",
    title="住民票の写し",
    text="区役所の窓口、コンビニ、郵送で取れます。マイナンバーカードがあればコンビニが早いです。",
    highlight=fact("手数料", "1通300円"),
    facts=(
        fact("必要なもの", "本人確認書類\n印鑑はいりません"),
        fact("受付時間", "8時45分から17時まで", "窓口案内(2026年10月)"),
    ),
    desk=DeskLine("窓口", "戸籍課登録担当", ("港北区役所2階21番", "電話 045-540-2250", "月曜から金曜 8:45-17:00")),
    cautions=("最新の内容は窓口でご確認ください。",),
    source_note=NOTE,
    buttons=(LinkButton("公式ページ", PAGE), CallButton("電話する", "045-540-2250")),
)
URGENT = Urgent(
    "命の危険があるときは、すぐに119番へ",
    "救急車を呼ぶか迷うときは#7119へ。",
    (
        HotlineLine("救急・消防", "けが・急病", CallButton("119に電話する", "119")),
        HotlineLine("救急相談", "迷ったとき", CallButton("#7119に電話する", "#7119")),
    ),
)
MOVING = (
    Option("港北区へ引っ越してきた", Action(Verb.ENTRY, "tennyu")),
    Option("港北区から引っ越す", Action(Verb.ENTRY, "tenshutsu")),
    Option("どれでもない", Action(Verb.NONE_OF_THESE)),
)
SCHOOL = PlaceLine(
    name="大綱小学校",
    kinds="指定避難所・指定緊急避難場所",
    way="西へ約660m",
    address="横浜市港北区大倉山4-2-1",
    uses=(PlaceUse("地震", "体育館4、校舎1-1"), PlaceUse("洪水", "校舎1-1(3階以上)")),
    note="開いているかどうかは、行く前に確かめてください。",
    source_note="国土地理院(2025年10月27日)で確認",
    source_url="https://www.gsi.go.jp/bousaichiri/hinanbasho.html",
    map=LinkButton("地図を開く", "https://www.google.com/maps/search/?api=1&query=35.518932%2C139.625613"),
)
PLACES = Places(
    "近くの避難場所", "距離は、まっすぐに測ったものです。", (SCHOOL, replace(SCHOOL, name="菊名小学校"), SCHOOL)
)
ASK = AskLocation("いまいる場所か、町の名前を教えてください。", "いまいる場所からさがす")
CHOICES = Choices("どちらのお引っ越しですか?", MOVING)


def reply(*blocks: Block, follow_ups: tuple[Option, ...] = ()) -> Reply:
    """Return a reply of these blocks."""
    return Reply(Kind.ANSWER, blocks, (), follow_ups)


def shown(block: Block) -> list[dict[str, Any]]:
    """Return the components of the only bubble that `block` becomes, in reading order."""
    (message,) = compose(reply(block), TEXTS)
    bubble = message["contents"]
    return [c for part in ("header", "body", "footer") if part in bubble for c in components({part: bubble[part]})]


def said(block: Block) -> list[str]:
    """Return the texts of that bubble, in reading order."""
    return [component["text"] for component in shown(block) if component["type"] == "text"]


def actions(block: Block) -> list[dict[str, Any]]:
    """Return what its buttons do."""
    return [component["action"] for component in shown(block) if component["type"] == "button"]


def quick(*blocks: Block, follow_ups: tuple[Option, ...] = ()) -> list[dict[str, Any]]:
    """Return the quick replies of the last message, having seen that no other has any."""
    *others, last = compose(reply(*blocks, follow_ups=follow_ups), TEXTS)
    assert not any("quickReply" in message for message in others)
    return [item["action"] for item in last.get("quickReply", {}).get("items", [])]


def test_a_card_is_read_from_title_to_source() -> None:
    assert said(CARD) == [
        "住民票の写し",
        "最新の内容は窓口でご確認ください。",
        *("手数料", "1通300円", NOTE),
        CARD.text,
        *("必要なもの", "・本人確認書類\n・印鑑はいりません"),
        *("受付時間", "8時45分から17時まで", "窓口案内(2026年10月)"),
        *("窓口", "戸籍課登録担当", "港北区役所2階21番", "電話 045-540-2250", "月曜から金曜 8:45-17:00"),
        NOTE,
    ]


def test_a_desk_says_below_its_name_whether_it_is_open() -> None:
    assert CARD.desk is not None
    desk = replace(CARD.desk, opening="受付中(17:00まで)")
    card = replace(CARD, desk=desk)

    texts = said(card)
    assert texts[texts.index(desk.name) + 1] == "受付中(17:00まで)"
    assert "受付中(17:00まで)" in plain(reply(card)).splitlines()


def test_a_card_that_is_cut_opens_its_whole_on_the_web() -> None:
    long = replace(CARD, text="これは長い説明です。" * 200)
    (short,), (cut,), (alone,) = (
        compose(reply(CARD), ON_THE_WEB),
        compose(reply(long), ON_THE_WEB),
        compose(reply(long), TEXTS),
    )

    def links(message: dict[str, Any]) -> list[str]:
        return [part["action"]["label"] for part in components(message["contents"]) if part["type"] == "button"]

    assert links(short) == links(alone) == ["公式ページ", "電話する"]
    assert links(cut) == ["すべてを読む", "公式ページ", "電話する"]
    first = next(part for part in components(cut["contents"]) if part["type"] == "button")
    assert first["action"]["uri"] == SITE + "/annai/juminhyo"
    (said,) = (part["text"] for part in components(cut["contents"]) if "長い" in part.get("text", ""))
    assert said.endswith("説明です。…")
    assert utf16_units(said) <= 700


def test_a_card_with_many_facts_is_cut_where_the_rest_is_on_the_web() -> None:
    many = replace(CARD, facts=tuple(fact(f"項目{n}", "はい") for n in range(20)))
    (message,) = compose(reply(many), ON_THE_WEB)

    assert "項目13" in str(message)
    assert "項目14" not in str(message)
    assert "すべてを読む" in str(message)


def test_the_bot_speaks_under_its_own_name_and_icon() -> None:
    meant = {"name": "こうほく案内", "iconUrl": SITE + "/line/icon.png"}

    for messages in (compose(reply(CARD, PLACES), ON_THE_WEB), compose(reply(), ON_THE_WEB)):
        assert {str(message["sender"]) for message in messages} == {str(meant)}
    assert render_plain(reply(CARD), ON_THE_WEB)[0].to_dict()["sender"] == meant
    assert "sender" not in compose(reply(CARD), TEXTS)[0]


@pytest.mark.parametrize(
    ("name", "site", "icon", "expected"),
    [
        ("案内", "", "", None),
        ("案内", "http://annai.example.jp", "", None),
        ("案内", SITE, "", {"name": "案内", "iconUrl": SITE + "/line/icon.png"}),
        ("案内", SITE, "https://cdn.example.jp/a.png", {"name": "案内", "iconUrl": "https://cdn.example.jp/a.png"}),
        ("LINEで案内", SITE, "", {"iconUrl": SITE + "/line/icon.png"}),
        ("案" * 21, SITE, "", {"iconUrl": SITE + "/line/icon.png"}),
        ("🍎" * 11, SITE, "", {"iconUrl": SITE + "/line/icon.png"}),
        ("案内", "", "https://cdn.example.jp/" + "a" * 2000, None),
    ],
)
def test_a_name_or_icon_that_line_would_refuse_is_left_out(
    name: str, site: str, icon: str, expected: dict[str, str] | None
) -> None:
    made = sender(name, site, icon)

    assert (made.as_json() if made else None) == expected


def test_the_fact_that_was_asked_for_is_the_biggest_text() -> None:
    sizes = ["xxs", "xs", "sm", "md", "lg", "xl", "xxl"]
    texts = [component for component in shown(CARD) if component["type"] == "text"]

    assert max(texts, key=lambda text: sizes.index(text["size"]))["text"] == "1通300円"


def test_the_buttons_of_a_card_open_the_page_and_call_the_desk() -> None:
    assert actions(CARD) == [
        {"type": "uri", "label": "公式ページ", "uri": PAGE},
        {"type": "uri", "label": "電話する", "uri": "tel:0455402250"},
    ]


def test_a_facts_source_can_be_opened() -> None:
    links = [component["action"] for component in shown(CARD) if component["type"] == "text" and "action" in component]

    assert {link["uri"] for link in links} == {PAGE}


def test_the_smallest_card_is_a_title_and_a_text() -> None:
    card = Card("gomi", "ごみの分別", "品目ごとに調べられます。", None, (), None, (), "", ())

    assert said(card) == ["ごみの分別", "品目ごとに調べられます。"]


def test_a_card_reads_well_aloud() -> None:
    (message,) = compose(reply(CARD), TEXTS)

    assert message["altText"] == "\n".join(["住民票の写し。", *CARD.cautions, "手数料: 1通300円。", CARD.text])


def test_a_reading_in_brackets_is_not_said_twice() -> None:
    (card,) = compose(
        reply(replace(CARD, text="区役所（くやくしょ）の戸籍課(こせきか)で、もらえます(土曜も)。")), TEXTS
    )
    assert card["altText"].endswith("区役所の戸籍課で、もらえます(土曜も)。")
    assert "（くやくしょ）" in str(card["contents"])


def test_a_button_that_line_would_refuse_is_left_out() -> None:
    buttons = (LinkButton("開く", "javascript:alert(1)"), CallButton("電話", "内線のみ"), LinkButton("", PAGE))

    assert [action["label"] for action in actions(replace(CARD, buttons=buttons))] == [PAGE]


def test_urgent_calls_with_one_tap_and_says_the_number_in_words() -> None:
    assert [action["uri"] for action in actions(URGENT)] == ["tel:119", "tel:%237119"]
    assert {"119", "#7119"} <= set(said(URGENT))
    assert said(URGENT)[0] == URGENT.title


def test_urgent_has_a_red_head() -> None:
    (message,) = compose(reply(URGENT), TEXTS)

    assert message["contents"]["header"]["backgroundColor"] == "#B00000"
    assert message["altText"].startswith(URGENT.title)
    assert "救急・消防 119 けが・急病" in message["altText"]


def test_each_choice_is_a_button_and_a_quick_reply_that_shows_its_label() -> None:
    expected = [(option.label, option.action.encode(), option.label) for option in MOVING]

    for found in (actions(CHOICES), quick(CHOICES)):
        assert [(action["label"], action["data"], action["displayText"]) for action in found] == expected


def test_choices_read_aloud_say_what_can_be_chosen() -> None:
    (message,) = compose(reply(CHOICES), TEXTS)

    assert message["altText"] == "\n".join(
        [CHOICES.prompt, *(f"{n}. {option.label}。" for n, option in enumerate(MOVING, 1))]
    )


def test_a_choice_too_long_for_a_postback_is_sent_as_if_typed() -> None:
    far = Option("子育て", Action(Verb.MENU, "くらし/" * 80 + "子育て"))

    assert actions(Choices("どれですか?", (far,))) == [{"type": "message", "label": "子育て", "text": "子育て"}]


def test_a_long_label_is_cut_on_the_button_and_whole_in_the_chat() -> None:
    label = "マイナンバーカードの受け取りの予約について知りたい"
    option = Option(label, Action(Verb.ENTRY, "mynumber"))

    (action,) = quick(Text("どうぞ"), follow_ups=(option,))
    assert action["label"] == label[:19] + "…"
    assert action["displayText"] == label


def test_follow_ups_hang_on_the_last_message_after_the_choices() -> None:
    asks = Option("手数料は?", Action(Verb.FACT, "juminhyo", "手数料"))
    labels = [action["label"] for action in quick(CHOICES, CARD, follow_ups=(asks, asks, MOVING[0]))]

    assert labels == [*(option.label for option in MOVING), "手数料は?"]


def test_what_tells_choices_apart_stands_above_the_buttons_with_the_number_to_type() -> None:
    options = (
        Option("転入届", Action(Verb.ENTRY, "tennyu"), "よその市から引っ越してきた"),
        Option("転出届", Action(Verb.ENTRY, "tenshutsu"), "よその市へ引っ越す"),
        Option("どれでもない", Action(Verb.NONE_OF_THESE)),
    )

    (message,) = compose(reply(Choices("どのことですか", options)), TEXTS)

    body, footer = message["contents"]["body"]["contents"], message["contents"]["footer"]["contents"]
    assert [[line["text"] for line in row["contents"]] for row in body[1:]] == [
        ["1. 転入届", "よその市から引っ越してきた"],
        ["2. 転出届", "よその市へ引っ越す"],
    ]
    assert [button["action"]["label"] for button in footer] == ["転入届", "転出届", "どれでもない"]
    assert "2. 転出届 — よその市へ引っ越す。" in message["altText"].splitlines()


def test_whether_it_was_right_is_never_cut_off() -> None:
    said = (Option("解決した", Action(Verb.SOLVED, "x")), Option("ちがう", Action(Verb.WRONG, "x")))
    many = tuple(Option(f"案内{number}", Action(Verb.ENTRY, f"e{number}")) for number in range(20))

    actions = quick(CARD, follow_ups=(*said, *many))

    assert [action["data"] for action in actions[:2]] == ["v1|solved|x", "v1|wrong|x"]
    assert len(actions) == 13


def test_there_are_at_most_thirteen_quick_replies() -> None:
    many = tuple(Option(f"質問{n}", Action(Verb.ENTRY, f"entry{n}")) for n in range(20))

    assert len(quick(Text("どうぞ"), follow_ups=many)) == 13


def test_a_text_is_a_text_message_and_its_buttons_a_small_bubble() -> None:
    text, bubble = compose(reply(Text("総合案内へお電話ください。", (CallButton("電話する", "045-540-2323"),))), TEXTS)

    assert text == {"type": "text", "text": "総合案内へお電話ください。"}
    assert bubble["altText"] == "電話する"


def test_places_are_a_text_and_a_carousel_with_a_bubble_for_each() -> None:
    text, carousel = compose(reply(PLACES), TEXTS)

    assert text == {"type": "text", "text": "近くの避難場所\n距離は、まっすぐに測ったものです。"}
    assert carousel["contents"]["type"] == "carousel"
    first = list(components(carousel["contents"]["contents"][0]))
    assert [each["text"] for each in first if each["type"] == "text"] == [
        *("大綱小学校", "西へ約660m", "横浜市港北区大倉山4-2-1", "指定避難所・指定緊急避難場所"),
        *("地震", "体育館4、校舎1-1", "洪水", "校舎1-1(3階以上)"),
        *("開いているかどうかは、行く前に確かめてください。", "国土地理院(2025年10月27日)で確認"),
    ]
    assert [each["action"]["uri"] for each in first if each["type"] == "button"] == [SCHOOL.map.url]


def test_places_read_aloud_say_which_and_how_far() -> None:
    spoken = compose(reply(PLACES), TEXTS)[1]["altText"].splitlines()

    assert spoken[:2] == ["近くの避難場所。", "大綱小学校 西へ約660m 横浜市港北区大倉山4-2-1。"]
    assert len(spoken) == 4


def test_who_is_asked_where_they_are_can_send_a_location_first_of_all() -> None:
    assert compose(reply(ASK), TEXTS)[0]["text"] == ASK.text
    first, *rest = quick(ASK, CARD, follow_ups=MOVING)

    assert first == {"type": "location", "label": "いまいる場所からさがす"}
    assert [each["type"] for each in rest] == ["postback"] * 3


def test_two_carousels_become_one_when_there_are_too_many_messages() -> None:
    messages = compose(reply(*[PLACES] * 2, *[CARD] * 4), TEXTS)

    assert message_problems(messages) == []
    assert len(messages) <= 5


def test_in_plain_words_a_place_has_its_map() -> None:
    text = plain(reply(PLACES, ASK))

    for word in (
        "近くの避難場所",
        "西へ約660m",
        "洪水: 校舎1-1(3階以上)",
        "地図を開く https://www.google.com",
        ASK.text,
    ):
        assert word in text


def test_a_text_of_ten_thousand_characters_is_cut_after_a_sentence() -> None:
    (message,) = compose(reply(Text("これは長い文章です。" * 1000)), TEXTS)

    assert utf16_units(message["text"]) <= 5000
    assert message["text"].endswith("です。…")


def test_six_cards_share_a_carousel() -> None:
    messages = compose(reply(*[CARD] * 6), TEXTS)

    assert [message["contents"]["type"] for message in messages] == ["carousel"]
    assert message_problems(messages) == []


def test_more_than_five_messages_are_never_sent() -> None:
    messages = compose(reply(*(Text("こんにちは"), CARD) * 4), TEXTS)

    assert [message["type"] for message in messages] == ["text", "flex", "text", "flex", "text"]


def test_a_reply_without_anything_to_show_still_says_something() -> None:
    for empty in (reply(), reply(Text(" \u200b")), reply(Choices("", ())), reply(Urgent("", "", ()))):
        assert compose(empty, TEXTS) == [{"type": "text", "text": TEXTS.nothing}]
        assert [message.to_dict() for message in render_plain(empty, TEXTS)] == [
            {"type": "text", "text": TEXTS.nothing}
        ]


def test_the_text_for_an_empty_reply_may_not_be_empty() -> None:
    with pytest.raises(ValueError, match="empty"):
        LineTexts(nothing=" \u200b")


def test_in_plain_words_nothing_of_the_reply_is_missing() -> None:
    text = plain(reply(URGENT, CARD, CHOICES))

    for word in ("#7119", "1通300円", "045-540-2250", PAGE, "8時45分", "戸籍課登録担当", NOTE, "3. どれでもない"):
        assert word in text


@pytest.mark.parametrize("block", [CARD, CHOICES, URGENT, PLACES, ASK, Text("どうぞ", (LinkButton("開く", PAGE),))])
def test_the_sdks_models_say_exactly_what_was_meant(block: Block) -> None:
    whole = reply(block, follow_ups=MOVING)

    assert [message.to_dict() for message in render(whole, TEXTS)] == compose(whole, TEXTS)


@pytest.mark.parametrize(
    "block", [CARD, CHOICES, URGENT, PLACES, Text("どうぞ", (CallButton("電話", "119"), LinkButton("開く", PAGE)))]
)
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(block: Block) -> None:
    for message in compose(reply(block), TEXTS):
        whole = message.get("contents", {})
        for part in [part for bubble in whole.get("contents", [whole]) for part in bubble.values()]:
            if isinstance(part, dict):
                for text, ground in colours(part, "#FFFFFF"):
                    assert contrast(text, ground) >= 4.5, (text, ground)


def colours(component: dict[str, Any], ground: str) -> list[tuple[str, str]]:
    """Return every text colour with the ground that it stands on."""
    ground = component.get("backgroundColor", ground)
    if component["type"] == "text":
        return [(component["color"], ground)]
    if component["type"] == "button":
        # LINE draws a primary button's label in white, a secondary one's in #111111, a link's in its colour.
        return {
            "primary": [("#FFFFFF", component["color"])],
            "secondary": [("#111111", component["color"])],
            "link": [(component["color"], ground)],
        }[component["style"]]
    return [pair for inner in component.get("contents", []) for pair in colours(inner, ground)]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(REPLIES, st.sampled_from([TEXTS, ON_THE_WEB]))
def test_whatever_the_reply_line_takes_it(whole: Reply, texts: LineTexts) -> None:
    meant = compose(whole, texts)

    assert body_problems(REPLY, {"replyToken": "t", "messages": meant}) == []
    assert [message.to_dict() for message in render(whole, texts)] == meant
    plainly = [message.to_dict() for message in render_plain(whole, texts)]
    assert body_problems(REPLY, {"replyToken": "t", "messages": plainly}) == []


WORST = "手" * 9_000
FULL = LinkButton(WORST, PAGE + "a" * 960)


@pytest.mark.parametrize(
    "block",
    [
        Card(
            entry_id="entry",
            title=WORST,
            text=WORST,
            highlight=FactLine(WORST, WORST, WORST, FULL.url),
            facts=(FactLine(WORST, WORST, WORST + "別", FULL.url),) * 90,
            desk=DeskLine(WORST, WORST, (WORST,) * 90, WORST),
            cautions=(WORST,) * 90,
            source_note="出典",
            buttons=(FULL,) * 90,
        ),
        Choices(WORST, tuple(Option(f"{n}{WORST}", Action(Verb.MENU, "手" * 290)) for n in range(90))),
        Urgent(WORST, WORST, (HotlineLine(WORST, WORST, CallButton(WORST, "1" * 900)),) * 90),
        Text(WORST, (FULL,) * 90),
        Places(
            WORST,
            WORST,
            (PlaceLine(WORST, WORST, WORST, WORST, (PlaceUse(WORST, WORST),) * 90, WORST, WORST, FULL.url, FULL),) * 90,
        ),
        AskLocation(WORST, WORST),
    ],
    ids=["card", "choices", "urgent", "text", "places", "ask"],
)
def test_the_fullest_block_of_each_kind_fits(block: Block) -> None:
    assert message_problems(compose(reply(block), TEXTS)) == []


@pytest.mark.line_spec
@pytest.mark.usefixtures("official_description")
@pytest.mark.parametrize("block", [CARD, CHOICES, URGENT, PLACES, ASK, Text("どうぞ", (LinkButton("開く", PAGE),))])
def test_lines_own_description_knows_everything_we_send(block: Block) -> None:
    messages = compose(reply(block, follow_ups=MOVING), TEXTS)

    assert body_problems(REPLY, {"replyToken": "t", "messages": messages}) == []
