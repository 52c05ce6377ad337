"""What the question log and the feedback add up to over a time. The database counts; only what is shown comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from bot.memory.database import Database
from bot.memory.feedback import FeedbackKind
from bot.memory.tables import feedback, questions


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something happened on a channel."""

    channel: str
    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class AskedText:
    """A question in the very same words, and how often it came."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer that was marked wrong, and how often for the same question with the same end."""

    text: str | None
    """None when no question led to the answer (a menu did)."""
    shown: str
    """The id of the entry that was answered."""
    confidence: float | None
    """How sure the answer was, the last time; None when it was chosen or tapped."""
    chosen: str | None
    """The id of what was meant instead, NONE_OF_THEM for none of the offered, None when nothing was said of them."""
    number: int


@dataclass(frozen=True, slots=True)
class Span:
    """A time, the end not included."""

    since: datetime
    until: datetime


class Reporting:
    """Reads only. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def turns(self, span: Span) -> list[Counted]:
        """Return how many questions there were, by channel and by what was decided."""
        with self._database.reading() as connection:
            return _counts(connection, questions.c.channel, questions.c.kind, _within(questions.c.asked_at, span))

    def marks(self, span: Span) -> list[Counted]:
        """Return how often something was said of answers and choices, by channel and kind."""
        with self._database.reading() as connection:
            return _counts(connection, feedback.c.channel, feedback.c.kind, _within(feedback.c.at, span))

    def unknown(self, span: Span, most: int) -> list[AskedText]:
        """Return the questions that nothing was found for, the most frequent first, at most `most` different ones."""
        query = select(questions.c.text, func.count().label("number")).where(
            _within(questions.c.asked_at, span), questions.c.kind == "unknown"
        )
        return self._texts(query, most)

    def refused(self, span: Span, most: int) -> list[AskedText]:
        """Return the questions whose choices were all refused, the most frequent first, at most `most` different ones."""
        query = (
            select(questions.c.text, func.count().label("number"))
            .join(feedback, feedback.c.question_id == questions.c.id)
            .where(_within(feedback.c.at, span), feedback.c.kind == FeedbackKind.NONE.value)
        )
        return self._texts(query, most)

    def wrong(self, span: Span, most: int) -> list[WrongAnswer]:
        """Return the answers that were marked wrong, the most frequent first, at most `most` different ones."""
        number, last = func.count().label("number"), func.max(feedback.c.question_id).label("last")
        grouped = (questions.c.text, feedback.c.shown, feedback.c.chosen)
        query = (
            select(*grouped, number, last)
            .outerjoin(questions, feedback.c.question_id == questions.c.id)
            .where(_within(feedback.c.at, span), feedback.c.kind == FeedbackKind.WRONG.value)
            .group_by(*grouped)
            .order_by(number.desc(), questions.c.text, feedback.c.shown, feedback.c.chosen)
            .limit(most)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            sure = _confidences(connection, [row.last for row in rows if row.last is not None])
        return [WrongAnswer(r.text, r.shown, sure.get((r.last, r.shown)), r.chosen, r.number) for r in rows]

    def _texts(self, query: Select[Any], most: int) -> list[AskedText]:
        ordered = (
            query.where(questions.c.text != "")
            .group_by(questions.c.text)
            .order_by(func.count().desc(), questions.c.text)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [AskedText(row.text, row.number) for row in connection.execute(ordered)]


def _within(at: ColumnElement[datetime], span: Span) -> ColumnElement[bool]:
    return and_(at >= span.since, at < span.until)


def _counts(
    connection: Connection, channel: ColumnElement[str], kind: ColumnElement[str], within: ColumnElement[bool]
) -> list[Counted]:
    number = func.count().label("number")
    query = select(channel, kind, number).where(within).group_by(channel, kind).order_by(channel, kind)
    return [Counted(*row) for row in connection.execute(query)]


def _confidences(connection: Connection, ids: list[int]) -> dict[tuple[int, str], float]:
    """Return how sure the questions `ids` were of each of their candidates, where something was decided by that."""
    found: dict[tuple[int, str], float] = {}
    for start in range(0, len(ids), 500):  # SQLite takes a limited number of values in one statement
        some = ids[start : start + 500]
        query = select(questions.c.id, questions.c.candidates).where(questions.c.id.in_(some))
        for row in connection.execute(query):
            found |= {(row.id, entry_id): confidence for entry_id, confidence in row.candidates}
    return found
