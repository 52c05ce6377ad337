"""The one place that knows every door: settings in, a Flask app out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, Response, url_for

from bot.clock import answer_clock, utc_now
from bot.conversation import Conversation, Utterance
from bot.digest import digests
from bot.language.personal_data import mask
from bot.language.which_language import Language
from bot.live import LiveGuide
from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.forgetting import Forgetting
from bot.memory.inbox import Inbox
from bot.memory.pseudonym import Pseudonym
from bot.memory.questions import QuestionLog
from bot.memory.reporting import Reporting
from bot.reply import Reply
from bot.secret_key import secret_key
from bot.settings import Settings
from handlers.answering import Answering
from handlers.door import Door
from handlers.housekeeping import Housekeeping
from handlers.line.icon import icon_blueprint
from handlers.metrics import Metrics
from handlers.ops import Problem, ops_blueprint
from handlers.staff.attempts import Attempts
from handlers.staff.blueprint import StaffRoom, staff_blueprint
from handlers.staff.line_preview import LinePreview
from handlers.staff.password import is_hash
from handlers.staff.session import Sessions
from handlers.web.blueprint import web_blueprint
from handlers.worker import Worker

if TYPE_CHECKING:
    from handlers.line.texts import LineTexts

MAX_BODY = 1_000_000
"""Bytes of a request that any page reads; more is 413."""


class Service(Protocol):
    """Something with threads of its own."""

    def start(self) -> None:
        """Start them."""
        ...

    def stop(self) -> object:
        """End them."""
        ...


@dataclass(frozen=True, slots=True)
class Running:
    """What runs behind an app, so that it can be stopped."""

    live: LiveGuide
    worker: Worker
    database: Database
    housekeeping: Housekeeping
    services: tuple[Service, ...] = ()
    """What single channels run besides."""

    def start(self) -> None:
        """Start the threads; after this the process must not fork."""
        self.live.start()
        self.worker.start()
        self.housekeeping.start()
        for service in self.services:
            service.start()

    def stop(self) -> None:
        """Finish what is in hand and end every thread."""
        self.worker.stop()
        for service in reversed(self.services):
            service.stop()
        self.housekeeping.stop()
        self.live.stop()
        self.database.dispose()


def create_app(settings: Settings) -> Flask:
    """Return the app with its threads running; `app.extensions["annai"].stop()` ends them.

    Raises UnusableKnowledge, DatabaseUnavailable or SchemaTooNew when there is nothing to serve or nowhere to write.
    """
    database = Database(settings.database_url)
    database.create_tables()
    inbox, conversations = Inbox(database), Conversations(database)
    metrics = Metrics(inbox.counts)
    live = LiveGuide(settings)
    answering = Answering(live, conversations, metrics, answer_clock(settings.now))
    key = secret_key(settings.secret_key, settings.data_dir)
    pseudonym = Pseudonym(key)

    app = Flask("handlers", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask types the provider's base class
    bell = Bell()
    house = _House(app, settings, database, inbox, conversations, pseudonym, metrics, wake=bell.ring)
    channels = {
        "line": _open_line(house, live),
        "slack": _open_slack(house, live, answering),
        "web": _open_web(house, live, answering),
        "staff": _open_staff(house, live, key),
    }
    doors = [channel.door for channel in channels.values() if channel.door]
    worker = Worker(inbox, conversations, answering.answer, doors, utc_now)
    bell.rings(worker.wake)
    problems = {name: channel.problem for name, channel in channels.items()}
    app.register_blueprint(icon_blueprint())
    app.register_blueprint(ops_blueprint(live, database, problems, metrics))
    keep = timedelta(days=settings.keep_days)
    housekeeping = Housekeeping(inbox, conversations, QuestionLog(database), keep, utc_now)
    services = [service for channel in channels.values() for service in channel.services]
    services += _open_staff_notes(house, live, database, problems)
    running = Running(live, worker, database, housekeeping, tuple(services))
    app.extensions["annai"] = running
    running.start()
    return app


class Bell:
    """What a door rings when events have come; it is hung before the worker that hears it exists."""

    def __init__(self) -> None:
        self._hear: Callable[[], None] | None = None

    def rings(self, hear: Callable[[], None]) -> None:
        """Have `hear` called whenever the bell is rung."""
        self._hear = hear

    def ring(self) -> None:
        """Ring; without a hearer nothing happens, and the worker finds the events by itself half a second later."""
        if self._hear:
            self._hear()


@dataclass(frozen=True, slots=True)
class _House:
    """What the doors are built from."""

    app: Flask
    settings: Settings
    database: Database
    inbox: Inbox
    conversations: Conversations
    pseudonym: Pseudonym
    metrics: Metrics
    wake: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Channel:
    """An open or closed channel."""

    problem: Problem
    door: Door | None = None
    """The way out for events of the inbox; the web answers at once and needs none."""
    services: tuple[Service, ...] = ()
    """What the channel runs besides."""


def _open_line(house: _House, live: LiveGuide) -> _Channel:
    settings = house.settings
    if not (settings.line_channel_secret and settings.line_channel_access_token):
        return _closed(house.app, "line", "/line/webhook", "LINE_CHANNEL_SECRET と LINE_CHANNEL_ACCESS_TOKEN")
    # LINE's SDK takes a second and 70 MB to import (measured with 3.27): only where it is used.
    from handlers.line.door import LineDoor
    from handlers.line.recent_users import LASTS, LASTS_FOR_PUSH, RecentUsers
    from handlers.line.send import LineSender
    from handlers.line.webhook import LineInlet, line_blueprint

    late = settings.line_push_late
    users = RecentUsers(utc_now, lasts=LASTS_FOR_PUSH if late else LASTS)
    sender = LineSender(settings.line_channel_access_token, utc_now, api_base=settings.line_api_base)
    inlet = LineInlet(
        secret=settings.line_channel_secret,
        inbox_put=house.inbox.put,
        pseudonym=house.pseudonym.of,
        mask=masked,
        forgetting=Forgetting(house.database),
        wake=house.wake,
        remember=users.remember,
        clock=utc_now,
        count=lambda outcome, number: house.metrics.events("line", outcome, number),
    )
    house.app.register_blueprint(line_blueprint(inlet))
    return _Channel(lambda: sender.problem, LineDoor(sender, users, _line_texts(settings, live), pushes_late=late))


def _line_texts(settings: Settings, live: LiveGuide) -> LineTexts:
    from handlers.line.texts import LineTexts, sender

    messages = live.guide.knowledge.messages
    speaker = sender(messages.bot_name, settings.public_url, settings.line_icon_url)
    return LineTexts(messages.unreadable, messages.label_more, settings.public_url, speaker)


def _open_slack(house: _House, live: LiveGuide, answering: Answering) -> _Channel:
    settings, path = house.settings, "/slack/events"
    if not (settings.slack_bot_token and (settings.slack_signing_secret or settings.slack_app_token)):
        wanted = "SLACK_BOT_TOKEN と SLACK_SIGNING_SECRET(Socket Modeでは SLACK_APP_TOKEN)"
        return _closed(house.app, "slack", path, wanted)
    # Bolt and the SDK are imported only where they are used, as LINE's.
    from handlers.slack.opening import open_slack

    slack = open_slack(
        settings,
        inbox=house.inbox,
        forgetting=Forgetting(house.database),
        pseudonym=house.pseudonym,
        mask=masked,
        converse=lambda key, utterance: answering.converse("slack", key, utterance),
        messages=lambda: live.guide.knowledge.messages,
        wake=house.wake,
        count=lambda outcome, number: house.metrics.events("slack", outcome, number),
    )
    house.app.extensions["slack"] = slack
    if slack.blueprint:
        house.app.register_blueprint(slack.blueprint)
    else:
        house.app.add_url_rule(path, "slack_off", _off, methods=["POST"])
    return _Channel(lambda: slack.sender.problem, slack.door, (slack.home, slack.check))


def _open_staff_notes(
    house: _House, live: LiveGuide, database: Database, problems: Mapping[str, Problem]
) -> tuple[Service, ...]:
    """Return what tells staff in their Slack channel; nothing where Slack is closed or no such channel is set."""
    slack = house.app.extensions.get("slack")
    if slack is None:
        return ()
    from handlers.slack.opening import open_staff_notes

    return open_staff_notes(
        house.settings,
        slack,
        inbox=house.inbox,
        conversations=house.conversations,
        live=live,
        channels=problems,
        digest=digests(Reporting(database), lambda: live.guide),
    )


def _open_web(house: _House, live: LiveGuide, answering: Answering) -> _Channel:
    def key(conversation_id: str) -> str:
        return house.pseudonym.of("web", conversation_id)

    blueprint = web_blueprint(
        converse=lambda conversation_id, utterance: answering.converse("web", key(conversation_id), utterance),
        ask=lambda utterance: answering.ask("web", utterance),
        mask=masked,
        identity=lambda: (live.guide.knowledge.messages.bot_name, live.guide.knowledge.messages.bot_about),
    )
    house.app.register_blueprint(blueprint)
    return _Channel(lambda: "")


def _open_staff(house: _House, live: LiveGuide, key: bytes) -> _Channel:
    hashed = house.settings.staff_password_hash
    if not is_hash(hashed):
        why = "は annai staff password が出したものではありません" if hashed else " がありません"
        for path in ("/staff/", "/staff/<path:_page>"):
            house.app.add_url_rule(path, "staff_off", _no_staff_room)
        return _Channel(lambda: f"off: STAFF_PASSWORD_HASH{why}")
    clock = answer_clock(house.settings.now)

    def turn(utterance: Utterance, language: Language) -> Reply:
        return live.guide.turn(utterance, Conversation(language=language), clock()).reply

    def compose(reply: Reply) -> list[dict[str, Any]]:
        from handlers.line.compose import compose

        return compose(reply, _line_texts(house.settings, live))

    room = StaffRoom(
        password_hash=hashed,
        sessions=Sessions(key, hashed),
        attempts=Attempts(utc_now),
        name=lambda: live.guide.knowledge.messages.bot_name,
        web_file=lambda name: url_for("web.static", filename=name),
        line_preview=LinePreview(lambda: live.guide.knowledge, turn, compose, masked, house.settings.public_url),
    )
    house.app.register_blueprint(staff_blueprint(room))
    return _Channel(lambda: "")


def _no_staff_room(_page: str = "") -> Response:
    said = "職員画面は設定されていません(STAFF_PASSWORD_HASH)。\n"
    return Response(said, 404, content_type="text/plain; charset=utf-8")


def _closed(app: Flask, channel: str, path: str, wanted: str) -> _Channel:
    """Return a channel that lacks its secrets: it answers 503 and nothing else, and /readyz says what it lacks."""
    app.add_url_rule(path, f"{channel}_off", _off, methods=["POST"])
    return _Channel(lambda: f"off: {wanted} がありません")


def _off() -> Response:
    return Response("this channel is off\n", 503, mimetype="text/plain")


def masked(text: str) -> tuple[str, tuple[str, ...]]:
    """Return `text` without personal data, and which kinds were in it."""
    found = mask(text)
    return found.text, found.kinds
