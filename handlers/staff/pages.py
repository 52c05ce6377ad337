"""The staff pages as HTML; every value is escaped by the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.language.which_language import Language
from handlers.staff import flex_look
from handlers.staff.line_preview import Area, Example, Scene
from handlers.staff.style_sheet import StyleSheet

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    name: str
    """The bot's name."""
    styles: tuple[str, ...]
    """Addresses of style sheets."""
    icon: str
    token: str
    """What a form of ours carries."""
    signed_in: bool
    nonce: str = ""
    """Lets the page's one style sheet of its own through the browser's policy."""


class Pages:
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

    def login(self, frame: Frame, after: str, trouble: str = "") -> bytes:
        """Return the login page; `trouble` is `wrong`, `wait` or `stale`."""
        return self._page("login.html", frame, after=after, trouble=trouble)

    def home(self, frame: Frame) -> bytes:
        """Return the page with the links to all others."""
        return self._page("home.html", frame)

    def line_preview(
        self,
        frame: Frame,
        areas: Sequence[Area],
        examples: Sequence[Example],
        asked: dict[str, str],
        scenes: Sequence[Scene] | None,
    ) -> bytes:
        """Return the page that draws replies as LINE does; `scenes` is None where nothing of that name exists."""
        sheet = StyleSheet()
        looks = {
            "bubble_look": lambda made: sheet.class_of(flex_look.bubble(made)),
            "look": lambda made, parent: sheet.class_of(flex_look.component(made, parent)),
            "button_style": flex_look.button_style,
        }
        # The pictures first: they write the style sheet that stands in the page's head.
        pictures = self._templates.get_template("staff/line_scenes.html").render(scenes=scenes or (), **looks)
        return self._page(
            "line_preview.html",
            frame,
            areas=areas,
            examples=examples,
            languages=list(Language),
            asked=asked,
            found=scenes is not None,
            pictures=pictures,
            sheet=sheet.text(),
        )

    def _page(self, name: str, frame: Frame, **values: Any) -> bytes:
        html = self._templates.get_template(f"staff/{name}").render(frame=frame, **values)
        return html.encode("utf-8", errors="replace")
