"""Deleting what is kept of a person, a room or a message, when they leave or take it back.

A person's rows in a room carry the key `place/person`, so that both the room and the person find theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, or_, select, update

from bot.memory.database import Database
from bot.memory.tables import (
    BLANKED,
    OPEN_STATES,
    TAKEN_BACK,
    InboxState,
    conversations,
    feedback,
    inbox,
    questions,
    utc_now,
)

Whose = Callable[[Column[Any]], ColumnElement[bool]]
"""A column of conversation keys → which of its rows are meant."""


def member_key(place: str, person: str) -> str:
    """Return the key of the conversation that `person` has in the room `place`."""
    return f"{place}/{person}"


class Forgetting:
    """Deletes, each in one transaction. Every method raises DatabaseUnavailable.

    Events keep only the channel's id, for a redelivery must still be recognised. One that is waiting is not answered
    any more; one being answered can't be finished, so that nothing comes back through it.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        """Delete from `database`; `clock` dates what is over."""
        self._database = database
        self._clock = clock

    def person(self, person: str, until: datetime) -> None:
        """Delete what is kept of `person`, alone and in rooms; events that happened after `until` stay."""
        self._forget(lambda key: or_(key == person, key.endswith(f"/{person}")), until)

    def place(self, place: str, until: datetime) -> None:
        """Delete what is kept of the room `place`; events that happened after `until` stay."""
        self._forget(lambda key: key.startswith(f"{place}/"), until)

    def member(self, place: str, person: str, until: datetime) -> None:
        """Delete what is kept of `person` in the room `place`; events that happened after `until` stay."""
        self._forget(lambda key: key == member_key(place, person), until)

    def message(self, channel: str, message_key: str, event_id: str, at: datetime) -> None:
        """Delete what is kept of a message that was taken back at `at`, in the event `event_id`.

        The message is kept out, too, should it arrive only later: what is sent again may come in any order.
        """
        now, of_message = self._clock(), and_(inbox.c.channel == channel, inbox.c.message_key == message_key)
        with self._database.writing() as connection:
            _end(connection, of_message, TAKEN_BACK, now)
            connection.execute(
                delete(questions).where(questions.c.channel == channel, questions.c.message_key == message_key)
            )
            stone = _tombstone(channel, message_key, event_id, at, now)
            connection.execute(self._database.insert(inbox).values(**stone).on_conflict_do_nothing())

    def _forget(self, whose: Whose, until: datetime) -> None:
        with self._database.writing() as connection:
            forget(connection, whose, self._clock(), until)


def forget(connection: Connection, whose: Whose, now: datetime, until: datetime | None = None) -> None:
    """Delete as part of a transaction that does more; open events that happened after `until` stay as they are."""
    of_key = whose(inbox.c.conversation_key)
    if until is not None:
        of_key = and_(of_key, or_(inbox.c.occurred_at <= until, inbox.c.state.not_in(OPEN_STATES)))
    # The inbox first: whoever is just finishing an event of this key has then either written before the deletes below,
    # or lost the claim.
    _end(connection, of_key, "forgotten", now)
    connection.execute(update(inbox).where(of_key).values(conversation_key="", message_key="", **BLANKED))
    connection.execute(delete(conversations).where(whose(conversations.c.key)))
    connection.execute(delete(feedback).where(whose(feedback.c.conversation_key)))
    connection.execute(delete(questions).where(whose(questions.c.conversation_key)))


def is_taken_back(connection: Connection, channel: str, message_key: str) -> bool:
    """Return whether the message was taken back before it arrived."""
    stone = select(inbox.c.id).where(
        inbox.c.channel == channel, inbox.c.message_key == message_key, inbox.c.reason == TAKEN_BACK
    )
    return bool(message_key) and connection.scalar(stone.limit(1)) is not None


def _end(connection: Connection, which: ColumnElement[bool], reason: str, now: datetime) -> None:
    """End the open events among `which` without an answer."""
    over = {"state": InboxState.DONE, "claim": None, "lease_until": None, "finished_at": now, "reason": reason}
    connection.execute(update(inbox).where(which, inbox.c.state.in_(OPEN_STATES)).values(**over, **BLANKED))


def _tombstone(channel: str, message_key: str, event_id: str, at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "channel": channel,
        "event_id": event_id,
        "conversation_key": "",
        "message_key": message_key,
        **BLANKED,
        "masked": [],
        "occurred_at": at,
        "received_at": now,
        "state": InboxState.DONE,
        "due_at": now,
        "attempt": 0,
        "sending_began": False,
        "finished_at": now,
        "reason": TAKEN_BACK,
    }
