"""What nobody needs any more is deleted, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from handlers.housekeeping import Housekeeping

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=400)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'annai.sqlite3'}")
    database.create_tables()
    return database


def _event(number: int, at: datetime) -> NewEvent:
    return NewEvent("line", f"event-{number}", f"person-{number}", "住民票", "", "token", at)


def _question(at: datetime) -> QuestionRecord:
    return QuestionRecord(at, "web", "person", "住民票", "answer", (("juminhyo", 0.9),), "juminhyo", 3.0, "r1")


def test_what_is_past_its_time_goes_and_what_is_not_stays(database: Database) -> None:
    moment = [OLD]
    inbox = Inbox(database, clock=lambda: moment[0])
    conversations, questions = Conversations(database), QuestionLog(database)
    for number, at in ((1, OLD), (2, NOW)):
        moment[0] = at
        inbox.put([_event(number, at)])
        event = inbox.claim(at)
        assert event is not None
        assert inbox.finish(event, None)
        conversations.save(f"person-{number}", {"topic": "juminhyo"}, at)
        questions.add(_question(at))

    gone = Housekeeping(inbox, conversations, questions, timedelta(days=365), lambda: NOW).purge()

    assert gone == {"events": 1, "conversations": 1, "questions": 1}
    assert inbox.counts()["done"] == 1
    assert conversations.load("person-1") is None
    assert conversations.load("person-2") == {"topic": "juminhyo"}
    assert [record.asked_at for record in questions.since(OLD)] == [NOW]


def test_an_event_that_still_waits_is_never_deleted(database: Database) -> None:
    inbox = Inbox(database, clock=lambda: OLD)
    inbox.put([_event(1, OLD)])

    Housekeeping(inbox, Conversations(database), QuestionLog(database), timedelta(days=365), lambda: NOW).purge()

    assert inbox.counts()["waiting"] == 1
