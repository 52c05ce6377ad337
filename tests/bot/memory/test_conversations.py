from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.tables import inbox as inbox_table

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

STATE = {"topic": "juminhyo", "offered": ["住民票", "戸籍"], "at": None}


def test_a_stranger_has_no_state(conversations: Conversations) -> None:
    assert conversations.load("nobody") is None


def test_the_state_saved_last_is_the_one_loaded(conversations: Conversations, clock: HandClock) -> None:
    conversations.save("someone", {"topic": "koseki"}, clock.now)
    conversations.save("someone", STATE, clock.now)
    conversations.save("other", {}, clock.now)
    assert conversations.load("someone") == STATE
    assert conversations.load("other") == {}


def test_a_turn_of_the_web_chat_saves_its_question_with_its_state(
    conversations: Conversations, questions: QuestionLog, clock: HandClock, new_question: Callable[..., QuestionRecord]
) -> None:
    conversations.save("someone", STATE, clock.now, new_question())
    assert questions.since(clock.now) == [new_question()]


def test_forgetting_somebody_leaves_nothing_of_them_and_everything_of_the_others(
    conversations: Conversations,
    questions: QuestionLog,
    inbox: Inbox,
    database: Database,
    clock: HandClock,
    new_event: Callable[..., NewEvent],
    new_question: Callable[..., QuestionRecord],
) -> None:
    for key in ("someone", "other"):
        conversations.save(key, STATE, clock.now, new_question(key))
    inbox.put([new_event("1"), new_event("2"), new_event("3", "other")])
    in_hand = inbox.claim(clock.now)
    assert in_hand is not None
    conversations.forget("someone")

    assert conversations.load("someone") is None
    assert questions.since(clock.now - timedelta(days=1)) == [new_question("other")]
    with database.reading() as connection:
        rows = connection.execute(select(inbox_table).order_by(inbox_table.c.id)).all()
    assert [(row.conversation_key, row.text, row.reply_to, row.state) for row in rows] == [
        ("", "", "", "done"),
        ("", "", "", "done"),
        ("other", "住民票がほしい", "token", "waiting"),
    ]
    assert not inbox.begin_sending(in_hand)
    assert not inbox.finish(in_hand, STATE, new_question())
    assert conversations.load("someone") is None
    assert inbox.put([new_event("1")]) == 0, "a redelivery is still recognised"
    other = inbox.claim(clock.now)
    assert other is not None
    assert other.new.conversation_key == "other"
