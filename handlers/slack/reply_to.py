"""Where an answer goes: what the inbox keeps of an event for that, and no longer than until it is answered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta

URL_LASTS = timedelta(minutes=30)
"""https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: 5 posts within 30 minutes."""
URL_USES = 5


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """A channel with its thread, or a response_url: the latter works where the app is no member."""

    channel: str = ""
    thread: str = ""
    """The `ts` of the thread's first message, a string that is never read as a number; empty: not in a thread."""
    begins: bool = False
    """Whether an assistant thread has just been opened: it is shown what could be asked."""
    url: str = field(default="", repr=False)
    """The response_url; whoever has it may post."""

    def encode(self) -> str:
        """Return the place as text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> ReplyTo | None:
        """Return the place that `encode` wrote, or None for any other text."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
