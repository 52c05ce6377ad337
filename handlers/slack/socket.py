"""Socket Mode: the same events through a connection that goes out, for networks that nothing comes into.

The socket is the trust: there is no signature (https://docs.slack.dev/apis/events-api/using-socket-mode). Slack renews
the connection by itself now and then, and the client follows.
"""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from handlers.slack.web_api import SLACK, TIMEOUT, silent_logger


class NoSocket(Exception):
    """Slack gave no connection; the text says why, for an operator."""


class SlackSocket:
    """One connection to Slack that feeds a Bolt app. Several processes may have one each: Slack deals out the events."""

    def __init__(self, bolt: App, app_token: str, *, api_base: str = "") -> None:
        """Connect nothing yet; `api_base` names another address than Slack's, for tests only."""
        base = f"{api_base.rstrip('/')}/" if api_base else SLACK
        client = WebClient(base_url=base, timeout=TIMEOUT, retry_handlers=[], logger=silent_logger())
        self._handler = SocketModeHandler(bolt, app_token, web_client=client, logger=silent_logger())

    @property
    def connected(self) -> bool:
        """Return whether the connection stands."""
        return bool(self._handler.client.is_connected())

    def open(self) -> None:
        """Connect, and stay connected in threads of its own. Raises NoSocket when Slack or the network refuses."""
        try:
            self._handler.client.connect()
        except SlackApiError as error:
            raise NoSocket(str(error.response.get("error", "no reason"))) from None
        except (OSError, SlackClientError) as error:
            raise NoSocket(type(error).__name__) from None

    def close(self) -> None:
        """Disconnect; what has come in by then is stored."""
        self._handler.client.close()
