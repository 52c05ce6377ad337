"""Slack's limits. Slack does not say in which unit it counts characters: UTF-16 units are never fewer than any other.

Blocks and elements: https://docs.slack.dev/reference/block-kit/blocks (held by slack_sdk's models, too).
Messages: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from handlers import fitting

Json = dict[str, Any]

MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 12_000
"""All blocks together. Slack documents none; `msg_blocks_too_long` came at about 13,200 (bolt-js issue 2509)."""
TEXT = 4000  # chat.postMessage, `text`: what is advised; 40,000 is where Slack cuts
SECTION_TEXT = 3000
HEADER_TEXT = 150
ACTIONS = 25
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
URL = 3000
PLACEHOLDER = 150
SUGGESTED_PROMPTS = 4  # assistant.threads.setSuggestedPrompts


def uri(url: str) -> str | None:
    """Return `url` as a button opens it, or None when Slack would refuse it."""
    return fitting.uri(url, URL)


def characters(blocks: Sequence[Json]) -> int:
    """Return how long `blocks` are as JSON, in UTF-16 units: never less than what Slack may count."""
    return fitting.utf16(json.dumps(blocks, ensure_ascii=False))
