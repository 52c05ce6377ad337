"""The judge judges: what LINE would refuse, the local LINE refuses, each limit in its own unit."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3
from line_api import LOADING, PUSH, REPLY, Behaviour, LineApi, message_problems, request_problems, schema_problems

GOOD = {"authorization": "Bearer test-access-token", "content-type": "application/json"}
TEXT = {"type": "text", "text": "住民票は2階です。"}
WORD = {"type": "text", "text": "住民票"}


def flex(*contents: Any, alt: str = "住民票", **bubble: Any) -> dict[str, Any]:
    """Return a Flex message with a bubble of these components."""
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    return {"type": "flex", "altText": alt, "contents": {"type": "bubble", "body": body, **bubble}}


def button(label: str, **action: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "action": {"type": "postback", "label": label, "data": "v1|menu", **action}}


def quick(label: str, number: int = 1) -> dict[str, Any]:
    """Return a text with quick replies."""
    item = {"type": "action", "action": {"type": "message", "label": label, "text": "転入"}}
    return {**TEXT, "quickReply": {"items": [item] * number}}


@pytest.mark.parametrize(
    "messages",
    [
        [TEXT] * 5,
        [{"type": "text", "text": "🍎" * 2500}],
        [flex(WORD, alt="🍎" * 750)],
        [flex(button("🍎" * 40))],
        [TEXT, quick("👨‍👩‍👧" * 20, 13)],
    ],
)
def test_what_is_just_within_a_limit_is_taken(messages: list[Any]) -> None:
    assert message_problems(messages) == []


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [TEXT] * 6,
        [{"type": "text", "text": ""}],
        [{"type": "text", "text": " \n"}],
        [{"type": "text", "text": "🍎" * 2501}],
        [{"type": "text", "text": "\ud83c"}],
        [{"type": "sticker"}],
        [flex(WORD, alt="")],
        [flex(WORD, alt="🍎" * 751)],
        [flex()],
        [flex({"type": "text", "text": ""})],
        [flex({"type": "text", "text": "手" * 5000})],
        [flex(button("あ" * 41))],
        [flex(button(""))],
        [flex(button("転入", data="🍎" * 151))],
        [flex(button("転入", displayText="あ" * 301))],
        [flex(button("開く", type="uri", uri="javascript:alert(1)"))],
        [flex(button("開く", type="uri", uri="https://example.jp/あ"))],
        [flex(button("開く", type="uri", uri="https://example.jp/" + "a" * 1000))],
        [quick("あ" * 21)],
        [quick("転入", 14)],
        [quick("転入"), TEXT],
        [{**flex(), "contents": {"type": "carousel", "contents": [flex(WORD)["contents"]] * 13}}],
        [
            {
                **flex(),
                "contents": {
                    "type": "carousel",
                    "contents": [flex(WORD, size=s)["contents"] for s in ("mega", "giga")],
                },
            }
        ],
    ],
)
def test_what_is_over_a_limit_is_refused(messages: list[Any]) -> None:
    assert message_problems(messages)


def test_a_request_is_refused_for_its_headers() -> None:
    body = {"replyToken": "t", "messages": [TEXT]}

    assert request_problems(REPLY, GOOD, body) == []
    assert request_problems(REPLY, {**GOOD, "authorization": ""}, body)
    assert request_problems(REPLY, {**GOOD, "content-type": "text/plain"}, body)
    assert request_problems(REPLY, {**GOOD, "X-Line-Retry-Key": "uuid"}, body)
    assert request_problems(PUSH, {**GOOD, "X-Line-Retry-Key": "uuid"}, {"to": "U", "messages": [TEXT]}) == []
    assert request_problems("/v2/bot/message/reply/", GOOD, body)
    assert request_problems(LOADING, GOOD, {"chatId": "U", "loadingSeconds": 7})


@pytest.mark.line_spec
@pytest.mark.usefixtures("official_description")
def test_lines_own_description_sees_what_our_limits_do_not() -> None:
    typo = flex({**WORD, "colour": "#000000"})
    nameless = {"type": "flex", "contents": flex(WORD)["contents"]}

    for message in (typo, nameless, {"type": "text"}, flex({"type": "txet"})):
        assert schema_problems("ReplyMessageRequest", {"replyToken": "t", "messages": [message]})


def test_a_reply_token_is_known_and_good_for_one_reply() -> None:
    with LineApi() as line:
        line.issue("token")
        assert [post(line, "token"), post(line, "token"), post(line, "other")] == [200, 400, 400]
        assert len(line.delivered) == 1


def test_another_access_token_is_refused() -> None:
    with LineApi("another") as line:
        assert post(line, "token") == 401


def test_a_broken_rule_fails_the_test_that_broke_it() -> None:
    with pytest.raises(AssertionError, match="may not be empty"), LineApi() as line:
        post(line, "token", text="")


def test_what_is_planned_happens_once_and_in_order() -> None:
    with LineApi() as line:
        line.issue("token")
        line.plan(REPLY, Behaviour(429), Behaviour(drop="before"))
        assert post(line, "token") == 429
        with pytest.raises(urllib3.exceptions.ProtocolError):
            post(line, "token")
        assert post(line, "token") == 200


def post(line: LineApi, token: str, text: str = "転入") -> int:
    """Send a reply as any client would; return the status."""
    body = json.dumps({"replyToken": token, "messages": [{"type": "text", "text": text}]})
    return urllib3.request("POST", line.base + REPLY, body=body, headers=GOOD, retries=False).status
