"""Slack's way out, as the worker sees it."""

from __future__ import annotations

from collections.abc import Callable

from bot.memory.inbox import InboxEvent
from bot.reply import Reply
from handlers.door import Delivered, Delivery, GiveUp
from handlers.slack.render import render
from handlers.slack.reply_to import ReplyTo
from handlers.slack.send import SlackSender
from handlers.slack.texts import SlackTexts


class SlackDoor:
    """Implements handlers.door.Door for Slack."""

    def __init__(self, sender: SlackSender, texts: Callable[[], SlackTexts]) -> None:
        """Send through `sender`; `texts` returns the door's sentences as staff have them now."""
        self._sender = sender
        self._texts = texts

    @property
    def channel(self) -> str:
        """Return `slack`."""
        return "slack"

    def deliver(self, event: InboxEvent, reply: Reply) -> Delivery:
        """Render `reply` and send it to where the event came from; never raises for a network fault."""
        to = ReplyTo.decode(event.new.reply_to)
        if to is None or not (to.channel or to.url):
            return GiveUp("nowhere to answer")
        texts = self._texts()
        delivery = self._sender.reply(event, to, render(reply, texts))
        if to.begins and isinstance(delivery, Delivered):
            self._sender.suggest(to, texts.prompts_title, list(texts.prompts))
        return delivery

    def show_thinking(self, event: InboxEvent) -> None:
        """Show in an assistant thread that an answer is on its way; elsewhere Slack has no such sign. Never raises."""
        to = ReplyTo.decode(event.new.reply_to)
        # It goes away when a message comes: after an answer that may be there already, it would stay for nothing.
        if to is None or event.sending_began or not (to.channel.startswith("D") and to.thread):
            return
        self._sender.show_status(to, self._texts().thinking)
