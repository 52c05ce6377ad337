"""A reply → the messages that LINE shows, as its JSON. Pure, and without the SDK.

Source: https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.reply import AskLocation, Block, CallButton, Card, Choices, LinkButton, Places, Reply, Text, Urgent
from handlers.line import bubbles, flex, limits
from handlers.line.flex import Json
from handlers.line.plain import gist, plain
from handlers.line.texts import LineTexts


def compose(reply: Reply, texts: LineTexts) -> list[Json]:
    """Return one to five messages that stand for `reply`, every limit of LINE's held."""
    messages = _at_most_five([message for block in reply.blocks for message in _messages(block, texts)])
    messages = messages or [_nothing(texts)]
    # Quick replies show only under the last message of a send (#quick-reply).
    if items := _quick_replies(reply):
        messages[-1]["quickReply"] = {"items": items}
    return _signed(messages, texts)


def compose_plain(reply: Reply, texts: LineTexts) -> list[Json]:
    """Return `reply` as a single plain text: what is sent when LINE refuses the other form."""
    return _signed([_text(plain(reply)) or _nothing(texts)], texts)


def _signed(messages: list[Json], texts: LineTexts) -> list[Json]:
    """Return `messages` with the bot's name and icon, where it has them (#icon-nickname-switch)."""
    return [{**message, "sender": texts.sender.as_json()} for message in messages] if texts.sender else messages


def _messages(block: Block, texts: LineTexts) -> list[Json]:
    match block:
        case Card():
            made = [_flex(bubbles.card(block, texts.whole_of(block)), block)]
        case Choices():
            made = [_flex(bubbles.choices(block), block)]
        case Urgent():
            made = [_flex(bubbles.urgent(block), block)]
        case Text():
            # A text message can be copied and its links tapped, which a bubble's text can't.
            made = [_text(block.text), _flex(bubbles.only_buttons(block.buttons), block)]
        case Places():
            made = [_text(f"{block.title}\n{block.text}"), _flex(bubbles.places(block), block)]
        case AskLocation():
            made = [_text(block.text)]
    return [message for message in made if message]


def _text(text: str) -> Json | None:
    words = limits.shorten(text, limits.TEXT_UTF16)
    return {"type": "text", "text": words} if words else None


def _nothing(texts: LineTexts) -> Json:
    return {"type": "text", "text": limits.shorten(texts.nothing, limits.TEXT_UTF16)}


def _flex(bubble: Json | None, block: Block) -> Json | None:
    if bubble is None:
        return None
    said = gist(block)
    if isinstance(block, Text) or not said:
        # The words stand in the message before, or there are none: the buttons speak for themselves.
        said = " / ".join(filter(None, (limits.clean(button.label) for button in _buttons(block)))) or limits.ELLIPSIS
    return {"type": "flex", "altText": limits.shorten(said, limits.ALT_TEXT_UTF16), "contents": bubble}


def _buttons(block: Block) -> Sequence[LinkButton | CallButton]:
    return block.buttons if isinstance(block, Card | Text) else ()


def _quick_replies(reply: Reply) -> list[Json]:
    """Return the way to send a location, the choices again, then the follow-ups: thumbs reach them without scrolling."""
    asks = [block for block in reply.blocks if isinstance(block, AskLocation)][:1]
    choices = [option for block in reply.blocks if isinstance(block, Choices) for option in block.options]
    unique = dict.fromkeys([*choices, *reply.follow_ups])
    made = [flex.share_location(block.label) for block in asks]
    made += [flex.tap(option, limits.QUICK_LABEL_GRAPHEMES) for option in unique]
    taps = [tap for tap in made if tap]
    return [{"type": "action", "action": tap} for tap in taps[: limits.QUICK_REPLIES]]


def _at_most_five(messages: list[Json]) -> list[Json]:
    """Return `messages` as they are when LINE takes them in one send; else neighbouring bubbles share a carousel.

    What is still too many then is left out from the end: a reply is in the order of importance.
    """
    if len(messages) <= limits.MESSAGES:
        return messages
    packed: list[Json] = []
    for message in messages:
        shared = _share(packed[-1], message) if packed else None
        if shared:
            packed[-1] = shared
        else:
            packed.append(message)
    return packed[: limits.MESSAGES]


def _share(first: Json, second: Json) -> Json | None:
    """Return both Flex messages as one carousel, or None when they don't go into one (#f-carousel)."""
    if first["type"] != "flex" or second["type"] != "flex":
        return None
    together = [bubble for flex in (first, second) for bubble in flex["contents"].get("contents", [flex["contents"]])]
    carousel = {"type": "carousel", "contents": together}
    if len(together) > limits.CAROUSEL_BUBBLES or limits.wire_bytes(carousel) > limits.CAROUSEL_BYTES:
        return None
    alt = limits.shorten(f"{first['altText']}\n{second['altText']}", limits.ALT_TEXT_UTF16)
    return {"type": "flex", "altText": alt, "contents": carousel}
