"""Sending to LINE: one call, and what each of LINE's answers means for the event.

Statuses: https://developers.line.biz/en/reference/messaging-api/#status-codes. A reply may not carry X-Line-Retry-Key
(https://developers.line.biz/en/docs/messaging-api/retrying-api-request/), but its token works only once
(#send-reply-message-reply-token): trying the same token again can't answer twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID, uuid5

import structlog
from linebot.v3.messaging import (  # type: ignore[import-untyped,unused-ignore]
    ApiClient,
    ApiException,
    Configuration,
    Message,
    MessagingApi,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)
from pydantic.v1 import ValidationError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from bot.memory.inbox import InboxEvent
from handlers.door import Delivered, Delivery, GiveUp, TryAgain
from handlers.line.refused import refused_parts

TOKEN_LASTS = timedelta(minutes=1)
"""#send-reply-message-reply-token: within one minute of receiving the webhook."""
UNKNOWN_OUTCOME_WAIT = timedelta(seconds=1)
"""After an outcome that is unknown, once; unknown twice, the event is kept as failed, where staff see it."""
REFUSED_PROBE_EVERY = timedelta(seconds=10)
"""While LINE refuses the access token, one call in this time finds out whether it still does."""
REFUSED = "token refused"
_REPLY_TIMEOUT = (2, 5)
"""Seconds to connect and to wait for the answer: together well within the token's minute."""
_LOADING_TIMEOUT = (1, 1)
_LOADING_SECONDS = 20
"""5 to 60, a multiple of 5 (#display-a-loading-indicator-request-body); it ends when the answer arrives."""
_PUSHES = 2
_RETRY_KEYS = UUID("0b0d4c52-5a0c-4e0c-9d0f-6c1f6a1f5e55")
"""Any fixed UUID: our retry keys are those of no other program."""
_CONNECTIONS = 64
"""Kept open at the most; more than a process has worker threads."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back from one call. Status 0: nothing that could be read."""

    status: int
    message: str = ""
    details: tuple[tuple[str, str], ...] = ()
    """(property, what is wrong with it)."""
    request_id: str = ""
    retry_after: timedelta | None = None
    reached: bool = True
    """Whether LINE may have got the request at all."""


class LineSender:
    """Sends replies over one connection pool. Safe to share between threads: it never reads the SDK's last response."""

    def __init__(self, access_token: str, clock: Callable[[], datetime], *, api_base: str = "") -> None:
        """Send with `access_token`; `api_base` names another host than LINE's, for tests only."""
        configuration = Configuration(access_token=access_token)
        if api_base:
            # Never set otherwise: an explicit host also moves the calls that belong to api-data.line.me.
            configuration = Configuration(access_token=access_token, host=api_base.rstrip("/"))
        # The SDK has no timeout of its own and urllib3 would repeat some calls: we decide what is tried again.
        configuration.retries = False
        configuration.connection_pool_maxsize = _CONNECTIONS
        self._api = MessagingApi(ApiClient(configuration))
        self._clock = clock
        self._lock = Lock()
        self._refused_until: datetime | None = None

    @property
    def problem(self) -> str:
        """Return why nothing can be sent, for /readyz; empty when all is well."""
        return REFUSED if self._refused_until else ""

    def too_late(self, event: InboxEvent) -> str:
        """Return why the event can't be replied to any more; empty while it can."""
        if not event.new.reply_to:
            return "no usable reply token"
        return "reply token expired" if self._clock() > event.received_at + TOKEN_LASTS else ""

    def reply(self, event: InboxEvent, messages: Sequence[Message], plain: Callable[[], Sequence[Message]]) -> Delivery:
        """Send `messages` as the answer to `event`; once `plain()` instead, with the same token, when LINE refuses them.

        Returns what became of it; never raises for a network fault.
        """
        if why := self.too_late(event):
            return GiveUp(why)
        if self._paused():
            return GiveUp(REFUSED)
        answer = self._send(event, messages)
        if answer.status == 400 and not _token_refused(answer):
            _log.error(
                "line_reply_malformed", event_id=event.new.event_id, refused=refused_parts(messages, answer.details)
            )
            answer = self._send(event, plain())
        return self._in_time(event, _delivery(event, answer))

    def _in_time(self, event: InboxEvent, delivery: Delivery) -> Delivery:
        """Return `delivery`; giving up instead of waiting for longer than the reply token lives."""
        wait = delivery.after if isinstance(delivery, TryAgain) else None
        if isinstance(delivery, TryAgain) and wait and self._clock() + wait > event.received_at + TOKEN_LASTS:
            return GiveUp(f"{delivery.reason}: the reply token expires before LINE wants to be asked again")
        return delivery

    def push(self, event: InboxEvent, user_id: str, messages: Sequence[Message]) -> Delivery:
        """Send `messages` to the person without a reply token, which counts against the month's messages.

        The retry key is the event's own, so that LINE takes it once, however often it is sent
        (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/): an outcome that is unknown is tried
        once more at once. Returns what became of it; never raises for a network fault.
        """
        if self._paused():
            return GiveUp(REFUSED)
        request = PushMessageRequest(to=user_id, messages=list(messages))
        method = partial(self._api.push_message_with_http_info, x_line_retry_key=str(retry_key(event.new.event_id)))
        for _ in range(_PUSHES):
            answer = self._call(method, request, _REPLY_TIMEOUT)
            _log.info("line_push", event_id=event.new.event_id, status=answer.status, request_id=answer.request_id)
            if not (answer.reached and (answer.status == 0 or answer.status >= 500)):
                return _delivery(event, answer)
        return GiveUp("outcome of a push unknown")

    def show_loading(self, user_id: str) -> None:
        """Start the loading animation for a one-on-one chat; never raises, and waits two seconds at the most."""
        if self._refused_until:
            return
        request = ShowLoadingAnimationRequest(chat_id=user_id, loading_seconds=_LOADING_SECONDS)
        answer = self._call(self._api.show_loading_animation_with_http_info, request, _LOADING_TIMEOUT)
        _log.debug("line_loading", status=answer.status, request_id=answer.request_id)

    def _send(self, event: InboxEvent, messages: Sequence[Message]) -> _Answer:
        request = ReplyMessageRequest(reply_token=event.new.reply_to, messages=list(messages))
        answer = self._call(self._api.reply_message_with_http_info, request, _REPLY_TIMEOUT)
        # LINE asks that request ids be kept (development-guidelines/#save-logs). Nothing of the words is logged.
        _log.info(
            "line_reply",
            event_id=event.new.event_id,
            attempt=event.attempt,
            status=answer.status,
            request_id=answer.request_id,
            refusal=answer.message,
        )
        return answer

    def _call(self, method: Callable[..., Any], request: Any, timeout: tuple[int, int]) -> _Answer:
        try:
            response = method(request, _request_timeout=timeout)
        except ApiException as error:
            answer = _refusal(error, self._clock())
        except ValidationError:
            # Raised for the body of a 200 only: LINE has accepted, in words that this SDK doesn't know.
            answer = _Answer(200)
        except (ConnectTimeoutError, NewConnectionError) as error:
            answer = _Answer(0, type(error).__name__, reached=False)
        except (HTTPError, ValueError, LookupError) as error:
            # No answer, or one that isn't text: urllib3's errors are not ApiException.
            answer = _Answer(0, type(error).__name__)
        else:
            answer = _Answer(response.status_code, request_id=_header(response.headers, "X-Line-Request-Id"))
        self._note_health(answer)
        return answer

    def _paused(self) -> bool:
        """Return whether to spare LINE the call; now and then False, so that one call finds out how the token stands."""
        now = self._clock()
        with self._lock:
            if self._refused_until is None:
                return False
            if now < self._refused_until:
                return True
            self._refused_until = now + REFUSED_PROBE_EVERY
            return False

    def _note_health(self, answer: _Answer) -> None:
        with self._lock:
            if answer.status in (401, 403):
                self._refused_until = self._clock() + REFUSED_PROBE_EVERY
            elif 200 <= answer.status < 300:
                self._refused_until = None
        if answer.status in (401, 403):
            _log.critical("line_token_refused", status=answer.status, request_id=answer.request_id)


def retry_key(event_id: str) -> UUID:
    """Return the X-Line-Retry-Key of what is pushed for an event: always the same for the same event."""
    return uuid5(_RETRY_KEYS, event_id)


def _delivery(event: InboxEvent, answer: _Answer) -> Delivery:
    """Return what `answer` means for `event`."""
    status, message = answer.status, answer.message
    if 200 <= status < 300 or status == 409:
        return Delivered(answer.request_id)
    if _token_refused(answer) and event.sending_began:
        return Delivered("an earlier attempt had arrived")
    if status in (401, 403):
        return GiveUp(REFUSED)
    if status == 429 and "monthly limit" not in message.lower():
        return TryAgain("rate limit", answer.retry_after, not_sent=True)
    if not answer.reached:
        return TryAgain(f"no connection: {message}", not_sent=True)
    if status == 0 or status >= 500:
        reason = f"outcome unknown: {status or message}"
        return GiveUp(reason) if event.sending_began else TryAgain(reason, UNKNOWN_OUTCOME_WAIT)
    return GiveUp(f"{status}: {message}")


def _token_refused(answer: _Answer) -> bool:
    return answer.status == 400 and "invalid reply token" in answer.message.lower()


def _refusal(error: ApiException, now: datetime) -> _Answer:
    """Return LINE's refusal: `{"message", "details": [{"message", "property"}]}` (#error-responses)."""
    try:
        body = json.loads(error.body or "")
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    listed = body.get("details")
    details = [d for d in listed if isinstance(d, dict)] if isinstance(listed, list) else []
    headers = error.headers or {}
    return _Answer(
        int(error.status or 0),
        str(body.get("message", error.reason or ""))[:200],
        tuple((str(d.get("property"))[:200], str(d.get("message"))[:200]) for d in details),
        _header(headers, "X-Line-Request-Id"),
        _wait(_header(headers, "Retry-After"), now),
    )


def _header(headers: Mapping[str, str], name: str) -> str:
    return str(headers.get(name) or "")


def _wait(text: str, now: datetime) -> timedelta | None:
    """Return the wait of a Retry-After header: seconds or a date (RFC 9110, 10.2.3); None when it says neither."""
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:6]), 86_400))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(timedelta(), at.replace(tzinfo=at.tzinfo or UTC) - now)
