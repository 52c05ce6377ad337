"""A reply → the message that Slack shows. Pure.

Blocks carry the answer; `text` is what notifications show, what screen readers say, and what is sent when Slack refuses
the blocks (https://docs.slack.dev/reference/methods/chat.postMessage#text-blocks-attachments).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.action import Verb
from bot.plain_text import as_text
from bot.reply import (
    AskLocation,
    Block,
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
    Reply,
    Text,
    Urgent,
)
from handlers import fitting
from handlers.slack import blocks, limits, mrkdwn
from handlers.slack.limits import Json
from handlers.slack.texts import SlackTexts


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted."""

    blocks: tuple[Json, ...]
    text: str
    """Never empty."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a block is shown; texts count in UTF-16 units."""

    text: int
    line: int
    """A title, a fact, a line of the desk."""
    rows: int
    """Facts, hotlines, lines, places, choices: how many of each."""
    buttons: int


ROOMS = (Room(6000, 600, 24, 25), Room(2500, 300, 13, 13), Room(800, 120, 8, 8), Room(300, 40, 4, 4))
"""The first is ample for anything that staff write; the last is for what nobody should have written."""

_LONGEST_LINK = 1000
"""An address within a text takes room from the text: with a longer one the words stand alone."""

_MARKS = (Verb.SOLVED, Verb.WRONG)


def render(reply: Reply, texts: SlackTexts) -> Message:
    """Return the message that stands for `reply`, every limit of Slack's held."""
    return Message(tuple(compose(reply, texts, limits.MESSAGE_BLOCKS)), plain(reply) or _nothing(texts))


def home(reply: Reply, texts: SlackTexts) -> list[Json]:
    """Return the blocks of the Home tab that shows `reply`: whose it is, the field for typing, then the reply."""
    top = [*blocks.header(texts.name), *blocks.sections(texts.about), blocks.search(texts.search, texts.search_example)]
    return [*top, *blocks.divider(), *compose(reply, texts, limits.MESSAGE_BLOCKS)]


def compose(reply: Reply, texts: SlackTexts, most: int) -> list[Json]:
    """Return the blocks of `reply`, at most `most`: with less of each where all would be too much."""
    made: list[Json] = []
    for room in ROOMS:
        made = [*(part for block in reply.blocks for part in _Drawing(room).block(block)), *_follow_ups(reply, room)]
        if len(made) <= most and limits.characters(made) <= limits.MESSAGE_CHARACTERS:
            break
    # What is still too much is left out from the end: a reply is in the order of importance.
    while made and (len(made) > most or limits.characters(made) > limits.MESSAGE_CHARACTERS):
        made.pop()
    return _numbered(made) or blocks.sections(_nothing(texts))


def plain(reply: Reply) -> str:
    """Return the whole reply as mrkdwn without blocks, cut to what Slack advises; empty when it holds no words."""
    more = "\n".join(f"・{option.label}" for option in reply.follow_ups if fitting.clean(option.label))
    return mrkdwn.said("\n\n".join(filter(None, (as_text(reply), more))), limits.TEXT)


def _nothing(texts: SlackTexts) -> str:
    return mrkdwn.said(texts.nothing, limits.TEXT)


def _follow_ups(reply: Reply, room: Room) -> list[Json]:
    """Return what may come next, each once, and in a row of its own whether the answer was right."""
    chosen = {option.action for block in reply.blocks if isinstance(block, Choices) for option in block.options}
    more = [option for option in dict.fromkeys(reply.follow_ups) if option.action not in chosen]
    marks = [option for option in more if option.action.verb in _MARKS]
    return [*_taps(marks, room), *_taps([option for option in more if option not in marks], room)]


def _taps(options: Sequence[Option], room: Room) -> list[Json]:
    return blocks.buttons([blocks.tap(option, "0") for option in options], room.buttons)


def _numbered(made: list[Json]) -> list[Json]:
    """Return `made` with a number of its own behind each action_id: no two in a message may be the same."""
    number = 0
    for block in made:
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            if "action_id" in element:
                number += 1
                element["action_id"] = f"{element['action_id'].partition('-')[0]}-{number}"
    return made


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws blocks within one room."""

    room: Room

    def block(self, block: Block) -> list[Json]:
        match block:
            case Card():
                return self._card(block)
            case Choices():
                return self._choices(block)
            case Text():
                words = blocks.sections(fitting.shorten(block.text, self.room.text))
                return [*words, *self._buttons(block.buttons)]
            case Urgent():
                return self._urgent(block)
            case Places():
                return self._places(block)
            case AskLocation():
                # Slack can send no location; what the words ask for besides, a town, can be typed.
                return blocks.sections(fitting.shorten(block.text, self.room.text))

    def _card(self, card: Card) -> list[Json]:
        made = blocks.header(fitting.shorten(card.title, self.room.line))
        made += blocks.paragraphs(self._bold(f"※ {caution}") for caution in self._rows(card.cautions))
        if card.highlight:
            made += self._fact(card.highlight, card.source_note)
        made += blocks.sections(fitting.shorten(card.text, self.room.text))
        made += blocks.paragraphs(self._fact_lines(card.facts, card.source_note))
        if card.desk:
            made += blocks.paragraphs(self._desk(card.desk))
        made += blocks.context(self._said(card.source_note))
        return [*made, *self._buttons(card.buttons), *blocks.divider()] if made else self._buttons(card.buttons)

    def _choices(self, choices: Choices) -> list[Json]:
        words = blocks.sections(fitting.shorten(choices.prompt, self.room.text))
        told = blocks.paragraphs(self._differences(choices.options[: self.room.rows]))
        return [*words, *told, *_taps(choices.options[: self.room.rows], self.room)]

    def _differences(self, options: Sequence[Option]) -> Iterator[str]:
        """Return what tells the choices apart, with the numbers that may be typed: a button has no room for it."""
        for number, option in enumerate(options, start=1):
            name, difference = self._bold(f"{number}. {option.label}"), self._said(option.description)
            if fitting.clean(option.label) and difference:
                yield f"{name}\n{difference}"

    def _urgent(self, urgent: Urgent) -> list[Json]:
        made = blocks.header(fitting.shorten(urgent.title, self.room.line))
        made += blocks.sections(fitting.shorten(urgent.text, self.room.text))
        return made + blocks.paragraphs(self._hotline(line) for line in urgent.hotlines[: self.room.rows])

    def _places(self, places: Places) -> list[Json]:
        made = blocks.header(fitting.shorten(places.title, self.room.line))
        made += blocks.sections(fitting.shorten(places.text, self.room.text))
        for number, line in enumerate(places.lines[: self.room.rows], start=1):
            made += self._place(number, line)
        return made

    def _place(self, number: int, line: PlaceLine) -> list[Json]:
        head = " ".join(filter(None, (self._bold(f"{number}. {line.name}"), self._said(line.way))))
        uses = (f"・{use.hazard}: {use.where}" for use in line.uses[: self.room.rows])
        note = self._rows([f"※ {each}" for each in line.note.splitlines()])
        lines = [self._said(each) for each in (line.kinds, line.address, *uses, *note)]
        made = blocks.paragraphs((head, *lines))
        if made and (map_button := blocks.opener(line.map, "0")):
            made[0]["accessory"] = map_button
        return [*made, *blocks.context(self._source(line.source_note, line.source_url))]

    def _fact(self, fact: FactLine, card_note: str) -> list[Json]:
        """Return the fact that was asked for, set apart from all else; a fee in bold, a list as it is."""
        value = fitting.shorten(fact.value, self.room.text)
        short = "\n" not in value and fitting.utf16(value) <= 60
        name = self._bold(fact.name)
        made = (
            blocks.paragraphs([name, self._bold(value)]) if short else [*blocks.section(name), *blocks.sections(value)]
        )
        note = "" if fact.source_note == card_note else self._source(fact.source_note, fact.source_url)
        return [*made, *blocks.context(note)]

    def _fact_lines(self, facts: Sequence[FactLine], card_note: str) -> Iterator[str]:
        for fact in facts[: self.room.rows]:
            value = self._listed(fact.value)
            if not value and not fitting.clean(fact.name):
                continue
            yield "\n".join(filter(None, (self._bold(fact.name), value)))
            if fact.source_note != card_note and (source := self._source(fact.source_note, fact.source_url)):
                yield source
        if len(facts) > self.room.rows:
            yield fitting.ELLIPSIS

    def _listed(self, value: str) -> str:
        """Return a fact's value; one of several lines as a list."""
        lines = [line for line in value.splitlines() if fitting.clean(line)]
        if len(lines) <= 1:
            return self._said(value)
        return self._said("\n".join(f"・{line}" for line in lines))

    def _desk(self, desk: DeskLine) -> Iterator[str]:
        yield self._bold(": ".join(filter(None, (fitting.clean(desk.label), fitting.clean(desk.name)))))
        yield self._bold(desk.opening)
        yield from (self._said(line) for line in self._rows(desk.lines))

    def _hotline(self, line: HotlineLine) -> str:
        number = self._call(line.call)
        name = " ".join(filter(None, (self._bold(line.name), number)))
        return "\n".join(filter(None, (name, self._said(line.about))))

    def _buttons(self, targets: Sequence[LinkButton | CallButton]) -> list[Json]:
        """Return what opens pages as buttons, and what calls in words: a button of Slack's can open web pages only."""
        shown = targets[: self.room.buttons]
        calls = [f"☎ {self._said(each.label)} {self._call(each)}" for each in shown if isinstance(each, CallButton)]
        links = [blocks.opener(each, "0") for each in shown if isinstance(each, LinkButton)]
        return [*blocks.paragraphs(calls), *blocks.buttons(links, self.room.buttons)]

    def _call(self, call: CallButton) -> str:
        """Return the number, to be tapped where Slack runs on a phone; one that can't be dialled stays words."""
        number, address = self._said(fitting.line(call.number, self.room.line)), limits.uri(call.url)
        return mrkdwn.link(address, number) if number and address and len(address) <= _LONGEST_LINK else number

    def _source(self, note: str, url: str) -> str:
        words, address = self._said(fitting.line(note, self.room.line)), limits.uri(url)
        return mrkdwn.link(address, words) if words and address and len(address) <= _LONGEST_LINK else words

    def _rows(self, lines: Sequence[str]) -> list[str]:
        shown = [line for line in lines if fitting.clean(line)]
        return shown if len(shown) <= self.room.rows else [*shown[: self.room.rows - 1], fitting.ELLIPSIS]

    def _bold(self, text: str) -> str:
        return mrkdwn.bold(text, self.room.line)

    def _said(self, text: str) -> str:
        return mrkdwn.said(text, self.room.line)
