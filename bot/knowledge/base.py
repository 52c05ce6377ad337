"""The knowledge base as it is served: immutable, found by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.knowledge.messages import Messages
from bot.knowledge.schema import Contacts, Desk, Entry, Menu, Notice, Site, Urgent, Words


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything that the bot knows and says."""

    entries: Mapping[str, Entry]
    contacts: Contacts
    messages: Messages
    urgent: Urgent
    words: Words
    menu: Menu
    notice: Notice
    sites: tuple[Site, ...]
    revision: str
    """A hash of the files: the same files, the same revision."""
    demands_sources: bool = True
    """False for a plain question/answer list, for which sources and owners are not demanded."""
    entries_by_area: Mapping[str, tuple[Entry, ...]] = field(init=False)

    def __post_init__(self) -> None:
        by_area: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            by_area.setdefault(entry.area, []).append(entry)
        grouped = MappingProxyType({area: tuple(entries) for area, entries in by_area.items()})
        object.__setattr__(self, "entries_by_area", grouped)

    @property
    def general_desk(self) -> Desk:
        """Return the desk that is named when no other is known."""
        return self.contacts.desks[self.contacts.general]

    def desk_of(self, entry: Entry) -> Desk | None:
        """Return the desk of `entry`, or None when the entry names none."""
        return self.contacts.desks.get(entry.desk) if entry.desk else None
