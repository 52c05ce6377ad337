"""The chat page as the server sends it: with and without the page's script."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.location import Location
from bot.reply import Kind, Reply, Text

ENTRY = Action(Verb.ENTRY, "juminhyo")


def test_the_page_greets_and_offers_the_menu(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert '<html lang="ja">' in page.text
    assert "<title>港町案内</title>" in page.text
    assert "こんにちは。こうほく案内です。" in page.text
    assert 'value="v1|menu"' in page.text
    assert page.headers["Cache-Control"] == "private, no-cache"


def test_opening_the_page_is_no_turn_of_the_conversation(client: FlaskClient, answerer) -> None:
    client.get("/")
    assert answerer.conversed == []


def test_the_page_opens_even_if_nobody_can_greet(client: FlaskClient, answerer) -> None:
    answerer.answer = broken
    page = client.get("/")
    assert page.status_code == 200
    assert 'id="question"' in page.text


def test_one_service_has_a_page_of_its_own(client: FlaskClient, answerer) -> None:
    page = client.get("/annai/juminhyo")
    assert page.status_code == 200
    assert "住民票の写し" in page.text
    assert answerer.asked == [Utterance(action=ENTRY)]
    assert answerer.conversed == []
    assert "Content-Security-Policy" in page.headers


def test_a_service_that_is_not_there_is_not_found_and_can_be_asked_for(client: FlaskClient, answerer) -> None:
    answerer.answer = lambda _: Reply(Kind.UNKNOWN, (Text("すみません。"),))
    page = client.get("/annai/nani")
    assert page.status_code == 404
    assert "すみません。" in page.text
    assert 'id="question"' in page.text


def test_a_service_that_cannot_be_shown_is_an_apology(client: FlaskClient, answerer) -> None:
    answerer.answer = broken
    page = client.get("/annai/juminhyo")
    assert page.status_code == 503
    assert 'id="question"' in page.text


def test_a_posted_question_comes_back_as_a_page_with_its_answer(client: FlaskClient, answerer) -> None:
    page = client.post("/", data={"text": "住民票"})
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert '<p class="said">住民票</p>' in page.text
    assert "住民票の写し</h3>" in page.text
    assert "「住民票」の案内 | 港町案内" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert answerer.conversed[0][1] == Utterance(text="住民票")


def test_the_script_gets_question_and_answer_alone(client: FlaskClient) -> None:
    fragment = client.post("/chat", data={"text": "住民票"})
    assert fragment.status_code == 200
    assert fragment.text.startswith("<section")
    assert "住民票の写し</h3>" in fragment.text
    assert "<html" not in fragment.text


def test_a_tap_is_answered_and_shown_as_the_label_that_was_tapped(client: FlaskClient, answerer) -> None:
    fragment = client.post("/chat", data={"action": ENTRY.encode(), "label": "住民票の写し"})
    assert fragment.status_code == 200
    assert '<p class="said">住民票の写し</p>' in fragment.text
    assert answerer.conversed[0][1] == Utterance(action=ENTRY)


def test_a_location_is_answered_and_never_shown(client: FlaskClient, answerer) -> None:
    sent = {"latitude": "35.51", "longitude": "139.63", "label": "いまいる場所からさがす"}
    html = client.post("/chat", data=sent).text
    assert answerer.conversed[0][1] == Utterance(location=Location(35.51, 139.63))
    assert "大綱小学校" in html
    assert '<p class="said">いまいる場所からさがす</p>' in html
    assert "139.63" not in html


def test_a_location_that_is_none_gets_a_kind_line(client: FlaskClient, answerer) -> None:
    response = client.post("/chat", data={"latitude": "north"})
    assert response.status_code == 400
    assert "町の名前" in response.text
    assert answerer.conversed == []


def test_a_tap_without_a_label_shows_no_question(client: FlaskClient) -> None:
    fragment = client.post("/chat", data={"action": ENTRY.encode()})
    assert fragment.status_code == 200
    assert 'class="question"' not in fragment.text


@pytest.mark.parametrize(
    "code", ["", "v1", "v0|entry|juminhyo", "v1|steal|juminhyo", "<script>", "v1|entry|\x00", "v1|" * 200]
)
def test_an_unknown_tap_gets_a_kind_line(client: FlaskClient, answerer, code: str) -> None:
    page = client.post("/", data={"action": code})
    assert page.status_code == 400
    assert "言葉で入力してください" in page.text
    assert answerer.conversed == []


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x01"])
def test_no_question_gets_a_kind_line(client: FlaskClient, answerer, text: str) -> None:
    page = client.post("/", data={"text": text})
    assert page.status_code == 400
    assert "短い言葉で入力してください" in page.text
    assert answerer.conversed == []


def test_a_body_that_is_no_form_gets_a_kind_line(client: FlaskClient) -> None:
    page = client.post("/chat", data=b"\xff\xfe", content_type="application/octet-stream")
    assert page.status_code == 400
    assert "短い言葉で入力してください" in page.text


def test_two_thousand_characters_are_a_question(client: FlaskClient, answerer) -> None:
    page = client.post("/", data={"text": "長" * 2000})
    assert page.status_code == 200
    assert len(answerer.conversed[0][1].text) == 2000


def test_a_book_is_not(client: FlaskClient, answerer) -> None:
    page = client.post("/chat", data={"text": "長" * 20_000})
    assert page.status_code == 413
    assert "長すぎて" in page.text
    assert answerer.conversed == []


def test_personal_data_is_masked_before_anything_sees_it(client: FlaskClient, answerer) -> None:
    page = client.post("/", data={"text": "住民票 090-1234-5678"})
    assert answerer.conversed[0][1] == Utterance(text="住民票 ＊＊＊", masked=("phone",))
    assert "090-1234-5678" not in page.text
    page = client.post("/", data={"action": ENTRY.encode(), "label": "090-1234-5678"})
    assert "090-1234-5678" not in page.text


def test_a_failure_is_apologised_for_and_the_question_stays_in_the_input(client: FlaskClient, answerer) -> None:
    answerer.answer = broken
    page = client.post("/", data={"text": "住民票がほしい"})
    assert page.status_code == 503
    assert "うまくお答えできない" in page.text
    assert re.search(r"<textarea[^>]*>住民票がほしい</textarea>", page.text)
    assert "database password" not in page.text


def broken(_: Utterance) -> Reply:
    raise RuntimeError("the database password is wrong")
