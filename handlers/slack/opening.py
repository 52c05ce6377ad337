"""The Slack door's parts, put together from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from slack_bolt import App

from bot.clock import utc_now
from bot.conversation import Utterance
from bot.digest import DigestSource
from bot.knowledge.messages import Messages
from bot.live import LiveGuide
from bot.memory.conversations import Conversations
from bot.memory.forgetting import Forgetting
from bot.memory.inbox import Inbox
from bot.memory.pseudonym import Pseudonym
from bot.reply import Reply
from bot.settings import Settings
from handlers.slack.bolt import bolt_app
from handlers.slack.door import SlackDoor
from handlers.slack.home import HomeTab
from handlers.slack.inlet import SlackInlet
from handlers.slack.send import SlackSender, TokenCheck
from handlers.slack.staff_notes import StaffDoor, StaffNotes, StaffWatch
from handlers.slack.texts import SlackTexts
from handlers.slack.web_api import WebApi
from handlers.slack.webhook import slack_blueprint
from handlers.worker import Worker


@dataclass(frozen=True, slots=True)
class SlackParts:
    """What takes in and what sends."""

    bolt: App
    sender: SlackSender
    door: SlackDoor
    home: HomeTab
    check: TokenCheck
    texts: Callable[[], SlackTexts]
    blueprint: Blueprint | None
    """None without a signing secret: events come through the socket alone."""


def open_slack(
    settings: Settings,
    *,
    inbox: Inbox,
    forgetting: Forgetting,
    pseudonym: Pseudonym,
    mask: Callable[[str], tuple[str, tuple[str, ...]]],
    converse: Callable[[str, Utterance], Reply],
    messages: Callable[[], Messages],
    wake: Callable[[], None],
    count: Callable[[str, int], None],
) -> SlackParts:
    """Return the door; `converse` answers on Home tabs, `messages` returns what staff have written as it is now."""

    def texts() -> SlackTexts:
        return SlackTexts.of(messages())

    sender = SlackSender(WebApi(settings.slack_bot_token, api_base=settings.slack_api_base), utc_now)
    home = HomeTab(sender, converse, texts)
    inlet = SlackInlet(
        inbox_put=inbox.put,
        pseudonym=pseudonym.of,
        mask=mask,
        unsay=forgetting.message,
        at_home=home.show,
        wake=wake,
        clock=utc_now,
        count=count,
    )
    secret = settings.slack_signing_secret
    bolt = bolt_app(secret, inlet)
    blueprint = slack_blueprint(secret, bolt, utc_now, count) if secret else None
    return SlackParts(bolt, sender, SlackDoor(sender, texts), home, TokenCheck(sender), texts, blueprint)


def open_staff_notes(
    settings: Settings,
    slack: SlackParts,
    *,
    inbox: Inbox,
    conversations: Conversations,
    live: LiveGuide,
    channels: Mapping[str, Callable[[], str]],
    digest: DigestSource,
) -> tuple[Any, ...]:
    """Return what tells staff in their channel, to be started and stopped; nothing where no channel is set."""
    if not settings.slack_staff_channel:
        return ()
    notes = StaffNotes(
        problems=lambda: [str(problem) for problem in live.state.problems],
        revision=lambda: live.state.revision,
        channels=channels,
        digest=digest,
        digest_at=settings.slack_digest_at,
        console=f"{settings.public_url.rstrip('/')}/staff/"
        if settings.public_url and settings.staff_password_hash
        else "",
        clock=utc_now,
    )
    door = StaffDoor(slack.sender, settings.slack_staff_channel, settings.slack_quiet_hours, slack.texts, utc_now)
    teller = Worker(inbox, conversations, notes.answer, [door], utc_now, threads=1)
    return (teller, StaffWatch(notes, inbox.put, teller.wake))
