"""What a channel's door must offer, so that the worker can hand it a reply without knowing the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.memory.inbox import InboxEvent
from bot.reply import Reply


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel has taken the reply; the event is done."""

    note: str = ""
    """For the operator's log, e.g. the channel's request id."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The reply may not have arrived and may be sent again."""

    reason: str
    """For operators; it must not quote the resident, and neither must `GiveUp.reason` or `Delivered.note`."""
    after: timedelta | None = None
    """How long the channel asked to wait (Retry-After); None leaves it to the worker's backoff."""
    not_sent: bool = False
    """Whether the channel certainly did not take it (429, no connection): `sending_began` stays as this attempt saw it.

    Left False, the next attempt sees `sending_began`: what came of this one is unknown.
    """


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Sending again can't help; the event is kept as failed."""

    reason: str


Delivery = Delivered | TryAgain | GiveUp


class Door(Protocol):
    """One channel's way out."""

    @property
    def channel(self) -> str:
        """Return the channel's name, as in the inbox: line, slack."""
        ...

    def deliver(self, event: InboxEvent, reply: Reply) -> Delivery:
        """Render `reply` for the channel and send it as the answer to `event`. Never raises for a network fault."""
        ...

    def show_thinking(self, event: InboxEvent) -> None:
        """Show the resident that an answer is on its way, where the channel can; never raises, never blocks long."""
        ...
