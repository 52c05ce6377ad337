from __future__ import annotations

import json

from bot.action import Action, Verb
from bot.answer_json import as_json
from bot.plain_text import as_text
from bot.reply import (
    AskLocation,
    CallButton,
    Candidate,
    Choices,
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


def test_blocks_are_parted_by_an_empty_line() -> None:
    assert as_text(Reply(Kind.SMALLTALK, (Text("い"), Text("ろ")))) == "い\n\nろ"


def test_choices_are_numbered_as_they_can_be_typed() -> None:
    options = tuple(Option(name, Action(Verb.ENTRY, name)) for name in ("転入届", "転出届"))

    assert as_text(Reply(Kind.CHOOSE, (Choices("どれですか。", options),))) == "どれですか。\n1. 転入届\n2. 転出届"


def test_what_is_urgent_has_its_numbers_one_a_line() -> None:
    hotline = HotlineLine("消防", "火事と救急", CallButton("消防", "119"))

    assert (
        as_text(Reply(Kind.URGENT, (Urgent("火事", "にげて。", (hotline,)),)))
        == "■ 火事\nにげて。\n☎ 119 消防 火事と救急"
    )


def test_buttons_show_where_they_lead() -> None:
    text = Text("い", (LinkButton("公式ページ", "https://a.jp"), CallButton("電話", "119")))

    assert as_text(Reply(Kind.UNKNOWN, (text,))) == "い\n→ 公式ページ https://a.jp\n☎ 電話 119"


def test_a_place_is_numbered_and_says_all_that_is_known() -> None:
    uses = (PlaceUse("地震", "体育館"),)
    park = PlaceLine(
        "公園", "避難場所", "北へ約10m", "港町1", uses, "見て。", "確認", "", LinkButton("地図", "https://a.jp")
    )
    reply = Reply(Kind.ANSWER, (Places("近く", "距離。", (park,)), AskLocation("どこ?", "ここ")))

    assert as_text(reply).splitlines() == [
        *("■ 近く", "距離。", "1. 公園 北へ約10m", "  避難場所", "  港町1", "  ・地震: 体育館", "  ※ 見て。", "  確認"),
        *("  → 地図 https://a.jp", "", "どこ?"),
    ]


def test_json_has_the_keys_that_checks_rely_on_in_their_order() -> None:
    reply = Reply(Kind.ANSWER, (Text("い"),), (Candidate("juminhyo", 0.987654321),))

    made = as_json("住民票", reply, 1.23456)

    assert json.dumps(made, ensure_ascii=False) == (
        '{"query": "住民票", "kind": "answer", "candidates": [{"id": "juminhyo", "confidence": 0.9877}], '
        '"text": "い", "ms": 1.23}'
    )
