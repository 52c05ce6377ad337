"""A reply in plain words: what is read aloud (altText), and what is sent when LINE refuses the bubbles."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from bot.reply import (
    AskLocation,
    Block,
    CallButton,
    Card,
    Choices,
    FactLine,
    HotlineLine,
    LinkButton,
    Option,
    PlaceLine,
    Places,
    Reply,
    Text,
    Urgent,
)
from handlers.line import limits

_STOPS = "。！？!?….:："
_READING = regex.compile(r"(?<=\p{Han})[（(][\p{Hiragana}ー]+[）)]")
"""住民票（じゅうみんひょう）, as やさしい日本語 writes it."""


def plain(reply: Reply) -> str:
    """Return the whole reply as one text within LINE's limit; empty when the reply holds no words."""
    return limits.shorten("\n\n".join(filter(None, map(_whole, reply.blocks))), limits.TEXT_UTF16)


def gist(block: Block) -> str:
    """Return what a notification shows and a screen reader says for `block`; empty when it holds no words.

    Every line ends with a stop, so that the voice pauses, and a reading in brackets is not said twice.
    """
    return "\n".join(_stopped(_READING.sub("", line)) for line in _clean(_said(block)))


def _said(block: Block) -> list[str]:
    match block:
        case Card():
            shown = [block.highlight] if block.highlight else []
            return [block.title, *block.cautions, *map(_fact, shown), block.text]
        case Choices():
            # As in bot.plain_text: what is typed may be the number.
            return [block.prompt, *(_option(number, each) for number, each in enumerate(block.options, start=1))]
        case Urgent():
            return [block.title, block.text, *map(_hotline, block.hotlines)]
        case Places():
            return [block.title, *map(_place, block.lines)]
        case Text() | AskLocation():
            return [block.text]


def _whole(block: Block) -> str:
    match block:
        case Card():
            desk = [block.desk.label, block.desk.name, block.desk.opening, *block.desk.lines] if block.desk else []
            facts = map(_fact, block.facts)
            return _lines([*_said(block), *facts, *desk, block.source_note, *map(_button, block.buttons)])
        case Places():
            return _lines([block.title, block.text, *(each for line in block.lines for each in _whole_place(line))])
        case Text():
            return _lines([block.text, *map(_button, block.buttons)])
        case _:
            return _lines(_said(block))


def _fact(fact: FactLine) -> str:
    return ": ".join(filter(None, (limits.clean(fact.name), limits.clean(fact.value))))


def _place(line: PlaceLine) -> str:
    return " ".join(filter(None, map(limits.clean, (line.name, line.way, line.address))))


def _whole_place(line: PlaceLine) -> list[str]:
    uses = (f"{use.hazard}: {use.where}" for use in line.uses)
    return [_place(line), line.kinds, *uses, line.note, line.source_note, _button(line.map)]


def _hotline(line: HotlineLine) -> str:
    return " ".join(filter(None, map(limits.clean, (line.name, line.call.number, line.about))))


def _option(number: int, option: Option) -> str:
    label, description = limits.clean(option.label), limits.clean(option.description)
    return " — ".join(filter(None, (f"{number}. {label}", description))) if label else ""


def _button(button: LinkButton | CallButton) -> str:
    target = button.number if isinstance(button, CallButton) else limits.uri(button.url) or ""
    return " ".join(filter(None, (limits.clean(button.label), limits.clean(target))))


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(_clean(parts))


def _clean(parts: Iterable[str]) -> list[str]:
    return [each for each in map(limits.clean, parts) if each]


def _stopped(line: str) -> str:
    return line if line[-1] in _STOPS else line + _STOPS[0]
