"""What one turn of a conversation comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.conversation import Conversation
from bot.reply import Reply

MOST_CHOICES = 4
"""More than four choices are not read on a phone."""


class Mark(StrEnum):
    """What a resident said of an answer or of choices."""

    SOLVED = "solved"
    WRONG = "wrong"
    INSTEAD = "instead"
    """Something else that was offered was meant."""
    NONE = "none"
    """Nothing that was offered was meant."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said, for the staff who keep the answers right."""

    mark: Mark
    shown: str = ""
    """The id of the entry that was answered; empty when choices were refused without an answer before them."""
    offered: tuple[str, ...] = ()
    """The ids of the entries that could be chosen."""
    chosen: str | None = None
    """The id of what was meant instead."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply and the conversation that goes on from it."""

    reply: Reply
    conversation: Conversation
    feedback: Feedback | None = None
    is_question: bool = True
    """False when what was typed was no question but an answer of the resident's: a choice, 「ちがう」."""
