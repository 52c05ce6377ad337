"""The question log: what residents asked and what was decided, for the staff who keep the answers right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select

from bot.memory.database import Database
from bot.memory.tables import feedback, questions


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One turn. It holds nothing that names a person."""

    asked_at: datetime
    channel: str
    conversation_key: str
    """The keyed hash of the person (and room)."""
    text: str
    """What was asked, personal data masked; empty for an urgent turn."""
    kind: str
    """What was decided: answer, choose, unknown, urgent, smalltalk."""
    candidates: tuple[tuple[str, float], ...]
    """Entry ids with their confidence, best first."""
    topic: str | None
    """The id of the entry that the turn ended on."""
    milliseconds: float
    """How long the answer took."""
    knowledge_revision: str
    """Which state of the knowledge files answered."""
    message_key: str = ""
    """As in the inbox: what asked this, should it be taken back."""


class QuestionLog:
    """The questions, oldest first."""

    def __init__(self, database: Database) -> None:
        """Keep the log in `database`."""
        self._database = database

    def add(self, record: QuestionRecord) -> None:
        """Write `record` down; raises DatabaseUnavailable."""
        with self._database.writing() as connection:
            write_question(connection, record)

    def purge(self, before: datetime) -> int:
        """Delete the questions asked before `before`, and what was said of answers; return how many questions.

        Raises DatabaseUnavailable.
        """
        with self._database.writing() as connection:
            connection.execute(delete(feedback).where(feedback.c.at < before))
            return connection.execute(delete(questions).where(questions.c.asked_at < before)).rowcount

    def since(self, at: datetime) -> list[QuestionRecord]:
        """Return the questions asked at `at` or later, oldest first; raises DatabaseUnavailable."""
        query = select(questions).where(questions.c.asked_at >= at).order_by(questions.c.asked_at, questions.c.id)
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(query)]


def write_question(connection: Connection, record: QuestionRecord) -> None:
    """Write `record` down as part of a transaction that does more."""
    connection.execute(
        insert(questions).values(
            asked_at=record.asked_at,
            channel=record.channel,
            conversation_key=record.conversation_key,
            text=record.text,
            kind=record.kind,
            candidates=[[entry_id, confidence] for entry_id, confidence in record.candidates],
            topic=record.topic,
            milliseconds=record.milliseconds,
            knowledge_revision=record.knowledge_revision,
            message_key=record.message_key,
        )
    )


def _record(row: Row[tuple[object, ...]]) -> QuestionRecord:
    return QuestionRecord(
        asked_at=row.asked_at,
        channel=row.channel,
        conversation_key=row.conversation_key,
        text=row.text,
        kind=row.kind,
        candidates=tuple((entry_id, confidence) for entry_id, confidence in row.candidates),
        topic=row.topic,
        milliseconds=row.milliseconds,
        knowledge_revision=row.knowledge_revision,
        message_key=row.message_key,
    )
