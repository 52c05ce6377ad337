"""A webhook body → what each event asks for. Pure; each event by itself, so that a bad one costs no other.

LINE adds event types and fields without notice, and they must be ignored
(https://developers.line.biz/en/docs/messaging-api/development-guidelines/): nothing in here relies on a closed schema.
Events: https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.action import Action, Verb
from bot.location import Location
from handlers.line.limits import TEXT_UTF16, clean, shorten

REDELIVERED_TOKEN_LASTS = timedelta(minutes=20)
"""#send-reply-message-reply-token: no token of a redelivered event lives longer than this after the event."""

_ID = re.compile(r"[\x21-\x7e]{1,200}")
_DUMMY_TOKEN = re.compile(r"0+|f+")
"""The console's old "Verify" button sent these; answering them is a 400 (line-bot-sdk-python#186)."""
_UNREADABLE = frozenset({"sticker", "image", "video", "audio", "file"})
_ACKNOWLEDGED = frozenset(
    {
        *("memberJoined", "videoPlayComplete", "beacon", "accountLink", "membership"),
        *("module", "activated", "deactivated", "botSuspended", "botResumed", "delivery"),
    }
)
"""Known, and nothing to answer; the names are counted as they are, any other as unknown_type.

memberJoined has a reply token, but in a room the bot was introduced once, on joining: it greets no single member.
"""


class UnreadableBody(ValueError):
    """The body is signed, but it is not the JSON object that a webhook is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event came from: LINE's own ids, which are never stored."""

    user_id: str = ""
    """Empty when LINE leaves it out (#source-group, users who never used LINE on a phone)."""
    place_id: str = ""
    """The group or room; empty in a one-on-one chat."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An event to answer: a text, a tap or a location."""

    event_id: str
    reply_token: str
    """Empty when the token was dead on arrival."""
    occurred_at: datetime
    origin: Origin
    text: str = ""
    action: Action | None = None
    location: Location | None = None
    message_id: str = ""
    """What an unsend event names; empty for what is no message."""
    starts_anew: bool = False
    """Whether the person had blocked the account before (#follow-event, isUnblocked): nothing of then is remembered."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody is gone: forget the conversation.

    The person has blocked the account (#unfollow-event), members have left a room (#member-left-event), or the account
    has left the room itself (#leave-event).
    """

    event: str
    """The type, for the metric."""
    occurred_at: datetime
    place_id: str = ""
    """The room; empty for a person alone."""
    user_ids: tuple[str, ...] = ()
    """Who left; empty for the whole room."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message was taken back: keep nothing of it (receiving-messages/#webhook-unsend-message)."""

    event_id: str
    message_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is acknowledged and not answered."""

    reason: str
    """One word from a closed list, fit for a metric's label."""
    name: str = ""
    """The type of an event that this program does not know, as LINE wrote it."""


Parsed = Asked | Left | Unsent | Ignored
_Said = str | Action | Location | Ignored


def parse(body: bytes, received_at: datetime) -> tuple[Parsed, ...]:
    """Return what each event of a verified `body` asks for, in order; nothing for LINE's empty connection check.

    Raises UnreadableBody when the body is no webhook at all.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody("not JSON") from error
    events = request.get("events") if isinstance(request, dict) else None
    if not isinstance(events, list):
        raise UnreadableBody("no list of events")
    return tuple(_event(event, received_at) for event in events)


def _event(event: Any, received_at: datetime) -> Parsed:
    kind = _field(event, "type")
    event_id = _identifier(event, "webhookEventId")
    if not isinstance(kind, str) or not event_id:
        return Ignored("malformed")
    occurred_at = _occurred_at(event, received_at)
    # What asks to forget is obeyed in any mode: it sends nothing.
    if kind == "unsend":
        message_id = _identifier(_field(event, "unsend"), "messageId")
        return Unsent(event_id, message_id, occurred_at) if message_id else Ignored("malformed")
    if kind in ("unfollow", "leave", "memberLeft"):
        return _left(kind, event, occurred_at)
    # In standby another module holds the chat and the bot must stay silent (#common-properties).
    mode = _field(event, "mode")
    if mode not in ("active", None):
        return Ignored("standby" if mode == "standby" else "unknown_mode")
    return _asked(kind, event, event_id, occurred_at, received_at)


def _left(kind: str, event: Any, occurred_at: datetime) -> Left | Ignored:
    origin = _origin(event)
    if kind == "unfollow":
        return Left(kind, occurred_at, user_ids=(origin.user_id,)) if origin.user_id else Ignored("no_user")
    if not origin.place_id:
        return Ignored("malformed")
    if kind == "leave":
        return Left(kind, occurred_at, origin.place_id)
    members = (_identifier(member, "userId") for member in _items(_field(event, "left"), "members"))
    gone = tuple(member for member in members if member)
    return Left(kind, occurred_at, origin.place_id, gone) if gone else Ignored("no_user")


def _asked(kind: str, event: Any, event_id: str, occurred_at: datetime, received_at: datetime) -> Asked | Ignored:
    origin = _origin(event)
    said = _said(kind, event, in_group=bool(origin.place_id))
    if isinstance(said, Ignored):
        return said
    token = _identifier(event, "replyToken")
    if not token or _DUMMY_TOKEN.fullmatch(token):
        return Ignored("dummy_token" if token else "no_reply_token")
    if _redelivered(event) and received_at - occurred_at > REDELIVERED_TOKEN_LASTS:
        token = ""
    return Asked(
        event_id,
        token,
        occurred_at,
        origin,
        text=said if isinstance(said, str) else "",
        action=said if isinstance(said, Action) else None,
        location=said if isinstance(said, Location) else None,
        message_id=_identifier(_field(event, "message"), "id") if kind == "message" else "",
        starts_anew=kind == "follow" and _field(_field(event, "follow"), "isUnblocked") is True,
    )


def _said(kind: str, event: Any, *, in_group: bool) -> _Said:
    if kind == "message":
        return _message(_field(event, "message"), in_group=in_group)
    if kind == "postback":
        return _postback(_field(event, "postback"))
    if kind in ("follow", "join"):
        return Action(Verb.WELCOME)
    return Ignored(kind) if kind in _ACKNOWLEDGED else Ignored("unknown_type", kind)


def _message(message: Any, *, in_group: bool) -> _Said:
    kind = _field(message, "type")
    text = _field(message, "text")
    if kind == "text" and isinstance(text, str):
        return _text(message, text, in_group=in_group)
    if kind == "text" or not isinstance(kind, str):
        return Ignored("malformed")
    # Only a text can mention the account: in a group everything else is talk between people.
    if in_group:
        return Ignored("not_mentioned")
    if kind == "location":
        # Title and address are left behind: the point is enough, and they say even more of the person.
        return Location.of(_field(message, "latitude"), _field(message, "longitude")) or Action(Verb.UNREADABLE)
    if kind == "image" and _is_further_image(message):
        return Ignored("further_image")
    return Action(Verb.UNREADABLE) if kind in _UNREADABLE else Ignored("unknown_message")


def _is_further_image(message: Any) -> bool:
    """Return whether the image came together with one before it: several at once get one answer (#wh-image)."""
    index = _field(_field(message, "imageSet"), "index")
    return type(index) is int and index > 1


def _text(message: Any, text: str, *, in_group: bool) -> _Said:
    to_us = [m for m in _items(_field(message, "mention"), "mentionees") if _field(m, "isSelf") is True]
    if in_group and not to_us:
        return Ignored("not_mentioned")
    # A LINE emoji arrives as its name in brackets, "(moon grin)": no word of the resident's.
    kept = shorten(_without(text, [*to_us, *_items(message, "emojis")]), TEXT_UTF16)
    if kept:
        return kept
    return Action(Verb.MENU) if to_us else Action(Verb.UNREADABLE)


def _without(text: str, spans: list[Any]) -> str:
    """Return `text` with the spans cut out; `index` and `length` count UTF-16 units (#wh-text)."""
    units = text.encode("utf-16-le", "surrogatepass")
    for index, length in sorted({_span(span) for span in spans}, reverse=True):
        units = units[: index * 2] + units[(index + length) * 2 :]
    return units.decode("utf-16-le", "surrogatepass")


def _span(span: Any) -> tuple[int, int]:
    """Return index and length; an empty span at the start for one that makes no sense."""
    index, length = _field(span, "index"), _field(span, "length")
    if type(index) is int and type(length) is int and index >= 0 and length >= 0:
        return index, length
    return 0, 0


def _postback(postback: Any) -> _Said:
    data = _field(postback, "data")
    action = Action.decode(clean(data)) if isinstance(data, str) else None
    # A date or time that was picked (`params.date`, `.time`, `.datetime`) is left behind: `data` says what the tap asks
    # for, and no answer of ours depends on a date that residents pick.
    # Turning a page of the rich menu is a postback, too, and asks for nothing (#postback-params-object-for-richmenu-switch-action).
    if action is None and _field(_field(postback, "params"), "newRichMenuAliasId") is not None:
        return Ignored("rich_menu_switch")
    return action or Action(Verb.UNREADABLE)


def _origin(event: Any) -> Origin:
    source = _field(event, "source")
    kind = _field(source, "type")
    place = {"group": "groupId", "room": "roomId"}.get(kind) if isinstance(kind, str) else None
    return Origin(_identifier(source, "userId"), _identifier(source, place) if place else "")


def _occurred_at(event: Any, received_at: datetime) -> datetime:
    """Return the event's time; the time of arrival where LINE's makes no sense: no question is lost for that."""
    timestamp = _field(event, "timestamp")
    if type(timestamp) is not int:
        return received_at
    try:
        return datetime.fromtimestamp(timestamp / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return received_at


def _redelivered(event: Any) -> bool:
    return _field(_field(event, "deliveryContext"), "isRedelivery") is True


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _items(value: Any, name: str) -> list[Any]:
    items = _field(value, name)
    return items if isinstance(items, list) else []


def _identifier(value: Any, name: str) -> str:
    """Return one of LINE's ids; empty when it is missing or nothing that LINE would write."""
    found = _field(value, name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""
