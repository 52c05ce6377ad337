from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox, InboxEvent, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.tables import inbox as inbox_table

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

NewEvents = Callable[..., NewEvent]


def claimed(inbox: Inbox, now: datetime) -> InboxEvent:
    event = inbox.claim(now)
    assert event is not None
    return event


def test_a_claimed_event_is_what_was_put_in(inbox: Inbox, clock: HandClock, new_event: NewEvents) -> None:
    assert inbox.put([new_event("1")]) == 1
    event = claimed(inbox, clock.now)
    assert event.new == new_event("1")
    assert (event.received_at, event.attempt, event.sending_began) == (clock.now, 1, False)
    assert inbox.claim(clock.now) is None


def test_an_event_is_stored_once_however_often_it_comes(inbox: Inbox, new_event: NewEvents) -> None:
    assert inbox.put([new_event("1"), new_event("2"), new_event("1")]) == 2
    assert inbox.put([new_event("2"), new_event("3")]) == 1
    assert inbox.put([]) == 0
    assert inbox.counts() == {"waiting": 3, "claimed": 0, "done": 0, "failed": 0}


def test_eight_writers_at_once_store_each_event_once(inbox: Inbox, new_event: NewEvents) -> None:
    start = threading.Barrier(8)

    def write(writer: int) -> int:
        start.wait()
        # Everybody brings the same events, in another order: as bad as redeliveries can get.
        ids = [str((number * 7 + writer * 5) % 20) for number in range(20)]
        return sum(
            inbox.put([new_event(first), new_event(second)]) for first, second in zip(ids[::2], ids[1::2], strict=True)
        )

    with ThreadPoolExecutor(8) as writers:
        assert sum(writers.map(write, range(8))) == 20
    assert inbox.counts()["waiting"] == 20


def test_a_batch_is_stored_whole_or_not_at_all(inbox: Inbox, clock: HandClock, new_event: NewEvents) -> None:
    naive = NewEvent("line", "2", "someone", "", "", "", clock.now.replace(tzinfo=None))
    with pytest.raises(StatementError, match="time zone"):
        inbox.put([new_event("1"), naive])
    assert inbox.counts()["waiting"] == 0


def test_text_that_no_database_can_store_does_not_lose_the_event(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    assert inbox.put([new_event("1", text="住民\x00票\ud83d")]) == 1
    assert claimed(inbox, clock.now).new.text == "住民票?"


def test_the_events_of_one_conversation_come_out_one_at_a_time_and_in_order(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("a1", "a"), new_event("a2", "a"), new_event("b1", "b")])
    first = claimed(inbox, clock.now)
    assert first.new.event_id == "a1"
    assert claimed(inbox, clock.now).new.event_id == "b1"
    assert inbox.claim(clock.now) is None
    assert inbox.finish(first, {})
    assert claimed(inbox, clock.now).new.event_id == "a2"


def test_an_event_in_backoff_does_not_hold_up_the_later_ones(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1"), new_event("2")])
    assert inbox.put_back(claimed(inbox, clock.now), clock.now + timedelta(seconds=10), "busy")
    second = claimed(inbox, clock.now)
    assert second.new.event_id == "2"
    clock.advance(10)
    inbox.renew([second.claim], clock.now)
    assert inbox.claim(clock.now) is None, "one at a time, also when the older one is due again"
    inbox.finish(second, {})
    again = claimed(inbox, clock.now)
    assert (again.new.event_id, again.attempt) == ("1", 2)


def test_claimers_at_once_never_hold_two_events_of_a_conversation_and_keep_its_order(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event(f"{key}{number:02}", key) for number in range(12) for key in "abc"])
    held: set[str] = set()
    order: list[str] = []
    clashes: list[str] = []
    book = threading.Lock()

    def work() -> None:
        while True:
            event = inbox.claim(clock.now)
            if event is None:
                counts = inbox.counts()
                if counts["waiting"] == counts["claimed"] == 0:
                    return
                continue
            with book:
                if event.new.conversation_key in held:
                    clashes.append(event.new.event_id)
                held.add(event.new.conversation_key)
                order.append(event.new.event_id)
            with book:
                held.discard(event.new.conversation_key)
            assert inbox.finish(event, None)

    with ThreadPoolExecutor(6) as claimers:
        for done in [claimers.submit(work) for _ in range(6)]:
            done.result(timeout=20)
    assert not clashes
    for key in "abc":
        assert [event_id for event_id in order if event_id[0] == key] == [f"{key}{number:02}" for number in range(12)]


def test_the_event_of_a_dead_process_can_be_claimed_again_when_its_lease_is_over_and_not_before(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1")])
    dead = claimed(inbox, clock.now)
    clock.advance(4.999)
    assert inbox.claim(clock.now) is None
    clock.advance(0.001)
    again = claimed(inbox, clock.now)
    assert (again.id, again.attempt) == (dead.id, 2)
    assert again.claim != dead.claim


def test_a_renewed_lease_counts_from_the_renewal(inbox: Inbox, clock: HandClock, new_event: NewEvents) -> None:
    inbox.put([new_event("1"), new_event("2", "other")])
    claims = [claimed(inbox, clock.now).claim, claimed(inbox, clock.now).claim]
    clock.advance(4)
    assert inbox.renew([claims[0], "unknown"], clock.now) == 1
    clock.advance(4)
    assert claimed(inbox, clock.now).new.event_id == "2"
    assert inbox.claim(clock.now) is None
    assert inbox.renew(claims, clock.now) == 1


def test_whoever_lost_the_claim_can_change_nothing(
    inbox: Inbox,
    conversations: Conversations,
    questions: QuestionLog,
    clock: HandClock,
    new_event: NewEvents,
    new_question: Callable[..., QuestionRecord],
) -> None:
    inbox.put([new_event("1")])
    late = claimed(inbox, clock.now)
    clock.advance(6)
    current = claimed(inbox, clock.now)
    assert not inbox.begin_sending(late)
    assert not inbox.finish(late, {"topic": "late"}, new_question())
    assert not inbox.put_back(late, clock.now, "late")
    assert not inbox.fail(late, "late")
    assert conversations.load("someone") is None
    assert questions.since(clock.now - timedelta(days=1)) == []
    assert inbox.counts()["claimed"] == 1
    assert inbox.finish(current, {"topic": "juminhyo"}, new_question())
    assert not inbox.finish(current, {"topic": "twice"}, new_question())
    assert conversations.load("someone") == {"topic": "juminhyo"}
    assert len(questions.since(clock.now - timedelta(days=1))) == 1


def test_that_sending_began_is_known_to_whoever_claims_the_event_next(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1")])
    assert inbox.begin_sending(claimed(inbox, clock.now))
    clock.advance(5)
    assert claimed(inbox, clock.now).sending_began


def test_a_sending_that_certainly_failed_leaves_what_the_earlier_attempts_left(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1")])
    for before, not_sent, after in [(False, True, False), (False, False, True), (True, True, True)]:
        event = claimed(inbox, clock.now)
        assert event.sending_began is before
        inbox.begin_sending(event)
        inbox.put_back(event, clock.now, "429", not_sent=not_sent)
        row = claimed(inbox, clock.now)
        assert row.sending_began is after
        inbox.put_back(row, clock.now, "", not_sent=True)


@pytest.mark.parametrize("end", ["finish", "fail"])
def test_nothing_that_the_resident_wrote_is_kept_once_an_event_is_over(
    end: str, inbox: Inbox, database: Database, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1")])
    event = claimed(inbox, clock.now)
    assert inbox.finish(event, {}) if end == "finish" else inbox.fail(event, "no way")
    with database.reading() as connection:
        row = connection.execute(select(inbox_table)).one()
    assert (row.text, row.action, row.reply_to) == ("", "", "")
    assert (row.event_id, row.finished_at) == ("1", clock.now)
    assert inbox.put([new_event("1")]) == 0, "a redelivery is still recognised"


def test_finishing_writes_everything_or_nothing(
    inbox: Inbox, conversations: Conversations, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event("1")])
    event = claimed(inbox, clock.now)
    with pytest.raises((StatementError, TypeError)):
        inbox.finish(event, {"topic": object()})
    assert inbox.counts()["claimed"] == 1
    assert inbox.finish(event, {"topic": "juminhyo"})
    assert conversations.load("someone") == {"topic": "juminhyo"}


def test_finishing_without_a_state_leaves_the_conversation_as_it_is(
    inbox: Inbox, conversations: Conversations, clock: HandClock, new_event: NewEvents
) -> None:
    conversations.save("someone", {"topic": "juminhyo"}, clock.now)
    inbox.put([new_event("1")])
    assert inbox.finish(claimed(inbox, clock.now), None)
    assert conversations.load("someone") == {"topic": "juminhyo"}


def test_only_what_was_done_before_the_given_moment_is_purged(
    inbox: Inbox, clock: HandClock, new_event: NewEvents
) -> None:
    inbox.put([new_event(number, number) for number in "1234"])
    inbox.finish(claimed(inbox, clock.now), {})
    inbox.fail(claimed(inbox, clock.now), "kept for the operators")
    clock.advance(60)
    inbox.finish(claimed(inbox, clock.now), {})
    assert inbox.purge(clock.now) == 1
    assert inbox.counts() == {"waiting": 1, "claimed": 0, "done": 1, "failed": 1}
