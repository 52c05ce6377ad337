"""What Slack sent → what it asks for. Pure; nothing in here relies on a closed schema, for new events come unannounced.

Events: https://docs.slack.dev/apis/events-api · interactions: https://docs.slack.dev/interactivity ·
commands: https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.action import Action, Verb
from handlers.fitting import clean, shorten
from handlers.slack.limits import TEXT
from handlers.slack.mrkdwn import plain_of
from handlers.slack.reply_to import ReplyTo

SHORTCUT = "ask_annai"
"""The callback_id of the message shortcut, as in the manifest."""

_ID = re.compile(r"[\x21-\x7e]{1,255}")
_TALK = (None, "file_share", "thread_broadcast")
"""The subtypes of a message that a person wrote; all others (edits, joins, a topic …) are no question."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something came from: Slack's own ids, which are never stored."""

    team: str
    channel: str
    """Empty on the app's Home tab."""
    thread: str
    user: str


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack knows a message by."""

    channel: str
    ts: str
    """A string, never to be read as a number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to answer by a message: a text or a tap."""

    event_id: str
    to: ReplyTo
    occurred_at: datetime
    origin: Origin
    text: str = ""
    action: Action | None = None
    message: Message | None = None
    """The message that asks it; None for a tap and a command, which nobody can take back."""


@dataclass(frozen=True, slots=True)
class AskedAtHome:
    """Something to answer on the Home tab itself."""

    origin: Origin
    text: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A message was deleted: what was kept of its text must go, too."""

    event_id: str
    message: Message
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that is acknowledged and not answered."""

    reason: str
    """One word from a closed list, fit for a metric's label."""


Parsed = Asked | AskedAtHome | Unsaid | Ignored


def parse(body: Mapping[str, Any], received_at: datetime) -> Parsed:
    """Return what a verified request asks for; `body` is its JSON, or its form for a command."""
    if isinstance(body.get("command"), str):
        return _command(body, received_at)
    match body.get("type"):
        case "event_callback":
            return _event(body, received_at)
        case "block_actions":
            return _tap(body, received_at)
        case "message_action":
            return _shortcut(body, received_at)
        case "app_rate_limited":
            return Ignored("rate_limited")
    return Ignored("unknown_type")


def _event(body: Mapping[str, Any], received_at: datetime) -> Parsed:
    event, event_id = _field(body, "event"), _id(body, "event_id")
    if not event_id or not isinstance(event, Mapping):
        return Ignored("malformed")
    occurred_at = _moment(body.get("event_time"), received_at)
    match event.get("type"):
        case "message":
            return _message(body, event, event_id, occurred_at)
        case "app_mention":
            return _mention(body, event, event_id, occurred_at)
        case "assistant_thread_started":
            return _thread_started(body, event, event_id, occurred_at)
        case "app_home_opened":
            origin = Origin(_team(body), "", "", _id(event, "user"))
            # Its other tab is the chat, where nothing is said unasked.
            is_home = event.get("tab") == "home" and bool(origin.user)
            return AskedAtHome(origin, action=Action(Verb.MENU)) if is_home else Ignored("not_home")
        case "assistant_thread_context_changed":
            return Ignored("context_changed")
    return Ignored("unknown_event")


def _message(body: Mapping[str, Any], event: Mapping[str, Any], event_id: str, occurred_at: datetime) -> Parsed:
    if event.get("subtype") in ("message_deleted", "message_changed"):
        return _changed(body, event, event_id, occurred_at)
    if event.get("subtype") not in _TALK:
        return Ignored("not_talk")
    if _is_of_bot(body, event):
        return Ignored("bot")
    channel = _id(event, "channel")
    if not _is_direct(event, channel):
        return Ignored("not_direct")
    return _said(body, event, event_id, occurred_at, _id(event, "thread_ts"))


def _mention(body: Mapping[str, Any], event: Mapping[str, Any], event_id: str, occurred_at: datetime) -> Parsed:
    if _is_of_bot(body, event):
        return Ignored("bot")
    # In a direct message the same words come as message.im; two answers would be one too many.
    if _is_direct(event, _id(event, "channel")):
        return Ignored("direct_mention")
    if "edited" in event:
        return Ignored("edited")
    return _said(body, event, event_id, occurred_at, _id(event, "thread_ts") or _id(event, "ts"))


def _said(
    body: Mapping[str, Any], event: Mapping[str, Any], event_id: str, occurred_at: datetime, thread: str
) -> Asked | Ignored:
    origin = Origin(_team(body), _id(event, "channel"), thread, _id(event, "user"))
    if not origin.channel or not origin.user:
        return Ignored("malformed")
    text = text_of(event)
    # A bare mention asks what there is to ask; a picture alone can't be read.
    action = None if text else Action(Verb.UNREADABLE if _field(event, "files") else Verb.MENU)
    message = _message_of(origin.channel, _id(event, "ts"))
    return Asked(event_id, ReplyTo(origin.channel, thread), occurred_at, origin, text, action, message)


def _changed(body: Mapping[str, Any], event: Mapping[str, Any], event_id: str, occurred_at: datetime) -> Parsed:
    """Return whether a message is gone: deleted, or, with answers below it, left as a tombstone."""
    gone = event.get("subtype") == "message_deleted" or _field(event.get("message"), "subtype") == "tombstone"
    before = event.get("previous_message")
    if not gone:
        return Ignored("edited")
    if isinstance(before, Mapping) and _is_of_bot(body, before):
        return Ignored("deleted_other")
    message = _message_of(_id(event, "channel"), _id(event, "deleted_ts") or _id(before, "ts"))
    return Unsaid(event_id, message, occurred_at) if message else Ignored("malformed")


def _thread_started(body: Mapping[str, Any], event: Mapping[str, Any], event_id: str, occurred_at: datetime) -> Parsed:
    thread = event.get("assistant_thread")
    origin = Origin(_team(body), _id(thread, "channel_id"), _id(thread, "thread_ts"), _id(thread, "user_id"))
    if not (origin.channel and origin.thread and origin.user):
        return Ignored("malformed")
    to = ReplyTo(origin.channel, origin.thread, begins=True)
    return Asked(event_id, to, occurred_at, origin, action=Action(Verb.WELCOME))


def _command(body: Mapping[str, Any], received_at: datetime) -> Parsed:
    origin = Origin(_team(body), _id(body, "channel_id"), "", _id(body, "user_id"))
    event_id, url = _id(body, "trigger_id"), _url(body)
    if not (event_id and url and origin.user):
        return Ignored("malformed")
    text = text_of(body)
    return Asked(event_id, ReplyTo(url=url), received_at, origin, text, None if text else Action(Verb.MENU))


def _shortcut(body: Mapping[str, Any], received_at: datetime) -> Parsed:
    """Return the message that a person pointed at, asked in that person's name and answered to them alone."""
    if body.get("callback_id") != SHORTCUT:
        return Ignored("unknown_shortcut")
    origin = Origin(_team(body), _id(body.get("channel"), "id"), "", _id(body.get("user"), "id"))
    event_id, url = _id(body, "trigger_id"), _url(body)
    if not (event_id and url and origin.user):
        return Ignored("malformed")
    text, message = text_of(body.get("message")), _message_of(origin.channel, _id(body.get("message"), "ts"))
    action = None if text else Action(Verb.UNREADABLE)
    return Asked(event_id, ReplyTo(url=url), received_at, origin, text, action, message)


def _tap(body: Mapping[str, Any], received_at: datetime) -> Parsed:
    actions = body.get("actions")
    tapped = actions[0] if isinstance(actions, list) and actions else None
    user, value = _id(body.get("user"), "id"), _field(tapped, "value")
    if not user or not isinstance(tapped, Mapping):
        return Ignored("malformed")
    if not isinstance(value, str):
        return Ignored("link")  # a button that opened a page says so, and asks for nothing
    text, action = shorten(value, TEXT), None
    if tapped.get("type") != "plain_text_input":
        text, action = "", Action.decode(clean(value)) or Action(Verb.UNREADABLE)
    if _field(body.get("view"), "type") == "home":
        asked = AskedAtHome(Origin(_team(body), "", "", user), text, action)
        return asked if text or action else Ignored("nothing_typed")
    return _tap_on_message(body, user, text, action, received_at)


def _tap_on_message(
    body: Mapping[str, Any], user: str, text: str, action: Action | None, received_at: datetime
) -> Asked | Ignored:
    container, message = body.get("container"), body.get("message")
    channel = _id(container, "channel_id") or _id(body.get("channel"), "id")
    thread, url = _id(message, "thread_ts") or _id(container, "thread_ts"), _url(body)
    if _field(container, "is_ephemeral") is True:
        to, thread = ReplyTo(url=url), ""  # seen by one person, answered to the same
    else:
        # Our answers in a channel stand in threads; one that does not gets its thread now.
        thread = thread or ("" if channel.startswith("D") else _id(message, "ts"))
        to = ReplyTo(channel, thread)
    event_id = _id(body, "trigger_id")
    if not event_id or not (to.url or to.channel):
        return Ignored("malformed")
    return Asked(event_id, to, received_at, Origin(_team(body), channel, thread, user), text, action)


def text_of(message: Any) -> str:
    """Return what was typed, in plain words, cut to a length that no question has; empty when nothing was."""
    text = _field(message, "text")
    return shorten(plain_of(text), TEXT) if isinstance(text, str) else ""


def _message_of(channel: str, ts: str) -> Message | None:
    return Message(channel, ts) if channel and ts else None


def _is_of_bot(body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Return whether a program wrote it: another app, Slackbot, or this app itself."""
    installed = body.get("authorizations")
    bots = [each for each in installed if _field(each, "is_bot") is True] if isinstance(installed, list) else []
    ours = {_id(each, "user_id") for each in bots} - {""}
    return bool(event.get("bot_id") or event.get("bot_profile")) or _id(event, "user") in {"USLACKBOT", *ours}


def _is_direct(event: Mapping[str, Any], channel: str) -> bool:
    return event.get("channel_type") == "im" or channel.startswith("D")


def _team(body: Mapping[str, Any]) -> str:
    return _id(body, "team_id") or _id(body.get("team"), "id") or _id(body.get("user"), "team_id")


def _url(body: Mapping[str, Any]) -> str:
    return _id(body, "response_url")


def _moment(seconds: Any, otherwise: datetime) -> datetime:
    """Return the event's time; that of its arrival where Slack's makes no sense: no question is lost for that."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else otherwise
    except (OverflowError, OSError, ValueError):
        return otherwise


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _id(value: Any, name: str) -> str:
    """Return one of Slack's ids or addresses; empty when it is missing or nothing that Slack would write."""
    found = _field(value, name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""
