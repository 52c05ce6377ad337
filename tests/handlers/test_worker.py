from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

import bot.memory.database
import handlers.worker
from bot.memory.conversations import Conversations
from bot.memory.database import Database, DatabaseUnavailable
from bot.memory.inbox import LEASE, Inbox, InboxEvent, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.tables import utc_now
from bot.reply import Candidate, Kind, Reply, Text
from handlers.door import Delivered, Delivery, GiveUp, TryAgain
from handlers.worker import Answered, Patience, Worker

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "わたしの住所は"
AT_ONCE = Patience(first_backoff=timedelta(0), thinking_after=timedelta(seconds=30))


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return when `condition` holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def event(event_id: str, key: str = "someone", channel: str = "line") -> NewEvent:
    return NewEvent(channel, event_id, key, SECRET, "", "token", utc_now())


def answered(new: NewEvent, state: dict[str, Any] | None) -> Answered:
    """Answer with the text itself, and count the turns of the conversation."""
    turns = (state or {}).get("turns", 0) + 1
    candidates = (Candidate("juminhyo", 0.93),)
    reply = Reply(Kind.ANSWER, (Text(new.text),), candidates)
    question = QuestionRecord(
        utc_now(), new.channel, new.conversation_key, new.text, "answer", (("juminhyo", 0.93),), "juminhyo", 1.0, "r"
    )
    return Answered(reply, {"turns": turns}, question)


@dataclass
class FakeDoor:
    """A door that remembers what went through it and does what it is told."""

    channel: str = "line"
    deliveries: list[Delivery | Exception] = field(default_factory=list)
    """What comes of the next deliveries; then every one succeeds."""
    seen: list[InboxEvent] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    during: Callable[[], object] = lambda: None

    def deliver(self, event: InboxEvent, reply: Reply) -> Delivery:
        self.seen.append(event)
        self.story.append(f"delivered {event.new.event_id}")
        self.during()
        outcome = self.deliveries.pop(0) if self.deliveries else Delivered("request-id")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def show_thinking(self, event: InboxEvent) -> None:
        self.story.append(f"thinking {event.new.event_id}")


@dataclass
class House:
    """A worker with everything around it."""

    database: Database
    door: FakeDoor = field(default_factory=FakeDoor)
    workers: list[Worker] = field(default_factory=list)
    lease: timedelta = LEASE

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.database, lease=self.lease)

    @property
    def conversations(self) -> Conversations:
        return Conversations(self.database)

    def open(
        self,
        answer: handlers.worker.Answer = answered,
        *,
        clock: Callable[[], datetime] = utc_now,
        threads: int = 2,
        patience: Patience = AT_ONCE,
    ) -> Worker:
        """Start a worker; it is stopped when the test is over."""
        worker = Worker(self.inbox, self.conversations, answer, [self.door], clock, threads, patience)
        self.workers.append(worker)
        worker.start()
        return worker

    def is_over(self, **counts: int) -> Callable[[], bool]:
        """Return whether the inbox is at these counts, as something to wait for."""
        wanted = {"waiting": 0, "claimed": 0, "done": 0, "failed": 0, **counts}
        return lambda: self.inbox.counts() == wanted


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.create_tables()
    database.dispose()
    return path


@pytest.fixture
def house(empty_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(handlers.worker, "POLL", 0.02)
    monkeypatch.setattr(handlers.worker, "OUTAGE_PAUSE", 0.02)
    shutil.copy(empty_file, tmp_path / "memory.sqlite3")
    database = Database(f"sqlite:///{tmp_path}/memory.sqlite3")
    house = House(database)
    before = set(threading.enumerate())
    yield house
    for worker in house.workers:
        assert worker.stop(timeout=5)
    database.dispose()
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("inbox-") or isinstance(thread, threading.Timer)]


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_an_event_is_answered_delivered_and_written_down(house: House) -> None:
    house.conversations.save("someone", {"turns": 4}, LONG_AGO)
    house.inbox.put([event("1")])
    house.open()
    wait_until(house.is_over(done=1))
    assert [seen.new.event_id for seen in house.door.seen] == ["1"]
    assert house.conversations.load("someone") == {"turns": 5}
    assert [record.text for record in QuestionLog(house.database).since(LONG_AGO)] == [SECRET]


def test_the_quick_messages_of_one_person_are_answered_in_their_order(house: House) -> None:
    house.inbox.put([event(f"{key}{number}", key) for number in range(8) for key in "ab"])
    house.open(threads=4)
    wait_until(house.is_over(done=16))
    for key in "ab":
        order = [seen.new.event_id for seen in house.door.seen if seen.new.conversation_key == key]
        assert order == [f"{key}{number}" for number in range(8)]
        assert house.conversations.load(key) == {"turns": 8}


def test_a_wake_has_the_event_taken_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers.worker, "POLL", 60)
    worker = house.open()
    house.inbox.put([event("1")])
    worker.wake()
    wait_until(house.is_over(done=1))


def test_what_nobody_wakes_for_is_found_all_the_same(house: House) -> None:
    house.open()
    house.inbox.put([event("1")])  # as another process does it
    wait_until(house.is_over(done=1))


def test_one_log_line_says_what_became_of_an_event_and_never_what_was_written(
    house: House, logged: list[dict[str, Any]]
) -> None:
    house.inbox.put([event("1")])
    house.open()
    wait_until(lambda: logged)
    [line] = logged
    assert line.pop("milliseconds") >= 0
    assert line.pop("since_received_ms") >= 0
    assert line == {
        "log_level": "info",
        "event": "event",
        "event_id": "1",
        "channel": "line",
        "kind": "answer",
        "entry": "juminhyo",
        "confidence": 0.93,
        "attempt": 1,
        "outcome": "done",
        "note": "request-id",
    }


# Thinking


def test_a_resident_who_waits_too_long_is_shown_that_an_answer_is_on_its_way(house: House) -> None:
    def slow(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        wait_until(lambda: house.door.story)
        return answered(new, state)

    house.inbox.put([event("1")])
    house.open(slow, patience=Patience(thinking_after=timedelta(milliseconds=50)))
    wait_until(house.is_over(done=1))
    assert house.door.story == ["thinking 1", "delivered 1"]


def test_a_quick_answer_comes_without_a_sign_of_thinking(house: House) -> None:
    house.inbox.put([event("1")])
    house.open()
    wait_until(house.is_over(done=1))
    assert house.door.story == ["delivered 1"]


def test_an_event_that_has_waited_in_the_inbox_shows_thinking_at_once(house: House) -> None:
    Inbox(house.database, lambda: utc_now() - timedelta(minutes=1)).put([event("1")])

    def waits_for_the_sign(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        wait_until(lambda: house.door.story)
        return answered(new, state)

    house.open(waits_for_the_sign)  # patience: 30 s, long over
    wait_until(house.is_over(done=1))


def test_the_sign_of_thinking_never_comes_after_the_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def show_thinking(event: InboxEvent) -> None:
        begun.set()
        may_end.wait(5)
        house.door.story.append("thinking")

    def answer(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        assert begun.wait(5)
        threading.Timer(0.05, may_end.set).start()  # the answer is there first
        return answered(new, state)

    monkeypatch.setattr(house.door, "show_thinking", show_thinking)
    house.inbox.put([event("1")])
    house.open(answer, patience=Patience(thinking_after=timedelta(0)))
    wait_until(house.is_over(done=1))
    assert house.door.story == ["thinking", "delivered 1"]


# Failures


def test_a_door_that_says_try_again_is_asked_again_until_it_delivers(house: House) -> None:
    house.door.deliveries = [TryAgain("timeout"), TryAgain("429", not_sent=True)]
    house.inbox.put([event("1")])
    house.open()
    wait_until(house.is_over(done=1))
    assert [(seen.attempt, seen.sending_began) for seen in house.door.seen] == [(1, False), (2, True), (3, True)]


def test_a_channel_that_asks_to_wait_is_given_the_time(house: House) -> None:
    now = [utc_now() + timedelta(seconds=1)]
    house.door.deliveries = [TryAgain("429", after=timedelta(minutes=2))]
    house.inbox.put([event("1")])
    worker = house.open(clock=lambda: now[0])
    wait_until(lambda: house.door.seen and house.inbox.counts()["waiting"] == 1)
    now[0] += timedelta(seconds=119)
    worker.wake()
    assert house.inbox.claim(now[0]) is None
    now[0] += timedelta(seconds=1)
    worker.wake()
    wait_until(house.is_over(done=1))


def test_waiting_doubles_with_each_attempt_up_to_a_limit_and_is_spread_out() -> None:
    longest = [Patience().backoff(attempt, lambda: 1.0).total_seconds() for attempt in (1, 2, 3, 4, 9, 999)]
    assert longest == [1, 2, 4, 8, 60, 60]
    assert Patience().backoff(4, lambda: 0.25) == timedelta(seconds=2)


def test_an_event_is_failed_after_the_last_attempt(house: House, logged: list[dict[str, Any]]) -> None:
    house.door.deliveries = [TryAgain("busy") for _ in range(9)]
    house.inbox.put([event("1")])
    house.open()
    wait_until(house.is_over(failed=1))
    assert [seen.attempt for seen in house.door.seen] == [1, 2, 3, 4, 5]
    wait_until(lambda: len(logged) == 5)
    assert [line["outcome"] for line in logged] == ["again"] * 4 + ["failed"]


def test_a_door_that_gives_up_is_not_asked_again(house: House) -> None:
    house.door.deliveries = [GiveUp("the reply token is spent")]
    house.inbox.put([event("1")])
    house.open()
    wait_until(house.is_over(failed=1))
    assert len(house.door.seen) == 1


def test_an_event_of_a_channel_that_this_process_has_not_is_left_to_another_one(house: House) -> None:
    house.inbox.put([event("1", key="fax user", channel="fax"), event("2")])
    house.open()
    wait_until(lambda: house.inbox.counts()["done"] == 1)
    assert house.inbox.counts()["waiting"] == 1
    assert [each.new.event_id for each in house.door.seen] == ["2"]


def test_an_exception_while_answering_costs_an_attempt_and_shows_where_but_not_what_was_written(
    house: House, logged: list[dict[str, Any]]
) -> None:
    tries: list[str] = []

    def stumbles(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        tries.append(new.text)
        if len(tries) < 3:
            raise KeyError(new.text)
        return answered(new, state)

    house.inbox.put([event("1")])
    house.open(stumbles)
    wait_until(house.is_over(done=1))
    wait_until(lambda: len(logged) == 5)
    raised = [line for line in logged if line["event"] == "answer_raised"]
    assert len(raised) == 2
    assert (raised[0]["error"], raised[0]["event_id"], raised[0]["channel"]) == ("KeyError", "1", "line")
    assert "in stumbles" in raised[0]["traceback"]
    assert SECRET not in str(logged)
    assert [seen.sending_began for seen in house.door.seen] == [False]


def test_no_exception_ends_a_thread(house: House) -> None:
    house.door.deliveries = [ValueError(SECRET), ValueError(SECRET)]
    house.inbox.put([event("1"), event("2", "other")])
    house.open(threads=1)
    wait_until(house.is_over(done=2))
    attempts = [(seen.new.event_id, seen.attempt, seen.sending_began) for seen in house.door.seen]
    assert sorted(attempts) == [("1", 1, False), ("1", 2, True), ("1", 3, True), ("2", 1, False)]


def test_an_event_that_takes_its_process_down_each_time_is_failed_in_the_end(house: House) -> None:
    house.inbox.put([event("1")])
    for died in range(5):
        assert house.inbox.claim(utc_now() + died * LEASE) is not None
    now = utc_now() + 6 * LEASE
    house.open(clock=lambda: now)
    wait_until(house.is_over(failed=1))
    assert house.door.seen == []


def test_an_answer_that_was_sent_but_can_not_be_written_down_is_not_sent_again(house: House) -> None:
    def unwritable(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        return Answered(answered(new, state).reply, {"what": object()}, None)

    house.inbox.put([event("1")])
    house.open(unwritable)
    wait_until(house.is_over(failed=1))
    assert len(house.door.seen) == 1


def test_who_was_forgotten_meanwhile_is_sent_nothing_and_remembered_no_more(
    house: House, logged: list[dict[str, Any]]
) -> None:
    def forgets(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        house.conversations.forget(new.conversation_key)
        return answered(new, state)

    house.inbox.put([event("1")])
    house.open(forgets)
    wait_until(lambda: logged)
    assert logged[0]["outcome"] == "lost"
    assert house.door.seen == []
    assert house.conversations.load("someone") is None


# Outages


def test_an_outage_of_the_database_is_logged_once_and_survived(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: list[dict[str, Any]]
) -> None:
    # Short only for SQLite's own lock: a thread that waits its turn behind the others of its process meets no outage.
    with monkeypatch.context() as patched:
        patched.setattr(bot.memory.database, "BUSY_TIMEOUT", 0.01)
        house.database = Database(f"sqlite:///{tmp_path}/memory.sqlite3")
    house.inbox.put([event("1")])
    lock = sqlite3.connect(tmp_path / "memory.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    house.open(threads=4)
    wait_until(lambda: logged)
    time.sleep(0.2)  # several more tries
    lock.execute("ROLLBACK")
    lock.close()
    wait_until(house.is_over(done=1))
    wait_until(lambda: len(logged) == 3)
    assert [line["event"] for line in logged if line["event"] != "event"] == ["database_unavailable", "database_back"]
    house.workers[0].stop()
    house.database.dispose()


def test_who_notices_an_outage_only_after_it_is_over_reports_no_new_one(logged: list[dict[str, Any]]) -> None:
    outage = handlers.worker.Outage()
    first, second = outage.asked(), outage.asked()
    outage.seen(DatabaseUnavailable("locked"), first)
    outage.over()
    outage.seen(DatabaseUnavailable("locked"), second)
    assert [line["event"] for line in logged] == ["database_unavailable", "database_back"]
    outage.seen(DatabaseUnavailable("locked"), outage.asked())
    assert [line["event"] for line in logged][2:] == ["database_unavailable"]


def test_an_answer_that_was_delivered_as_the_database_went_away_is_written_down_when_it_is_back(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.memory.database, "BUSY_TIMEOUT", 0.01)
    house.database = Database(f"sqlite:///{tmp_path}/memory.sqlite3")
    locks: list[sqlite3.Connection] = []

    def lock() -> None:
        locks.append(sqlite3.connect(tmp_path / "memory.sqlite3", isolation_level=None, check_same_thread=False))
        locks[-1].execute("BEGIN IMMEDIATE")

    house.door.during = lock
    house.inbox.put([event("1")])
    house.open()
    wait_until(lambda: locks)
    time.sleep(0.2)
    assert house.inbox.counts()["claimed"] == 1
    locks[0].execute("ROLLBACK")
    locks[0].close()
    wait_until(house.is_over(done=1))
    assert len(house.door.seen) == 1
    house.workers[0].stop()
    house.database.dispose()


# Leases, processes


def test_a_slow_answer_keeps_its_event_for_as_long_as_its_process_lives(house: House) -> None:
    house.lease = timedelta(seconds=0.3)
    enough = threading.Event()

    def slow(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        enough.wait(10)
        return answered(new, state)

    house.inbox.put([event("1")])
    house.open(slow)
    wait_until(house.is_over(claimed=1))
    until = time.monotonic() + 1  # more than three leases
    while time.monotonic() < until:
        assert house.inbox.claim(utc_now()) is None
        time.sleep(0.01)
    enough.set()
    wait_until(house.is_over(done=1))
    assert [seen.attempt for seen in house.door.seen] == [1]


def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(house: House) -> None:
    entered, may_go = threading.Event(), threading.Event()

    def slow(new: NewEvent, state: dict[str, Any] | None) -> Answered:
        entered.set()
        may_go.wait(10)
        return answered(new, state)

    house.inbox.put([event("1"), event("2")])
    worker = house.open(slow)
    assert entered.wait(5)
    threading.Timer(0.1, may_go.set).start()
    assert worker.stop()
    assert house.inbox.counts() == {"waiting": 1, "claimed": 0, "done": 1, "failed": 0}
    worker.start()
    wait_until(house.is_over(done=2))


def test_a_worker_is_started_once(house: House) -> None:
    worker = house.open()
    with pytest.raises(RuntimeError):
        worker.start()
    assert worker.stop()
    assert worker.stop(), "stopping what stands still is no error"


PROCESSES = """
import os, sys
from bot.memory.conversations import Conversations
from bot.memory.database import Database, DatabaseUnavailable
from bot.memory.inbox import Inbox
from bot.memory.tables import utc_now
from bot.reply import Kind, Reply
from handlers.door import Delivered
from handlers.worker import Answered, Worker
import structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

class Door:
    channel = "line"
    def deliver(self, event, reply):
        os.write(1, f"{event.new.event_id} {event.attempt} {event.sending_began}\\n".encode())
        if sys.argv[2] == "hang":
            sys.stdin.read()
        return Delivered()
    def show_thinking(self, event):
        pass

def answer(new, state):
    return Answered(Reply(Kind.UNKNOWN, ()), {"turns": (state or {"turns": 0})["turns"] + 1}, None)

database = Database(sys.argv[1])
database.check()
worker = Worker(Inbox(database), Conversations(database), answer, [Door()], utc_now)
if sys.argv[2] == "fork":  # as a server with a preloaded application does it
    os.fork()
worker.start()
while sum(Inbox(database).counts()[state] for state in ("waiting", "claimed")):
    worker._stopping.wait(0.1)
sys.exit(0 if worker.stop() else 1)
"""


def test_two_processes_on_one_file_never_double_or_lose_an_event(house: House, tmp_path: Path) -> None:
    house.inbox.put([event(str(number), str(number % 9)) for number in range(200)])
    command = [sys.executable, "-c", PROCESSES, f"sqlite:///{tmp_path}/memory.sqlite3", "fork"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert house.inbox.counts() == {"waiting": 0, "claimed": 0, "done": 200, "failed": 0}
    assert sorted(run.stdout.split("\n")[:-1]) == sorted(f"{number} 1 False" for number in range(200))
    turns = [(house.conversations.load(str(key)) or {})["turns"] for key in range(9)]
    assert sum(turns) == 200


def test_a_process_killed_while_sending_leaves_its_event_to_the_next_with_a_warning(
    house: House, tmp_path: Path
) -> None:
    house.inbox.put([event("1")])
    command = [sys.executable, "-c", PROCESSES, f"sqlite:///{tmp_path}/memory.sqlite3", "hang"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1 1 False\n"
        process.kill()
    house.open(clock=lambda: utc_now() + LEASE)
    wait_until(house.is_over(done=1))
    assert [(seen.attempt, seen.sending_began) for seen in house.door.seen] == [(2, True)]
