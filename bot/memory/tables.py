"""The tables, and how times and texts are stored in them. What they mean is said in the modules that use them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData()


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class InboxState(StrEnum):
    """Where an event stands."""

    WAITING = "waiting"
    """To be claimed once it is due."""
    CLAIMED = "claimed"
    """In somebody's hands until its lease is over."""
    DONE = "done"
    FAILED = "failed"


BLANKED = {"text": "", "action": "", "reply_to": ""}
"""What is taken out of an event's row once it is over. The id stays, so that a redelivery is still recognised."""

OPEN_STATES = (InboxState.WAITING, InboxState.CLAIMED)

TAKEN_BACK = "taken back"
"""The reason of an event whose message the resident has unsent."""


class UtcTime(TypeDecorator[datetime]):
    """A moment, stored as UTC and returned with its time zone on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` as the engine keeps it; raises ValueError for a time without time zone."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a stored time needs a time zone")
        value = value.astimezone(UTC)
        # SQLite keeps text: always the same form, so that comparing the texts compares the moments.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AnyText(TypeDecorator[str]):
    """Text as it may come from outside: what no database can store is taken out instead of losing the message.

    PostgreSQL refuses U+0000, and neither driver can encode half of a surrogate pair; JSON can carry both.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return `value` without U+0000, with `?` for each half of a surrogate pair."""
        if value is None:
            return None
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


row_id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER key

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("channel", AnyText, nullable=False),
    Column("event_id", AnyText, nullable=False),
    Column("conversation_key", AnyText, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("action", AnyText, nullable=False),
    Column("reply_to", AnyText, nullable=False),
    Column("masked", JSON, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sending_began", Boolean, nullable=False),
    Column("claim", String(32)),
    Column("lease_until", UtcTime),
    Column("finished_at", UtcTime),
    Column("reason", AnyText, nullable=False),
    # The keyed hash of the channel's message id: what is taken back is found by it. Empty where there is none.
    Column("message_key", AnyText, nullable=False, server_default=""),
    UniqueConstraint("channel", "event_id", name="inbox_once"),
)
OPEN = text("state IN ('waiting', 'claimed')")
CLAIMED = text("state = 'claimed'")
Index("inbox_state", inbox.c.state)
Index("inbox_open", inbox.c.id, sqlite_where=OPEN, postgresql_where=OPEN)
Index("inbox_open_conversation", inbox.c.conversation_key, inbox.c.id, sqlite_where=OPEN, postgresql_where=OPEN)
# The promise that the events of one conversation are taken one at a time is kept by the database itself.
Index("inbox_one_claim", inbox.c.conversation_key, unique=True, sqlite_where=CLAIMED, postgresql_where=CLAIMED)

conversations = Table(
    "conversations",
    metadata,
    Column("key", AnyText, primary_key=True),
    Column("state", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("channel", AnyText, nullable=False),
    Column("conversation_key", AnyText, nullable=False, index=True),
    Column("text", AnyText, nullable=False),
    Column("kind", AnyText, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("topic", AnyText),
    Column("milliseconds", Float, nullable=False),
    Column("knowledge_revision", AnyText, nullable=False),
    Column("message_key", AnyText, nullable=False, server_default=""),
)
HAS_MESSAGE = text("message_key <> ''")
by_message = (
    Index("inbox_message", inbox.c.message_key, sqlite_where=HAS_MESSAGE, postgresql_where=HAS_MESSAGE),
    Index("questions_message", questions.c.message_key, sqlite_where=HAS_MESSAGE, postgresql_where=HAS_MESSAGE),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("channel", AnyText, nullable=False),
    Column("conversation_key", AnyText, nullable=False, index=True),
    Column("kind", AnyText, nullable=False),
    # What was asked stands in the question log alone; where it goes, this goes too.
    Column("question_id", row_id, ForeignKey(questions.c.id, ondelete="CASCADE"), index=True),
    Column("shown", AnyText, nullable=False),
    Column("offered", JSON, nullable=False),
    Column("chosen", AnyText),
    # Tapping twice is saying it once.
    UniqueConstraint("question_id", "shown", name="feedback_once"),
)
