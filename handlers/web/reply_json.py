"""A reply as plain JSON values, for clients that draw it themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.reply import AskLocation, Block, CallButton, Card, Choices, LinkButton, Option, Places, Reply, Text, Urgent

Json = dict[str, Any]


def reply_json(reply: Reply) -> Json:
    """Return `blocks`, each with its `type` (card, choices, text, urgent, places, ask_location), and `follow_ups`.

    An option is `{"label", "action"}`, with a `"description"` where it has one; its `action` is what POST /api/ask takes
    back. A button is `{"type": "link", "label", "url"}` or `{"type": "call", "label", "number", "url"}`. The `language` of
    a block (BCP 47) is that of its text or prompt.
    """
    return {"blocks": [_block(each) for each in reply.blocks], "follow_ups": _options(reply.follow_ups)}


def _block(block: Block) -> Json:
    match block:
        case Card():
            return {"type": "card", **asdict(block), "buttons": [_button(each) for each in block.buttons]}
        case Choices():
            return {"type": "choices", "prompt": block.prompt, "options": _options(block.options), **_language(block)}
        case Text():
            buttons = [_button(each) for each in block.buttons]
            return {"type": "text", "text": block.text, "buttons": buttons, **_language(block)}
        case Urgent():
            lines = [{"name": each.name, "about": each.about, "call": _button(each.call)} for each in block.hotlines]
            return {"type": "urgent", "title": block.title, "text": block.text, "hotlines": lines, **_language(block)}
        case Places():
            places = [{**asdict(each), "map": _button(each.map)} for each in block.lines]
            return {"type": "places", "title": block.title, "text": block.text, "places": places}
        case AskLocation():
            return {"type": "ask_location", "text": block.text, "label": block.label}


def _language(block: Choices | Text | Urgent) -> Json:
    return {"language": block.language}


def _options(options: tuple[Option, ...]) -> list[Json]:
    return [
        {"label": each.label, "action": each.action.encode()}
        | ({"description": each.description} if each.description else {})
        for each in options
    ]


def _button(button: LinkButton | CallButton) -> Json:
    if isinstance(button, CallButton):
        return {"type": "call", "label": button.label, "number": button.number, "url": button.url}
    return {"type": "link", "label": button.label, "url": button.url}
