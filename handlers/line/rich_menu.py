"""The rich menu: its tiles from menu.yaml, where each lies, and what a tap on it sends. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.action import Action, Verb
from bot.knowledge.schema import Menu
from bot.reply import Option
from handlers.line import flex, limits
from handlers.line.flex import Json

WIDTH = 2500
ROW = 843
"""Two rows make 1686: LINE's own sizes for large and compact menus, 2500 × 1686 and 2500 × 843."""
MOST_TILES = 6
CHAT_BAR_GRAPHEMES = 14
NAME_BEGINS = "annai-"
"""Tells the menus that this program has made from those of others; they are left alone."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: what it says, what it opens, and where it lies, in pixels."""

    name: str
    path: str
    """Names joined by `/`, as the menu's postbacks carry it."""
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RichMenu:
    """A rich menu without its picture."""

    tiles: tuple[Tile, ...]
    bar: str
    """What stands on the bar that opens and closes it."""

    @property
    def height(self) -> int:
        """Return the height of the picture."""
        return max((tile.y + tile.height for tile in self.tiles), default=0)


def rich_menu(menu: Menu) -> RichMenu | None:
    """Return the rich menu of menu.yaml: the tiles that staff chose, else the first six; None when there are none."""
    paths = menu.rich.tiles or tuple(item.name for item in menu.items)
    return RichMenu(_laid_out(paths[:MOST_TILES]), menu.rich.bar) if paths else None


def as_json(menu: RichMenu, name: str) -> Json:
    """Return what creates the menu at LINE."""
    return {
        "size": {"width": WIDTH, "height": menu.height},
        "selected": True,
        "name": name,
        "chatBarText": limits.label(menu.bar, CHAT_BAR_GRAPHEMES),
        "areas": [_area(tile) for tile in menu.tiles],
    }


def name_of(menu: RichMenu, pixels: bytes) -> str:
    """Return the menu's name: the same as long as it looks and works the same, whatever packs its picture."""
    meant = json.dumps(as_json(menu, ""), sort_keys=True, ensure_ascii=False).encode()
    return NAME_BEGINS + hashlib.sha256(meant + b"\0" + pixels).hexdigest()[:24]


def _area(tile: Tile) -> Json:
    option = Option(tile.name, Action(Verb.MENU, tile.path))
    action = flex.tap(option, limits.QUICK_LABEL_GRAPHEMES)
    assert action is not None, "a menu's name is never empty (bot.knowledge.schema)"
    if action["type"] == "postback":
        # The answer needs the room that the menu takes; the bar below the chat opens it again.
        action["inputOption"] = "closeRichMenu"
    bounds = {"x": tile.x, "y": tile.y, "width": tile.width, "height": tile.height}
    return {"bounds": bounds, "action": action}


def _laid_out(paths: Sequence[str]) -> tuple[Tile, ...]:
    """Return tiles in one row of up to three, or in two, the upper with the odd one."""
    first = len(paths) if len(paths) <= MOST_TILES // 2 else (len(paths) + 1) // 2
    rows = [row for row in (paths[:first], paths[first:]) if row]
    return tuple(tile for number, row in enumerate(rows) for tile in _row(row, number * ROW))


def _row(paths: Sequence[str], y: int) -> list[Tile]:
    edges = [WIDTH * number // len(paths) for number in range(len(paths) + 1)]
    return [
        Tile(path.rpartition("/")[2], path, left, y, right - left, ROW)
        for path, (left, right) in zip(paths, pairwise(edges), strict=True)
    ]
