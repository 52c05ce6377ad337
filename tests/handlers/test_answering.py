"""Where a resident is goes through the house and stays nowhere: not in the log, not in what is saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.guide import Guide
from bot.location import Location
from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog
from bot.memory.reporting import Reporting, Span
from bot.memory.tables import utc_now
from bot.reply import Places
from handlers.answering import Answering
from handlers.metrics import Metrics

HERE = Location(35.519099, 139.632888)


@dataclass
class Still:
    """A live guide that never changes."""

    guide: Guide


@dataclass
class House:
    """What answers, and the file that it keeps things in."""

    answering: Answering
    inbox: Inbox
    questions: QuestionLog
    database: Database
    file: Path


@pytest.fixture
def house(shipped_guide: Guide, tmp_path: Path, now: datetime) -> Iterator[House]:
    file = tmp_path / "annai.sqlite3"
    database = Database(f"sqlite:///{file}")
    database.create_tables()
    inbox = Inbox(database)
    live: Any = Still(shipped_guide)
    answering = Answering(live, Conversations(database), Metrics(inbox.counts), lambda: now)
    yield House(answering, inbox, QuestionLog(database), database, file)
    database.dispose()


@contextmanager
def nothing_kept(house: House) -> Iterator[None]:
    """Hold that neither the log nor the database tells where the person was."""
    with structlog.testing.capture_logs() as logs:
        yield
    house.database.dispose()
    kept = [repr(logs), *(path.read_bytes().decode("latin-1") for path in house.file.parent.glob("annai.sqlite3*"))]
    for text in kept:
        assert "35.519" not in text
        assert "139.632" not in text


def test_a_location_on_the_web_is_answered_and_kept_nowhere(house: House, now: datetime) -> None:
    with nothing_kept(house):
        reply = house.answering.converse("web", "someone", Utterance(location=HERE))

    assert isinstance(reply.blocks[0], Places)
    assert house.questions.since(now.replace(year=2000)) == []


def test_a_location_through_the_inbox_is_gone_once_it_is_answered(house: House) -> None:
    house.inbox.put([NewEvent("line", "1", "someone", "", HERE.encode(), "token", utc_now())])
    event = house.inbox.claim(utc_now())
    assert event is not None
    answered = house.answering.answer(event.new, None)
    assert isinstance(answered.reply.blocks[0], Places)
    assert answered.question is None
    house.inbox.finish(event, answered.conversation, answered.question)

    with house.database.reading() as connection:
        rows = (
            connection.exec_driver_sql("SELECT * FROM inbox").all()
            + connection.exec_driver_sql("SELECT state FROM conversations").all()
        )
    assert "35.519" not in repr(rows)


@pytest.mark.parametrize("tapped", [True, False])
def test_wrong_is_kept_once_whether_typed_or_tapped_and_with_what_was_meant(house: House, tapped: bool) -> None:
    state = None
    first = "v1|instead|sodai-mochikomi|sodai-gomi"
    for number, (text, action) in enumerate(
        [("粗大ごみを捨てたい", ""), ("ちがう", "v1|wrong|sodai-gomi"), ("持込みのほう", first)]
    ):
        said = ("", action) if tapped and action else (text, "")
        house.inbox.put([NewEvent("line", str(number), "someone", *said, "token", utc_now())])
        event = house.inbox.claim(utc_now())
        assert event is not None
        answered = house.answering.answer(event.new, state)
        again = house.answering.answer(event.new, state)  # the process died before it was written
        assert again.said == answered.said
        assert house.inbox.finish(event, again.conversation, again.question, again.said)
        assert not house.inbox.finish(event, again.conversation, again.question, again.said)
        state = answered.conversation

    reporting, ever = (
        Reporting(house.database),
        Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),
    )
    (wrong,) = reporting.wrong(ever, 9)
    assert (wrong.text, wrong.shown, wrong.chosen) == ("粗大ごみを捨てたい", "sodai-gomi", "sodai-mochikomi")
    assert wrong.number == 1
    assert sum(each.number for each in reporting.turns(ever)) == 1


def test_a_question_of_its_own_keeps_nothing(house: House) -> None:
    house.answering.ask("web", Utterance(action=Action(Verb.WRONG, "sodai-gomi")))

    assert Reporting(house.database).marks(Span(datetime(2000, 1, 1, tzinfo=UTC), utc_now())) == []


def test_a_failure_does_not_tell_where_the_person_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.answering.live.guide._places, "near", lambda location, *_: 1 / 0)

    with nothing_kept(house):
        house.answering.converse("web", "someone", Utterance(location=HERE))
