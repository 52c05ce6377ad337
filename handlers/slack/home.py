"""The Home tab: the menu and a field for typing, answered on the tab itself (views.publish).

A tab is shown by its owner's user id, which is stored nowhere: what is asked here is not in the inbox but answered at
once by a few threads. A process that is killed in between loses a tab that shows the menu again when it is next opened.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import structlog

from bot.conversation import Utterance
from bot.reply import Reply
from handlers.slack.render import home
from handlers.slack.send import SlackSender
from handlers.slack.texts import SlackTexts

THREADS = 2
MOST_WAITING = 100
"""More are let go: whoever opened the tab so long ago has closed it again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class HomeTab:
    """Answers on Home tabs. Safe to share between threads."""

    def __init__(
        self, sender: SlackSender, converse: Callable[[str, Utterance], Reply], texts: Callable[[], SlackTexts]
    ) -> None:
        """Answer with `converse` (conversation key, utterance) and show it through `sender`."""
        self._sender, self._converse, self._texts = sender, converse, texts
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="slack-home")
        self._room = BoundedSemaphore(MOST_WAITING)

    def show(self, user: str, key: str, utterance: Utterance) -> None:
        """Have `utterance` answered on the tab of `user`; returns at once and never raises."""
        if not self._room.acquire(blocking=False):
            _log.warning("slack_home_too_many")
            return
        try:
            self._pool.submit(self._show, user, key, utterance)
        except RuntimeError:  # the process is stopping
            self._room.release()

    def start(self) -> None:
        """Start nothing: the threads come with the first tab that is opened."""

    def stop(self) -> None:
        """Finish what is in hand and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _show(self, user: str, key: str, utterance: Utterance) -> None:
        try:
            self._sender.publish_home(user, home(self._converse(key, utterance), self._texts()))
        except Exception as error:
            # Its text may quote the question.
            _log.error("slack_home_failed", error=type(error).__name__)
        finally:
            self._room.release()
