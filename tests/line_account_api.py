"""LINE's API for the operator of an account, played locally: who it is, its webhook, its quota, its rich menus.

What a rich menu must be is written from LINE's documentation, not from the code under test:
https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from line_api import Behaviour, LineApi, clusters, official, schema_problems, utf16_units
from PIL import Image

Json = dict[str, Any]
BASIC_ID = "@216ru"


@dataclass
class Menu:
    """A rich menu at LINE."""

    body: Json
    picture: bytes | None = None


@dataclass
class Account:
    """What LINE knows of the account; tests change it at will."""

    menus: dict[str, Menu] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    webhook: Json | None = field(
        default_factory=lambda: {"endpoint": "https://annai.example.jp/line/webhook", "active": True}
    )
    webhook_test: Json = field(
        default_factory=lambda: {"success": True, "statusCode": 200, "reason": "OK", "detail": "200"}
    )
    chat_mode: str = "bot"
    quota: Json = field(default_factory=lambda: {"type": "limited", "value": 200})
    used: int = 12
    followers: dict[str, Json] = field(
        default_factory=lambda: {
            "20261123": {"status": "ready", "followers": 1300, "targetedReaches": 900, "blocks": 66}
        }
    )


class LineAccountApi(LineApi):
    """The Messaging API with an account behind it."""

    def __init__(self, access_token: str = "test-access-token") -> None:
        """Begin with an account that works, without a rich menu."""
        super().__init__(access_token)
        self.account = Account()
        self.calls: list[str] = []
        """Method and path of each call, in order."""
        self.answers: dict[str, Behaviour] = {}
        """Answers to give instead of the real ones, by method and path."""
        self._made = 0

    @property
    def changes(self) -> list[str]:
        """Return the calls that changed something."""
        asks = ("/webhook/test", "/validate")
        return [call for call in self.calls if not call.startswith("GET") and not call.endswith(asks)]

    def operate(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Behaviour | None:
        """Answer an operator's call."""
        parts = urlsplit(path)
        given = {name.lower(): value for name, value in headers.items()}
        for pattern, answer in _CALLS:
            if found := re.fullmatch(pattern, f"{method} {parts.path}"):
                call = f"{method} {parts.path}"
                with self._lock:
                    self.calls.append(call)
                    if call in self.answers:
                        return self.answers[call]
                    if given.get("authorization") != f"Bearer {self.access_token}":
                        return Behaviour(401, raw=_refusal("Authentication failed."))
                    asked = _Asked(found.groups(), parse_qs(parts.query), given, raw)
                    return self._answered(*answer(self, asked))
        return None

    def _answered(self, status: int, body: Any) -> Behaviour:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "image/png" if isinstance(body, bytes) else "application/json"
        return Behaviour(status, raw=payload, headers={"Content-Type": kind})

    # Each returns a status and a body --------------------------------------------------------------------------------

    def bot_info(self, asked: _Asked) -> tuple[int, Any]:
        bot = {"userId": "U" + "0" * 32, "basicId": BASIC_ID, "displayName": "こうほく案内"}
        return 200, {**bot, "chatMode": self.account.chat_mode, "markAsReadMode": "auto"}

    def webhook(self, asked: _Asked) -> tuple[int, Any]:
        return (200, self.account.webhook) if self.account.webhook else _NOT_FOUND

    def test_webhook(self, asked: _Asked) -> tuple[int, Any]:
        self._expect("a JSON object", asked.json is not None)
        return 200, {"timestamp": "2026-11-24T06:00:00.000Z", **self.account.webhook_test}

    def quota(self, asked: _Asked) -> tuple[int, Any]:
        return 200, self.account.quota

    def consumption(self, asked: _Asked) -> tuple[int, Any]:
        return 200, {"totalUsage": self.account.used}

    def followers(self, asked: _Asked) -> tuple[int, Any]:
        (day,) = asked.query["date"]
        self._expect("date as yyyyMMdd", bool(re.fullmatch(r"\d{8}", day)))
        return 200, self.account.followers.get(day, {"status": "unready"})

    def menus(self, asked: _Asked) -> tuple[int, Any]:
        return 200, {"richmenus": [{"richMenuId": each, **menu.body} for each, menu in self.account.menus.items()]}

    def validate_menu(self, asked: _Asked) -> tuple[int, Any]:
        return self._judged(asked) or (200, {})

    def create_menu(self, asked: _Asked) -> tuple[int, Any]:
        if refused := self._judged(asked):
            return refused
        self._made += 1
        made = f"richmenu-{self._made:032x}"
        self.account.menus[made] = Menu(asked.json)
        return 200, {"richMenuId": made}

    def delete_menu(self, asked: _Asked) -> tuple[int, Any]:
        if asked.groups[0] not in self.account.menus:
            return _NOT_FOUND
        self._expect("a menu that nobody sees any more", asked.groups[0] != self.account.default)
        del self.account.menus[asked.groups[0]]
        return 200, {}

    def picture(self, asked: _Asked) -> tuple[int, Any]:
        menu = self.account.menus.get(asked.groups[0])
        return (200, menu.picture) if menu and menu.picture else _NOT_FOUND

    def set_picture(self, asked: _Asked) -> tuple[int, Any]:
        menu = self.account.menus.get(asked.groups[0])
        if menu is None:
            return _NOT_FOUND
        problems = picture_problems(asked.raw, asked.headers.get("content-type", ""), menu.body)
        self.violations += problems
        if problems or menu.picture:
            return 400, {"message": "An image has already been uploaded to the richmenu"}
        menu.picture = asked.raw
        return 200, {}

    def default(self, asked: _Asked) -> tuple[int, Any]:
        return (200, {"richMenuId": self.account.default}) if self.account.default else _NOT_FOUND

    def set_default(self, asked: _Asked) -> tuple[int, Any]:
        menu = self.account.menus.get(asked.groups[0])
        self._expect("a menu with its picture", bool(menu and menu.picture))
        self.account.default = asked.groups[0]
        return 200, {}

    def clear_default(self, asked: _Asked) -> tuple[int, Any]:
        self.account.default = None
        return 200, {}

    def alias(self, asked: _Asked) -> tuple[int, Any]:
        alias = asked.groups[0]
        found = self.account.aliases.get(alias)
        return (200, {"richMenuAliasId": alias, "richMenuId": found}) if found else _NOT_FOUND

    def create_alias(self, asked: _Asked) -> tuple[int, Any]:
        alias = asked.json["richMenuAliasId"]
        self._expect("an alias of the right form", bool(re.fullmatch(r"[a-z0-9_-]{1,32}", alias)))
        if alias in self.account.aliases:
            return 400, {"message": "conflict richmenu alias id"}
        return self._name(alias, asked.json["richMenuId"])

    def update_alias(self, asked: _Asked) -> tuple[int, Any]:
        return self._name(asked.groups[0], asked.json["richMenuId"]) if self.account.aliases else _NOT_FOUND

    def delete_alias(self, asked: _Asked) -> tuple[int, Any]:
        return (200, {}) if self.account.aliases.pop(asked.groups[0], None) else _NOT_FOUND

    def _name(self, alias: str, menu_id: str) -> tuple[int, Any]:
        menu = self.account.menus.get(menu_id)
        self._expect("a menu with its picture", bool(menu and menu.picture))
        self.account.aliases[alias] = menu_id
        return 200, {}

    def _judged(self, asked: _Asked) -> tuple[int, Any] | None:
        problems = menu_problems(asked.json)
        self.violations += problems
        return (400, {"message": f"The request body has {len(problems)} error(s)"}) if problems else None

    def _expect(self, what: str, holds: bool) -> None:
        if not holds:
            self.violations.append(f"expected {what}")


@dataclass(frozen=True)
class _Asked:
    groups: tuple[str, ...]
    query: dict[str, list[str]]
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


_NOT_FOUND = (404, {"message": "Not found"})
_ID = r"(richmenu-[0-9a-f]{32})"
_CALLS = [
    (r"GET /v2/bot/info", LineAccountApi.bot_info),
    (r"GET /v2/bot/channel/webhook/endpoint", LineAccountApi.webhook),
    (r"POST /v2/bot/channel/webhook/test", LineAccountApi.test_webhook),
    (r"GET /v2/bot/message/quota", LineAccountApi.quota),
    (r"GET /v2/bot/message/quota/consumption", LineAccountApi.consumption),
    (r"GET /v2/bot/insight/followers", LineAccountApi.followers),
    (r"GET /v2/bot/richmenu/list", LineAccountApi.menus),
    (r"POST /v2/bot/richmenu/validate", LineAccountApi.validate_menu),
    (r"POST /v2/bot/richmenu", LineAccountApi.create_menu),
    (rf"DELETE /v2/bot/richmenu/{_ID}", LineAccountApi.delete_menu),
    (rf"GET /v2/bot/richmenu/{_ID}/content", LineAccountApi.picture),
    (rf"POST /v2/bot/richmenu/{_ID}/content", LineAccountApi.set_picture),
    (r"GET /v2/bot/user/all/richmenu", LineAccountApi.default),
    (rf"POST /v2/bot/user/all/richmenu/{_ID}", LineAccountApi.set_default),
    (r"DELETE /v2/bot/user/all/richmenu", LineAccountApi.clear_default),
    (r"POST /v2/bot/richmenu/alias", LineAccountApi.create_alias),
    (r"GET /v2/bot/richmenu/alias/([^/]+)", LineAccountApi.alias),
    (r"POST /v2/bot/richmenu/alias/([^/]+)", LineAccountApi.update_alias),
    (r"DELETE /v2/bot/richmenu/alias/([^/]+)", LineAccountApi.delete_alias),
]


def menu_problems(menu: Any) -> list[str]:
    """Return what LINE would say against a rich menu, by its description where it is at hand and by its documentation."""
    problems = [] if official("RichMenuRequest") is None else schema_problems("RichMenuRequest", menu)
    width, height = menu["size"]["width"], menu["size"]["height"]
    if not (800 <= width <= 2500 and height >= 250 and width / height >= 1.45):
        problems.append(f"size {width} x {height}")
    if not menu["name"] or utf16_units(menu["name"]) > 300:
        problems.append("name")
    if not 1 <= len(clusters(menu["chatBarText"])) <= 14:
        problems.append(f"chatBarText {menu['chatBarText']!r}")
    if not 1 <= len(menu["areas"]) <= 20:
        problems.append(f"{len(menu['areas'])} areas")
    for area in menu["areas"]:
        bounds, action = area["bounds"], area["action"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            problems.append(f"bounds {bounds}")
        if not 1 <= len(clusters(action.get("label", ""))) <= 20:
            problems.append(f"label {action.get('label')!r}")
        if utf16_units(action["data"]) > 300 or not 1 <= len(clusters(action["displayText"])) <= 300:
            problems.append(f"action {action}")
    return problems


def picture_problems(picture: bytes, content_type: str, menu: Json) -> list[str]:
    """Return what LINE would say against a rich menu's picture (#upload-rich-menu-image-requirements)."""
    problems = []
    with Image.open(BytesIO(picture)) as image:
        if content_type != {"PNG": "image/png", "JPEG": "image/jpeg"}.get(image.format or ""):
            problems.append(f"content type {content_type} of a {image.format}")
        if image.size != (menu["size"]["width"], menu["size"]["height"]):
            problems.append(f"a picture of {image.size} for a menu of {menu['size']}")
    if len(picture) > 1_000_000:
        problems.append(f"a picture of {len(picture)} bytes")
    return problems


def _refusal(message: str) -> bytes:
    return json.dumps({"message": message}).encode()
