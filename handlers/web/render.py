"""A reply → HTML. Pure: the page and its fragments come from the same templates, every value escaped by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.action import Verb
from bot.reply import AskLocation, Block, CallButton, Card, Choices, LinkButton, Option, Places, Reply, Text, Urgent
from handlers.web.parse import Refusal

_TEMPLATES = Path(__file__).parent / "templates"
_TEL = re.compile(r"tel:(?:[0-9+*().-]|%23)+")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Whose page it is, and where its links and forms lead."""

    name: str
    """The bot's name, as staff write it in messages.yaml."""
    about: str
    """One sentence on what it is for."""
    page: str
    chat: str
    style: str
    script: str
    icon: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with what came of it: a reply, or the reason why there is none."""

    number: str
    """Tells this turn's elements from those of all others on the page."""
    question: str = ""
    """Empty when nobody asked (the greeting) or a tap came without its label."""
    reply: Reply | None = None
    refusal: Refusal | None = None
    kept: str = field(default="", repr=False)
    """What stays in the input, so that nobody types it twice."""


class Renderer:
    """Holds the compiled templates; safe to share between threads."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters |= {"lines": _lines, "urgent_first": _urgent_first}
        self._templates.tests |= _TESTS
        self._templates.globals["template_of"] = _template_of
        sentences = self._templates.get_template("web/sentences.html").module
        self._sentences: dict[str, str] = vars(sentences)["refusals"]

    def page(self, turn: Turn, addresses: Addresses) -> bytes:
        """Return the whole page with `turn` in its log."""
        return self._html("web/page.html", turn, addresses)

    def fragment(self, turn: Turn, addresses: Addresses) -> bytes:
        """Return `turn` alone, to be appended to the log of a page."""
        return self._html("web/turn.html", turn, addresses)

    def sentence(self, refusal: Refusal) -> str:
        """Return what a person reads about `refusal`."""
        return self._sentences[refusal.value]

    def _html(self, name: str, turn: Turn, addresses: Addresses) -> bytes:
        said = self.sentence(turn.refusal) if turn.refusal else ""
        html = self._templates.get_template(name).render(turn=turn, refused=said, to=addresses)
        # Knowledge that holds half a surrogate pair shall cost a character, not the answer.
        return html.encode("utf-8", errors="replace")


def _template_of(block: Block) -> str:
    match block:
        case Card():
            return "web/card.html"
        case Choices():
            return "web/choices.html"
        case Text():
            return "web/text.html"
        case Urgent():
            return "web/urgent.html"
        case Places():
            return "web/places.html"
        case AskLocation():
            return "web/ask_location.html"


def _urgent_first(blocks: Sequence[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: not isinstance(block, Urgent))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_web_address(url: str) -> bool:
    # What a `javascript:` link does is no page to open.
    return url.lower().startswith(("https://", "http://"))


def _is_call(button: LinkButton | CallButton) -> bool:
    return isinstance(button, CallButton)


def _is_callable_number(button: LinkButton | CallButton) -> bool:
    return isinstance(button, CallButton) and _TEL.fullmatch(button.url) is not None


def _is_feedback(option: Option) -> bool:
    return option.action.verb in (Verb.SOLVED, Verb.WRONG)


def _is_way_out(option: Option) -> bool:
    return option.action.verb is Verb.NONE_OF_THESE


_TESTS: dict[str, Callable[..., bool]] = {
    "web_address": _is_web_address,
    "call": _is_call,
    "callable_number": _is_callable_number,
    "way_out": _is_way_out,
    "feedback": _is_feedback,
}
