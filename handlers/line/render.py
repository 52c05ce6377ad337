"""A reply → the SDK's messages: what is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from linebot.v3.messaging import Message  # type: ignore[import-untyped,unused-ignore]

from bot.reply import Reply
from handlers.line.compose import compose, compose_plain
from handlers.line.flex import Json
from handlers.line.texts import LineTexts


def render(reply: Reply, texts: LineTexts) -> list[Message]:
    """Return the messages of `compose`."""
    return as_models(compose(reply, texts))


def render_plain(reply: Reply, texts: LineTexts) -> list[Message]:
    """Return the message of `compose_plain`."""
    return as_models(compose_plain(reply, texts))


def as_models(messages: Iterable[Json]) -> list[Message]:
    """Return the SDK's models of `messages`.

    Only `from_dict` builds them: a model that is given a dict where it wants a model drops the dict's content in silence.
    """
    return [Message.from_dict(message) for message in messages]
