"""The worker: takes events from the inbox, has them answered, and hands each reply to its event's door.

An event that was claimed ends in one of four ways, and its log line says which: `done`, `again` (put back for another
attempt), `failed`, `lost` (its lease ran out, or its conversation was forgotten: somebody else decides now).
"""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.memory.conversations import Conversations
from bot.memory.database import DatabaseUnavailable
from bot.memory.feedback import FeedbackRecord
from bot.memory.inbox import Inbox, InboxEvent, NewEvent
from bot.memory.questions import QuestionRecord
from bot.reply import Reply
from handlers.door import Delivered, Delivery, Door, GiveUp, TryAgain

log: structlog.stdlib.BoundLogger = structlog.get_logger()
T = TypeVar("T")

POLL = 0.5
"""Seconds between looks for what nobody wakes us for: events of other processes, backoffs and leases that are over."""

OUTAGE_PAUSE = 0.5
"""Seconds between tries while the database is away."""

THINKING_WAIT = 2.0
"""Seconds to wait for show_thinking before sending: shown after the reply, it would run on for nothing."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the guide made of an event."""

    reply: Reply
    conversation: dict[str, Any]
    """The state of the conversation after this turn, as plain JSON values."""
    question: QuestionRecord | None
    """What to write into the question log; None for what is no question."""
    said: FeedbackRecord | None = None
    """What was said of an answer before, to be kept for staff."""


Answer = Callable[[NewEvent, dict[str, Any] | None], Answered]
"""Answers an event, given the state that its conversation was saved in."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the worker waits, and how often it tries."""

    max_attempts: int = 5
    thinking_after: timedelta = timedelta(milliseconds=300)
    """From the event's arrival; a resident who waits longer is shown that an answer is on its way."""
    first_backoff: timedelta = timedelta(seconds=1)
    longest_backoff: timedelta = timedelta(minutes=1)

    def backoff(self, attempt: int, chance: Callable[[], float]) -> timedelta:
        """Return how long to wait after `attempt` failed: doubling, with full jitter so that retries spread out."""
        return min(self.longest_backoff, self.first_backoff * 2.0 ** min(attempt - 1, 30)) * chance()


class Outcome(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim was lost before anything was sent."""

    reason: str = "the claim was lost"


@dataclass(slots=True)
class Outage:
    """Whether the database is away just now, so that one outage gives one log line and not thousands."""

    _away: bool = False
    _answers: int = 0
    """How often an outage has ended."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self) -> int:
        """Return a mark of this moment, for `seen`: a call to the database begins."""
        return self._answers

    def seen(self, error: DatabaseUnavailable, asked: int) -> None:
        """Note that the database did not answer a call that began at the mark `asked`.

        When another thread has had an answer since then, this call met the outage that is over, not a new one.
        """
        with self._lock:
            if asked != self._answers:
                return
            is_new, self._away = not self._away, True
        if is_new:
            log.error("database_unavailable", reason=str(error))

    def over(self) -> None:
        """Note that the database answered somebody whom it had not answered before."""
        with self._lock:
            was_away, self._away = self._away, False
            self._answers += was_away
        if was_away:
            log.info("database_back")


class Worker:
    """Answers what is in the inbox, in threads of this process. Any number of processes may do the same at once."""

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        answer: Answer,
        doors: Iterable[Door],
        clock: Callable[[], datetime],
        threads: int = 2,
        patience: Patience | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Start nothing yet: a worker may be made before a fork and started after it."""
        self._inbox = inbox
        self._conversations = conversations
        self._answer = answer
        self._doors = {door.channel: door for door in doors}
        self._clock = clock
        self._threads = threads
        self._patience = patience or Patience()
        self._chance = chance
        self._outage = Outage()
        self._changed = threading.Condition()
        self._in_hand: set[str] = set()
        self._wakes = 0
        self._stopping = threading.Event()
        self._resting = threading.Event()  # set once the last event is out of hand: the heartbeat may end
        self._running: list[threading.Thread] = []
        self._heart: threading.Thread | None = None

    def start(self) -> None:
        """Start the threads; raises RuntimeError when they already run."""
        if self._running:
            raise RuntimeError("the worker already runs")
        self._stopping.clear()
        self._resting.clear()
        self._heart = threading.Thread(target=self._beat, name="inbox-heartbeat", daemon=True)
        self._running = [
            threading.Thread(target=self._work, name=f"inbox-worker-{number}", daemon=True)
            for number in range(self._threads)
        ]
        for thread in (self._heart, *self._running):
            thread.start()

    def stop(self, timeout: float = 20.0) -> bool:
        """Take nothing new, finish what is in hand, end the threads; return whether all ended within `timeout` seconds.

        What is still in hand after that is not lost: its lease runs out and another process takes it.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        self.wake()
        for thread in self._running:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._resting.set()  # only now: until here the leases of what is in hand are renewed
        self.wake()
        if self._heart is not None:
            self._heart.join(max(1.0, deadline - time.monotonic()))
        ended = not any(thread.is_alive() for thread in (*self._running, self._heart) if thread is not None)
        self._running, self._heart = [], None
        return ended

    def wake(self) -> None:
        """Have the threads look into the inbox now. A door calls this after Inbox.put."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    # The threads

    def _work(self) -> None:
        while not self._stopping.is_set():
            seen = self._wakes
            try:
                event = self._insist(lambda: self._inbox.claim(self._clock(), self._doors))
                if event is None:
                    self._wait_for_wake(seen)
                else:
                    self._handle(event)
            except DatabaseUnavailable:
                return  # _insist gives up only when the worker stops
            except Exception as error:  # a mistake of ours may cost an attempt, never the thread
                _log_error("worker_error", error)
                self._stopping.wait(OUTAGE_PAUSE)

    def _wait_for_wake(self, seen: int) -> None:
        with self._changed:  # counted, so that a wake that came after the look is not slept through
            self._changed.wait_for(lambda: self._wakes != seen, POLL)

    def _beat(self) -> None:
        """Renew the leases of what is in hand. With nothing in hand, touch nothing."""
        missed = False
        while not self._resting.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._in_hand or self._resting.is_set())
            # Three beats a lease: two may be missed. An event that is quick needs none.
            if self._resting.wait(self._inbox.lease.total_seconds() / 3):
                return
            with self._changed:
                claims = frozenset(self._in_hand)
            if not claims:
                continue
            asked = self._outage.asked()
            try:
                self._inbox.renew(claims, self._clock())
            except DatabaseUnavailable as error:
                missed = True
                self._outage.seen(error, asked)
            except Exception as error:  # without a heartbeat, every slow answer would be doubled
                _log_error("heartbeat_error", error)
            else:
                if missed:
                    self._outage.over()
                missed = False

    def _insist(self, call: Callable[[], T]) -> T:
        """Return what `call` returns, trying again while the database is away; raises only when the worker stops."""
        failed = False
        while True:
            asked = self._outage.asked()
            try:
                result = call()
            except DatabaseUnavailable as error:
                failed = True
                self._outage.seen(error, asked)
                if self._stopping.wait(OUTAGE_PAUSE):
                    raise
            else:
                # Only who was refused knows that it is over: one that reads gets its answer while writers still wait.
                if failed:
                    self._outage.over()
                return result

    # One event

    def _handle(self, event: InboxEvent) -> None:
        began = time.perf_counter()
        with self._holding(event):
            answered, delivery = self._attempt(event)
            outcome = self._settle(event, answered, delivery)
        best = answered.reply.candidates[0] if answered and answered.reply.candidates else None
        log.info(
            "event",
            event_id=event.new.event_id,
            channel=event.new.channel,
            kind=answered.reply.kind.value if answered else None,
            entry=best.id if best else None,
            confidence=best.confidence if best else None,
            attempt=event.attempt,
            milliseconds=round((time.perf_counter() - began) * 1000, 1),
            since_received_ms=round((self._clock() - event.received_at) / timedelta(milliseconds=1), 1),
            outcome=outcome.value,
            note=delivery.note if isinstance(delivery, Delivered) else delivery.reason,
        )

    @contextmanager
    def _holding(self, event: InboxEvent) -> Iterator[None]:
        """Have the lease renewed during the block."""
        with self._changed:
            self._in_hand.add(event.claim)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._in_hand.discard(event.claim)

    def _attempt(self, event: InboxEvent) -> tuple[Answered | None, Delivery | Lost]:
        if event.attempt > self._patience.max_attempts:
            return None, GiveUp("every attempt took its process down")
        door = self._doors.get(event.new.channel)
        if door is None:
            return None, TryAgain("no door for this channel", not_sent=True)
        state = self._insist(partial(self._conversations.load, event.new.conversation_key))
        try:
            with self._thinking(door, event):
                answered = self._answer(event.new, state)
        except Exception as error:  # whatever it was, it is logged and counts as an attempt
            _log_error("answer_raised", error, event)
            return None, TryAgain(f"answer raised {type(error).__name__}", not_sent=True)
        if not self._insist(partial(self._inbox.begin_sending, event)):
            return answered, Lost()
        try:
            return answered, door.deliver(event, answered.reply)
        except Exception as error:
            _log_error("deliver_raised", error, event)
            return answered, TryAgain(f"deliver raised {type(error).__name__}")

    @contextmanager
    def _thinking(self, door: Door, event: InboxEvent) -> Iterator[None]:
        """Show the resident that an answer is on its way if the block lasts too long; over when the block is over."""
        patience = self._patience.thinking_after - (self._clock() - event.received_at)
        timer = threading.Timer(max(0.0, patience.total_seconds()), _show_thinking, (door, event))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join(THINKING_WAIT)

    def _settle(self, event: InboxEvent, answered: Answered | None, delivery: Delivery | Lost) -> Outcome:
        """Write down how the attempt ended, however long the database is away."""
        match delivery:
            case Lost():
                return Outcome.LOST
            case Delivered():
                assert answered is not None
                return self._finish(event, answered)
            case TryAgain() if event.attempt < self._patience.max_attempts:
                pause = self._patience.backoff(event.attempt, self._chance)
                due_at = self._clock() + max(pause, delivery.after or timedelta(0))
                put_back = partial(self._inbox.put_back, event, due_at, delivery.reason, not_sent=delivery.not_sent)
                return Outcome.AGAIN if self._insist(put_back) else Outcome.LOST
            case TryAgain() | GiveUp():
                kept = self._insist(partial(self._inbox.fail, event, delivery.reason))
                return Outcome.FAILED if kept else Outcome.LOST

    def _finish(self, event: InboxEvent, answered: Answered) -> Outcome:
        try:
            finish = partial(self._inbox.finish, event, answered.conversation, answered.question, answered.said)
            return Outcome.DONE if self._insist(finish) else Outcome.LOST
        except DatabaseUnavailable:
            raise
        except Exception as error:  # the resident has the answer: the event must not come round again
            _log_error("finish_raised", error, event)
            kept = self._insist(partial(self._inbox.fail, event, "answered, but its record could not be written"))
            return Outcome.FAILED if kept else Outcome.LOST


def _show_thinking(door: Door, event: InboxEvent) -> None:
    try:
        door.show_thinking(event)
    except Exception as error:  # the answer matters more than the sign that it is coming
        _log_error("show_thinking_raised", error, event)


def _log_error(what: str, error: Exception, event: InboxEvent | None = None) -> None:
    """Log where `error` came from. Its message stays out of the log: it may quote what the resident wrote."""
    whose = {"event_id": event.new.event_id, "channel": event.new.channel} if event else {}
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error(what, error=type(error).__name__, traceback=where, **whose)
