"""POST /slack/events, for events, commands and interactions alike: verify, then Bolt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler

from handlers.slack.verify import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify

PATH = "/slack/events"
MAX_BODY = 1_000_000
"""Far above what Slack sends; a larger body is refused before it is read."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


def slack_blueprint(
    secret: str, bolt: App, clock: Callable[[], datetime], count: Callable[[str, int], None]
) -> Blueprint:
    """Return the blueprint with POST /slack/events. Raises ValueError without a secret: the channel is off then.

    200 for every signed body, 401 for a bad, missing or old signature, 413 above 1 MB, 500 when storing fails.
    """
    if not secret:
        raise ValueError("the Slack channel needs its signing secret")
    blueprint = Blueprint("slack", __name__)
    handler = SlackRequestHandler(bolt)

    @blueprint.post(PATH)
    def events() -> Response:
        request.max_content_length = MAX_BODY
        body = request.get_data()  # kept by Flask, and read again by Bolt
        headers = request.headers
        if not verify(secret, body, headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER), clock()):
            count("bad_signature", 1)
            return Response("bad signature", 401, mimetype="text/plain")
        try:
            return handler.handle(request)
        except Exception as error:  # Bolt reads the body before its own error handling begins
            _log.error("slack_request_unreadable", error=type(error).__name__)
            count("unreadable", 1)
            return Response("OK", 200, mimetype="text/plain")

    return blueprint
