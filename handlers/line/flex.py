"""The few Flex components that our bubbles are made of, and their colours.

Source: https://developers.line.biz/en/reference/messaging-api/#flex-component
"""

from __future__ import annotations

from typing import Any

from bot.action import Verb
from bot.reply import CallButton, LinkButton, Option
from handlers.line import limits

Json = dict[str, Any]

# Every text colour keeps 4.5:1 on each ground it stands on (WCAG 2.2, 1.4.3); a test measures the bubbles.
INK = "#1A1A1A"
QUIET = "#4D4D4D"
LINK = "#0017C1"
ALARM = "#B00000"
PAPER = "#FFFFFF"
DESK = "#F1F1F4"
CAUTION = "#FFF3D6"
OPTION = "#DCE5F5"
"""The ground of a `secondary` button, whose text LINE draws in #111111."""


def words(text: str, *, size: str = "md", color: str = INK, bold: bool = False, **more: Any) -> Json:
    """Return a text that wraps and grows with the font size that the resident has set in LINE."""
    weight = {"weight": "bold"} if bold else {}
    return {"type": "text", "text": text, "wrap": True, "scaling": True, "size": size, "color": color, **weight, **more}


def box(layout: str, contents: list[Json], **more: Any) -> Json:
    """Return a box; `vertical` and `horizontal` are the layouts that may hold anything."""
    return {"type": "box", "layout": layout, "contents": contents, **more}


def bubble(body: list[Json], buttons: list[Json], header: Json | None = None) -> Json:
    """Return a bubble of the one size that all of ours have: a carousel may not mix sizes (#f-carousel)."""
    parts: Json = {"type": "bubble", "size": "mega"}
    if header:
        parts["header"] = header
    if body:
        parts["body"] = box("vertical", body, spacing="md")
    if buttons:
        parts["footer"] = box("vertical", buttons, spacing="sm")
    return parts


def button(action: Json, style: str, color: str) -> Json:
    """Return a button of LINE's larger height, 52 px, whose label shrinks before it is cut."""
    look = {"style": style, "color": color, "adjustMode": "shrink-to-fit", "scaling": True}
    return {"type": "button", "action": action, **look}


def open_or_call(target: LinkButton | CallButton) -> Json | None:
    """Return the button that opens the page or calls the number, or None when LINE would refuse its address."""
    if isinstance(target, CallButton):
        action = uri_action(limits.clean(target.label) or target.number, target.url)
        style = "primary"
    else:
        action = uri_action(limits.clean(target.label) or target.url, target.url)
        style = "link"
    return button(action, style, LINK) if action else None


def uri_action(label: str, url: str) -> Json | None:
    """Return the action that opens `url`, or None when LINE would refuse it."""
    address, name = limits.uri(url), limits.label(label, limits.BUTTON_LABEL_GRAPHEMES)
    if not address or not name:
        return None
    return {"type": "uri", "label": name, "uri": address}


def choose(option: Option) -> Json | None:
    """Return the button for one of several choices, or None when it has no label to show."""
    action = tap(option, limits.BUTTON_LABEL_GRAPHEMES)
    if action is None:
        return None
    if option.action.verb is Verb.NONE_OF_THESE:
        return button(action, "link", LINK)
    return button(action, "secondary", OPTION)


def share_location(label: str) -> Json | None:
    """Return the action that opens LINE's map to send a place; it works in a quick reply only (#location-action)."""
    name = limits.label(label, limits.QUICK_LABEL_GRAPHEMES)
    return {"type": "location", "label": name} if name else None


def tap(option: Option, label_limit: int) -> Json | None:
    """Return what a tap on `option` sends, or None when it has no label to show.

    A postback, shown in the chat as the option's label. Where the action is too long for one, the label is sent as
    if typed: what is typed leads to the same place.
    """
    name = limits.label(option.label, label_limit)
    shown = limits.label(option.label, limits.DISPLAY_TEXT_GRAPHEMES // 3)
    data = option.action.encode()
    if not name:
        return None
    # Data that cleaning would change would come back as another action.
    if limits.utf16(data) > limits.POSTBACK_DATA_UTF16 or limits.clean(data) != data:
        return {"type": "message", "label": name, "text": shown}
    return {"type": "postback", "label": name, "data": data, "displayText": shown}
