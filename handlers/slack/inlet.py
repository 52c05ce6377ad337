"""What Slack sent → the inbox: parse, store, wake. Answering is the worker's task.

Slack waits three seconds (https://docs.slack.dev/apis/events-api#acknowledging-events), over HTTP and over a socket
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.memory.forgetting import member_key
from bot.memory.inbox import NewEvent
from handlers.slack.parse import Asked, AskedAtHome, Ignored, Message, Origin, Unsaid, parse

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class NotStored(Exception):
    """The event could not be written down: it must not be acknowledged, so that Slack sends it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackInlet:
    """What comes in through Slack, with what it needs from the rest of the house."""

    inbox_put: Callable[[Sequence[NewEvent]], int]
    """Store the events in one transaction; return how many were new."""
    pseudonym: Callable[..., str]
    """(channel, *ids) → the keyed hash that stands for them."""
    mask: Callable[[str], tuple[str, tuple[str, ...]]]
    """Text → text without personal data, and which kinds were in it."""
    unsay: Callable[[str, str, str, datetime], None]
    """(channel, message key, event id, when): Forgetting.message."""
    at_home: Callable[[str, str, Utterance], None]
    """(user id, conversation key, utterance): answer on the person's Home tab."""
    wake: Callable[[], None]
    """Tell the worker that there is something to do."""
    clock: Callable[[], datetime]
    """The time, with time zone."""
    count: Callable[[str, int], None]
    """(outcome, how many), for the metrics; the outcomes are a closed list of words."""

    def take(self, body: Mapping[str, Any]) -> None:
        """Do what a verified request asks for. Raises NotStored when the database did not take it."""
        match parse(body, self.clock()):
            case Asked() as asked:
                self._store(asked)
            case AskedAtHome(origin=origin) as asked:
                self.count("home", 1)
                self.at_home(origin.user, self._key(origin), self._utterance(asked))
            case Unsaid() as unsaid:
                message = self._message_key(unsaid.message)
                self._insist("unsaid", lambda: self.unsay("slack", message, unsaid.event_id, unsaid.occurred_at))
                self.count("unsaid", 1)
            case Ignored(reason=reason):
                self.note(reason)

    def note(self, outcome: str) -> None:
        """Count and log something that is not answered."""
        self.count(outcome, 1)
        _log.info("slack_event_not_answered", outcome=outcome)

    def _store(self, asked: Asked) -> None:
        utterance = self._utterance(asked)
        event = NewEvent(
            channel="slack",
            event_id=asked.event_id,
            conversation_key=self._key(asked.origin),
            text=utterance.text,
            action=utterance.action.encode() if utterance.action else "",
            reply_to=asked.to.encode(),
            occurred_at=asked.occurred_at,
            masked=utterance.masked,
            message_key=self._message_key(asked.message),
        )
        new = self._insist("not_stored", lambda: self.inbox_put([event]))
        self.count("stored" if new else "duplicate", 1)
        self.wake()

    def _utterance(self, asked: Asked | AskedAtHome) -> Utterance:
        text, masked = self.mask(asked.text) if asked.text else ("", ())
        # An utterance always holds a text or a tap, whatever masking has left of it.
        action = asked.action or (None if text.strip() else Action(Verb.UNREADABLE))
        return Utterance("" if action else text, action, masked)

    def _key(self, origin: Origin) -> str:
        person = self.pseudonym("slack", origin.team, origin.user)
        if not origin.channel:
            return person
        # Both in one key, so that all that is kept of a person can be found.
        return member_key(self.pseudonym("slack", origin.team, origin.channel, origin.thread), person)

    def _message_key(self, message: Message | None) -> str:
        return self.pseudonym("slack", "message", message.channel, message.ts) if message else ""

    def _insist(self, what: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            # The error's text is not logged: a database quotes the values that it could not store.
            _log.error("slack_event_not_stored", what=what, error=type(error).__name__)
            self.count("not_stored", 1)
            raise NotStored from None
