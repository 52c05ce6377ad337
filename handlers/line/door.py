"""LINE's way out, as the worker sees it."""

from __future__ import annotations

from bot.memory.inbox import InboxEvent
from bot.reply import Reply
from handlers.door import Delivery
from handlers.line.recent_users import RecentUsers
from handlers.line.render import render, render_plain
from handlers.line.send import LineSender
from handlers.line.texts import LineTexts


class LineDoor:
    """Implements handlers.door.Door for LINE."""

    def __init__(self, sender: LineSender, users: RecentUsers, texts: LineTexts, *, pushes_late: bool = False) -> None:
        """Send through `sender`; `users` is the map that the webhook fills.

        `pushes_late`: an answer that its reply token did not outlive is pushed, which may cost money.
        """
        self._pushes_late = pushes_late
        self._sender = sender
        self._users = users
        self._texts = texts

    @property
    def channel(self) -> str:
        """Return `line`."""
        return "line"

    def deliver(self, event: InboxEvent, reply: Reply) -> Delivery:
        """Render `reply` and send it with the event's reply token; never raises for a network fault."""
        # Not after a reply whose outcome is unknown: it may be there, and a push would come on top of it.
        late = self._pushes_late and not event.sending_began and self._sender.too_late(event)
        if late and (user_id := self._users.find(event.new.event_id)):
            return self._sender.push(event, user_id, render(reply, self._texts))
        return self._sender.reply(event, render(reply, self._texts), lambda: render_plain(reply, self._texts))

    def show_thinking(self, event: InboxEvent) -> None:
        """Show LINE's loading animation to a person who asked in a one-on-one chat; never raises."""
        # It ends when a message arrives: after an answer that may be there already, it would run on for nothing.
        if event.sending_began:
            return
        if user_id := self._users.find(event.new.event_id):
            self._sender.show_loading(user_id)
