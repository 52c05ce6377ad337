"""What LINE refused, for the operator's log: the parts of the message that its answer names, and no more of it.

A refusal names them: `{"details": [{"message", "property": "messages[0].text"}]}`
(https://developers.line.biz/en/reference/messaging-api/#error-responses).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from linebot.v3.messaging import Message  # type: ignore[import-untyped,unused-ignore]

_SHOWN = 500
"""Characters of a part; a whole bubble would fill the log."""
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def refused_parts(messages: Sequence[Message], details: Iterable[tuple[str, str]]) -> list[str]:
    """Return `property: what is wrong: the value there` for each of `details`; the kinds of the messages without any."""
    sent = {"messages": [message.to_dict() for message in messages]}
    found = [f"{name}: {wrong}: {_shown(_at(sent, name))}" for name, wrong in details]
    return found or [_shown([message["type"] for message in sent["messages"]])]


def _at(value: Any, path: str) -> Any:
    """Return what is at `path` in `value`; the innermost object on the way whose next step does not exist."""
    for name, index in _STEP.findall(path):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return value
    return value


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:_SHOWN]
