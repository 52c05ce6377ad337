"""What a browser or a JSON client sent → an utterance. Pure; nothing in it is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.action import Action
from bot.conversation import Utterance
from bot.location import Location
from handlers.web.conversation_id import is_conversation_id

Mask = Callable[[str], tuple[str, tuple[str, ...]]]
"""Text → text without personal data, and which kinds were in it."""

_LONGEST_ACTION = 300
"""What LINE allows in a postback; no code of ours is longer."""
_LONGEST_LABEL = 100
# PostgreSQL can't store NUL and UTF-8 can't carry half a surrogate pair; no question needs either.
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Refusal(StrEnum):
    """Why something was not answered; the sentence for each is in templates/web/sentences.html."""

    EMPTY = "empty"
    NOT_TEXT = "not_text"
    NOT_JSON = "not_json"
    NOT_DECLARED_JSON = "not_declared_json"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_LOCATION = "unknown_location"
    UNKNOWN_CONVERSATION = "unknown_conversation"
    TOO_LONG = "too_long"
    FAILED = "failed"

    @property
    def status(self) -> int:
        """Return the HTTP status that says the same."""
        return {Refusal.TOO_LONG: 413, Refusal.NOT_DECLARED_JSON: 415, Refusal.FAILED: 503}.get(self, 400)


class RefusedError(Exception):
    """What came can't be answered."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """An utterance as it came in."""

    utterance: Utterance
    shown: str
    """What the page's log shows as the question: the masked text, or the label that was tapped; may be empty."""
    conversation_id: str | None = None
    """The conversation that a JSON client named."""


def parse_form(form: Mapping[str, str], mask: Mask) -> Asked:
    """Return what a form holds: `latitude` and `longitude`, else `action`, else `text`. Raises RefusedError.

    With a location or an action comes the `label` of the button that was tapped.
    """
    label = mask(clean(form.get("label", ""))[:_LONGEST_LABEL].strip())[0]
    if "latitude" in form or "longitude" in form:
        return Asked(Utterance(location=_location(form)), label)
    if "action" in form:
        return Asked(Utterance(action=_action(form["action"])), label)
    return _typed(form.get("text", ""), mask)


def parse_json(body: bytes, mask: Mask) -> Asked:
    """Return what a JSON object holds: `location`, else `action`, else `text`; and `conversation`. Raises RefusedError."""
    values = _object(body)
    conversation = values.get("conversation")
    if conversation is not None and not is_conversation_id(conversation):
        raise RefusedError(Refusal.UNKNOWN_CONVERSATION)
    if (location := values.get("location")) is not None:
        return Asked(Utterance(location=_location(location)), "", conversation)
    if (code := values.get("action")) is not None:
        return Asked(Utterance(action=_action(code)), "", conversation)
    text = values.get("text")
    if text is not None and not isinstance(text, str):
        raise RefusedError(Refusal.NOT_TEXT)
    typed = _typed(text or "", mask)
    return Asked(typed.utterance, typed.shown, conversation)


def clean(text: str) -> str:
    """Return `text` without what no database and no encoding can carry."""
    return _UNSPEAKABLE.sub("", text)


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    # Ten thousand opening brackets are valid JSON so far, and too deep for the parser.
    except (ValueError, RecursionError):
        raise RefusedError(Refusal.NOT_JSON) from None
    if not isinstance(values, dict):
        raise RefusedError(Refusal.NOT_JSON)
    return values


def _typed(text: str, mask: Mask) -> Asked:
    plain = clean(text).strip()
    if not plain:
        raise RefusedError(Refusal.EMPTY)
    masked, kinds = mask(plain)
    return Asked(Utterance(text=masked, masked=kinds), masked)


def _location(values: object) -> Location:
    """Return the point at `latitude` and `longitude`, degrees; raises RefusedError."""
    held = values if isinstance(values, Mapping) else {}
    location = Location.of(held.get("latitude"), held.get("longitude"))
    if location is None:
        raise RefusedError(Refusal.UNKNOWN_LOCATION)
    return location


def _action(code: object) -> Action:
    if not isinstance(code, str) or len(code) > _LONGEST_ACTION or clean(code) != code:
        raise RefusedError(Refusal.UNKNOWN_ACTION)
    action = Action.decode(code)
    if action is None:
        raise RefusedError(Refusal.UNKNOWN_ACTION)
    return action
