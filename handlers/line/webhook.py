"""POST /line/webhook: verify, parse, store, wake, 200.

LINE waits two seconds and wants 200 before any work is done
(https://developers.line.biz/en/docs/messaging-api/receiving-messages/): answering is the worker's task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, request

from bot.action import Action, Verb
from bot.memory.forgetting import Forgetting, member_key
from bot.memory.inbox import NewEvent
from handlers.line.event_names import EventNames
from handlers.line.parse import Asked, Ignored, Left, Origin, Parsed, UnreadableBody, Unsent, parse
from handlers.line.verify import SIGNATURE_HEADER, verify

MAX_BODY = 1_000_000
"""Far above what LINE sends; a larger body is refused before it is read."""
_A_MOMENT = timedelta(milliseconds=1)
"""LINE's times have no finer grain: what happened at the same time as coming back is answered."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInlet:
    """What the webhook needs from the rest of the house."""

    secret: str
    """The channel secret."""
    inbox_put: Callable[[Sequence[NewEvent]], int]
    """Store the events in one transaction; return how many were new."""
    pseudonym: Callable[..., str]
    """(channel, *ids) → the keyed hash that stands for them."""
    mask: Callable[[str], tuple[str, tuple[str, ...]]]
    """Text → text without personal data, and which kinds were in it."""
    forgetting: Forgetting
    """Deletes what is kept of a person, a room or a message."""
    wake: Callable[[], None]
    """Tell the worker that there is something to do."""
    remember: Callable[[str, str], None]
    """(event id, user id) for the loading animation: RecentUsers.remember."""
    clock: Callable[[], datetime]
    """The time, with time zone."""
    count: Callable[[str, int], None]
    """(outcome, how many), for the metrics; the outcomes are a closed list of words."""
    names: EventNames = field(default_factory=EventNames)
    """The event types that this program does not know."""

    def take(self, body: bytes) -> None:
        """Store what `body` asks for. Raises whatever the database raises, so that LINE sends it again."""
        try:
            parsed = parse(body, self.clock())
        except UnreadableBody as error:
            self._note("unreadable", why=str(error))
            return
        waiting: list[Asked] = []
        for event in parsed:
            # In their order: who asks, leaves and comes back is forgotten in between, and only then.
            if isinstance(event, Left | Unsent) or (isinstance(event, Asked) and event.starts_anew):
                self._store(waiting)
                waiting = []
            self._heed(event)
            if isinstance(event, Asked):
                waiting.append(event)
        self._store(waiting)

    def _store(self, asked: Sequence[Asked]) -> None:
        if not asked:
            return
        for event in asked:  # before the worker can take them
            if event.origin.user_id and not event.origin.place_id:
                self.remember(event.event_id, event.origin.user_id)
        new = self.inbox_put([self._new_event(event) for event in asked])
        self.count("stored", new)
        self.count("duplicate", len(asked) - new)
        self.wake()

    def _heed(self, event: Parsed) -> None:
        """Do what an event asks for besides an answer."""
        match event:
            case Asked(starts_anew=True, origin=Origin(user_id=user_id)) if user_id:
                # The unfollow event may never have come: the block began while nobody listened.
                self.forgetting.person(self._person(user_id), event.occurred_at - _A_MOMENT)
                self.count("follow_again", 1)
            case Left():
                self._forget(event)
                self.count(event.event, 1)
            case Unsent():
                message = self._message_key(event.message_id)
                self.forgetting.message("line", message, event.event_id, event.occurred_at)
                self.count("unsend", 1)
            case Ignored(reason=reason, name=name):
                self._note(self.names.label(name) if name else reason)

    def _forget(self, left: Left) -> None:
        if not left.place_id:
            for user_id in left.user_ids:
                self.forgetting.person(self._person(user_id), left.occurred_at)
            return
        place = self._place(left.place_id)
        if not left.user_ids:
            self.forgetting.place(place, left.occurred_at)
        for user_id in left.user_ids:
            self.forgetting.member(place, self._person(user_id), left.occurred_at)

    def _new_event(self, event: Asked) -> NewEvent:
        text, masked = self.mask(event.text) if event.text else ("", ())
        # An utterance always holds a text, a tap or a location, whatever masking has left of it.
        tap = event.location or event.action or (None if text.strip() else Action(Verb.UNREADABLE))
        return NewEvent(
            channel="line",
            event_id=event.event_id,
            conversation_key=self._key(event.origin, event.event_id),
            text="" if tap else text,
            action=tap.encode() if tap else "",
            reply_to=event.reply_token,
            occurred_at=event.occurred_at,
            masked=masked,
            message_key=self._message_key(event.message_id),
        )

    def _key(self, origin: Origin, event_id: str) -> str:
        if origin.place_id:
            return member_key(self._place(origin.place_id), self._person(origin.user_id))
        if origin.user_id:
            return self._person(origin.user_id)
        # Nobody to continue with: a conversation of this one event.
        return self.pseudonym("line", "event", event_id)

    def _person(self, user_id: str) -> str:
        return self.pseudonym("line", user_id)

    def _place(self, place_id: str) -> str:
        return self.pseudonym("line", place_id)

    def _message_key(self, message_id: str) -> str:
        return self.pseudonym("line", "message", message_id) if message_id else ""

    def _note(self, outcome: str, **more: str) -> None:
        self.count(outcome, 1)
        _log.info("line_event_not_answered", outcome=outcome, **more)


def line_blueprint(inlet: LineInlet) -> Blueprint:
    """Return the blueprint with POST /line/webhook. Raises ValueError without a secret: the channel is off then.

    200 for every signed body, 401 for a bad or missing signature, 413 above 1 MB, 500 when storing fails.
    """
    if not inlet.secret:
        raise ValueError("the LINE channel needs its secret")
    blueprint = Blueprint("line", __name__)

    @blueprint.post("/line/webhook")
    def webhook() -> Response:
        request.max_content_length = MAX_BODY
        body = request.get_data(cache=False)
        if not verify(inlet.secret, body, request.headers.get(SIGNATURE_HEADER)):
            inlet.count("bad_signature", 1)
            return _answer("bad signature", 401)
        try:
            inlet.take(body)
        except Exception as error:
            # Whatever the database raised: not answered with 200 means sent again, if redelivery is on (#webhook-redelivery). The error's text is
            # not logged: a database quotes the values that it could not store.
            _log.error("line_events_not_stored", error=type(error).__name__)
            inlet.count("not_stored", 1)
            return _answer("try again", 500)
        return _answer("OK", 200)

    return blueprint


def _answer(text: str, status: int) -> Response:
    return Response(text, status, mimetype="text/plain")
