"""What is remembered of each conversation between two utterances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.memory.database import Database
from bot.memory.feedback import FeedbackRecord, write_feedback
from bot.memory.forgetting import forget
from bot.memory.questions import QuestionRecord, write_question
from bot.memory.tables import conversations, utc_now


class Conversations:
    """The last state of each conversation, as plain JSON values, by its key."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        """Keep the conversations in `database`; `clock` dates what is forgotten."""
        self._database = database
        self._clock = clock

    def load(self, key: str) -> dict[str, Any] | None:
        """Return the state saved last for `key`, None for a stranger; raises DatabaseUnavailable."""
        with self._database.reading() as connection:
            state: dict[str, Any] | None = connection.scalar(
                select(conversations.c.state).where(conversations.c.key == key)
            )
        return state

    def save(
        self,
        key: str,
        state: dict[str, Any],
        at: datetime,
        question: QuestionRecord | None = None,
        said: FeedbackRecord | None = None,
    ) -> None:
        """Save `state` and the question, or what was `said` of an answer, that led to it, in one transaction.

        Raises DatabaseUnavailable.
        """
        with self._database.writing() as connection:
            write_conversation(self._database, connection, key, state, at)
            if question is not None:
                write_question(connection, question)
            if said is not None:
                write_feedback(self._database, connection, said)

    def purge(self, before: datetime) -> int:
        """Delete the conversations whose last turn was before `before`; return how many; raises DatabaseUnavailable."""
        with self._database.writing() as connection:
            return connection.execute(delete(conversations).where(conversations.c.at < before)).rowcount

    def forget(self, key: str) -> None:
        """Delete what is known of `key`: state, questions, feedback, what its events said; raises DatabaseUnavailable.

        Its events keep only the channel's id (a redelivery must still be recognised). One that is waiting is not
        answered any more; one being answered can't be finished, so that nothing comes back through it.
        """
        with self._database.writing() as connection:
            forget(connection, lambda column: column == key, self._clock())


def write_conversation(
    database: Database, connection: Connection, key: str, state: dict[str, Any], at: datetime
) -> None:
    """Save `state` as part of a transaction that does more."""
    statement = database.insert(conversations).values(key=key, state=state, at=at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[conversations.c.key],
            set_={"state": statement.excluded.state, "at": statement.excluded.at},
        )
    )
