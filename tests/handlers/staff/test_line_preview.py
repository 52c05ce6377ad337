"""The page that shows replies as LINE draws them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.language.which_language import Language
from handlers.staff import flex_look
from handlers.staff.line_preview import Example, LinePreview
from handlers.staff.pages import Frame, Pages
from handlers.staff.style_sheet import StyleSheet

PREVIEW = "/staff/preview/line"


def test_an_entry_is_drawn_from_what_line_is_sent(inside: FlaskClient) -> None:
    page = inside.get(PREVIEW, query_string={"entry": "juminhyo"}).text

    assert page.count('class="fx-bubble') == 1
    for word in ("住民票の写し", "1通300円", "戸籍課に電話", "tel:0450000002", "https://www.example.jp/juminhyo"):
        assert word in page
    assert "通知と読み上げの文" in page


def test_an_area_shows_all_its_entries(inside: FlaskClient) -> None:
    page = inside.get(PREVIEW, query_string={"area": "koseki"}).text

    assert [name for name in ("住民票の写し", "転入届", "転出届") if f">{name}</h2>" in page] == [
        "住民票の写し",
        "転入届",
        "転出届",
    ]


@pytest.mark.parametrize(
    ("example", "word"),
    [
        ("greeting", "こうほく案内"),
        ("menu", "引っ越し"),
        ("urgent", "119"),
        ("unknown", "すみません"),
        ("unreadable", "文字"),
    ],
)
def test_replies_that_are_no_entry_are_shown(inside: FlaskClient, example: str, word: str) -> None:
    page = inside.get(PREVIEW, query_string={"example": example})

    assert page.status_code == 200
    assert word in page.text[page.text.index('class="scene"') :]


def test_only_what_there_is_can_be_chosen(preview: LinePreview) -> None:
    assert set(preview.examples()) == {
        Example.GREETING,
        Example.MENU,
        Example.URGENT,
        Example.UNKNOWN,
        Example.UNREADABLE,
    }


def test_a_text_shows_its_reply_and_no_personal_data(inside: FlaskClient) -> None:
    page = inside.get(PREVIEW, query_string={"text": "住民票がほしい 090-1234-5678"}).text
    scene = page[page.index('class="scene"') :]

    assert "住民票の写し" in scene
    assert "090-1234-5678" not in scene


@pytest.mark.parametrize("query", [{"entry": "nani"}, {"area": "nani"}, {"example": "nani"}])
def test_what_is_not_there_is_said(inside: FlaskClient, query: dict[str, str]) -> None:
    assert "その名前の案内や例はありません" in inside.get(PREVIEW, query_string=query).text


def test_the_pages_own_style_sheet_is_the_only_one_let_through(inside: FlaskClient) -> None:
    answers = [inside.get(PREVIEW) for _ in range(2)]
    nonces = [re.search(r"'nonce-([^']+)'", each.headers["Content-Security-Policy"]) for each in answers]

    assert all(
        found and f'<style nonce="{found.group(1)}">' in each.text for found, each in zip(nonces, answers, strict=True)
    )
    assert len({found.group(1) for found in nonces if found}) == 2
    assert " style=" not in answers[0].text


COLOUR = "#0017C1"
TRICKS = st.sampled_from(
    ["red;}body{display:none", "url(https://evil.example)", "#12345", "</style><script>", "1px;x:y"]
)
VALUES = st.one_of(
    TRICKS, st.text(max_size=12), st.integers(), st.none(), st.booleans(), st.sampled_from([COLOUR, "md"])
)
NAMES = st.sampled_from(
    "size color backgroundColor margin spacing paddingAll flex weight style width height aspectRatio cornerRadius"
    " borderWidth justifyContent wrap layout".split()
)
COMPONENTS = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from(["box", "text", "button", "separator", "image", "icon", "filler", "video"]),
    st.dictionaries(NAMES, VALUES, max_size=8),
)


@settings(suppress_health_check=list(HealthCheck))
@given(COMPONENTS, st.sampled_from(["vertical", "horizontal", "baseline"]))
def test_whatever_the_json_says_nothing_but_a_value_gets_into_the_style_sheet(
    made: dict[str, object], parent: str
) -> None:
    sheet = StyleSheet()
    sheet.class_of(flex_look.component(made, parent))

    assert re.fullmatch(r"\.x0\{[a-z-]+:[a-zA-Z0-9#%./ -]+(;[a-z-]+:[a-zA-Z0-9#%./ -]+)*\}", sheet.text())


@pytest.mark.parametrize(
    ("made", "parent", "expected"),
    [
        ({"type": "text", "size": "xxl", "color": COLOUR, "weight": "bold"}, "vertical", {"font-size": "29px", "color": COLOUR, "font-weight": "700"}),
        ({"type": "text"}, "horizontal", {"flex": "1 1 0%", "font-size": "16px", "white-space": "nowrap"}),
        ({"type": "text", "flex": 3}, "horizontal", {"flex": "3 1 0%"}),
        ({"type": "text", "flex": 0}, "horizontal", {"flex": "0 0 auto"}),
        ({"type": "box", "layout": "vertical", "spacing": "md", "paddingAll": "12px"}, "vertical", {"flex-direction": "column", "gap": "8px", "padding": "12px"}),
        ({"type": "button", "style": "primary", "color": COLOUR}, "vertical", {"background-color": COLOUR, "color": "#ffffff", "min-height": "52px"}),
        ({"type": "button", "style": "secondary"}, "vertical", {"background-color": "#dcdfe5", "color": "#111111"}),
        ({"type": "button", "height": "sm"}, "vertical", {"color": "#42659a", "min-height": "40px"}),
        ({"type": "image", "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"}, "vertical", {"width": "100%", "aspect-ratio": "20 / 13", "object-fit": "cover"}),
        ({"type": "separator", "margin": "lg"}, "vertical", {"margin-top": "12px"}),
    ],
)  # fmt: skip
def test_components_look_as_line_says(made: dict[str, object], parent: str, expected: dict[str, str]) -> None:
    look = flex_look.component(made, parent)

    assert {name: look.get(name) for name in expected} == expected


def test_a_picture_from_an_address_that_is_not_https_is_left_out(preview: LinePreview) -> None:
    body = [{"type": "video"}, {"type": "filler"}, {"type": "text", "text": "<script>"}]
    body += [{"type": "icon", "url": "https://x.example/a.png"}, {"type": "image", "url": "javascript:alert(1)"}]
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": body}}
    message = {"type": "flex", "altText": "<b>", "contents": bubble}
    shown = replace(preview, compose=lambda _: [message])
    scene = shown.typed("x", Language.JAPANESE)
    asked = dict.fromkeys(("entry", "area", "example", "text", "language"), "")
    page = Pages().line_preview(Frame("案内", (), "/icon", "t", signed_in=True), [], [], asked, [scene]).decode()

    assert "javascript:" not in page.split('class="scene-notes"')[0]
    assert "video は描けません" in page
    assert 'src="https://x.example/a.png"' in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
