"""Slack, played locally: the requests that it sends, and a Web API server that judges what it is sent.

What it holds a request to is written from Slack's documentation, not from the code under test, and by slack_sdk's own
models: https://docs.slack.dev/reference/block-kit, https://docs.slack.dev/reference/methods,
https://docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import hmac
import itertools
import json
import re
import socket
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlencode

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]

POST = "chat.postMessage"
PUBLISH = "views.publish"
STATUS = "assistant.threads.setStatus"
PROMPTS = "assistant.threads.setSuggestedPrompts"
AUTH = "auth.test"
REPLIES = "conversations.replies"
HISTORY = "conversations.history"
OPEN_SOCKET = "apps.connections.open"
RESPONSE = "response_url"
WRITING = (POST, PUBLISH, STATUS, PROMPTS, AUTH)

TEAM = "T0TEAM"
USER = "U0RESIDENT"
OTHER = "U0OTHER"
BOT = "U0ANNAI"
DM = "D0DIRECT"
CHANNEL = "C0CHANNEL"
SENT_AT = 1_795_500_000
"""Seconds, 2026-11-24T06:00:00Z."""


# What Slack sends ------------------------------------------------------------------------------------------------


def event(kind: str, *, event_id: str = "Ev01", at: int = SENT_AT, **fields: Any) -> Json:
    """Return the envelope of an event as Slack writes it; a field that is None is left out."""
    inner = {"type": kind, "user": USER, "ts": f"{at}.000100", "event_ts": f"{at}.000100", **fields}
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": "A0APP",
        "type": "event_callback",
        "event_id": event_id,
        "event_time": at,
        "event": {name: value for name, value in inner.items() if value is not None},
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }


def direct(text: str, **fields: Any) -> Json:
    """Return the event of a message to the app (message.im)."""
    return event("message", **{"channel": DM, "channel_type": "im", "text": text, **fields})


def mention(text: str, **fields: Any) -> Json:
    """Return the event of a message in a channel that names the app."""
    return event("app_mention", **{"channel": CHANNEL, "text": f"<@{BOT}> {text}", **fields})


def deleted(message: Json, **fields: Any) -> Json:
    """Return the event that tells that the message of the event `message` was deleted."""
    before = message["event"]
    kept = {"type": "message", **{name: before[name] for name in ("user", "text", "ts", "thread_ts") if name in before}}
    inner = {"user": None, "subtype": "message_deleted", "hidden": True, "deleted_ts": before["ts"]}
    place = {"channel": before["channel"], "channel_type": before.get("channel_type")}
    return event("message", **{"event_id": "EvDeleted", **place, **inner, "previous_message": kept, **fields})


def command(text: str, url: str, *, trigger_id: str = "1.2.command", **fields: str) -> bytes:
    """Return the form of a slash command."""
    form = {"token": "deprecated", "team_id": TEAM, "channel_id": CHANNEL, "user_id": USER, "user_name": "resident"}
    return urlencode(
        {**form, "command": "/annai", "text": text, "response_url": url, "trigger_id": trigger_id, **fields}
    ).encode()


def interaction(payload: Json) -> bytes:
    """Return the form of an interaction."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def tap(action: Json, *, message: Json | None = None, trigger_id: str = "1.2.tap", **fields: Any) -> Json:
    """Return the payload of a tap on a button of a message of ours."""
    whole = {
        "type": "block_actions",
        "user": {"id": USER, "team_id": TEAM},
        "team": {"id": TEAM},
        "trigger_id": trigger_id,
        "container": {"type": "message", "channel_id": DM, "is_ephemeral": False},
        "channel": {"id": DM},
        "message": message if message is not None else {"type": "message", "ts": "1795500001.000200"},
        "actions": [{"type": "button", "action_id": "tap-1", "action_ts": "1795500002.1", **action}],
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def shortcut(text: str, url: str, **fields: Any) -> Json:
    """Return the payload of the message shortcut on somebody's message."""
    return {
        "type": "message_action",
        "callback_id": "ask_annai",
        "user": {"id": USER, "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": CHANNEL},
        "trigger_id": "1.2.shortcut",
        "response_url": url,
        "message": {"type": "message", "user": OTHER, "ts": "1795500000.000300", "text": text},
        **fields,
    }


def signed(secret: str, body: bytes, *, at: float | None = None) -> dict[str, str]:
    """Return the headers that Slack puts beside `body`."""
    timestamp = str(int(time.time() if at is None else at))
    mac = hmac.digest(secret.encode(), b":".join([b"v0", timestamp.encode(), body]), "sha256").hex()
    kind = "application/json" if body.startswith((b"{", b"[")) else "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={mac}", "Content-Type": kind}


# What Slack is sent ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Behaviour:
    """How the server treats one call, instead of judging it as Slack would."""

    error: str = ""
    """Answer with `ok: false` and this; empty judges the call."""
    status: int = 200
    """Answer with this HTTP status and no sense in the body, unless it is 200 (429: with `ratelimited`)."""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the answer; the call counts as accepted before it."""
    drop: Literal["", "before", "after"] = ""
    """Close the connection without an answer: before accepting the call, or after."""
    raw: bytes | None = None
    """Answer with these bytes."""


@dataclass(frozen=True)
class Recorded:
    """A call as it arrived."""

    method: str
    headers: dict[str, str]
    body: Json


class SlackApi:
    """Slack's Web API on loopback. Use as a context manager; leaving it raises when a call broke a rule."""

    def __init__(self, token: str = "xoxb-test", app_token: str = "xapp-test") -> None:
        """Listen on a free port; calls must carry `token`."""
        self.token, self.app_token = token, app_token
        self.socket_url = ""
        """Where Socket Mode connects to."""
        self.calls: list[Recorded] = []
        self.posted: list[Json] = []
        """The messages that were accepted, through chat.postMessage or a response_url, in order."""
        self.homes: list[Json] = []
        self.violations: list[str] = []
        self.revoked = ""
        """While set, every call is refused with this error."""
        self._plans: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._hooks: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))

    @property
    def base(self) -> str:
        """Return what SLACK_API_BASE is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self.violations, "\n".join(self.violations)

    def plan(self, method: str, *behaviours: Behaviour) -> None:
        """Treat the next calls of `method` so, one each, in order; later ones are judged again."""
        with self._lock:
            self._plans[method].extend(behaviours)

    def response_url(self, uses: int = 5) -> str:
        """Return a new response_url that can be used so often."""
        with self._lock:
            path = f"/hook/{len(self._hooks) + 1}"
            self._hooks[path] = uses
        return self.base.removesuffix("/api/") + path

    def count(self, method: str) -> int:
        """Return how often `method` was called."""
        return sum(call.method == method for call in self.calls)

    def take(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[Behaviour, Behaviour | None]:
        """Record a call; return how it is treated and the answer (None: the connection is dropped)."""
        method = RESPONSE if path in self._hooks else path.removeprefix("/api/")
        body = _read(headers, raw)
        with self._lock:
            plan = self._plans[method].popleft() if self._plans[method] else Behaviour()
            self.calls.append(Recorded(method, headers, body))
            problems = call_problems(method, headers, body)
            self.violations += [f"{method}: {problem}" for problem in problems]
            answer: Behaviour | None = plan
            if plan.drop == "before":
                answer = None
            elif plan == Behaviour(delay=plan.delay, drop=plan.drop):
                judged = self._judge(method, path, headers, body, problems)
                answer = None if plan.drop == "after" else judged
        return plan, answer

    def _judge(self, method: str, path: str, headers: dict[str, str], body: Json, problems: list[str]) -> Behaviour:
        if method == RESPONSE:
            return self._respond(path, body, problems)
        token = self.app_token if method == OPEN_SOCKET else self.token
        if _header(headers, "authorization") != f"Bearer {token}":
            return Behaviour("invalid_auth")
        if self.revoked:
            return Behaviour(self.revoked)
        if problems:
            return Behaviour(
                "invalid_blocks" if any("block" in problem for problem in problems) else "invalid_arguments"
            )
        match method:
            case "chat.postMessage":
                return self._post(body)
            case "views.publish":
                self.homes.append(body)
            case "conversations.replies" | "conversations.history":
                return self._read_back(body)
            case "apps.connections.open":
                return _json({"ok": True, "url": self.socket_url})
        return _json({"ok": True, "bot_id": "B0ANNAI", "user_id": BOT, "team_id": TEAM})

    def _post(self, body: Json) -> Behaviour:
        number = next(self._numbers)
        ts = f"{int(time.time())}.{number:06d}"
        self.posted.append({**body, "ts": ts})
        return _json({"ok": True, "channel": body["channel"], "ts": ts, "message": {}})

    def _respond(self, path: str, body: Json, problems: list[str]) -> Behaviour:
        if not self._hooks[path]:
            return Behaviour(status=404, raw=b'{"ok":false,"error":"expired_url"}')
        if problems:
            return Behaviour(status=400, raw=b"invalid_blocks")
        self._hooks[path] -= 1
        self.posted.append({**body, "response_url": path})
        return Behaviour(raw=b"ok")

    def _read_back(self, query: Json) -> Behaviour:
        # An app may read direct messages with im:history; it does not ask to read channels.
        if not query["channel"].startswith("D"):
            return _json({"ok": False, "error": "missing_scope", "needed": "channels:history"})
        found = [
            message
            for message in self.posted
            if message.get("channel") == query["channel"] and message.get("thread_ts") == query.get("ts")
        ]
        return _json({"ok": True, "messages": found, "has_more": False})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    api: SlackApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        plan, answer = self.api.take(self.path, dict(self.headers.items()), raw)
        time.sleep(plan.delay)
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        payload = answer.raw if answer.raw is not None else json.dumps(_answer_body(answer)).encode()
        try:
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client would not wait

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


def _json(body: Json) -> Behaviour:
    return Behaviour(raw=json.dumps(body).encode())


def _answer_body(answer: Behaviour) -> Json:
    if answer.status == 429:
        return {"ok": False, "error": "ratelimited"}
    return {"ok": False, "error": answer.error} if answer.error else {}


def _read(headers: dict[str, str], raw: bytes) -> Json:
    if _header(headers, "content-type").startswith("application/json"):
        try:
            body = json.loads(raw)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    return dict(parse_qsl(raw.decode("utf-8", "replace")))


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


# What Slack forbids ----------------------------------------------------------------------------------------------


def call_problems(method: str, headers: dict[str, str], body: Json) -> list[str]:
    """Return what Slack forbids in a call, whatever the state of tokens; empty for a good one."""
    problems = []
    is_json = _header(headers, "content-type").startswith("application/json")
    if method in (REPLIES, HISTORY):
        if is_json:
            problems.append("a reading method takes no JSON")
        return [*problems, *_missing(body, "channel", *(["ts"] if method == REPLIES else []))]
    if method in (OPEN_SOCKET, AUTH):
        return problems
    if not is_json:
        problems.append("not sent as JSON")
    judge = _JUDGES.get(method)
    return [*problems, *(judge(body) if judge else [f"no such method: {method}"])]


def _post_problems(body: Json) -> list[str]:
    thread = str(body.get("thread_ts", "1.000000"))
    problems = [] if re.fullmatch(r"\d+\.\d{6}", thread) else [f"thread_ts {thread!r}"]
    return [*problems, *_missing(body, "channel"), *message_problems(body)]


def _missing(body: Json, *names: str) -> list[str]:
    return [f"no {name}" for name in names if not body.get(name)]


def _status_problems(body: Json) -> list[str]:
    return [*_missing(body, "channel_id", "thread_ts"), *([] if "status" in body else ["no status"])]


def _prompt_problems(body: Json) -> list[str]:
    prompts = body.get("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= 4:
        return ["prompts: 1 to 4"]
    wrong = [f"prompt {each!r}" for each in prompts if not (each.get("title") and each.get("message"))]
    return [*wrong, *_missing(body, "channel_id", "thread_ts")]


def _home_problems(body: Json) -> list[str]:
    view = body.get("view")
    if not isinstance(view, dict) or view.get("type") != "home":
        return ["no home view"]
    return [*_missing(body, "user_id"), *blocks_problems(view.get("blocks"), most=100)]


def message_problems(body: Json) -> list[str]:
    """Return which documented limits a message breaks."""
    problems = []
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        problems.append("no text: notifications and screen readers would have nothing to say")
    elif utf16(text) > 4000:
        problems.append(f"text of {utf16(text)}")
    problems += _markup_problems("text", text or "")
    if "blocks" in body:
        problems += blocks_problems(body["blocks"], most=50)
        # bolt-js issue 2509: msg_blocks_too_long at about 13,200 characters
        if utf16(json.dumps(body["blocks"], ensure_ascii=False)) > 13_000:
            problems.append("blocks too long together")
    return problems


def blocks_problems(blocks: Any, most: int) -> list[str]:
    """Return which documented limits blocks break, and what slack_sdk's own models say."""
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= most:
        return [f"blocks: 1 to {most}"]
    problems = []
    ids = [block.get("block_id") for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("block_id twice")
    actions = [element["action_id"] for element in _elements(blocks) if "action_id" in element]
    if len(actions) != len(set(actions)):
        problems.append("block with an action_id twice")
    for block in blocks:
        problems += _model_problems(block)
        problems += list(_block_problems(block))
    return problems


_JUDGES = {
    POST: _post_problems,
    RESPONSE: message_problems,
    PUBLISH: _home_problems,
    STATUS: _status_problems,
    PROMPTS: _prompt_problems,
}


def _model_problems(block: Json) -> list[str]:
    """Return what slack_sdk says against `block`; it knows every type that we send, and keeps all that we say."""
    try:
        parsed = Block.parse(block)
        if parsed is None:
            return [f"block of unknown type {block.get('type')!r}"]
        again = parsed.to_dict()
    except SlackObjectFormationError as error:
        return [f"block {block.get('type')}: {error}"]
    return [] if again == block else [f"block {block.get('type')}: the model says {again} for {block}"]


def _block_problems(block: Json) -> Iterator[str]:
    where = f"block {block.get('type')}"
    for text in _texts(block):
        yield from _text_problems(where, text)
    if block["type"] == "header" and utf16(block["text"]["text"]) > 150:
        yield f"{where}: {utf16(block['text']['text'])}"
    most = {"actions": 25, "context": 10}.get(block["type"])
    if most and not 1 <= len(block["elements"]) <= most:
        yield f"{where}: {len(block['elements'])} elements"
    if len(block.get("block_id", "")) > 255:
        yield f"{where}: block_id"
    for element in _elements([block]):
        if element["type"] == "button":
            yield from _button_problems(where, element)


def _text_problems(where: str, text: Json) -> Iterator[str]:
    words = text.get("text", "")
    if not words.strip():
        yield f"{where}: an empty text"
    if any(0xD800 <= ord(character) < 0xE000 for character in words):
        yield f"{where}: half a surrogate pair"
    if utf16(words) > 3000:
        yield f"{where}: text of {utf16(words)}"
    if text["type"] == "mrkdwn":
        yield from _markup_problems(where, words)


def _button_problems(where: str, button: Json) -> Iterator[str]:
    label = button["text"]["text"]
    if not label.strip() or utf16(label) > 75 or button["text"]["type"] != "plain_text":
        yield f"{where}: label {label!r}"
    if utf16(button.get("value", "")) > 2000:
        yield f"{where}: value of {utf16(button['value'])}"
    if "url" in button and not (re.fullmatch(r"https?://[!-~]+", button["url"]) and len(button["url"]) <= 3000):
        yield f"{where}: url {button['url']!r}"
    if not 1 <= len(button.get("action_id", "")) <= 255:
        yield f"{where}: action_id"
    if not ({"value", "url"} & button.keys()):
        yield f"{where}: a button that does nothing"


def _markup_problems(where: str, text: str) -> Iterator[str]:
    """Yield what is wrong with mrkdwn: only links of ours stand between < and >, and every & begins an entity."""
    for inner in re.findall(r"<([^<>]*)>", text):
        if not re.fullmatch(r"(?:https?://|tel:)[^|<> ]+\|[^|<>\n]+", inner):
            yield f"{where}: block with markup {inner!r}"
    rest = re.sub(r"<[^<>]*>", "", text)
    if "<" in rest or ">" in rest or re.search(r"&(?!amp;|lt;|gt;)", text):
        yield f"{where}: block with an unescaped character in {rest!r}"


def _elements(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        if block.get("type") == "actions":
            yield from block["elements"]
        if "accessory" in block:
            yield block["accessory"]
        if block.get("type") == "input":
            yield block["element"]


def _texts(block: Json) -> Iterator[Json]:
    waiting: list[Any] = [block]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("type") in ("mrkdwn", "plain_text"):
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def utf16(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, the most that any count gives."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def words_of(message: Json) -> str:
    """Return all that a message says in its blocks, as a reader sees it: links by their words, entities as characters."""
    texts = [text["text"] for block in message.get("blocks", []) for text in reversed(list(_texts(block)))]
    shown = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", "\n".join(texts))
    return shown.replace("*", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def taps_of(message: Json) -> dict[str, str]:
    """Return the buttons of a message that ask something: label → value."""
    return {each["text"]["text"]: each["value"] for each in _elements(message.get("blocks", [])) if "value" in each}
