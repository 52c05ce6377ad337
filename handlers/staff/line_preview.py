"""What the page shows of LINE: which replies there are to look at, and the messages that each becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.knowledge.base import KnowledgeBase
from bot.language.which_language import Language
from bot.location import Location
from bot.reply import Reply

Json = dict[str, Any]


class Example(StrEnum):
    """Replies that are no entry; their names are in the template."""

    GREETING = "greeting"
    MENU = "menu"
    CHOICES = "choices"
    URGENT = "urgent"
    PLACES = "places"
    ASK_LOCATION = "ask_location"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Area:
    """One area with its entries: id and name of each."""

    id: str
    name: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LinePreview:
    """What the page needs of the house."""

    knowledge: Callable[[], KnowledgeBase]
    turn: Callable[[Utterance, Language], Reply]
    """Answers in a conversation of its own; nothing is written down."""
    compose: Callable[[Reply], list[Json]]
    """The messages that LINE would be sent."""
    mask: Callable[[str], tuple[str, tuple[str, ...]]]
    site: str = ""
    """Our address as LINE sees it: what lies below it is here, too."""

    def areas(self) -> list[Area]:
        """Return the areas that have entries, in the order of menu.yaml."""
        knowledge = self.knowledge()
        order = {**knowledge.menu.areas, **dict.fromkeys(knowledge.entries_by_area, "")}
        return [
            Area(area, knowledge.menu.areas.get(area, area), tuple((entry.id, entry.name) for entry in entries))
            for area in order
            if (entries := knowledge.entries_by_area.get(area))
        ]

    def area(self, area_id: str, language: Language) -> list[Scene]:
        """Return every entry of an area; none when there is no such area."""
        entries = self.knowledge().entries_by_area.get(area_id, ())
        return [scene for entry in entries if (scene := self.entry(entry.id, language))]

    def examples(self) -> list[Example]:
        """Return the examples that this knowledge base has."""
        return [each for each in Example if self._said(each) is not None]

    def entry(self, entry_id: str, language: Language) -> Scene | None:
        """Return the entry as LINE shows it; None when there is none of that id."""
        found = self.knowledge().entries.get(entry_id)
        if found is None:
            return None
        return self._scene(found.name, Utterance(action=Action(Verb.ENTRY, entry_id)), language)

    def example(self, example: Example, language: Language) -> Scene | None:
        """Return an example; None when this knowledge base has nothing for it."""
        said = self._said(example)
        return self._scene(said.text, said, language) if said else None

    def typed(self, text: str, language: Language) -> Scene:
        """Return the reply to a text, as a first message."""
        masked, kinds = self.mask(text)
        return self._scene(masked, Utterance(masked, masked=kinds), language)

    def _scene(self, title: str, utterance: Utterance, language: Language) -> Scene:
        messages = self.compose(self.turn(utterance, language))
        sender: Json = next((message["sender"] for message in messages if "sender" in message), {})
        icon = sender.get("iconUrl", "")
        icon = icon.removeprefix(self.site) if self.site and icon.startswith(f"{self.site}/") else icon
        return Scene(title, sender.get("name", ""), icon, tuple(Shown(message) for message in messages))

    def _said(self, example: Example) -> Utterance | None:
        knowledge = self.knowledge()
        match example:
            case Example.GREETING:
                return Utterance(action=Action(Verb.WELCOME))
            case Example.MENU:
                return Utterance(action=Action(Verb.MENU)) if knowledge.menu.items else None
            case Example.CHOICES:
                broad = next((said for item in knowledge.menu.items for said in item.asked), None)
                return Utterance(broad) if broad else None
            case Example.URGENT:
                situations = knowledge.urgent.situations
                return Utterance(situations[0].examples[0]) if situations else None
            case Example.PLACES:
                site = next(iter(knowledge.sites), None)
                return Utterance(location=Location(site.latitude, site.longitude)) if site else None
            case Example.ASK_LOCATION:
                return Utterance(action=Action(Verb.PLACES)) if knowledge.sites else None
            case Example.UNKNOWN:
                return Utterance(action=Action(Verb.ENTRY, ""))
            case Example.UNREADABLE:
                return Utterance(action=Action(Verb.UNREADABLE))


@dataclass(frozen=True, slots=True)
class Scene:
    """One reply, as it stands in the chat."""

    title: str
    speaker: str
    """Name and icon of who speaks; empty where the account's own stand there."""
    icon: str
    messages: tuple[Shown, ...]

    @property
    def quick_replies(self) -> list[str]:
        """Return the labels below the last message."""
        last = self.messages[-1].json if self.messages else {}
        return [item["action"].get("label", "") for item in last.get("quickReply", {}).get("items", [])]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of LINE's."""

    json: Json

    @property
    def bubbles(self) -> Sequence[Json]:
        """Return the bubbles of a Flex message; none of a text."""
        contents = self.json.get("contents", {})
        return contents.get("contents", []) if contents.get("type") == "carousel" else [contents] if contents else []

    @property
    def size(self) -> int:
        """Return the bytes of JSON that LINE counts against its limit."""
        return len(json.dumps(self.json.get("contents", self.json)))

    @property
    def pretty(self) -> str:
        """Return the JSON, to be read or put into LINE's simulator."""
        return json.dumps(self.json.get("contents", self.json), ensure_ascii=False, indent=1)

    @property
    def actions(self) -> list[tuple[str, str]]:
        """Return what can be tapped: label, and the address or the text that a tap sends."""
        found = [part["action"] for bubble in self.bubbles for part in _parts(bubble) if "action" in part]
        found += [item["action"] for item in self.json.get("quickReply", {}).get("items", [])]
        return [
            (each.get("label", ""), each.get("uri") or each.get("data") or each.get("text") or "") for each in found
        ]


def _parts(component: Json) -> Iterator[Json]:
    for name in ("header", "hero", "body", "footer"):
        if name in component:
            yield from _parts(component[name])
    if component.get("type") != "bubble":
        yield component
        for inner in component.get("contents", []):
            yield from _parts(inner)
