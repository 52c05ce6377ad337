"""POST /api/ask."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.location import Location
from bot.reply import Reply

ENTRY = Action(Verb.ENTRY, "juminhyo")
ID = "client-chosen-id-0123456789"


def test_a_question_is_answered_by_itself(client: FlaskClient, answerer) -> None:
    response = client.post("/api/ask", json={"text": "住民票"})
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    answer = response.json
    assert answer["query"] == "住民票"
    assert answer["kind"] == "answer"
    assert answer["candidates"] == [{"id": "juminhyo", "confidence": 0.97}]
    assert answer["text"].startswith("■ 住民票の写し")
    assert answer["ms"] >= 0
    assert answerer.asked == [Utterance(text="住民票")]
    assert answerer.conversed == []
    assert "Set-Cookie" not in response.headers


def test_the_reply_holds_the_card_as_values(client: FlaskClient) -> None:
    reply = client.post("/api/ask", json={"text": "住民票"}).json["reply"]
    card = reply["blocks"][0]
    assert card["type"] == "card"
    assert card["title"] == "住民票の写し"
    assert card["highlight"]["value"] == "1通 300円"
    assert [fact["name"] for fact in card["facts"]] == ["必要なもの", "手続方法", "受付時間", "対象"]
    assert card["desk"]["name"] == "戸籍課 登録担当"
    assert [button["type"] for button in card["buttons"]] == ["link", "call"]
    assert card["buttons"][1]["url"] == "tel:0455402254"
    assert reply["follow_ups"][0] == {"label": "必要なものは?", "action": "v1|fact|juminhyo|必要なもの"}


def test_every_offered_action_can_be_sent_back(client: FlaskClient, answerer) -> None:
    choices = client.post("/api/ask", json={"text": "引越し"}).json["reply"]["blocks"][0]
    assert choices["type"] == "choices"
    for option in choices["options"]:
        assert client.post("/api/ask", json={"action": option["action"]}).status_code == 200
    assert answerer.asked[1] == Utterance(action=ENTRY)


def test_danger_comes_with_numbers_to_call(client: FlaskClient) -> None:
    urgent = client.post("/api/ask", json={"text": "胸が苦しい"}).json["reply"]["blocks"][1]
    assert urgent["type"] == "urgent"
    assert urgent["hotlines"][1]["call"] == {
        "type": "call",
        "label": "救急相談センター",
        "number": "#7119",
        "url": "tel:%237119",
    }


def test_a_location_leads_to_places(client: FlaskClient, answerer) -> None:
    response = client.post("/api/ask", json={"location": {"latitude": 35.51, "longitude": 139.63}, "conversation": ID})

    assert answerer.conversed == [(ID, Utterance(location=Location(35.51, 139.63)))]
    assert "35.51" not in json.dumps(response.json["query"])
    (block,) = response.json["reply"]["blocks"]
    assert block["type"] == "places"
    assert block["places"][0]["name"] == "大綱小学校"
    assert block["places"][0]["way"] == "西へ約660m"
    assert block["places"][0]["uses"][0] == {"hazard": "地震", "where": "体育館4、校舎1-1"}
    assert block["places"][0]["map"]["type"] == "link"


def test_where_the_person_is_can_be_asked(client: FlaskClient) -> None:
    block = client.post("/api/ask", json={"text": "近くの避難所"}).json["reply"]["blocks"][0]
    assert block == {
        "type": "ask_location",
        "text": "いまいる場所か、町の名前を教えてください。",
        "label": "いまいる場所からさがす",
    }


def test_a_named_conversation_goes_on(client: FlaskClient, answerer) -> None:
    client.post("/api/ask", json={"text": "住民票", "conversation": ID})
    assert answerer.conversed == [(ID, Utterance(text="住民票"))]


def test_the_cookie_of_the_chat_joins_too_but_a_named_one_comes_first(client: FlaskClient, answerer) -> None:
    client.set_cookie("annai", "c" * 22)
    client.post("/api/ask", json={"text": "住民票"})
    client.post("/api/ask", json={"text": "住民票", "conversation": ID})
    assert [conversation_id for conversation_id, _ in answerer.conversed] == ["c" * 22, ID]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\xff",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"[" * 9_000,
        b'{"text": ' + b"9" * 5_000 + b"}",
        b"{}",
        b'{"text": null}',
        b'{"text": ""}',
        b'{"text": " \\n"}',
        b'{"text": "\\u0000"}',
        b'{"text": 1}',
        b'{"text": ["x"]}',
        b'{"action": 1}',
        b'{"action": ""}',
        b'{"action": "v1|steal"}',
        b'{"action": "v1|entry|\\ud800"}',
        b'{"location": 1}',
        b'{"location": {}}',
        b'{"location": {"latitude": 91, "longitude": 0}}',
        b'{"location": {"latitude": NaN, "longitude": 0}}',
        b'{"location": {"latitude": true, "longitude": 0}}',
        b'{"location": {"latitude": 35.5}}',
        b'{"text": "x", "conversation": "1"}',
        b'{"text": "x", "conversation": 1}',
        b'{"text": "x", "conversation": "../../../../etc/passwd"}',
    ],
)
def test_what_is_no_question_gets_one_sentence(client: FlaskClient, answerer, body: bytes) -> None:
    response = client.post("/api/ask", data=body, content_type="application/json")
    assert response.status_code == 400
    assert list(response.json) == ["error"]
    assert response.json["error"].endswith("。")
    assert answerer.asked == answerer.conversed == []


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_what_is_not_declared_as_json_is_415(client: FlaskClient, content_type: str | None) -> None:
    response = client.post("/api/ask", data=b'{"text": "x"}', content_type=content_type)
    assert response.status_code == 415
    assert "application/json" in response.json["error"]


def test_more_than_ten_kilobytes_is_413(client: FlaskClient) -> None:
    response = client.post("/api/ask", json={"text": "長" * 10_000})
    assert response.status_code == 413
    assert "長すぎて" in response.json["error"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("住民\x00票", "住民票"),
        ("住民\ud800票", "住民票"),
        ("1行目\n2行目\tタブ", "1行目\n2行目\tタブ"),
        ("👨‍👩‍👧‍👦の手続き", "👨‍👩‍👧‍👦の手続き"),
        ("x" * 9_000, "x" * 9_000),
    ],
)
def test_text_may_hold_anything(client: FlaskClient, answerer, text: str, seen: str) -> None:
    body = json.dumps({"text": text})
    assert client.post("/api/ask", data=body, content_type="application/json").status_code == 200
    assert answerer.asked == [Utterance(text=seen)]


def test_two_thousand_kanji_are_a_question(client: FlaskClient) -> None:
    body = json.dumps({"text": "長" * 2000}, ensure_ascii=False).encode()
    assert client.post("/api/ask", data=body, content_type="application/json").status_code == 200


def test_personal_data_is_masked_and_not_echoed(client: FlaskClient, answerer) -> None:
    answer = client.post("/api/ask", json={"text": "090-1234-5678 です"}).json
    assert answer["query"] == "＊＊＊ です"
    assert answerer.asked == [Utterance(text="＊＊＊ です", masked=("phone",))]


def test_a_failure_is_one_sentence_too(client: FlaskClient, answerer) -> None:
    def broken(_: Utterance) -> Reply:
        raise RuntimeError("secret")

    answerer.answer = broken
    response = client.post("/api/ask", json={"text": "住民票"})
    assert response.status_code == 503
    assert "secret" not in response.text
    assert response.json["error"].endswith("。")
