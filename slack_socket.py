"""The composition root where nothing comes in: settings → app → a connection to Slack. `annai slack socket` runs it."""

import signal
import sys
import threading

import structlog

from bot.settings import Settings, WrongSetting
from handlers.app import create_app
from handlers.logging import configure_logging

log = structlog.get_logger("annai.slack")

CHECKED_EVERY = 10.0
"""Seconds between looks whether the connection stands."""


def main() -> int:
    """Answer what comes through the socket until the process is told to stop; return the exit code."""
    configure_logging()
    settings = Settings.from_environment()
    if not (settings.slack_bot_token and settings.slack_app_token):
        raise WrongSetting("SLACK_BOT_TOKEN と SLACK_APP_TOKEN を設定してください")
    app = create_app(settings)
    from handlers.slack.socket import NoSocket, SlackSocket

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    socket = SlackSocket(app.extensions["slack"].bolt, settings.slack_app_token, api_base=settings.slack_api_base)
    try:
        socket.open()
        log.info("slack_socket_open")
        while not stop.wait(CHECKED_EVERY):
            if not socket.connected:
                log.warning("slack_socket_down")  # the client is trying again by itself
    except NoSocket as error:
        log.critical("slack_socket_refused", error=str(error))
        return 1
    finally:
        socket.close()
        app.extensions["annai"].stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WrongSetting as error:
        sys.exit(f"annai: {error}")
