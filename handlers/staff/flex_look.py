"""How LINE draws Flex components, as CSS. Pure: a component of the JSON in, declarations out.

Sizes and defaults are those that LINE's documentation names (https://developers.line.biz/en/docs/messaging-api/flex-message-layout/
and .../flex-message-elements/); what it leaves open is drawn near enough to judge a card by, not to the pixel.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
Css = dict[str, str]

BUBBLES = {"nano": 120, "micro": 160, "deca": 220, "hecto": 241, "kilo": 260, "mega": 300, "giga": 386}
"""The width of a bubble by its size."""
_FONTS = {"xxs": 11, "xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29, "3xl": 35, "4xl": 48, "5xl": 74}
_SPACES = {"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}
_IMAGES = {
    "xxs": 40,
    "xs": 60,
    "sm": 80,
    "md": 100,
    "lg": 120,
    "xl": 140,
    "xxl": 160,
    "3xl": 180,
    "4xl": 200,
    "5xl": 220,
}
_ICONS = _FONTS
_BORDERS = {"none": 0, "light": 0.5, "normal": 1, "medium": 2, "semi-bold": 3, "bold": 4}
_BUTTONS = {"primary": "#17c950", "secondary": "#dcdfe5", "link": "#42659a"}
"""The colour that a button has by its style where the JSON names none."""
_JUSTIFY = {
    "flex-start": "flex-start",
    "center": "center",
    "flex-end": "flex-end",
    "space-between": "space-between",
    "space-around": "space-around",
    "space-evenly": "space-evenly",
}
_ALIGN = {"start": "left", "center": "center", "end": "right"}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(px|%)")
_RATIO = re.compile(r"(\d{1,6}(?:\.\d+)?):(\d{1,6}(?:\.\d+)?)")


def bubble(made: Json) -> Css:
    """Return the look of a bubble."""
    return {"width": f"{BUBBLES.get(str(made.get('size')), BUBBLES['mega'])}px"}


def component(made: Json, parent: str) -> Css:
    """Return the look of one component that stands in a box of the layout `parent`."""
    looks = {"box": _box, "text": _text, "button": _button, "separator": _separator, "image": _image, "icon": _icon}
    own = looks[made["type"]](made) if made.get("type") in looks else {}
    return {**_place(made, parent), **own}


def button_style(made: Json) -> str:
    """Return the style of a button, one of those that LINE knows."""
    style = str(made.get("style", "link"))
    return style if style in _BUTTONS else "link"


def _place(made: Json, parent: str) -> Css:
    """Return how much of the box it takes, and how far it keeps from what stands before it."""
    grows = made.get("flex", 0 if parent == "vertical" or made.get("type") in ("separator", "icon") else 1)
    css = {"flex": f"{grows} 1 0%" if isinstance(grows, int) and grows > 0 else "0 0 auto"}
    if parent == "vertical":
        css["flex"] = "0 0 auto"
    if (margin := _space(made.get("margin"))) is not None:
        css["margin-top" if parent == "vertical" else "margin-left"] = margin
    return css


def _box(made: Json) -> Css:
    layout = made.get("layout")
    css = {"flex-direction": "column" if layout == "vertical" else "row"}
    if layout == "baseline":
        css["align-items"] = "baseline"
    for name, declared in {
        "spacing": "gap",
        "paddingAll": "padding",
        "paddingTop": "padding-top",
        "paddingBottom": "padding-bottom",
        "paddingStart": "padding-left",
        "paddingEnd": "padding-right",
        "cornerRadius": "border-radius",
        "width": "width",
        "height": "height",
        "maxWidth": "max-width",
    }.items():
        if (length := _space(made.get(name))) is not None:
            css[declared] = length
    css |= _coloured(made, backgroundColor="background-color", borderColor="border-color")
    if made.get("borderWidth") in _BORDERS:
        css |= {"border-width": f"{_BORDERS[made['borderWidth']]}px", "border-style": "solid"}
    if made.get("justifyContent") in _JUSTIFY:
        css["justify-content"] = _JUSTIFY[made["justifyContent"]]
    if made.get("alignItems") in ("center", "flex-start", "flex-end"):
        css["align-items"] = made["alignItems"]
    return css


def _text(made: Json) -> Css:
    css = {"font-size": _sized(made.get("size"), _FONTS, "md"), **_coloured(made, color="color")}
    if made.get("weight") == "bold":
        css["font-weight"] = "700"
    if made.get("align") in _ALIGN:
        css["text-align"] = _ALIGN[made["align"]]
    if made.get("decoration") in ("underline", "line-through"):
        css["text-decoration"] = made["decoration"]
    if made.get("style") == "italic":
        css["font-style"] = "italic"
    if not made.get("wrap"):
        css |= {"white-space": "nowrap", "overflow": "hidden", "text-overflow": "ellipsis"}
    return css


def _button(made: Json) -> Css:
    style = button_style(made)
    colour = _colour(made.get("color")) or _BUTTONS[style]
    css = {"min-height": "40px" if made.get("height") == "sm" else "52px"}
    if style == "link":
        return {**css, "color": colour}
    return {**css, "background-color": colour, "color": "#ffffff" if style == "primary" else "#111111"}


def _separator(made: Json) -> Css:
    return {"background-color": _colour(made.get("color")) or "#d4d6da"}


def _image(made: Json) -> Css:
    full = made.get("size") == "full"
    css = {"width": "100%" if full else _sized(made.get("size"), _IMAGES, "md")}
    ratio = _RATIO.fullmatch(str(made.get("aspectRatio", "1:1")))
    css["aspect-ratio"] = f"{ratio.group(1)} / {ratio.group(2)}" if ratio else "1 / 1"
    css["object-fit"] = "cover" if made.get("aspectMode") == "cover" else "contain"
    return {**css, **_coloured(made, backgroundColor="background-color")}


def _icon(made: Json) -> Css:
    return {"height": _sized(made.get("size"), _ICONS, "md"), "width": "auto"}


def _sized(value: Any, named: dict[str, int], usual: str) -> str:
    return f"{named[value]}px" if value in named else _length(value) or f"{named[usual]}px"


def _space(value: Any) -> str | None:
    return f"{_SPACES[value]}px" if value in _SPACES else _length(value)


def _length(value: Any) -> str | None:
    return value if isinstance(value, str) and _LENGTH.fullmatch(value) else None


def _coloured(made: Json, **declared: str) -> Css:
    found = {css: _colour(made.get(name)) for name, css in declared.items()}
    return {css: colour for css, colour in found.items() if colour}


def _colour(value: Any) -> str | None:
    # Only what is a colour gets into a style sheet.
    return value if isinstance(value, str) and _COLOUR.fullmatch(value) else None
