"""The LINE account as its operator sees and sets it: one method for each call of LINE's API.

Source: https://developers.line.biz/en/reference/messaging-api/ (the anchor stands beside each call).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from linebot.v3 import insight, messaging
from pydantic.v1 import ValidationError
from urllib3.exceptions import HTTPError

from handlers.line.flex import Json

_TIMEOUT = (5, 20)
"""Seconds to connect and to wait: an operator waits longer than a resident, and LINE calls our webhook in between."""


class LineRefused(Exception):
    """LINE answered, but not with what was asked for. The text names status and reason, never the token."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status, self.reason = status, reason

    @property
    def token_refused(self) -> bool:
        """Return whether LINE doesn't take the access token (#status-codes: 401), or not for this (403)."""
        return self.status in (401, 403)


class LineUnreachable(Exception):
    """No answer came from LINE."""


@dataclass(frozen=True, slots=True)
class Bot:
    """Who the account is (#get-bot-info)."""

    name: str
    basic_id: str
    chats: bool
    """Whether staff may chat by hand (応答設定の「チャット」)."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where LINE sends events (#get-webhook-endpoint-information)."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class WebhookTest:
    """What came of LINE's own call of the webhook (#test-webhook-endpoint)."""

    passed: bool
    status: int
    """What our server answered; 0 or less when nothing came back."""
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Quota:
    """The messages of this month (#get-quota, #get-consumption)."""

    limit: int | None
    """None: the plan sets no limit."""
    used: int


@dataclass(frozen=True, slots=True)
class Friends:
    """The friends at the end of a day (#get-number-of-followers)."""

    day: date
    followers: int
    blocks: int
    reachable: int


@dataclass(frozen=True, slots=True)
class MenuThere:
    """A rich menu that LINE holds."""

    id: str
    name: str


class LineAccount:
    """One account. Every method raises LineRefused or LineUnreachable when it has nothing to return."""

    def __init__(self, access_token: str, *, api_base: str = "") -> None:
        """Call with `access_token`; `api_base` names another host than LINE's, for tests only."""
        # Never set otherwise: an explicit host also moves the calls that belong to api-data.line.me.
        host = {"host": api_base.rstrip("/")} if api_base else {}
        made = [package.Configuration(access_token=access_token, **host) for package in (messaging, insight)]
        for configuration in made:
            configuration.retries = False
        client = messaging.ApiClient(made[0])
        self._api, self._blob = messaging.MessagingApi(client), messaging.MessagingApiBlob(client)
        self._insight = insight.Insight(insight.ApiClient(made[1]))

    # Looking -------------------------------------------------------------------------------------------------------

    def bot(self) -> Bot:
        """Return who the account is."""
        found = _call(self._api.get_bot_info)
        return Bot(found.display_name, found.basic_id, found.chat_mode == "chat")

    def webhook(self) -> Webhook | None:
        """Return where LINE sends events; None when no URL is set."""
        found = _call_or_none(self._api.get_webhook_endpoint)
        return Webhook(found.endpoint, found.active) if found else None

    def test_webhook(self) -> WebhookTest:
        """Have LINE call the webhook URL that is set; at most 60 times an hour (#rate-limits)."""
        found = _call(self._api.test_webhook_endpoint, messaging.TestWebhookEndpointRequest())
        return WebhookTest(bool(found.success), found.status_code, found.reason, found.detail)

    def quota(self) -> Quota:
        """Return this month's limit and how much of it is used."""
        limit, used = _call(self._api.get_message_quota), _call(self._api.get_message_quota_consumption)
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)

    def friends(self, day: date) -> Friends | None:
        """Return the friends at the end of `day` (UTC+9); None when LINE hasn't counted them."""
        found = _call(self._insight.get_number_of_followers, day.strftime("%Y%m%d"))
        if found.status != "ready":
            return None
        return Friends(day, found.followers or 0, found.blocks or 0, found.targeted_reaches or 0)

    # The rich menu -------------------------------------------------------------------------------------------------

    def menus(self) -> list[MenuThere]:
        """Return the rich menus that were made over the API (#get-rich-menu-list)."""
        return [MenuThere(each.rich_menu_id, each.name) for each in _call(self._api.get_rich_menu_list).richmenus]

    def check_menu(self, menu: Json) -> None:
        """Have LINE judge a rich menu without making it (#validate-rich-menu-object)."""
        _call(self._api.validate_rich_menu_object, _model(menu))

    def create_menu(self, menu: Json) -> str:
        """Make a rich menu, without its picture yet; return its id (#create-rich-menu)."""
        return str(_call(self._api.create_rich_menu, _model(menu)).rich_menu_id)

    def delete_menu(self, menu_id: str) -> None:
        """Delete a rich menu (#delete-rich-menu)."""
        _call_or_none(self._api.delete_rich_menu, menu_id)

    def has_picture(self, menu_id: str) -> bool:
        """Return whether the menu has its picture (#download-rich-menu-image)."""
        return _call_or_none(self._blob.get_rich_menu_image, menu_id) is not None

    def set_picture(self, menu_id: str, picture: bytes, content_type: str) -> None:
        """Give a menu its picture; it can't be changed afterwards (#upload-rich-menu-image)."""
        # The SDK names no content type for bytes, and LINE refuses a picture without one.
        _call(self._blob.set_rich_menu_image, menu_id, picture, _headers={"Content-Type": content_type})

    def default_menu(self) -> str | None:
        """Return the id of the menu that everybody sees; None when none is set (#get-default-rich-menu-id)."""
        found = _call_or_none(self._api.get_default_rich_menu_id)
        return str(found.rich_menu_id) if found else None

    def set_default_menu(self, menu_id: str) -> None:
        """Show a menu to everybody (#set-default-rich-menu)."""
        _call(self._api.set_default_rich_menu, menu_id)

    def clear_default_menu(self) -> None:
        """Show everybody no menu of the API's (#cancel-default-rich-menu)."""
        _call(self._api.cancel_default_rich_menu)

    def alias(self, alias: str) -> str | None:
        """Return the id of the menu behind an alias; None when there is no such alias (#get-rich-menu-alias-by-id)."""
        found = _call_or_none(self._api.get_rich_menu_alias, alias)
        return str(found.rich_menu_id) if found else None

    def set_alias(self, alias: str, menu_id: str, *, exists: bool) -> None:
        """Let an alias name a menu (#create-rich-menu-alias, #update-rich-menu-alias)."""
        if exists:
            moved = messaging.UpdateRichMenuAliasRequest(rich_menu_id=menu_id)
            _call(self._api.update_rich_menu_alias, alias, moved)
        else:
            named = messaging.CreateRichMenuAliasRequest(rich_menu_alias_id=alias, rich_menu_id=menu_id)
            _call(self._api.create_rich_menu_alias, named)

    def delete_alias(self, alias: str) -> None:
        """Delete an alias (#delete-rich-menu-alias)."""
        _call_or_none(self._api.delete_rich_menu_alias, alias)


def _model(menu: Json) -> Any:
    # Only `from_dict` builds the SDK's models whole: a model given a dict drops what is inside in silence.
    return messaging.RichMenuRequest.from_dict(menu)


def _call(method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    try:
        return method(*arguments, _request_timeout=_TIMEOUT, **named)
    except (messaging.ApiException, insight.ApiException) as error:
        raise LineRefused(int(error.status or 0), _reason(error)) from None
    except (ValidationError, ValueError, LookupError) as error:
        raise LineRefused(200, f"unreadable answer ({type(error).__name__})") from None
    except HTTPError as error:
        raise LineUnreachable(type(error).__name__) from None


def _call_or_none(method: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `method` returns, or None when LINE has no such thing (404)."""
    try:
        return _call(method, *arguments)
    except LineRefused as refused:
        if refused.status == 404:
            return None
        raise


def _reason(error: Any) -> str:
    """Return LINE's own words: `{"message", "details": [{"message", "property"}]}` (#error-responses)."""
    try:
        body = json.loads(error.body or "")
        details = [f"{each.get('property')}: {each.get('message')}" for each in body.get("details") or ()]
        return " / ".join([str(body["message"]), *details])[:500]
    except (ValueError, LookupError, TypeError, AttributeError):
        return str(error.reason or "")[:200]
