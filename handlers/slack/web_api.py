"""Calling Slack: one call, and what came back. Nothing is tried again in here, and nothing raises for the network.

Errors come as HTTP 200 with `{"ok": false, "error": …}`; only a rate limit is HTTP 429 with Retry-After
(https://docs.slack.dev/apis/web-api/rate-limits).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookResponse

from handlers.slack.limits import Json

SLACK = "https://slack.com/api/"
_HOOK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
TIMEOUT = 5
"""Seconds to connect and again to wait: well within what a person waits, and no thread is held for the SDK's thirty."""
_LONGEST_WAIT = 86_400
_WORD = re.compile(r"[a-z0-9_.-]{1,60}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one call. Status 0: nothing that could be read."""

    status: int
    error: str = ""
    """Slack's word for what is wrong, or the name of the network's error; empty when Slack has done as asked."""
    retry_after: timedelta | None = None
    reached: bool = True
    """Whether Slack may have got the request at all."""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Return whether Slack has done as asked."""
        return self.status == 200 and not self.error

    @property
    def unknown(self) -> bool:
        """Return whether Slack may have done as asked although it did not say so."""
        if not self.reached:
            return False
        return self.status == 0 or self.status >= 500 or (self.status == 200 and self.error in _MAY_BE_DONE)


UNREADABLE = "unreadable answer"
_MAY_BE_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", UNREADABLE})
"""chat.postMessage, errors: "it's possible some aspect of the operation succeeded before the error was raised"."""


class WebApi:
    """Slack's Web API and its response_urls. Safe to share between threads: a client keeps nothing of a call."""

    def __init__(self, token: str, *, api_base: str = "") -> None:
        """Call with `token`; `api_base` names another address than Slack's, for tests only."""
        base = f"{api_base.rstrip('/')}/" if api_base else SLACK
        # No retry handlers: a connection error may come after the message was taken, and we decide what that means.
        # One TLS context: without it, each call would read all certificates anew.
        self._tls = ssl.create_default_context()
        self._client = WebClient(
            token=token, base_url=base, timeout=TIMEOUT, ssl=self._tls, retry_handlers=[], logger=silent_logger()
        )
        self._test_host = urlsplit(base).netloc if api_base else ""

    def write(self, method: str, body: Json) -> Answer:
        """Call `method` with a JSON body."""
        return _answer(lambda: self._client.api_call(method, json=body))

    def read(self, method: str, parameters: Json) -> Answer:
        """Call `method` with a form: the methods that read take no JSON."""
        return _answer(lambda: self._client.api_call(method, params=parameters))

    def respond(self, url: str, body: Json) -> Answer:
        """Post `body` to a response_url; it is Slack's own or nothing is sent at all."""
        address = urlsplit(url)
        if not (address.scheme == "https" and address.hostname in _HOOK_HOSTS) and (
            address.netloc != self._test_host or not self._test_host
        ):
            return Answer(0, "not a response_url", reached=False)
        hook = WebhookClient(url, timeout=TIMEOUT, ssl=self._tls, retry_handlers=[], logger=silent_logger())
        return _answer(lambda: hook.send_dict(body))


def _answer(call: Callable[[], Any]) -> Answer:
    try:
        response = call()
    except SlackApiError as error:
        return _refusal(error.response)
    except URLError as error:
        # Raised while connecting or sending; only a connection that broke may have carried the request.
        broke = isinstance(error.reason, ConnectionResetError | BrokenPipeError | ssl.SSLEOFError)
        return Answer(0, type(error.reason).__name__, reached=broke)
    except (OSError, http.client.HTTPException, SlackClientError, ValueError, LookupError) as error:
        return Answer(0, type(error).__name__)
    if isinstance(response, WebhookResponse):
        return _hook_answer(response)
    return Answer(int(response.status_code), body=response.data if isinstance(response.data, Mapping) else {})


def _hook_answer(response: WebhookResponse) -> Answer:
    """Return what a response_url said: `ok`, a word, or `{"ok": false, "error": …}`."""
    said: Any = response.body
    if said.lstrip().startswith("{"):
        with contextlib.suppress(ValueError):
            said = json.loads(said)
    word = said.get("error") if isinstance(said, dict) else said
    is_fine = said.get("ok") is True if isinstance(said, dict) else response.status_code == 200
    return Answer(int(response.status_code), "" if is_fine else _word(word), _wait(response.headers))


def _refusal(response: Any) -> Answer:
    data = response.data if isinstance(response.data, Mapping) else {}
    return Answer(int(response.status_code), _word(data.get("error")), _wait(response.headers), body=data)


def _word(error: Any) -> str:
    """Return Slack's word for an error; anything longer is a page of a proxy and not quoted."""
    text = error if isinstance(error, str) else ""
    return text if _WORD.fullmatch(text) else UNREADABLE


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    text = str(headers.get("Retry-After") or "")
    if not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=min(int(text[:6]), _LONGEST_WAIT))


def silent_logger() -> logging.Logger:
    """Return a logger for the SDK that says nothing: it quotes what it can't read, and what became of a call we log."""
    logger = logging.getLogger("annai.slack.sdk")
    logger.setLevel(logging.CRITICAL)
    return logger
