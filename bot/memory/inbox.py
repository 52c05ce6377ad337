"""The inbox: one row for each event that a channel sent, so that none is lost and none is answered twice.

A row is waiting, then claimed under a lease, then done or failed. Whoever claimed it renews the lease while alive; when
the lease is over the row can be claimed again, and the old claim opens nothing any more. Leases compare the clocks of
the machines that share a database: these must agree to within about a second (NTP).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.memory.conversations import write_conversation
from bot.memory.database import Database, DatabaseUnavailable
from bot.memory.feedback import FeedbackRecord, write_feedback
from bot.memory.forgetting import is_taken_back
from bot.memory.questions import QuestionRecord, write_question
from bot.memory.tables import BLANKED, InboxState, UtcTime, inbox, utc_now

LEASE = timedelta(seconds=5)
"""How long after a process was killed its events stay with it. Several heartbeats fit into it."""

REASON_LENGTH = 200
CLAIM_TRIES = 5


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as a door hands it in. It holds nothing that names a person."""

    channel: str
    """line, slack."""
    event_id: str
    """The channel's own id (LINE: webhookEventId; Slack: event_id): the key of deduplication."""
    conversation_key: str
    """The keyed hash of the person (and room) that the event came from."""
    text: str
    """What was typed, personal data masked; empty for a tap."""
    action: str
    """The tap as `Action.encode` wrote it, or a location as `Location.encode` did; empty for typed text.

    Like the text it is taken out once the event is over (`BLANKED`)."""
    reply_to: str
    """What the channel needs for the answer: LINE's reply token, Slack's channel and thread."""
    occurred_at: datetime
    """When it happened, by the channel's clock."""
    masked: tuple[str, ...] = ()
    """Which kinds of personal data were masked in `text`."""
    message_key: str = ""
    """The keyed hash of the channel's message id, so that a message that is taken back is found; empty for a tap."""


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """An event that this process has claimed and must finish, put back, or fail."""

    id: int
    new: NewEvent
    received_at: datetime
    attempt: int
    """1 for the first."""
    sending_began: bool
    """Whether an earlier attempt may have reached the channel: its outcome is unknown."""
    claim: str
    """The fence: only the holder of the current claim may finish the event."""


class Inbox:
    """The events of all channels. Every method is one short transaction and raises DatabaseUnavailable."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now, lease: timedelta = LEASE) -> None:
        """Keep the events in `database`; `clock` dates what comes in and what ends."""
        self._database = database
        self._clock = clock
        self.lease = lease
        self._insert = (
            database.insert(inbox)
            .on_conflict_do_nothing(index_elements=[inbox.c.channel, inbox.c.event_id])
            .returning(inbox.c.id)
        )

    def put(self, events: Sequence[NewEvent]) -> int:
        """Store all `events` that are not there yet, or none of them; return how many were new.

        One whose message was taken back before it arrived is not stored.
        """
        try:
            return self._put(events)
        except DatabaseUnavailable:
            # A channel that gets an error may never send the event again, so one more try: the first may have met a
            # deadlock (two redeliveries in different order) or a connection that had just died.
            return self._put(events)

    def _put(self, events: Sequence[NewEvent]) -> int:
        now = self._clock()
        with self._database.writing() as connection:
            # One by one: the rows get their numbers in the order of the events, and only a new one returns its number.
            wanted = [each for each in events if not is_taken_back(connection, each.channel, each.message_key)]
            ids = [connection.scalar(self._insert, _values(event, now)) for event in wanted]
        return sum(row_id is not None for row_id in ids)

    def claim(self, now: datetime, channels: Collection[str] | None = None) -> InboxEvent | None:
        """Return the oldest event that is due at `now`, claimed for the lease; None when there is nothing to do.

        With `channels`, only events of these: a process without a channel's secrets leaves its events to others.
        No event comes out while another one of its conversation is claimed, nor before an older one that is due too.
        """
        with self._database.reading() as connection:  # looking is free; most looks find nothing and lock nothing
            if connection.scalar(_of(_WORTH_CLAIMING, channels), {"now": now}) is None:
                return None
        for _ in range(CLAIM_TRIES):
            try:
                with self._database.writing() as connection:
                    connection.execute(_RELEASE_EXPIRED, {"now": now})
                    return self._claim(connection, now, channels)
            except IntegrityError:
                # PostgreSQL only: another process claimed an event of the same conversation a moment earlier, and
                # the index inbox_one_claim refused the second. Look again.
                continue
        return None

    def _claim(self, connection: Connection, now: datetime, channels: Collection[str] | None) -> InboxEvent | None:
        row = connection.execute(_of(_NEXT, channels), {"now": now}).first()
        if row is None:
            return None
        claim = uuid.uuid4().hex
        connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id)
            .values(state=InboxState.CLAIMED, claim=claim, lease_until=now + self.lease, attempt=inbox.c.attempt + 1)
        )
        return _event(row, row.attempt + 1, claim)

    def renew(self, claims: Collection[str], now: datetime) -> int:
        """Extend the leases of `claims` from `now`; return how many of them are still held."""
        statement = update(inbox).where(inbox.c.state == InboxState.CLAIMED, inbox.c.claim.in_(claims))
        with self._database.writing() as connection:
            return connection.execute(statement.values(lease_until=now + self.lease)).rowcount

    def begin_sending(self, event: InboxEvent) -> bool:
        """Note that from now on the reply may have reached the channel; False when the claim was lost: don't send."""
        with self._database.writing() as connection:
            return _change(connection, event, sending_began=True)

    def finish(
        self,
        event: InboxEvent,
        conversation: dict[str, Any] | None,
        question: QuestionRecord | None = None,
        said: FeedbackRecord | None = None,
    ) -> bool:
        """Mark the event as done and write what came of it, all or nothing; False when the claim was lost.

        `conversation` is the new state of its conversation; None leaves that as it is. `said` is what was said of an
        answer.
        """
        now = self._clock()
        with self._database.writing() as connection:
            if not _change(connection, event, **_over(InboxState.DONE, now, "")):
                return False
            if conversation is not None:
                write_conversation(self._database, connection, event.new.conversation_key, conversation, now)
            if question is not None:
                write_question(connection, question)
            if said is not None:
                write_feedback(self._database, connection, said)
            return True

    def put_back(self, event: InboxEvent, due_at: datetime, reason: str, *, not_sent: bool = False) -> bool:
        """Let the event be claimed again at `due_at`; False when the claim was lost.

        `not_sent` says that the channel certainly did not take the reply this time: `sending_began` is then again what
        the earlier attempts left.
        `reason` is kept for operators and must not quote the resident.
        """
        values = {"state": InboxState.WAITING, "due_at": due_at, "reason": reason[:REASON_LENGTH], **_UNCLAIMED}
        if not_sent:
            values["sending_began"] = event.sending_began
        with self._database.writing() as connection:
            return _change(connection, event, **values)

    def fail(self, event: InboxEvent, reason: str) -> bool:
        """Give the event up and keep it, blanked, with `reason` for the operators; False when the claim was lost."""
        with self._database.writing() as connection:
            return _change(connection, event, **_over(InboxState.FAILED, self._clock(), reason))

    def counts(self) -> dict[str, int]:
        """Return how many events are in each state; every state is there."""
        query = select(inbox.c.state, func.count().label("number")).group_by(inbox.c.state)
        with self._database.reading() as connection:
            found = {row.state: row.number for row in connection.execute(query)}
        return {state.value: found.get(state.value, 0) for state in InboxState}

    def purge(self, before: datetime) -> int:
        """Delete the events that were done before `before`; return how many.

        A channel must not be able to send them again by then: their ids are forgotten. LINE: a day is plenty.
        """
        with self._database.writing() as connection:
            return connection.execute(
                delete(inbox).where(inbox.c.state == InboxState.DONE, inbox.c.finished_at < before)
            ).rowcount


_UNCLAIMED: dict[str, Any] = {"claim": None, "lease_until": None}


def _over(state: InboxState, at: datetime, reason: str) -> dict[str, Any]:
    return {"state": state, "finished_at": at, "reason": reason[:REASON_LENGTH], **_UNCLAIMED, **BLANKED}


_NOW = bindparam("now", type_=UtcTime)
_IS_DUE = and_(inbox.c.state == InboxState.WAITING, inbox.c.due_at <= _NOW)
_IS_EXPIRED = and_(inbox.c.state == InboxState.CLAIMED, inbox.c.lease_until <= _NOW)

_WORTH_CLAIMING = select(inbox.c.id).where(or_(_IS_DUE, _IS_EXPIRED)).limit(1)

# with_for_update says nothing on SQLite, where a writing transaction is alone anyway.
_RELEASE_EXPIRED = (
    update(inbox)
    .where(inbox.c.id.in_(select(inbox.c.id).where(_IS_EXPIRED).with_for_update(skip_locked=True)))
    .values(state=InboxState.WAITING, **_UNCLAIMED)
)
"""Makes the events of dead processes claimable again. Their old claims end here."""

_other = inbox.alias("other")
_GOES_FIRST = or_(
    _other.c.state == InboxState.CLAIMED,
    and_(_other.c.state == InboxState.WAITING, _other.c.due_at <= _NOW, _other.c.id < inbox.c.id),
)
_NEXT = (
    select(inbox)
    .where(_IS_DUE, ~exists().where(_other.c.conversation_key == inbox.c.conversation_key, _GOES_FIRST))
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
"""The oldest event that is due and has no other of its conversation before it."""


def _of(query: Select[Any], channels: Collection[str] | None) -> Select[Any]:
    return query if channels is None else query.where(inbox.c.channel.in_(channels))


def _change(connection: Connection, event: InboxEvent, **values: Any) -> bool:
    """Change the event's row if its claim is still the current one; return whether it was."""
    is_ours = and_(inbox.c.id == event.id, inbox.c.state == InboxState.CLAIMED, inbox.c.claim == event.claim)
    return connection.execute(update(inbox).where(is_ours).values(**values)).rowcount == 1


def _values(event: NewEvent, now: datetime) -> dict[str, Any]:
    return {
        "channel": event.channel,
        "event_id": event.event_id,
        "conversation_key": event.conversation_key,
        "text": event.text,
        "action": event.action,
        "reply_to": event.reply_to,
        "masked": list(event.masked),
        "occurred_at": event.occurred_at,
        "received_at": now,
        "state": InboxState.WAITING,
        "due_at": now,
        "attempt": 0,
        "sending_began": False,
        "reason": "",
        "message_key": event.message_key,
    }


def _event(row: Row[Any], attempt: int, claim: str) -> InboxEvent:
    new = NewEvent(
        channel=row.channel,
        event_id=row.event_id,
        conversation_key=row.conversation_key,
        text=row.text,
        action=row.action,
        reply_to=row.reply_to,
        occurred_at=row.occurred_at,
        masked=tuple(row.masked),
        message_key=row.message_key,
    )
    return InboxEvent(row.id, new, row.received_at, attempt, row.sending_began, claim)
