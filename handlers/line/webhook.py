"""POST /line/webhook: verify, parse, store, wake, 200.

LINE waits two seconds and wants 200 before any work is done
(https://developers.line.biz/en/docs/messaging-api/receiving-messages/): answering is the worker's task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, request

from bot.action import Action, Verb
from bot.memory.inbox import NewEvent
from handlers.line.parse import Asked, Ignored, Left, Origin, UnreadableBody, parse
from handlers.line.verify import SIGNATURE_HEADER, verify

MAX_BODY = 1_000_000
"""Far above what LINE sends; a larger body is refused before it is read."""

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
    forget: Callable[[str], None]
    """Forget the conversation with this key."""
    wake: Callable[[], None]
    """Tell the worker that there is something to do."""
    remember: Callable[[str, str], None]
    """(event id, user id) for the loading animation: RecentUsers.remember."""
    clock: Callable[[], datetime]
    """The time, with time zone."""
    count: Callable[[str, int], None]
    """(outcome, how many), for the metrics; the outcomes are a closed list of words."""

    def take(self, body: bytes) -> None:
        """Store what `body` asks for. Raises whatever the database raises, so that LINE sends it again."""
        try:
            parsed = parse(body, self.clock())
        except UnreadableBody as error:
            self._note("unreadable", why=str(error))
            return
        asked = [event for event in parsed if isinstance(event, Asked)]
        if asked:
            new = self.inbox_put([self._new_event(event) for event in asked])
            self.count("stored", new)
            self.count("duplicate", len(asked) - new)
        for event in parsed:
            self._after(event)
        if asked:
            self.wake()

    def _after(self, event: Asked | Left | Ignored) -> None:
        """Do what follows once the events are safe."""
        match event:
            case Asked(origin=Origin(user_id=user_id, place_id="")) if user_id:
                self.remember(event.event_id, user_id)
            case Left(origin=origin) if origin.user_id:
                self.forget(self._key(origin, ""))
                self.count("unfollow", 1)
            case Ignored(reason=reason):
                self._note(reason)

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
        )

    def _key(self, origin: Origin, event_id: str) -> str:
        if origin.place_id:
            return self.pseudonym("line", origin.place_id, origin.user_id)
        if origin.user_id:
            return self.pseudonym("line", origin.user_id)
        # Nobody to continue with: a conversation of this one event.
        return self.pseudonym("line", "event", event_id)

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
