"""Blocks → Flex bubbles, each within 30 KB of JSON (https://developers.line.biz/en/reference/messaging-api/#bubble)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.reply import (
    CallButton,
    Card,
    Choices,
    DeskLine,
    FactLine,
    HotlineLine,
    LinkButton,
    Option,
    PlaceLine,
    Places,
    Urgent,
)
from handlers.line import flex, limits
from handlers.line.flex import Json, box, words


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a block is shown. Texts count in UTF-16 units, at most 6 bytes of JSON each."""

    text: int
    line: int
    """A title, a fact, a line of the desk."""
    rows: int
    """Facts, hotlines, lines, choices: how many of each."""
    buttons: int


ROOMS = (Room(2000, 600, 24, 8), Room(1200, 300, 13, 6), Room(600, 120, 8, 4), Room(300, 40, 4, 3))
"""The first is ample for anything that staff write; the last fits 30 KB whatever the block holds."""
AT_A_GLANCE = Room(700, 300, 14, 8)
"""What a phone shows in two screens: enough where one tap shows the rest."""
EVERYTHING = Room(*[10**9] * 4)


def card(block: Card, whole: LinkButton | None = None) -> Json | None:
    """Return the bubble of one service, or None when the card holds nothing to show.

    With a page that shows the `whole`, a long card is cut sooner, and its first button opens that page.
    """

    def build(room: Room) -> Json:
        body = _card_body(block, room)
        is_cut = whole is not None and body != _card_body(block, EVERYTHING)
        targets = [whole, *block.buttons] if whole and is_cut else block.buttons
        return flex.bubble(body, buttons(targets, room))

    return _fitting(build, (AT_A_GLANCE, *ROOMS) if whole else ROOMS)


def choices(block: Choices) -> Json | None:
    """Return the bubble with one button for each choice, or None when there is nothing to show.

    What tells the choices apart stands above the buttons, whose labels have no room for it.
    """
    return _fitting(
        lambda room: flex.bubble([*_texts([block.prompt], room), *_differences(block, room)], _options(block, room))
    )


def urgent(block: Urgent) -> Json | None:
    """Return the red-headed bubble with one big button for each hotline, or None when there is nothing to show."""
    return _fitting(lambda room: flex.bubble(_urgent_body(block, room), [], _urgent_header(block, room)))


def places(block: Places) -> Json | None:
    """Return the carousel with one bubble for each place, or None when there is nothing to show."""
    lines = block.lines[: limits.CAROUSEL_BUBBLES]
    for room in ROOMS:
        carousel = _carousel(lines, room)
        if _goes(carousel):
            break
    while carousel["contents"] and not _goes(carousel):
        carousel["contents"].pop()  # the nearest come first
    return carousel if carousel["contents"] else None


def only_buttons(targets: Sequence[LinkButton | CallButton]) -> Json | None:
    """Return the small bubble that carries a text's buttons, or None when none of them can be shown."""
    return _fitting(lambda room: flex.bubble(buttons(targets, room), []))


def buttons(targets: Sequence[LinkButton | CallButton], room: Room) -> list[Json]:
    """Return the buttons that LINE would accept, as many as there is room for."""
    return [made for made in map(flex.open_or_call, targets) if made][: room.buttons]


def _fitting(build: Callable[[Room], Json], rooms: Sequence[Room] = ROOMS) -> Json | None:
    for room in rooms:
        made = build(room)
        if limits.wire_bytes(made) <= limits.BUBBLE_BYTES:
            break
    return made if made.keys() & {"header", "body", "footer"} else None


def _carousel(lines: Sequence[PlaceLine], room: Room) -> Json:
    bubbles = [flex.bubble(_place_body(line, room), buttons([line.map], room)) for line in lines]
    return {"type": "carousel", "contents": [made for made in bubbles if made.keys() & {"body", "footer"}]}


def _goes(carousel: Json) -> bool:
    small = all(limits.wire_bytes(bubble) <= limits.BUBBLE_BYTES for bubble in carousel["contents"])
    return small and limits.wire_bytes(carousel) <= limits.CAROUSEL_BYTES


def _place_body(line: PlaceLine, room: Room) -> list[Json]:
    name, way = limits.shorten(line.name, room.line), limits.shorten(line.way, room.line)
    parts = [words(name, size="lg", bold=True)] if name else []
    parts += [words(way, size="md", bold=True, color=flex.LINK)] if way else []
    parts += [words(text, size="sm") for text in _lines([line.address, line.kinds], room)]
    parts += _table([FactLine(use.hazard, use.where, "", "") for use in line.uses], "", room)
    parts += _cautions([line.note], room)
    return [*parts, *_fact_source(FactLine("", "", line.source_note, line.source_url), "", room)]


def _card_body(block: Card, room: Room) -> list[Json]:
    title = limits.shorten(block.title, room.line)
    note = limits.shorten(block.source_note, room.line)
    parts = [words(title, size="lg", bold=True)] if title else []
    parts += _cautions(block.cautions, room)
    parts += _highlight(block.highlight, room) if block.highlight else []
    parts += _texts([block.text], room)
    parts += _table(block.facts, note, room)
    parts += _desk(block.desk, room) if block.desk else []
    parts += [words(note, size="xs", color=flex.QUIET)] if note else []
    return parts


def _texts(texts: Sequence[str], room: Room) -> list[Json]:
    return [words(text) for text in (limits.shorten(text, room.text) for text in texts) if text]


def _lines(texts: Sequence[str], room: Room) -> list[str]:
    lines = [line for line in (limits.shorten(text, room.line) for text in texts) if line]
    return lines if len(lines) <= room.rows else [*lines[: room.rows - 1], limits.ELLIPSIS]


def _cautions(cautions: Sequence[str], room: Room) -> list[Json]:
    lines = [words(line, size="sm", bold=True) for line in _lines(cautions, room)]
    return [box("vertical", lines, backgroundColor=flex.CAUTION, cornerRadius="md", paddingAll="md")] if lines else []


def _highlight(fact: FactLine, room: Room) -> list[Json]:
    name, value = limits.shorten(fact.name, room.line), limits.shorten(_listed(fact.value), room.line)
    # A fee should be seen from afar; a list of papers to bring would fill the screen at that size.
    size = "xxl" if limits.utf16(value) <= 16 else "xl" if limits.utf16(value) <= 60 else "lg"
    lines = [words(name, size="sm", color=flex.QUIET, bold=True)] if name else []
    lines += [words(value, size=size, bold=True)] if value else []
    lines += _fact_source(fact, "", room)
    return [box("vertical", lines)] if lines else []


def _table(facts: Sequence[FactLine], card_note: str, room: Room) -> list[Json]:
    rows = [row for row in (_row(fact, card_note, room) for fact in facts) if row]
    if not rows:
        return []
    more = [words(limits.ELLIPSIS, size="sm")] if len(rows) > room.rows else []
    return [{"type": "separator"}, box("vertical", [*rows[: room.rows], *more], spacing="md")]


def _row(fact: FactLine, card_note: str, room: Room) -> Json | None:
    """Return name and value side by side; a row that lacks one of the two lets the other have the width."""
    name, value = limits.shorten(fact.name, room.line), limits.shorten(_listed(fact.value), room.line)
    left = [words(name, size="sm", color=flex.QUIET, flex=3)] if name else []
    right = [words(value, size="sm")] if value else []
    right += _fact_source(fact, card_note, room) if right else []
    cells = [*left, *([box("vertical", right, flex=5)] if right else [])]
    return box("horizontal", cells, spacing="md") if cells else None


def _listed(value: str) -> str:
    """Return several lines as a list: where each wraps, the next one would look like its end."""
    lines = [line.strip() for line in value.splitlines() if limits.clean(line)]
    return "\n".join(f"・{line.removeprefix('・')}" for line in lines) if len(lines) > 1 else value


def _fact_source(fact: FactLine, card_note: str, room: Room) -> list[Json]:
    """Return where the fact was verified, unless the card says the same at its foot."""
    note = limits.shorten(fact.source_note, room.line)
    if not note or note == card_note:
        return []
    action = flex.uri_action(note, fact.source_url)
    if action is None:
        return [words(note, size="xxs", color=flex.QUIET)]
    return [words(note, size="xxs", color=flex.LINK, decoration="underline", action=action)]


def _desk(desk: DeskLine, room: Room) -> list[Json]:
    label, name = limits.shorten(desk.label, room.line), limits.shorten(desk.name, room.line)
    lines = [words(label, size="xs", color=flex.QUIET)] if label else []
    lines += [words(name, size="sm", bold=True)] if name else []
    opening = limits.shorten(desk.opening, room.line)
    lines += [words(opening, size="sm", bold=True)] if opening else []
    lines += [words(line, size="sm") for line in _lines(desk.lines, room)]
    return [box("vertical", lines, backgroundColor=flex.DESK, cornerRadius="md", paddingAll="md")] if lines else []


def _differences(block: Choices, room: Room) -> list[Json]:
    rows = [row for number, option in enumerate(block.options, start=1) if (row := _difference(number, option, room))]
    return rows[: room.rows]


def _difference(number: int, option: Option, room: Room) -> Json | None:
    """Return name and difference of a choice, with the number that may be typed; None where the name says all."""
    name, difference = limits.shorten(option.label, room.line), limits.shorten(option.description, room.line)
    if not name or not difference:
        return None
    lines = [words(f"{number}. {name}", size="sm", bold=True), words(difference, size="sm", color=flex.QUIET)]
    return box("vertical", lines)


def _options(block: Choices, room: Room) -> list[Json]:
    return [made for made in map(flex.choose, block.options) if made][: room.rows]


def _urgent_header(block: Urgent, room: Room) -> Json | None:
    title = limits.shorten(block.title, room.line)
    if not title:
        return None
    return box("vertical", [words(title, size="xl", color=flex.PAPER, bold=True)], backgroundColor=flex.ALARM)


def _urgent_body(block: Urgent, room: Room) -> list[Json]:
    hotlines = [made for line in block.hotlines if (made := _hotline(line, room))]
    return [*_texts([block.text], room), *hotlines[: room.rows]]


def _hotline(line: HotlineLine, room: Room) -> Json | None:
    """Return name, number, what it is for, and the button. The number is in words, too: LINE for PC can't call."""
    name, number = limits.shorten(line.name, room.line), limits.shorten(line.call.number, room.line)
    about = limits.shorten(line.about, room.line)
    parts = [words(name, size="md", bold=True)] if name else []
    parts += [words(number, size="xxl", color=flex.ALARM, bold=True)] if number else []
    parts += [words(about, size="sm", color=flex.QUIET)] if about else []
    call = flex.uri_action(limits.clean(line.call.label) or line.call.number, line.call.url)
    parts += [flex.button(call, "primary", flex.ALARM)] if call else []
    return box("vertical", parts, spacing="sm") if parts else None
