"""The few Block Kit blocks that our messages are made of (https://docs.slack.dev/reference/block-kit/blocks).

Every text is made safe here: what goes in are plain words, what comes out is within Slack's limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.reply import LinkButton, Option
from handlers import fitting
from handlers.slack import limits, mrkdwn
from handlers.slack.limits import Json

TAP = "tap"
OPEN = "open"
ASK = "ask"
"""How the action_ids begin: of what asks something, of what only opens a page, of the field for typing."""


def header(text: str) -> list[Json]:
    """Return `text` as a headline, or nothing when it shows nothing."""
    words = fitting.line(text, limits.HEADER_TEXT)
    return [{"type": "header", "text": _plain(words)}] if words else []


def section(marked: str) -> list[Json]:
    """Return a section of mrkdwn that `mrkdwn` has made, or nothing for nothing."""
    return [{"type": "section", "text": {"type": "mrkdwn", "text": marked}}] if marked else []


def sections(text: str) -> list[Json]:
    """Return the whole of `text`, in as many sections as it needs."""
    return [block for part in mrkdwn.said_in_pieces(text, limits.SECTION_TEXT) for block in section(part)]


def paragraphs(marked: Iterable[str]) -> list[Json]:
    """Return pieces of mrkdwn, parted by line breaks, in as few sections as they fit in."""
    together: list[str] = []
    for part in filter(None, marked):
        joined = f"{together[-1]}\n{part}" if together else part
        if together and fitting.utf16(joined) <= limits.SECTION_TEXT:
            together[-1] = joined
        else:
            together.append(part)
    return [block for part in together for block in section(part)]


def context(marked: str) -> list[Json]:
    """Return small grey mrkdwn, or nothing for nothing."""
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": marked}]}] if marked else []


def divider() -> list[Json]:
    """Return a thin line."""
    return [{"type": "divider"}]


def buttons(made: Sequence[Json | None], most: int) -> list[Json]:
    """Return the buttons that could be made, at most `most`, side by side; nothing for none."""
    shown = [button for button in made if button][: min(most, limits.ACTIONS)]
    return [{"type": "actions", "elements": shown}] if shown else []


def tap(option: Option, number: str) -> Json | None:
    """Return the button for one option, or None when it has no label or its action does not fit Slack's value.

    What is typed instead of a tap leads to the same place. `number` tells it from all other buttons of the message.
    """
    label, value = fitting.line(option.label, limits.BUTTON_TEXT), option.action.encode()
    # A value that cleaning would change would come back as another action.
    if not label or fitting.utf16(value) > limits.BUTTON_VALUE or fitting.clean(value) != value:
        return None
    return {"type": "button", "action_id": f"{TAP}-{number}", "text": _plain(label), "value": value}


def opener(target: LinkButton, number: str) -> Json | None:
    """Return the button that opens a page, or None when Slack would refuse its address."""
    address = limits.uri(target.url)
    label = fitting.line(target.label, limits.BUTTON_TEXT) or (
        fitting.line(address, limits.BUTTON_TEXT) if address else ""
    )
    if not address or not label or address.startswith("tel:"):
        return None
    return {"type": "button", "action_id": f"{OPEN}-{number}", "text": _plain(label), "url": address}


def search(label: str, example: str) -> Json:
    """Return the field for typing a question on the Home tab; Enter sends it."""
    return {
        "type": "input",
        "block_id": ASK,
        "dispatch_action": True,
        "label": _plain(fitting.line(label, limits.PLACEHOLDER)),
        "element": {
            "type": "plain_text_input",
            "action_id": ASK,
            "placeholder": _plain(fitting.line(example, limits.PLACEHOLDER)),
            "max_length": limits.SECTION_TEXT,
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
