"""The picture of the rich menu, drawn with the font beside this file. Only here is Pillow imported.

LINE takes JPEG or PNG of at most 1 MB, 800 to 2500 pixels wide, at least 250 high, at least 1.45 times as wide as high:
https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from handlers.line.flex import INK, LINK, PAPER
from handlers.line.rich_menu import WIDTH, RichMenu, Tile
from handlers.line.tile_text import lines_of

MOST_BYTES = 1_000_000
CONTENT_TYPE = "image/png"
FONT = Path(__file__).parent / "font" / "NotoSansCJKjp-Bold-subset.otf"
SIZES = (124, 116, 108, 100, 92, 84, 76, 68, 60, 52)
"""Font sizes. Shown on a phone, the picture is a sixth to a seventh as wide: 100 becomes about 16 px."""
_GROUND = "#E8F1FE"
"""blue-50 of the design tokens that the web page uses."""
_EDGE = "#9DB7F9"
_GAP, _PADDING, _CORNER, _LINE_HEIGHT = 24, 56, 48, 1.35
_MARK = 56
"""Half the width of the arrow's disc."""


class Undrawable(Exception):
    """The font lacks characters that the menu is written with."""

    def __init__(self, name: str, characters: str) -> None:
        super().__init__(f"{name}: {characters}")
        self.name, self.characters = name, characters


def draw(menu: RichMenu) -> Image.Image:
    """Return the picture of `menu`; raise Undrawable when a name holds a character that the font lacks."""
    for tile in menu.tiles:
        if missing := "".join(dict.fromkeys(c for c in tile.name if not c.isspace() and not _has(c))):
            raise Undrawable(tile.name, missing)
    picture = Image.new("RGB", (WIDTH, menu.height), _GROUND)
    pen = ImageDraw.Draw(picture)
    for tile in menu.tiles:
        _draw_tile(pen, tile)
    return picture


def png(picture: Image.Image) -> bytes:
    """Return the picture as PNG, well below LINE's 1 MB: a few plain colours pack well."""
    packed = BytesIO()
    picture.save(packed, "PNG", optimize=True)
    data = packed.getvalue()
    assert len(data) <= MOST_BYTES, f"{len(data)} bytes"
    return data


def _draw_tile(pen: ImageDraw.ImageDraw, tile: Tile) -> None:
    left, top = tile.x + _GAP, tile.y + _GAP
    right, bottom = tile.x + tile.width - _GAP, tile.y + tile.height - _GAP
    pen.rounded_rectangle((left, top, right, bottom), _CORNER, fill=PAPER, outline=_EDGE, width=6)
    middle = (left + right) // 2
    _draw_arrow(pen, middle, bottom - _PADDING - _MARK)
    lines, size = lines_of(tile.name, _width, right - left - 2 * _PADDING, SIZES)
    step = round(size * _LINE_HEIGHT)
    words_middle = (top + bottom - 2 * _MARK - _PADDING) // 2
    first = words_middle - step * (len(lines) - 1) // 2
    for number, line in enumerate(lines):
        pen.text((middle, first + number * step), line, fill=INK, font=_font(size), anchor="mm")


def _draw_arrow(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.ellipse((x - _MARK, y - _MARK, x + _MARK, y + _MARK), fill=LINK)
    pen.line([(x - 12, y - 24), (x + 12, y), (x - 12, y + 24)], fill=PAPER, width=12, joint="curve")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow's own layout, whether or not the machine has another: the same menu shall look the same everywhere.
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text)


@cache
def _has(character: str) -> bool:
    """Return whether the font draws `character` and not the box that stands for a missing one."""
    shown, missing = (_font(SIZES[-1]).getmask(text) for text in (character, "\U0010ffff"))
    return (shown.size, bytes(shown)) != (missing.size, bytes(missing))
