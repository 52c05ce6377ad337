"""What staff read in their Slack channel: the digest of the day, and that something needs them.

A note is an event of the inbox like any other: its id keeps several processes from telling twice, and it waits there
through the quiet hours, through a restart, through Slack's absence.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog

from bot.clock import TOKYO
from bot.digest import DigestSource, channel_alert, digest_card, knowledge_alert
from bot.memory.database import DatabaseUnavailable
from bot.memory.inbox import InboxEvent, NewEvent
from bot.quiet_hours import QuietHours
from bot.reply import Card, Kind, Reply
from handlers.door import Delivered, Delivery, TryAgain
from handlers.slack.render import render
from handlers.slack.reply_to import ReplyTo
from handlers.slack.send import SlackSender
from handlers.slack.texts import SlackTexts
from handlers.worker import Answered

CHANNEL = "slack-staff"
LOOK_EVERY = 5.0
"""Seconds between looks whether there is something to tell."""
SETTLED = timedelta(minutes=1)
"""A note younger than this is told even if this process does not see its reason: another one saw it first."""
_OFF = "off"

log: structlog.stdlib.BoundLogger = structlog.get_logger("annai.staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotes:
    """What there is to tell, and the words for it."""

    problems: Callable[[], Sequence[str]]
    """What keeps the newest knowledge files from serving; empty when they serve."""
    revision: Callable[[], str]
    """Which knowledge serves now."""
    channels: Mapping[str, Callable[[], str]]
    """By channel: what is wrong with it; empty when it works."""
    digest: DigestSource
    digest_at: time
    """When the day ends that a digest tells of, in Tokyo."""
    console: str
    """The staff console's address; empty when there is none."""
    clock: Callable[[], datetime]

    def due(self) -> Iterator[NewEvent]:
        """Yield a note for everything that is so now; the same thing has the same id, today and in every process."""
        now = self.clock()
        today = now.astimezone(TOKYO)
        if problems := tuple(self.problems()):
            whole = hashlib.sha256("\n".join((self.revision(), *problems)).encode()).hexdigest()[:16]
            yield _note(f"knowledge-{whole}", "\n".join(problems), now)
        for name, problem in self.channels.items():
            said = problem()
            if said and not said.startswith(_OFF):  # a channel that nobody has set up is not one that failed
                yield _note(f"channel-{name}-{today.date()}", said, now)
        if today.time() >= self.digest_at:
            yield _note(f"digest-{today.date()}", "", now)

    def answer(self, event: NewEvent, _: dict[str, Any] | None) -> Answered:
        """Return what a note says (handlers.worker.Answer); nothing when it is not so any more."""
        card = self._card(event)
        return Answered(Reply(Kind.ANSWER, (card,) if card else ()), {}, None)

    def _card(self, event: NewEvent) -> Card | None:
        kind, _, rest = event.event_id.partition("-")
        match kind:
            case "digest":
                until = datetime.combine(date.fromisoformat(rest), self.digest_at, TOKYO)
                digest = self.digest(until)
                return digest_card(digest, self.console) if digest else None
            case "knowledge":
                is_settled = self.clock() - event.occurred_at > SETTLED
                return None if is_settled and not self.problems() else knowledge_alert(tuple(event.text.splitlines()))
            case "channel":
                return channel_alert(rest.removesuffix(f"-{_day_of(rest)}"), event.text)
        return None


class StaffDoor:
    """Implements handlers.door.Door for the staff's channel; in quiet hours it waits."""

    def __init__(
        self,
        sender: SlackSender,
        channel_id: str,
        quiet: QuietHours | None,
        texts: Callable[[], SlackTexts],
        clock: Callable[[], datetime],
    ) -> None:
        """Post to `channel_id` through `sender`."""
        self._sender, self._to = sender, ReplyTo(channel_id)
        self._quiet, self._texts, self._clock = quiet, texts, clock

    @property
    def channel(self) -> str:
        """Return `slack-staff`."""
        return CHANNEL

    def deliver(self, event: InboxEvent, reply: Reply) -> Delivery:
        """Post the note, or say how long the quiet hours last."""
        if not reply.blocks:
            return Delivered("nothing to tell")
        if self._quiet and (left := self._quiet.left(self._clock())):
            return TryAgain("quiet hours", left, not_sent=True)
        return self._sender.reply(event, self._to, render(reply, self._texts()))

    def show_thinking(self, event: InboxEvent) -> None:
        """Show nothing: nobody waits."""


class StaffWatch:
    """Looks every few seconds whether there is something to tell, in a thread of its own."""

    def __init__(self, notes: StaffNotes, put: Callable[[Sequence[NewEvent]], int], wake: Callable[[], None]) -> None:
        """Put what is due into the inbox with `put`, then call `wake`."""
        self._notes, self._put, self._wake = notes, put, wake
        self._told: set[str] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look from now on."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="staff-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)

    def look(self) -> None:
        """Put what is due and was not put by this process before; raises DatabaseUnavailable."""
        new = [note for note in self._notes.due() if note.event_id not in self._told]
        if new and self._put(new):
            self._wake()
        self._told.update(note.event_id for note in new)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            try:
                self.look()
            except DatabaseUnavailable as error:
                log.warning("staff notes not put", error=type(error).__name__)
            except Exception as error:  # staff untold is bad, a thread lost is worse
                log.error("staff watch failed", error=type(error).__name__)


def _day_of(rest: str) -> str:
    return rest[-len("2026-11-24") :]


def _note(event_id: str, text: str, now: datetime) -> NewEvent:
    return NewEvent(CHANNEL, event_id, CHANNEL, text, "", "", now)
