"""What residents say of the answers: it was right, it was wrong, none of the choices fits. Staff mend by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, select, update

from bot.memory.database import Database
from bot.memory.tables import feedback, questions

_LOOKED_AT = 20
"""So many of a conversation's last questions may be the one that was answered: old buttons stay in chats."""
_MOST_CHOICES = 4
NONE_OF_THEM = ""
"""Stands in `chosen` when none of the offered was meant; NULL when nothing was said of them."""


class FeedbackKind(StrEnum):
    """What was said."""

    SOLVED = "solved"
    WRONG = "wrong"
    NONE = "none"
    """None of the choices fits, without an answer before them."""


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """One thing that was said of a reply. What was asked stands in the question log, and only there."""

    at: datetime
    channel: str
    conversation_key: str
    """The keyed hash of the person (and room)."""
    kind: FeedbackKind
    shown: str
    """The id of the entry that was answered; empty for choices."""
    offered: tuple[str, ...] = ()
    """The ids of the entries that could be chosen."""
    chosen: str | None = None
    """The id of what was meant instead, NONE_OF_THEM for none of the offered, None when nothing was said of them."""


def write_feedback(database: Database, connection: Connection, record: FeedbackRecord) -> None:
    """Write `record` down as part of a transaction that does more.

    Said again of the same answer, the last word counts; what was chosen instead is added to the 「ちがう」 before it.
    Choices that no question led to (a menu) are not written down.
    """
    question = _question_of(connection, record)
    if question is None and record.kind is FeedbackKind.NONE:
        return
    of_answer = and_(
        feedback.c.conversation_key == record.conversation_key,
        feedback.c.shown == record.shown,
        feedback.c.question_id == question if question is not None else feedback.c.question_id.is_(None),
    )
    changes: dict[str, Any] = {"at": record.at, "kind": record.kind.value}
    if record.offered:
        changes["offered"] = list(record.offered)
    if record.chosen is not None:
        changes["chosen"] = record.chosen
    if connection.execute(update(feedback).where(of_answer).values(**changes)).rowcount:
        return
    row = {
        "channel": record.channel,
        "conversation_key": record.conversation_key,
        "question_id": question,
        "shown": record.shown,
        "offered": list(record.offered),
        **changes,
    }
    # Between the two statements another process may have written the same: two taps on the page, two processes.
    statement = database.insert(feedback).values(**row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[feedback.c.question_id, feedback.c.shown], set_=changes)
    )


def _question_of(connection: Connection, record: FeedbackRecord) -> int | None:
    """Return the number of the last question that was answered with what `record` is about, or None."""
    # Locked on PostgreSQL, so that it can't be purged before the row that refers to it is written.
    last = (
        select(questions.c.id, questions.c.kind, questions.c.topic, questions.c.candidates)
        .where(questions.c.conversation_key == record.conversation_key)
        .order_by(questions.c.asked_at.desc(), questions.c.id.desc())
        .limit(_LOOKED_AT)
        .with_for_update(read=True, key_share=True)
    )
    for row in connection.execute(last):
        if _led_to(record, row.kind, row.topic, [entry_id for entry_id, _ in row.candidates]):
            return int(row.id)
    return None


def _led_to(record: FeedbackRecord, kind: str, topic: str | None, ids: list[str]) -> bool:
    """Return whether a question of this kind, topic and candidates led to what `record` is about."""
    if record.kind is FeedbackKind.NONE:
        return kind == "choose" and bool(set(ids) & set(record.offered))
    if kind == "choose":
        return record.shown in ids[:_MOST_CHOICES]
    return kind == "answer" and (topic == record.shown or ids[:1] == [record.shown])
