"""Bolt, set up so that everything that comes in is stored before it is acknowledged, and nothing is ever a 404."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from handlers.slack.inlet import NotStored, SlackInlet

ANY = re.compile(".*")

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


def bolt_app(signing_secret: str, inlet: SlackInlet) -> App:
    """Return the Bolt app whose listeners hand everything to `inlet`.

    `process_before_response` holds the acknowledgement until the listener has ended: here a listener does nothing but
    write one row, and work that is only promised is lost with the process. An error in it is a 500, and Slack sends
    the event again.
    """
    app = App(
        name="annai",
        logger=_quiet_logger(),
        signing_secret=signing_secret,
        # Bolt only takes in; without its token it can't call Slack, least of all while Slack waits.
        client=WebClient(),
        authorize=_authorize,
        # It would have to ask Slack who we are (auth.test); `parse` ignores what programs say, us included.
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
    )
    app.event(ANY)(_taking(inlet))
    app.command(ANY)(_taking(inlet))
    app.action(ANY)(_taking(inlet))
    app.shortcut(ANY)(_taking(inlet))
    app.error(_failing(inlet))
    return app


def _taking(inlet: SlackInlet) -> Callable[..., None]:
    def take(ack: Ack, body: dict[str, Any]) -> None:
        inlet.take(body)
        ack()

    return take


def _failing(inlet: SlackInlet) -> Callable[..., BoltResponse]:
    def fail(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, NotStored):
            return BoltResponse(status=500, body="try again")
        if isinstance(error, BoltUnhandledRequestError):
            inlet.take(body)  # no event, yet perhaps of a kind that we know by name: app_rate_limited
            return BoltResponse(status=200)
        # Signed and still not to be read: sent again it would be no better. The text of the error may quote it.
        _log.error("slack_request_unreadable", error=type(error).__name__)
        inlet.count("unreadable", 1)
        return BoltResponse(status=200)

    return fail


def _authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


def _quiet_logger() -> logging.Logger:
    """Return a logger for Bolt that says errors only: its warnings show how to handle a request by quoting it."""
    logger = logging.getLogger("annai.slack.bolt")
    logger.setLevel(logging.ERROR)
    return logger
