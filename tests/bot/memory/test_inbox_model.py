"""The inbox against a model of it: whatever is done in whatever order, both say the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import LEASE, Inbox, InboxEvent, NewEvent
from bot.memory.tables import conversations as conversations_table
from bot.memory.tables import metadata, schema_version

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

ids = st.integers(0, 8)
seconds = st.sampled_from([0.0, 1.0, 4.9, 5.0, 7.0])


@dataclass
class Row:
    """What the model knows of an event."""

    place: int
    key: str
    due_at: datetime
    state: str = "waiting"
    attempt: int = 0
    sending_began: bool = False
    claim: str | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None


class InboxMachine(RuleBasedStateMachine):
    """Three conversations with three events each; claims that were lost are used on as if they were not."""

    database: Database
    clock: HandClock
    claims = Bundle[InboxEvent]("claims")

    def __init__(self) -> None:
        super().__init__()
        with self.database.writing() as connection:
            for table in metadata.sorted_tables:
                if table is not schema_version:
                    connection.execute(table.delete())
        self.inbox = Inbox(self.database, self.clock)
        self.conversations = Conversations(self.database, self.clock)
        self.rows: dict[str, Row] = {}
        self.states: dict[str, object] = {}
        self.places = 0

    @rule(numbers=st.lists(ids, max_size=3))
    def put(self, numbers: list[int]) -> None:
        new = 0
        for number in numbers:
            if str(number) not in self.rows:
                new += 1
                self.places += 1
                self.rows[str(number)] = Row(self.places, str(number % 3), self.clock.now)
        events = [NewEvent("line", str(n), str(n % 3), f"text {n}", "", "", self.clock.now) for n in numbers]
        assert self.inbox.put(events) == new

    @rule(target=claims)
    def claim(self) -> InboxEvent | MultipleResults[InboxEvent]:
        now = self.clock.now
        for row in self.rows.values():
            if row.state == "claimed" and row.lease_until is not None and row.lease_until <= now:
                row.state, row.claim = "waiting", None
        taken = {row.key for row in self.rows.values() if row.state == "claimed"}
        due = [
            (row.place, event_id)
            for event_id, row in self.rows.items()
            if row.state == "waiting" and row.due_at <= now and row.key not in taken
        ]
        event = self.inbox.claim(now)
        if event is None:
            assert not due
            return multiple()
        expected = self.rows[min(due)[1]]
        expected.attempt += 1
        assert event.new.event_id == min(due)[1]
        assert event.new.text == f"text {event.new.event_id}"
        assert (event.attempt, event.sending_began) == (expected.attempt, expected.sending_began)
        expected.state, expected.claim, expected.lease_until = "claimed", event.claim, now + LEASE
        return event

    def held(self, event: InboxEvent) -> Row | None:
        row = self.rows.get(event.new.event_id)
        return row if row is not None and row.claim == event.claim else None

    @rule(amount=seconds)
    def wait(self, amount: float) -> None:
        self.clock.advance(amount)

    @rule(event=claims)
    def renew(self, event: InboxEvent) -> None:
        row = self.held(event)
        assert self.inbox.renew([event.claim], self.clock.now) == (row is not None)
        if row is not None:
            row.lease_until = self.clock.now + LEASE

    @rule(event=claims)
    def begin_sending(self, event: InboxEvent) -> None:
        row = self.held(event)
        assert self.inbox.begin_sending(event) is (row is not None)
        if row is not None:
            row.sending_began = True

    @rule(event=claims, delay=seconds, not_sent=st.booleans())
    def put_back(self, event: InboxEvent, delay: float, not_sent: bool) -> None:
        row, due_at = self.held(event), self.clock.now + timedelta(seconds=delay)
        assert self.inbox.put_back(event, due_at, "busy", not_sent=not_sent) is (row is not None)
        if row is not None:
            row.state, row.claim, row.due_at = "waiting", None, due_at
            row.sending_began = event.sending_began if not_sent else row.sending_began

    @rule(event=claims)
    def finish(self, event: InboxEvent) -> None:
        row = self.held(event)
        state = {"after": event.claim}
        assert self.inbox.finish(event, state) is (row is not None)
        if row is not None:
            row.state, row.claim, row.finished_at = "done", None, self.clock.now
            self.states[row.key] = state

    @rule(event=claims)
    def fail(self, event: InboxEvent) -> None:
        row = self.held(event)
        assert self.inbox.fail(event, "no way") is (row is not None)
        if row is not None:
            row.state, row.claim, row.finished_at = "failed", None, self.clock.now

    @precondition(lambda self: self.rows)
    @rule(key=st.sampled_from("012"))
    def forget(self, key: str) -> None:
        self.conversations.forget(key)
        self.states.pop(key, None)
        for row in self.rows.values():
            if row.key != key:
                continue
            row.key = ""
            if row.state in ("waiting", "claimed"):
                row.state, row.claim, row.finished_at = "done", None, self.clock.now

    @rule(age=seconds)
    def purge(self, age: float) -> None:
        before = self.clock.now - timedelta(seconds=age)
        old = [
            event_id
            for event_id, row in self.rows.items()
            if row.state == "done" and row.finished_at is not None and row.finished_at < before
        ]
        assert self.inbox.purge(before) == len(old)
        for event_id in old:
            del self.rows[event_id]

    @invariant()
    def both_say_the_same(self) -> None:
        counts = Counter(row.state for row in self.rows.values())
        assert self.inbox.counts() == {state: counts[state] for state in ("waiting", "claimed", "done", "failed")}
        with self.database.reading() as connection:
            states = {row.key: row.state for row in connection.execute(select(conversations_table))}
        assert states == self.states


def test_the_inbox_does_what_its_model_does(database: Database, clock: HandClock) -> None:
    class Machine(InboxMachine):
        pass

    Machine.database, Machine.clock = database, clock
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
