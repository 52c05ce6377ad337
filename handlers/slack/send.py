"""Sending to Slack, and what each of its answers means for the event.

Slack has no key that keeps a message from being posted twice. So each answer carries the event in its first block's id,
and before a second attempt whose forerunner ended unknown, the channel is asked whether it is there already.
Errors: https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.memory.inbox import InboxEvent
from handlers.door import Delivered, Delivery, GiveUp, TryAgain
from handlers.slack.limits import SUGGESTED_PROMPTS, Json
from handlers.slack.render import Message
from handlers.slack.reply_to import URL_LASTS, URL_USES, ReplyTo
from handlers.slack.web_api import Answer, WebApi

UNKNOWN_OUTCOME_WAIT = timedelta(seconds=3)
"""Before looking whether a message has arrived: one that Slack is still taking in must be there by then."""
REFUSED_PROBE_EVERY = timedelta(seconds=10)
"""While Slack refuses the token, one call in this time finds out whether it still does."""
_LOOKED_AT = 200
_EARLIER = timedelta(seconds=60)
"""Slack's clock and ours may differ by this much."""

_REFUSED = frozenset(
    {
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
        *("org_login_required", "ekm_access_denied", "access_denied", "team_access_not_granted", "no_permission"),
    }
)
"""The token is no good, or not for this: no message will get through until an operator mends it."""
_MALFORMED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"})

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class TokenCheck:
    """Finds out at the start whether the token is good, so that /readyz says so before anybody asks."""

    def __init__(self, sender: SlackSender) -> None:
        """Check nothing yet."""
        self._sender = sender

    def start(self) -> None:
        """Ask Slack, in a thread of its own: it may take its time."""
        threading.Thread(target=self._sender.check, name="slack-token-check", daemon=True).start()

    def stop(self) -> None:
        """Do nothing: the thread ends by itself, within the seconds that a call may take."""


@dataclass(frozen=True, slots=True)
class _CannotTell:
    """Whether the message is there could not be found out; `again` when asking once more may help."""

    again: TryAgain | None = None


class SlackSender:
    """Sends messages and views. Safe to share between threads."""

    def __init__(self, api: WebApi, clock: Callable[[], datetime]) -> None:
        """Send through `api`."""
        self._api = api
        self._clock = clock
        self._lock = threading.Lock()
        self._refused = ""
        self._refused_until: datetime | None = None

    @property
    def problem(self) -> str:
        """Return why nothing can be sent, for /readyz; empty when all is well."""
        return self._refused

    def reply(self, event: InboxEvent, to: ReplyTo, message: Message) -> Delivery:
        """Send `message` as the answer to `event`; once as plain text instead, when Slack refuses its blocks.

        Returns what became of it; never raises for a network fault.
        """
        if to.url and self._clock() > event.received_at + URL_LASTS:
            return GiveUp("response_url expired")
        if to.url and event.attempt > URL_USES:
            return GiveUp("response_url used up")
        if self._paused():
            return GiveUp(self._refused)
        can_tell = True
        if event.sending_began and not to.url:
            match self._arrived(event, to):
                case True:
                    return Delivered("an earlier attempt had arrived")
                case _CannotTell(again=TryAgain() as again):
                    return again
                case _CannotTell():
                    can_tell = False
        answer = self._send(event, to, message)
        if answer.error in _MALFORMED:
            _log.error("slack_reply_malformed", event_id=event.new.event_id, error=answer.error, blocks=_kinds(message))
            answer = self._send(event, to, Message((), message.text))
        return _delivery(event, answer, can_tell=can_tell and not to.url)

    def post(self, channel: str, message: Message) -> Answer:
        """Post `message` to a channel that asked for nothing."""
        return self._call("chat.postMessage", {"channel": channel, **_content(message)})

    def publish_home(self, user: str, blocks: list[Json]) -> Answer:
        """Show `blocks` on the Home tab of one person (views.publish)."""
        return self._call("views.publish", {"user_id": user, "view": {"type": "home", "blocks": blocks}})

    def suggest(self, to: ReplyTo, title: str, prompts: list[str]) -> None:
        """Show what could be asked in an assistant thread; that it fails costs nobody an answer."""
        listed = [{"title": prompt, "message": prompt} for prompt in prompts[:SUGGESTED_PROMPTS]]
        body = {"channel_id": to.channel, "thread_ts": to.thread, "title": title, "prompts": listed}
        self._log(
            "assistant.threads.setSuggestedPrompts", self._api.write("assistant.threads.setSuggestedPrompts", body)
        )

    def show_status(self, to: ReplyTo, status: str) -> None:
        """Show in an assistant thread that an answer is on its way; it goes away when the answer comes."""
        if self._refused:
            return
        body = {"channel_id": to.channel, "thread_ts": to.thread, "status": status}
        self._log("assistant.threads.setStatus", self._api.write("assistant.threads.setStatus", body))

    def check(self) -> None:
        """Find out whether the token is good (auth.test); never raises."""
        self._call("auth.test", {})

    def _send(self, event: InboxEvent, to: ReplyTo, message: Message) -> Answer:
        content = _content(message)
        if blocks := content.get("blocks"):
            content["blocks"] = [{**blocks[0], "block_id": _mark(event)}, *blocks[1:]]
        if to.url:
            answer = self._noted(self._api.respond(to.url, {**content, "response_type": "ephemeral", **_KEEP}))
        else:
            place = {"channel": to.channel, **({"thread_ts": to.thread} if to.thread else {})}
            answer = self._call("chat.postMessage", {**place, **content})
        # Nothing of the words is logged, and no address that can be posted to.
        _log.info(
            "slack_reply",
            event_id=event.new.event_id,
            attempt=event.attempt,
            status=answer.status,
            error=answer.error,
        )
        return answer

    def _arrived(self, event: InboxEvent, to: ReplyTo) -> bool | _CannotTell:
        """Return whether the answer to `event` stands in the channel already."""
        since = f"{(event.new.occurred_at - _EARLIER).timestamp():.6f}"
        query = {"channel": to.channel, "oldest": since, "limit": _LOOKED_AT}
        if to.thread:
            answer = self._api.read("conversations.replies", {**query, "ts": to.thread})
        else:
            answer = self._api.read("conversations.history", query)
        if not answer.ok:
            self._log("conversations", answer)
            if answer.status == 200 and not answer.unknown:
                return _CannotTell()  # most often missing_scope: reading channels is not asked for
            wait = answer.retry_after or UNKNOWN_OUTCOME_WAIT
            return _CannotTell(TryAgain(f"not known whether it arrived: {answer.error}", wait))
        return any(_mark(event) in _block_ids(message) for message in _list(answer.body.get("messages")))

    def _call(self, method: str, body: Json) -> Answer:
        answer = self._noted(self._api.write(method, body))
        self._log(method, answer)
        return answer

    def _noted(self, answer: Answer) -> Answer:
        """Return `answer`, having noted what it says of the token."""
        with self._lock:
            if answer.error in _REFUSED:
                self._refused = f"token refused: {answer.error}"
                self._refused_until = self._clock() + REFUSED_PROBE_EVERY
            elif answer.ok:
                self._refused, self._refused_until = "", None
        if answer.error in _REFUSED:
            _log.critical("slack_token_refused", error=answer.error, needed=str(answer.body.get("needed", ""))[:100])
        return answer

    def _paused(self) -> bool:
        """Return whether to spare Slack the call; now and then False, so that one call finds out how the token stands."""
        now = self._clock()
        with self._lock:
            if self._refused_until is None:
                return False
            if now < self._refused_until:
                return True
            self._refused_until = now + REFUSED_PROBE_EVERY
            return False

    def _log(self, method: str, answer: Answer) -> None:
        if not answer.ok:
            _log.warning("slack_call", method=method, status=answer.status, error=answer.error)


_KEEP = {"replace_original": False}
"""An answer stands beside what was asked and never in its place."""


def _delivery(event: InboxEvent, answer: Answer, *, can_tell: bool) -> Delivery:
    """Return what `answer` means for `event`."""
    if answer.ok:
        return Delivered(str(answer.body.get("ts", "")))
    if answer.error in _REFUSED:
        return GiveUp(f"token refused: {answer.error}")
    if answer.status == 429 or answer.error in ("ratelimited", "rate_limited"):
        return TryAgain("rate limit", answer.retry_after, not_sent=True)
    if not answer.reached:
        return TryAgain(f"no connection: {answer.error}", not_sent=True)
    if answer.unknown:
        reason = f"outcome unknown: {answer.status or answer.error}"
        # Where it can't be seen what arrived, twice unknown is once too often.
        return TryAgain(reason, UNKNOWN_OUTCOME_WAIT) if can_tell or not event.sending_began else GiveUp(reason)
    return GiveUp(f"{answer.status}: {answer.error}")


def _content(message: Message) -> Json:
    blocks: Json = {"blocks": list(message.blocks)} if message.blocks else {}
    # Pages that we link to must not unfold below every answer.
    return {**blocks, "text": message.text, "unfurl_links": False, "unfurl_media": False}


def _mark(event: InboxEvent) -> str:
    """Return the block_id that tells the answer to `event` from all others."""
    return "annai-" + hashlib.sha256(f"{event.new.channel}:{event.new.event_id}".encode()).hexdigest()[:32]


def _block_ids(message: Any) -> set[Any]:
    blocks = _list(message.get("blocks")) if isinstance(message, Mapping) else []
    return {block.get("block_id") for block in blocks if isinstance(block, Mapping)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _kinds(message: Message) -> list[str]:
    return [str(block.get("type")) for block in message.blocks]
