"""A reply as plain text: for the terminal, for `text` in JSON, for screen readers and logs of nobody."""

from __future__ import annotations

from collections.abc import Iterator

from bot.reply import AskLocation, Block, CallButton, Card, Choices, LinkButton, PlaceLine, Places, Reply, Text, Urgent


def as_text(reply: Reply) -> str:
    """Return the whole reply, blocks parted by an empty line."""
    return "\n\n".join("\n".join(_lines(block)) for block in reply.blocks)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Card():
            yield from _card(block)
        case Choices():
            yield block.prompt
            for number, option in enumerate(block.options, start=1):
                yield " — ".join(filter(None, (f"{number}. {option.label}", option.description)))
        case Text():
            yield block.text
            yield from _buttons(block.buttons)
        case Urgent():
            yield f"■ {block.title}"
            yield block.text
            for hotline in block.hotlines:
                yield f"☎ {hotline.call.number} {hotline.name} {hotline.about}"
        case Places():
            yield f"■ {block.title}"
            yield block.text
            for number, place in enumerate(block.lines, start=1):
                yield from _place(number, place)
        case AskLocation():
            yield block.text


def _card(card: Card) -> Iterator[str]:
    yield f"■ {card.title}"
    if card.highlight:
        yield from _fact(f"▶ {card.highlight.name}", card.highlight.value)
    yield from (f"※ {caution}" for caution in card.cautions)
    yield card.text
    for fact in card.facts:
        yield from _fact(f"・{fact.name}", fact.value)
    if card.desk:
        yield f"{card.desk.label}: {card.desk.name}"
        yield from (f"  {line}" for line in filter(None, (card.desk.opening, *card.desk.lines)))
    if card.source_note:
        yield card.source_note
    yield from _buttons(card.buttons)


def _place(number: int, place: PlaceLine) -> Iterator[str]:
    yield f"{number}. {place.name} {place.way}".rstrip()
    yield f"  {place.kinds}"
    yield f"  {place.address}"
    yield from (f"  ・{use.hazard}: {use.where}" for use in place.uses)
    yield from (f"  ※ {line}" for line in place.note.splitlines())
    yield f"  {place.source_note} {place.source_url}".rstrip()
    yield f"  → {place.map.label} {place.map.url}"


def _fact(name: str, value: str) -> Iterator[str]:
    first, *rest = value.splitlines() or [""]
    if rest:
        yield f"{name}:"
        yield from (f"  - {line}" for line in (first, *rest))
    else:
        yield f"{name}: {first}"


def _buttons(buttons: tuple[LinkButton | CallButton, ...]) -> Iterator[str]:
    for button in buttons:
        yield (
            f"☎ {button.label} {button.number}" if isinstance(button, CallButton) else f"→ {button.label} {button.url}"
        )
