from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from bot.memory.conversations import Conversations
from bot.memory.database import SCHEMA_VERSION, Database, DatabaseUnavailable
from bot.memory.feedback import NONE_OF_THEM, FeedbackKind, FeedbackRecord
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.reporting import AskedText, Counted, Reporting, Span, WrongAnswer
from bot.memory.tables import feedback as feedback_table
from bot.memory.tables import schema_version

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

import pytest

NewQuestion = Callable[..., QuestionRecord]


@pytest.fixture
def wrong(clock: HandClock) -> FeedbackRecord:
    return FeedbackRecord(clock.now, "line", "someone", FeedbackKind.WRONG, "juminhyo", ("koseki",))


@pytest.fixture
def reporting(database: Database) -> Reporting:
    return Reporting(database)


@pytest.fixture
def today(clock: HandClock) -> Span:
    return Span(clock.now - timedelta(days=1), clock.now + timedelta(days=1))


def rows(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(feedback_table).order_by(feedback_table.c.id)))


def test_what_was_said_of_an_answer_refers_to_the_question_and_holds_no_words(
    conversations: Conversations,
    database: Database,
    reporting: Reporting,
    clock: HandClock,
    new_question: NewQuestion,
    wrong: FeedbackRecord,
    today: Span,
) -> None:
    conversations.save("someone", {}, clock.now, new_question())
    conversations.save("someone", {}, clock.now, said=wrong)

    assert "住民票" not in repr(rows(database))
    assert reporting.wrong(today, 9) == [WrongAnswer("住民票がほしい", "juminhyo", 0.93, None, 1)]


def test_tapping_twice_is_saying_it_once_and_the_last_word_counts(
    conversations: Conversations,
    reporting: Reporting,
    clock: HandClock,
    new_question: NewQuestion,
    wrong: FeedbackRecord,
    today: Span,
) -> None:
    conversations.save("someone", {}, clock.now, new_question())
    for kind in (FeedbackKind.WRONG, FeedbackKind.WRONG, FeedbackKind.SOLVED):
        conversations.save("someone", {}, clock.now, said=replace(wrong, kind=kind))

    assert reporting.marks(today) == [Counted("line", "solved", 1)]


def test_an_answer_that_no_question_led_to_is_marked_once_too(
    conversations: Conversations, reporting: Reporting, clock: HandClock, wrong: FeedbackRecord, today: Span
) -> None:
    for _ in range(2):
        conversations.save("someone", {}, clock.now, said=wrong)

    assert reporting.wrong(today, 9) == [WrongAnswer(None, "juminhyo", None, None, 1)]


@pytest.mark.parametrize("chosen", ["koseki", NONE_OF_THEM])
def test_what_was_meant_instead_is_added_to_the_answer_that_was_wrong(
    conversations: Conversations,
    reporting: Reporting,
    clock: HandClock,
    new_question: NewQuestion,
    wrong: FeedbackRecord,
    today: Span,
    chosen: str,
) -> None:
    conversations.save("someone", {}, clock.now, new_question())
    conversations.save("someone", {}, clock.now, said=wrong)
    conversations.save("someone", {}, clock.now, said=replace(wrong, offered=(), chosen=chosen))

    (answer,) = reporting.wrong(today, 9)
    assert (answer.chosen, answer.number) == (chosen, 1)


def test_an_old_button_finds_its_own_question_and_not_the_last_one(
    conversations: Conversations,
    reporting: Reporting,
    clock: HandClock,
    new_question: NewQuestion,
    wrong: FeedbackRecord,
    today: Span,
) -> None:
    conversations.save("someone", {}, clock.now, new_question())
    later = replace(new_question(text="戸籍"), candidates=(("koseki", 0.9), ("juminhyo", 0.1)), topic="koseki")
    conversations.save("someone", {}, clock.now, later)
    conversations.save("other", {}, clock.now, replace(new_question("other"), text="ほかの人の質問"))
    conversations.save("someone", {}, clock.now, said=wrong)

    assert [answer.text for answer in reporting.wrong(today, 9)] == ["住民票がほしい"]


def test_refused_choices_are_kept_with_their_question_and_without_one_not_at_all(
    conversations: Conversations,
    reporting: Reporting,
    clock: HandClock,
    new_question: NewQuestion,
    today: Span,
) -> None:
    none = FeedbackRecord(clock.now, "web", "someone", FeedbackKind.NONE, "", ("koseki", "juminhyo"), NONE_OF_THEM)
    conversations.save("someone", {}, clock.now, said=none)
    assert reporting.marks(today) == []

    conversations.save("someone", {}, clock.now, replace(new_question(), kind="choose", channel="web"))
    conversations.save("someone", {}, clock.now, said=none)
    assert reporting.refused(today, 9) == [AskedText("住民票がほしい", 1)]


def test_the_numbers_are_counted_by_the_database_in_the_time_asked_for(
    questions: QuestionLog, reporting: Reporting, clock: HandClock, new_question: NewQuestion, today: Span
) -> None:
    unknown = replace(new_question(text="盆踊り"), kind="unknown", topic=None)
    for record in (new_question(), unknown, unknown, replace(unknown, text=""), replace(unknown, text="花火")):
        questions.add(record)
    questions.add(replace(unknown, asked_at=today.since - timedelta(seconds=1)))
    questions.add(replace(unknown, asked_at=today.until))

    assert reporting.turns(today) == [Counted("line", "answer", 1), Counted("line", "unknown", 4)]
    assert reporting.unknown(today, 9) == [AskedText("盆踊り", 2), AskedText("花火", 1)]
    assert reporting.unknown(today, 1) == [AskedText("盆踊り", 2)]


def test_an_event_that_is_finished_twice_leaves_its_feedback_once(
    inbox: Inbox,
    database: Database,
    questions: QuestionLog,
    clock: HandClock,
    new_event: Callable[..., NewEvent],
    new_question: NewQuestion,
    wrong: FeedbackRecord,
) -> None:
    questions.add(new_question())
    inbox.put([new_event("1")])
    event = inbox.claim(clock.now)
    assert event is not None

    assert inbox.finish(event, {}, said=wrong)
    assert not inbox.finish(event, {}, said=replace(wrong, kind=FeedbackKind.SOLVED))

    assert [row.kind for row in rows(database)] == ["wrong"]


def test_forgetting_somebody_forgets_what_they_said_of_answers(
    conversations: Conversations, database: Database, clock: HandClock, new_question: NewQuestion, wrong: FeedbackRecord
) -> None:
    for key in ("someone", "other"):
        conversations.save(key, {}, clock.now, new_question(key))
        conversations.save(key, {}, clock.now, said=replace(wrong, conversation_key=key))
        conversations.save(key, {}, clock.now, said=replace(wrong, conversation_key=key, shown="kokuho"))

    conversations.forget("someone")

    assert {row.conversation_key for row in rows(database)} == {"other"}


def test_feedback_goes_with_its_question_and_without_one_when_its_own_time_is_over(
    conversations: Conversations,
    questions: QuestionLog,
    database: Database,
    clock: HandClock,
    new_question: NewQuestion,
    wrong: FeedbackRecord,
) -> None:
    conversations.save("someone", {}, clock.now, new_question())
    later = clock.now + timedelta(days=2)
    conversations.save("someone", {}, later, said=replace(wrong, at=later))
    conversations.save("other", {}, clock.now, said=replace(wrong, conversation_key="other"))
    conversations.save("third", {}, later, said=replace(wrong, conversation_key="third", at=later))

    assert questions.purge(clock.now + timedelta(days=1)) == 1

    assert [row.conversation_key for row in rows(database)] == ["third"]


def test_a_database_of_the_first_version_is_brought_up_and_keeps_what_it_holds(
    database: Database, questions: QuestionLog, clock: HandClock, new_question: NewQuestion
) -> None:
    questions.add(new_question())
    with database.writing() as connection:
        feedback_table.drop(connection)
        for table in ("inbox", "questions"):
            connection.exec_driver_sql(f"DROP INDEX {table}_message")
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN message_key")
        connection.execute(update(schema_version).values(version=1))
    with pytest.raises(DatabaseUnavailable, match="brought up"):
        database.check()

    database.create_tables()
    database.create_tables()

    database.check()
    assert rows(database) == []
    assert questions.since(clock.now) == [new_question()]
    with database.reading() as connection:
        assert connection.scalar(select(schema_version.c.version)) == SCHEMA_VERSION
