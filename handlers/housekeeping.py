"""What nobody needs any more is deleted: finished events, old conversations, questions past their time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.memory.conversations import Conversations
from bot.memory.database import DatabaseUnavailable
from bot.memory.inbox import Inbox
from bot.memory.questions import QuestionLog

log = structlog.get_logger("annai.housekeeping")

EVERY = timedelta(hours=1)
KEEP_EVENTS = timedelta(days=7)
"""A redelivery comes within minutes; after a week no id is needed to recognise one."""
KEEP_CONVERSATIONS = timedelta(days=1)
"""A topic is remembered for minutes, so a day is far more than enough."""


class Housekeeping:
    """Purges every hour, in a thread of its own; several processes may do so at once."""

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        questions: QuestionLog,
        keep_questions: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        """Start nothing yet."""
        self._inbox, self._conversations, self._questions = inbox, conversations, questions
        self._keep_questions, self._clock = keep_questions, clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Purge now and then every hour."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)

    def purge(self) -> dict[str, int]:
        """Delete what is past its time; return how many rows of each kind went; raises DatabaseUnavailable."""
        now = self._clock()
        return {
            "events": self._inbox.purge(now - KEEP_EVENTS),
            "conversations": self._conversations.purge(now - KEEP_CONVERSATIONS),
            "questions": self._questions.purge(now - self._keep_questions),
        }

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                gone = self.purge()
                if any(gone.values()):
                    log.info("purged", **gone)
            except DatabaseUnavailable as error:
                log.warning("not purged", error=type(error).__name__)
            self._stop.wait(EVERY.total_seconds())
