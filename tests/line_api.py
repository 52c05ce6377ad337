"""LINE, played locally: the webhooks that it sends, and a Messaging API server that judges what it is sent.

What it holds a request to is written from LINE's documentation, not from the code under test:
https://developers.line.biz/en/reference/messaging-api/. Where LINE's own API description lies beside the project
(`../shared/line-openapi`), every body is held against that, too.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal, Self

import regex
import yaml
from jsonschema import Draft202012Validator

OPENAPI = Path(__file__).resolve().parents[2] / "shared" / "line-openapi"
"""LINE's API description (Apache-2.0) is not part of the project; tests that need it are skipped where it is absent."""

REPLY = "/v2/bot/message/reply"
PUSH = "/v2/bot/message/push"
VALIDATE = "/v2/bot/message/validate/reply"
LOADING = "/v2/bot/chat/loading/start"
SCHEMAS = {
    REPLY: "ReplyMessageRequest",
    PUSH: "PushMessageRequest",
    VALIDATE: "ValidateMessageRequest",
    LOADING: "ShowLoadingAnimationRequest",
}
Json = dict[str, Any]

USER = "U" + "1" * 32
GROUP = "C" + "2" * 32
ROOM = "R" + "3" * 32
TOKEN = "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"
SENT_AT = 1_795_500_000_000
"""Milliseconds, 2026-11-24T06:00:00Z."""


def event(kind: str, **fields: Any) -> Json:
    """Return a webhook event as LINE writes it; `fields` replace or add, and None leaves one out."""
    whole = {
        "type": kind,
        "mode": "active",
        "timestamp": SENT_AT,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": "01HXYZ0123456789ABCDEFGHJK",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": TOKEN,
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def text_event(text: str, *, message: Json | None = None, **fields: Any) -> Json:
    """Return the event of a typed message."""
    return event(
        "message", message={"type": "text", "id": "1", "quoteToken": "q", "text": text, **(message or {})}, **fields
    )


def callback(*events: Any) -> bytes:
    """Return the body of a webhook request."""
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}).encode()


def signature(secret: str, body: bytes) -> str:
    """Return what LINE puts into X-Line-Signature (#signature-validation)."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


@dataclass(frozen=True)
class Behaviour:
    """How the server treats one request, instead of judging it as LINE would."""

    status: int | None = None
    """Answer with this; None judges the request."""
    message: str = "scripted"
    details: tuple[Json, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the answer; the request counts as accepted before it."""
    drop: Literal["", "before", "after"] = ""
    """Close the connection without an answer: before accepting the request, or after."""
    raw: bytes | None = None
    """Answer with these bytes instead of JSON."""


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived, and the status that it got (0: none)."""

    path: str
    headers: dict[str, str]
    body: Any
    status: int


class LineApi:
    """LINE's Messaging API on loopback. Use as a context manager; leaving it raises when a request broke a rule."""

    def __init__(self, access_token: str = "test-access-token") -> None:
        """Listen on a free port; requests must carry `access_token`."""
        self.access_token = access_token
        self.requests: list[Recorded] = []
        self.delivered: list[Json] = []
        """The reply and push bodies that were accepted, in order."""
        self.violations: list[str] = []
        """What a request did that LINE forbids; a refused reply token is none, for trying again is allowed."""
        self._plans: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._tokens: dict[str, bool] = {}
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))

    @property
    def base(self) -> str:
        """Return what LINE_API_BASE is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self.violations, "\n".join(self.violations)

    def issue(self, *tokens: str) -> None:
        """Make reply tokens known, each good for one reply."""
        with self._lock:
            self._tokens.update(dict.fromkeys(tokens, True))

    def plan(self, path: str, *behaviours: Behaviour) -> None:
        """Treat the next requests to `path` so, one each, in order; later ones are judged again."""
        with self._lock:
            self._plans[path].extend(behaviours)

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def take(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[Behaviour, Behaviour | None]:
        """Record a request; return how it is treated and the answer (None: the connection is dropped)."""
        body = _loads(raw)
        with self._lock:
            plan = self._plans[path].popleft() if self._plans[path] else Behaviour()
            problems = request_problems(path, headers, body)
            self.violations += [f"{path}: {problem}" for problem in problems]
            answer: Behaviour | None = plan
            if plan.drop == "before":
                answer = None
            elif plan.status is None:
                judged = self._judge(path, headers, body, problems)
                answer = None if plan.drop == "after" else judged
            self.requests.append(Recorded(path, headers, body, (answer.status or 0) if answer else 0))
        return plan, answer

    def operate(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Behaviour | None:
        """Answer what only an operator asks for; None for all else (line_account_api.py plays that part)."""
        return None

    def _judge(self, path: str, headers: dict[str, str], body: Any, problems: list[str]) -> Behaviour:
        if path not in SCHEMAS:
            return Behaviour(404, "Not found")
        if _header(headers, "authorization") != f"Bearer {self.access_token}":
            return Behaviour(
                401, "Authentication failed. Confirm that the access token in the authorization header is valid."
            )
        if problems:
            details = tuple({"message": problem, "property": "request"} for problem in problems)
            return Behaviour(400, f"The request body has {len(problems)} error(s)", details)
        if path == REPLY:
            if not self._tokens.get(body["replyToken"]):
                return Behaviour(400, "Invalid reply token")
            self._tokens[body["replyToken"]] = False
        if path in (REPLY, PUSH):
            self.delivered.append(body)
        return Behaviour(202 if path == LOADING else 200)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    api: LineApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._operate(b"")

    do_DELETE = do_GET

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._operate(raw):
            return
        plan, answer = self.api.take(self.path, dict(self.headers.items()), raw)
        time.sleep(plan.delay)
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(
            answer, answer.raw if answer.raw is not None else json.dumps(_answer_body(self.path, answer)).encode()
        )

    def _operate(self, raw: bytes) -> bool:
        answer = self.api.operate(self.command, self.path, dict(self.headers.items()), raw)
        if answer is not None:
            self._send(answer, answer.raw or b"")
        elif self.command != "POST":
            self._send(Behaviour(404), b"{}")
        return answer is not None

    def _send(self, answer: Behaviour, payload: bytes) -> None:
        try:
            self.send_response(answer.status or 200)
            for name, value in {
                "X-Line-Request-Id": "request-1",
                "Content-Type": "application/json",
                **answer.headers,
            }.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client would not wait

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


def _answer_body(path: str, answer: Behaviour) -> Json:
    if (answer.status or 200) >= 300:
        return {"message": answer.message, **({"details": list(answer.details)} if answer.details else {})}
    return {} if path in (LOADING, VALIDATE) else {"sentMessages": [{"id": "1", "quoteToken": "q"}]}


def request_problems(path: str, headers: dict[str, str], body: Any) -> list[str]:
    """Return what LINE forbids in a request, whatever the state of tokens; empty for a good one."""
    problems = []
    if path not in SCHEMAS:
        return [f"no such endpoint: {path}"]
    if not _header(headers, "authorization").startswith("Bearer "):
        problems.append("no bearer token")
    if not _header(headers, "content-type").startswith("application/json"):
        problems.append("content type is not application/json (#status-codes: 415)")
    if path != PUSH and _header(headers, "x-line-retry-key"):
        problems.append("X-Line-Retry-Key is for push, multicast, narrowcast and broadcast only")
    if not isinstance(body, dict):
        return [*problems, "body is not a JSON object"]
    if len(json.dumps(body, ensure_ascii=False).encode()) > 2_000_000:
        problems.append("body > 2 MB (#status-codes: 413)")
    return [*problems, *body_problems(path, body)]


def body_problems(path: str, body: Json) -> list[str]:
    """Return what is wrong with a body by LINE's description, where it is at hand, and by the documented limits."""
    problems = [] if official(SCHEMAS[path]) is None else schema_problems(SCHEMAS[path], body)
    if path == LOADING:
        seconds = body.get("loadingSeconds", 20)
        return problems if seconds in range(5, 61, 5) else [*problems, f"loadingSeconds {seconds}"]
    return [*problems, *message_problems(body.get("messages"))]


def message_problems(messages: Any) -> list[str]:
    """Return which documented limits the messages break, each in its own unit."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        return ["messages: 1 to 5"]
    problems: list[str] = []
    for at, message in enumerate(messages):
        where = f"messages[{at}]"
        match message.get("type"):
            case "text":
                problems += _length(f"{where}.text", message.get("text"), 5000)
            case "flex":
                problems += _length(f"{where}.altText", message.get("altText"), 1500)
                problems += _container_problems(f"{where}.contents", message.get("contents", {}))
            case other:
                problems.append(f"{where}: a {other} message is not something this bot sends")
        problems += _sender_problems(f"{where}.sender", message.get("sender", {}))
        problems += _quick_problems(f"{where}.quickReply", message.get("quickReply"), last=at == len(messages) - 1)
    return problems


def _container_problems(where: str, container: Json) -> Iterator[str]:
    bubbles = [container]
    if container.get("type") == "carousel":
        bubbles = container["contents"]
        if not 1 <= len(bubbles) <= 12:
            yield f"{where}: {len(bubbles)} bubbles"
        if _kilobytes(container) > 50:
            yield f"{where}: carousel of {_kilobytes(container)} KB"
        if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
            yield f"{where}: bubbles of different sizes"
    for bubble in bubbles:
        if _kilobytes(bubble) > 30:
            yield f"{where}: bubble of {_kilobytes(bubble)} KB"
        if not bubble.keys() & {"header", "hero", "body", "footer"}:
            yield f"{where}: an empty bubble"
        for component in components(bubble):
            yield from _component_problems(where, component)


def components(bubble: Json) -> Iterator[Json]:
    """Yield every component of a bubble, the outer before the inner."""
    waiting = [bubble[part] for part in ("footer", "body", "hero", "header") if part in bubble]
    while waiting:
        component = waiting.pop()
        yield component
        waiting += reversed(component.get("contents", []))


def _component_problems(where: str, component: Json) -> Iterator[str]:
    kind = component.get("type")
    if kind == "box" and not component.get("contents"):
        yield f"{where}: an empty box"
    if kind == "box" and component.get("layout") == "baseline":
        yield from (f"{where}: {c['type']} in a baseline box" for c in component["contents"] if c["type"] == "box")
    if kind == "text" and not component.get("text", "").strip():
        yield f"{where}: an empty text"
    if kind == "button" and not component.get("action", {}).get("label"):
        yield f"{where}: a button without a label"
    if "action" in component:
        yield from _action_problems(where, component["action"], 40)


def _sender_problems(where: str, sender: Json) -> Iterator[str]:
    """#icon-nickname-switch."""
    name, icon = sender.get("name", "x"), sender.get("iconUrl", "https://x")
    if not 1 <= utf16_units(name) <= 20 or "LINE" in name.upper():
        yield f"{where}: name {name!r}"
    if not icon.startswith("https://") or len(icon) > 2000:
        yield f"{where}: icon {icon!r}"


def _quick_problems(where: str, quick: Json | None, *, last: bool) -> Iterator[str]:
    if quick is None:
        return
    if not last:
        yield f"{where}: not on the last message, where alone it is shown"
    if not 1 <= len(quick["items"]) <= 13:
        yield f"{where}: {len(quick['items'])} items"
    for item in quick["items"]:
        if not item["action"].get("label"):
            yield f"{where}: a quick reply without a label"
        yield from _action_problems(where, item["action"], 20, here_only=("location",))


def _action_problems(where: str, action: Json, label_limit: int, here_only: tuple[str, ...] = ()) -> Iterator[str]:
    if len(clusters(action.get("label", ""))) > label_limit:
        yield f"{where}: label of {len(clusters(action['label']))} graphemes: {action['label']!r}"
    match action["type"]:
        case "postback":
            yield from _length(f"{where}.data", action.get("data"), 300)
            if len(clusters(action.get("displayText", ""))) > 300:
                yield f"{where}: displayText > 300 graphemes"
        case "message":
            if not 1 <= len(clusters(action.get("text", ""))) <= 300:
                yield f"{where}: message text of 0 or > 300 graphemes"
        case "uri":
            if not re.fullmatch(r"(https?://|line:|tel:)[!-~]+", action.get("uri", "")):
                yield f"{where}: uri {action.get('uri')!r}"
            if len(action.get("uri", "")) > 1000:
                yield f"{where}: uri > 1000"
        case other if other not in here_only:  # #location-action: "can be set only with quick reply"
            yield f"{where}: action {other}"


def _length(where: str, text: Any, limit: int) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{where}: may not be empty"
    elif utf16_units(text) > limit:
        yield f"{where}: {utf16_units(text)} UTF-16 units, at most {limit}"
    elif any(0xD800 <= ord(character) < 0xE000 for character in text):
        yield f"{where}: half a surrogate pair"


def utf16_units(text: str) -> int:
    """Return what JavaScript and LINE call the length of `text`."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def clusters(text: str) -> list[str]:
    """Return the grapheme clusters of `text`."""
    return regex.findall(r"\X", text)


def _kilobytes(value: Json) -> float:
    """Return the size of JSON in the most cautious reading: every character escaped, 1 KB = 1000 bytes."""
    return len(json.dumps(value, ensure_ascii=True)) / 1000


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _loads(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def schema_problems(schema: str, body: Any, *, file: str = "messaging-api.yml") -> list[str]:
    """Return what LINE's description (hardened) says against `body`; raises when the description is absent."""
    validator = official(schema, file)
    assert validator is not None, f"{OPENAPI} is absent"
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]


@cache
def official(schema: str, file: str = "messaging-api.yml") -> Draft202012Validator | None:
    """Return a validator for one of LINE's own schemas; None where LINE's description is not at hand."""
    document = hardened(file)
    if document is None:
        return None
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]})


@cache
def hardened(file: str) -> Json | None:
    """Return LINE's description, hardened; None where it is not at hand."""
    source, transform = OPENAPI / file, OPENAPI / "harden.py"
    if not (source.is_file() and transform.is_file()):
        return None
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / file
        subprocess.run([sys.executable, transform, source, target], check=True, capture_output=True)
        document: Json = yaml.load(target.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    _leave_graphemes_to_us(document["components"]["schemas"])
    return document


def _leave_graphemes_to_us(schemas: Json) -> None:
    """Take out the limits that count grapheme clusters: a JSON schema counts code points, which are more."""
    for schema, names in (
        ("QuickReplyItem", ["label"]),
        ("FlexButton", ["label"]),
        ("PostbackAction", ["displayText"]),
        ("MessageAction", ["text"]),
    ):
        for node in _nodes(schemas.get(schema, {})):
            for name in names:
                if isinstance(node.get(name), dict):
                    node[name].pop("maxLength", None)


def _nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _nodes(item)
