"""What is sent to LINE, held against LINE's own description by a server that others wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from house import Kohoku, eventually, message, now_ms, token
from line_api import GROUP, PUSH, REPLY, USER, Recorded, callback, event, text_event
from prism import Prism

pytestmark = pytest.mark.prism

MENTION = {"mention": {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}}
TYPED = (
    "住民票がほしい",
    "粗大ごみを出したい",
    "ありがとう",
    "母子手帳",
    "区役所は今日開いてる?",
    "火事です",
    "メニュー",
    "避難所はどこ",
    "あいうえおかきくけこ",
    "How do I throw away a sofa?",
    "ごみ",
    "家",
)
OTHERS: tuple[dict[str, Any], ...] = (
    event("follow", follow={"isUnblocked": False}),
    event("postback", postback={"data": "v1|menu"}),
    event("postback", postback={"data": "v1|entry|juminhyo"}),
    event("message", message={"type": "sticker", "id": "1"}),
    event("message", message={"type": "location", "id": "1", "latitude": 35.519, "longitude": 139.633}),
    event("join", source={"type": "group", "groupId": GROUP}),
    text_event("@案内 印鑑登録", message=MENTION, source={"type": "group", "groupId": GROUP, "userId": USER}),
)


def _numbered(raw: dict[str, Any], number: int) -> bytes:
    own = {"webhookEventId": f"01HXYZ0123456789ABCD{number:06d}", "replyToken": token(number), "timestamp": now_ms()}
    return callback({**raw, **own})


def test_lines_own_description_allows_every_kind_of_answer(kohoku: Kohoku, prism: Prism) -> None:
    bodies = [message(number, text) for number, text in enumerate(TYPED, start=101)]
    bodies += [_numbered(raw, number) for number, raw in enumerate(OTHERS, start=201)]
    tokens = [*(token(101 + n) for n in range(len(TYPED))), *(token(201 + n) for n in range(len(OTHERS)))]
    kohoku.line.issue(*tokens)
    for body in bodies:
        assert kohoku.server.post(body).status_code == 200

    eventually(lambda: len(kohoku.answers_to(*tokens)) == len(bodies), kohoku.house.log)
    assert prism.refusals(kohoku.line.requests) == []


GOOD = Recorded(
    REPLY,
    {"Authorization": "Bearer x", "Content-Type": "application/json"},
    {"replyToken": "t", "messages": [{"type": "text", "text": "住民票は2階です。"}]},
    200,
)
BUBBLE = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "1"}]}}


def _reply(*messages: dict[str, Any]) -> Recorded:
    return replace(GOOD, body={"replyToken": "t", "messages": list(messages)})


WRONG = {
    "an unknown message": _reply({"type": "telegram", "text": "1"}),
    "a text without text": _reply({"type": "text"}),
    "no messages": _reply(),
    "six messages": _reply(*[{"type": "text", "text": "1"}] * 6),
    "a long altText": _reply({"type": "flex", "altText": "x" * 1501, "contents": BUBBLE}),
    "a box without layout": _reply(
        {"type": "flex", "altText": "1", "contents": {"type": "bubble", "body": {"type": "box", "contents": []}}}
    ),
    "no token": replace(GOOD, headers={"Content-Type": "application/json"}),
    "an unknown path": replace(GOOD, path="/v2/bot/message/whisper"),
    "a push with a bad retry key": replace(
        GOOD, path=PUSH, headers={**GOOD.headers, "X-Line-Retry-Key": "1"}, body={"to": USER, **GOOD.body}
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_deliberately_wrong_request_is_refused(prism: Prism, name: str) -> None:
    assert prism.refusals([GOOD]) == []
    assert len(prism.refusals([WRONG[name]])) == 1
