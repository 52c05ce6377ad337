"""The app's settings at Slack: no more than what is used, and the same names on both sides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from slack_api import shortcut

from bot.guide import Guide
from bot.settings import ROOT
from handlers.slack import webhook
from handlers.slack.manifest import PATH, manifest

EVENTS = ["app_home_opened", "app_mention", "message.im"]


def test_an_app_that_slack_calls_has_its_address_everywhere(shipped_guide: Guide) -> None:
    for url in ("https://annai.example.jp", "https://annai.example.jp/", "https://annai.example.jp/slack/events"):
        made = manifest(shipped_guide.knowledge.messages, url)
        settings = made["settings"]

        assert {
            settings["event_subscriptions"]["request_url"],
            settings["interactivity"]["request_url"],
            made["features"]["slash_commands"][0]["url"],
        } == {"https://annai.example.jp/slack/events"}
        assert settings["socket_mode_enabled"] is False
        assert settings["event_subscriptions"]["bot_events"] == EVENTS
    assert PATH == webhook.PATH


def test_an_app_that_calls_slack_has_no_address(shipped_guide: Guide) -> None:
    made = manifest(shipped_guide.knowledge.messages)

    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)


def test_it_asks_for_no_more_than_what_is_used(shipped_guide: Guide) -> None:
    made = manifest(shipped_guide.knowledge.messages)

    assert made["oauth_config"]["scopes"] == {"bot": ["app_mentions:read", "chat:write", "commands", "im:history"]}


def test_assistant_threads_are_asked_for_by_name(shipped_guide: Guide) -> None:
    made = manifest(shipped_guide.knowledge.messages, assistant=True)

    assert "assistant:write" in made["oauth_config"]["scopes"]["bot"]
    assert "assistant_thread_started" in made["settings"]["event_subscriptions"]["bot_events"]
    assert made["features"]["assistant_view"]["assistant_description"]


def test_the_names_are_within_slacks_limits_and_known_to_the_door(shipped_guide: Guide) -> None:
    made = manifest(shipped_guide.knowledge.messages)
    (short,) = made["features"]["shortcuts"]

    assert short["callback_id"] == shortcut("", "")["callback_id"]
    assert len(short["name"]) <= 24
    assert len(short["description"]) <= 150
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140


@pytest.mark.parametrize("options", [["--url", "https://annai.example.jp", "--assistant"], ["--socket"]])
def test_the_command_prints_it(options: list[str], tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "handlers.cli", "slack", "manifest", *options],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(printed.stdout)["display_information"]["name"] == "こうほく案内"


@pytest.mark.parametrize(
    "options", [[], ["--socket", "--url", "https://a.jp"], ["--url", "http://a.jp"], ["--url", "x"]]
)
def test_wrong_use_is_told_in_one_line(options: list[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "handlers.cli", "slack", "manifest", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("annai: --url")
    assert len(told.stderr.splitlines()) == 1
