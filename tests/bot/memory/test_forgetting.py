"""What is deleted when a person blocks the account, a room is left, or a message is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.feedback import FeedbackKind, FeedbackRecord
from bot.memory.forgetting import Forgetting, member_key
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.tables import feedback
from bot.memory.tables import inbox as inbox_table

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

NewEventOf = Callable[..., NewEvent]
NewQuestion = Callable[..., QuestionRecord]
ALONE, IN_ROOM, OTHER_IN_ROOM, ELSEWHERE = (
    "a" * 32,
    member_key("b" * 32, "a" * 32),
    member_key("b" * 32, "c" * 32),
    member_key("d" * 32, "c" * 32),
)


@pytest.fixture
def forgetting(database: Database, clock: HandClock) -> Forgetting:
    return Forgetting(database, clock)


@pytest.fixture
def everybody(
    conversations: Conversations, inbox: Inbox, clock: HandClock, new_event: NewEventOf, new_question: NewQuestion
) -> list[str]:
    """Conversations, questions and waiting events of four people."""
    keys = [ALONE, IN_ROOM, OTHER_IN_ROOM, ELSEWHERE]
    for key in keys:
        conversations.save(key, {"topic": "juminhyo"}, clock.now, new_question(key))
        inbox.put([new_event(key, key)])
    return keys


def kept(conversations: Conversations, questions: QuestionLog, inbox: Inbox, clock: HandClock) -> set[str]:
    """Return whose state is kept, which must be whose questions and events are kept."""
    states = {key for key in (ALONE, IN_ROOM, OTHER_IN_ROOM, ELSEWHERE) if conversations.load(key)}
    assert {each.conversation_key for each in questions.since(clock.now - timedelta(days=1))} == states
    claimed = set()
    while event := inbox.claim(clock.now):
        claimed.add(event.new.conversation_key)
    assert claimed == states
    return states


def test_a_person_is_forgotten_alone_and_in_rooms(
    forgetting: Forgetting,
    everybody: list[str],
    conversations: Conversations,
    questions: QuestionLog,
    inbox: Inbox,
    clock: HandClock,
) -> None:
    forgetting.person("a" * 32, clock.now)
    assert kept(conversations, questions, inbox, clock) == {OTHER_IN_ROOM, ELSEWHERE}


def test_a_room_is_forgotten_with_all_its_members(
    forgetting: Forgetting,
    everybody: list[str],
    conversations: Conversations,
    questions: QuestionLog,
    inbox: Inbox,
    clock: HandClock,
) -> None:
    forgetting.place("b" * 32, clock.now)
    assert kept(conversations, questions, inbox, clock) == {ALONE, ELSEWHERE}


def test_one_member_of_a_room_is_forgotten(
    forgetting: Forgetting,
    everybody: list[str],
    conversations: Conversations,
    questions: QuestionLog,
    inbox: Inbox,
    clock: HandClock,
) -> None:
    forgetting.member("b" * 32, "a" * 32, clock.now)
    assert kept(conversations, questions, inbox, clock) == {ALONE, OTHER_IN_ROOM, ELSEWHERE}


def test_what_is_asked_after_coming_back_is_answered_though_the_leaving_is_told_late(
    forgetting: Forgetting, inbox: Inbox, clock: HandClock, new_event: NewEventOf
) -> None:
    left_at = clock.now
    inbox.put(
        [new_event("before", ALONE), replace(new_event("after", ALONE), occurred_at=left_at + timedelta(hours=1))]
    )
    forgetting.person(ALONE, left_at)
    claimed = inbox.claim(clock.now)
    assert claimed is not None
    assert claimed.new.event_id == "after"


def test_a_message_that_is_taken_back_is_neither_answered_nor_kept(
    forgetting: Forgetting, inbox: Inbox, clock: HandClock, new_event: NewEventOf, database: Database
) -> None:
    inbox.put([replace(new_event("1"), message_key="m1"), replace(new_event("2"), message_key="m2")])
    forgetting.message("line", "m1", "unsend-1", clock.now)
    forgetting.message("line", "m1", "unsend-1", clock.now)

    claimed = inbox.claim(clock.now)
    assert claimed is not None
    assert claimed.new.event_id == "2"
    with database.reading() as connection:
        texts = dict(connection.execute(select(inbox_table.c.event_id, inbox_table.c.text)).all())
    assert texts == {"1": "", "2": "住民票がほしい", "unsend-1": ""}


def test_an_answer_in_hand_is_not_sent_nor_written_once_its_message_is_taken_back(
    forgetting: Forgetting,
    inbox: Inbox,
    clock: HandClock,
    questions: QuestionLog,
    new_event: NewEventOf,
    new_question: NewQuestion,
) -> None:
    inbox.put([replace(new_event("1"), message_key="m1")])
    in_hand = inbox.claim(clock.now)
    assert in_hand is not None
    forgetting.message("line", "m1", "unsend-1", clock.now)
    assert not inbox.begin_sending(in_hand)
    assert not inbox.finish(in_hand, {}, new_question())
    assert questions.since(clock.now - timedelta(days=1)) == []


def test_an_answered_question_that_is_taken_back_goes_with_what_was_said_of_its_answer(
    forgetting: Forgetting,
    conversations: Conversations,
    questions: QuestionLog,
    clock: HandClock,
    new_question: NewQuestion,
    database: Database,
) -> None:
    conversations.save("someone", {}, clock.now, replace(new_question(), message_key="m1"))
    said = FeedbackRecord(clock.now, "line", "someone", FeedbackKind.SOLVED, "juminhyo")
    conversations.save("someone", {}, clock.now, replace(new_question(text="ごみ"), message_key="m2"))
    conversations.save("someone", {}, clock.now, said=said)
    forgetting.message("line", "m1", "unsend-1", clock.now)
    assert [each.text for each in questions.since(clock.now - timedelta(days=1))] == ["ごみ"]
    forgetting.message("line", "m2", "unsend-2", clock.now)
    with database.reading() as connection:
        assert connection.execute(select(feedback)).all() == []


def test_a_message_that_arrives_after_it_was_taken_back_is_not_taken_in(
    forgetting: Forgetting, inbox: Inbox, clock: HandClock, new_event: NewEventOf
) -> None:
    forgetting.message("line", "m1", "unsend-1", clock.now)
    assert inbox.put([replace(new_event("1"), message_key="m1"), new_event("2")]) == 1
    claimed = inbox.claim(clock.now)
    assert claimed is not None
    assert claimed.new.event_id == "2"
