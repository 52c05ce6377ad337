"""`annai slack manifest`: the app's settings at Slack, to be pasted when the app is made there.

Source: https://docs.slack.dev/reference/app-manifest. It asks for no more than what is used: no reading of channels.
"""

from __future__ import annotations

from bot.knowledge.messages import Messages
from handlers.fitting import line
from handlers.slack.limits import Json
from handlers.slack.parse import SHORTCUT

COMMAND = "/annai"
PATH = "/slack/events"
_NAME = 35
_SHORTCUT_NAME = 24
_DESCRIPTION = 140

_SCOPES = ["app_mentions:read", "chat:write", "commands", "im:history"]
_EVENTS = ["app_home_opened", "app_mention", "message.im"]


def manifest(messages: Messages, url: str = "", *, assistant: bool = False) -> Json:
    """Return the manifest for an app that Slack calls at `url`, or, without one, that calls Slack (Socket Mode).

    `assistant` adds assistant threads, which need a paid plan.
    """
    address = _address(url)
    reached = {"request_url": address} if address else {}
    command = {"command": COMMAND, "description": messages.slack.command, "usage_hint": messages.slack.command_hint}
    shortcut = {"name": line(messages.slack.shortcut, _SHORTCUT_NAME), "type": "message", "callback_id": SHORTCUT}
    name = line(messages.bot_name, _NAME)
    features: Json = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [{**shortcut, "description": messages.slack.shortcut_about}],
        "slash_commands": [{**command, **({"url": address} if address else {}), "should_escape": False}],
    }
    if assistant:
        features["assistant_view"] = {"assistant_description": line(messages.bot_about, _DESCRIPTION)}
    return {
        "display_information": {"name": name, "description": line(messages.bot_about, _DESCRIPTION)},
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted([*_SCOPES, *(["assistant:write"] if assistant else [])])}},
        "settings": {
            "event_subscriptions": {**reached, "bot_events": sorted([*_EVENTS, *_assistant_events(assistant)])},
            "interactivity": {"is_enabled": True, **reached},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }


def _assistant_events(assistant: bool) -> list[str]:
    return ["assistant_thread_started", "assistant_thread_context_changed"] if assistant else []


def _address(url: str) -> str:
    return url and url.rstrip("/").removesuffix(PATH) + PATH
