"""The chat page and the JSON interface: parse, have it answered, render."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from bot.action import Action, Verb
from bot.answer_json import as_json
from bot.conversation import Utterance
from bot.reply import Kind, Reply
from handlers.web import headers
from handlers.web.conversation_id import from_cookie, keep, new_conversation_id
from handlers.web.parse import Asked, Mask, Refusal, RefusedError, parse_form, parse_json
from handlers.web.render import Addresses, Renderer, Turn
from handlers.web.reply_json import reply_json
from handlers.web.static_files import FOLDER, content_hashes

MAX_JSON = 10_000
"""Bytes of a JSON body."""
MAX_FORM = 60_000
"""Bytes of a form: percent-encoding makes nine of one kanji, so that this is about the same question."""

_log = structlog.get_logger(__name__)


def web_blueprint(
    converse: Callable[[str, Utterance], Reply],
    ask: Callable[[Utterance], Reply],
    mask: Mask,
    identity: Callable[[], tuple[str, str]],
) -> Blueprint:
    """Return the blueprint with GET and POST /, GET /annai/<id>, POST /chat, POST /api/ask and the page's static files.

    `converse` (conversation id, utterance) answers in a conversation and saves it; `ask` answers a question by itself,
    and greets who opens the page (Verb.WELCOME); `mask` takes personal data out of typed text before anything else sees it; `identity` says the bot's name and what it
    is for.
    """
    door = _WebDoor(converse, ask, mask, identity)
    blueprint = Blueprint("web", __name__, static_folder=str(FOLDER), static_url_path="/web")
    blueprint.add_url_rule("/", view_func=door.open_page, methods=["GET"])
    blueprint.add_url_rule("/annai/<entry_id>", view_func=door.open_entry, methods=["GET"])
    blueprint.add_url_rule("/", view_func=door.answer_page, methods=["POST"])
    blueprint.add_url_rule("/chat", view_func=door.answer_fragment, methods=["POST"])
    blueprint.add_url_rule("/api/ask", view_func=door.answer_json, methods=["POST"])
    blueprint.after_request(door.cache_static)
    # Flask runs these last one first; what a view or `cache_static` has set stays.
    blueprint.after_request(headers.add_security_headers)
    return blueprint


@dataclass(frozen=True, slots=True)
class _WebDoor:
    converse: Callable[[str, Utterance], Reply]
    ask: Callable[[Utterance], Reply]
    mask: Mask
    identity: Callable[[], tuple[str, str]]
    renderer: Renderer = field(default_factory=Renderer)
    hashes: Mapping[str, str] = field(default_factory=content_hashes)

    def open_page(self) -> Response:
        """Return the page with the greeting."""
        turn = Turn(_number(), reply=self._greeting())
        response = _html(self.renderer.page(turn, self._addresses()))
        response.headers["Cache-Control"] = headers.PAGE
        return self._joined(response, from_cookie(request) or new_conversation_id())

    def open_entry(self, entry_id: str) -> Response:
        """Return the page with one service on it, for links from elsewhere; 404 when there is no such service."""
        try:
            reply = self._reply(Asked(Utterance(action=Action(Verb.ENTRY, entry_id)), ""), None)
            turn, status = Turn(_number(), reply=reply), 200 if reply.kind is Kind.ANSWER else 404
        except RefusedError as error:
            turn, status = Turn(_number(), refusal=error.refusal), error.refusal.status
        response = _html(self.renderer.page(turn, self._addresses()), status)
        response.headers["Cache-Control"] = headers.PAGE
        return self._joined(response, from_cookie(request) or new_conversation_id())

    def answer_page(self) -> Response:
        """Return the page with question and answer: the chat of browsers without JavaScript."""
        return self._answer_form(self.renderer.page)

    def answer_fragment(self) -> Response:
        """Return question and answer as an HTML fragment for the page's script."""
        return self._answer_form(self.renderer.fragment)

    def answer_json(self) -> Response:
        """Answer `{"text": "…"}`, `{"action": "v1|…"}` or `{"location": {"latitude": 35.5, "longitude": 139.6}}` as JSON.

        The answer is the object of bot/answer_json.py plus `reply` (handlers/web/reply_json.py). Each question stands
        by itself unless the conversation cookie or `"conversation": "<id>"` (20 to 64 letters, digits, `-`, `_`, chosen
        at random by the client) comes with it. Personal data in `query` is masked.
        400 wrong JSON, no text, an unknown tap, no such location; 413 above 10 KB; 415 not declared as JSON; 503 when answering failed:
        always `{"error": "…"}` with one sentence for a person.
        """
        request.max_content_length = MAX_JSON
        began = time.perf_counter()
        try:
            asked = self._parse_json()
            reply = self._reply(asked, asked.conversation_id or from_cookie(request))
            with _apologising():
                answer = as_json(asked.shown, reply, (time.perf_counter() - began) * 1000)
                return _json({**answer, "reply": reply_json(reply)}, 200)
        except RefusedError as error:
            return _json({"error": self.renderer.sentence(error.refusal)}, error.refusal.status)

    def cache_static(self, response: Response) -> Response:
        """Let browsers keep a static file for ever when its address carries the hash of its content."""
        if request.endpoint == "web.static":
            name = (request.view_args or {}).get("filename", "")
            current = request.args.get("v") == self.hashes.get(name, "")
            response.headers["Cache-Control"] = headers.STATIC_FOR_EVER if current else headers.STATIC
        return response

    def _answer_form(self, render: Callable[[Turn, Addresses], bytes]) -> Response:
        request.max_content_length = MAX_FORM
        conversation_id = from_cookie(request) or new_conversation_id()
        question = ""
        try:
            asked = self._parse_form()
            question = asked.shown
            turn, status = Turn(_number(), question, self._reply(asked, conversation_id)), 200
        except RefusedError as error:
            kept = question if error.refusal is Refusal.FAILED else ""
            turn, status = Turn(_number(), question, refusal=error.refusal, kept=kept), error.refusal.status
        return self._joined(_html(render(turn, self._addresses()), status), conversation_id)

    def _parse_form(self) -> Asked:
        try:
            return parse_form(request.form, self.mask)
        except RequestEntityTooLarge:
            raise RefusedError(Refusal.TOO_LONG) from None

    def _parse_json(self) -> Asked:
        if not request.is_json:
            raise RefusedError(Refusal.NOT_DECLARED_JSON)
        try:
            return parse_json(request.get_data(cache=False), self.mask)
        except RequestEntityTooLarge:
            raise RefusedError(Refusal.TOO_LONG) from None

    def _reply(self, asked: Asked, conversation_id: str | None) -> Reply:
        with _apologising():
            if conversation_id is None:
                return self.ask(asked.utterance)
            return self.converse(conversation_id, asked.utterance)

    def _greeting(self) -> Reply | None:
        try:
            return self.ask(Utterance(action=Action(Verb.WELCOME)))
        except Exception as error:  # the page and its input are worth showing without a greeting
            _log.error("web_not_greeted", error=type(error).__name__)
            return None

    def _joined(self, response: Response, conversation_id: str) -> Response:
        keep(response, conversation_id, secure=request.is_secure)
        return response

    def _addresses(self) -> Addresses:
        name, about = self.identity()
        return Addresses(
            name=name,
            about=about,
            page=url_for("web.open_page"),
            chat=url_for("web.answer_fragment"),
            style=self._static("chat.css"),
            script=self._static("chat.js"),
            icon=self._static("icon.svg"),
        )

    def _static(self, name: str) -> str:
        return url_for("web.static", filename=name, v=self.hashes[name])


@contextmanager
def _apologising() -> Iterator[None]:
    """Raise RefusedError for whatever goes wrong inside: the resident reads an apology, not a broken page."""
    try:
        yield
    except Exception as error:
        # The error's text is not logged: it may quote the question.
        _log.error("web_not_answered", error=type(error).__name__)
        raise RefusedError(Refusal.FAILED) from error


def _number() -> str:
    return secrets.token_hex(4)


def _html(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype="text/html")


def _json(values: dict[str, Any], status: int) -> Response:
    # Escaped to ASCII, so that any text at all can be carried.
    return Response(
        json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"), status, mimetype="application/json"
    )
