"""How each block is shown."""

from __future__ import annotations

from dataclasses import replace

from browser.hand_made import ASK, CARD_REPLY, CITY, JUMINHYO, LONG, PLACES, REPLIES

from bot.action import Action, Verb
from bot.reply import CallButton, Card, Choices, Kind, LinkButton, Option, Reply, Text
from handlers.web.parse import Refusal
from handlers.web.render import Addresses, Renderer, Turn

TO = Addresses("港町案内", "港町区の案内です。", "/", "/chat", "/web/chat.css", "/web/chat.js", "/web/icon.svg")
RENDERER = Renderer()


def shown(reply: Reply | None, **more) -> str:
    return RENDERER.fragment(Turn("1", "質問", reply, **more), TO).decode()


def order(html: str, *parts: str) -> bool:
    places = [html.index(part) for part in parts]
    return places == sorted(places)


def test_a_card_reads_from_the_title_to_the_follow_ups() -> None:
    html = shown(CARD_REPLY)
    assert order(
        html,
        "住民票の写し</h3>",
        'class="caution"',
        "1通 300円",
        "郵送・コンビニ・オンライン",
        "<dl",
        'class="desk"',
        "第三者が請求するとき",
        'class="card-source"',
        "つづけて聞く",
    )


def test_a_desk_says_whether_it_is_open_when_its_hours_are_known() -> None:
    (card,) = [block for block in CARD_REPLY.blocks if isinstance(block, Card)]
    assert card.desk is not None
    opened = replace(card, desk=replace(card.desk, opening="受付中(17:00まで)"))

    assert '<p class="desk-opening">受付中(17:00まで)</p>' in shown(replace(CARD_REPLY, blocks=(opened,)))
    assert "desk-opening" not in shown(CARD_REPLY)


def test_a_fact_carries_its_source() -> None:
    html = shown(CARD_REPLY)
    assert f'<a class="source" href="{CITY}" target="_blank" rel="noopener noreferrer">' in html
    assert '<p class="source">「令和6年度 くらしのガイド」(2024年)で確認</p>' in html


def test_several_lines_are_a_list() -> None:
    assert "<li>コンビニ交付(マイナンバーカードが要る)</li>" in shown(CARD_REPLY)


def test_a_link_says_that_it_opens_a_new_tab() -> None:
    html = shown(CARD_REPLY)
    assert html.count('target="_blank"') == html.count("(新しいタブで開きます)") > 0


def test_a_call_button_calls_and_shows_its_number() -> None:
    html = shown(CARD_REPLY)
    assert 'href="tel:0455402254"' in html
    assert '<span class="number">045-540-2254</span>' in html


def test_without_a_desk_the_call_button_stands_with_the_others() -> None:
    html = shown(Reply(Kind.ANSWER, (LONG,)))
    assert 'class="desk"' not in html
    assert 'href="tel:0455402323"' in html


def test_every_button_is_shown_once() -> None:
    assert shown(Reply(Kind.ANSWER, (JUMINHYO,))).count("戸籍課 登録担当に電話") == 1


def test_what_can_be_neither_opened_nor_called_is_words() -> None:
    odd = (LinkButton("ページ", "javascript:alert(1)"), CallButton("電話", "内線 12"))
    html = shown(Reply(Kind.ANSWER, (Text("文", odd),)))
    assert "href" not in html
    assert "電話 内線 12" in html


def test_danger_comes_first_and_is_announced() -> None:
    html = shown(REPLIES["胸が苦しい"])
    assert order(html, 'role="alert"', 'href="tel:119"', 'href="tel:%237119"', "お知らせです。")


def test_the_way_out_looks_different() -> None:
    assert shown(REPLIES["引越し"]).count('class="choice way-out"') == 1


def test_what_tells_choices_apart_stands_under_the_name_in_the_button() -> None:
    option = Option("転入届", Action(Verb.ENTRY, "tennyu"), "よその<市>から来た")
    html = shown(Reply(Kind.CHOOSE, (Choices("どのことですか", (option,)),)))

    assert '転入届<span class="difference">よその&lt;市&gt;から来た</span></span>' in html
    assert 'name="label" value="転入届"' in html


def test_whether_it_was_right_is_asked_apart_from_what_may_be_asked_next() -> None:
    said = (Option("解決した", Action(Verb.SOLVED, "x")), Option("ちがう", Action(Verb.WRONG, "x")))
    html = shown(Reply(Kind.ANSWER, (Text("どうぞ"),), (), (*said, Option("メニュー", Action(Verb.MENU)))))

    assert order(html, "つづけて聞く", "メニュー", "この案内で解決しましたか", "v1|solved|x", "v1|wrong|x")
    assert html.count("<button") == 3


def test_an_empty_reply_still_says_something() -> None:
    assert "ほかの言葉で" in shown(Reply(Kind.UNKNOWN, ()))


def test_every_refusal_has_its_sentence() -> None:
    for refusal in Refusal:
        assert RENDERER.sentence(refusal).endswith("。")
        assert 400 <= refusal.status < 600


def test_a_place_says_the_way_what_it_is_for_and_who_says_so() -> None:
    html = shown(Reply(Kind.ANSWER, (PLACES,)))
    assert order(
        html,
        "近くの避難場所</h3>",
        "大綱小学校",
        "西へ約660m",
        "大倉山4-2-1",
        "地震",
        "体育館4、校舎1-1",
        "地図を開く",
        "国土地理院",
    )
    assert html.count('<li class="place">') == 3


def test_who_is_asked_where_they_are_gets_a_button_that_only_the_script_shows() -> None:
    html = shown(Reply(Kind.ANSWER, (ASK,)))
    assert order(html, ASK.text, "data-locate", ASK.label)
    assert '<button class="button locate" type="button"' in html


def test_words_in_another_language_are_marked_as_such_and_japanese_ones_are_not() -> None:
    card = replace(JUMINHYO, text="Ask at the ward office.", language="en")

    html = shown(Reply(Kind.ANSWER, (Text("한국어입니다.", language="ko"), card)))

    assert '<p class="words" lang="en">Ask at the ward office.</p>' in html
    assert '<p class="words" lang="ko">한국어입니다.</p>' in html
    assert "lang=" not in shown(Reply(Kind.ANSWER, (JUMINHYO,)))
