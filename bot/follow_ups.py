"""What a resident may want next, as options to tap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.action import Action, Verb
from bot.card import CardMaker
from bot.difference import difference_of
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry
from bot.place_reply import PlaceReplies
from bot.reply import Option

_MOST_FACTS = 3
_MOST_RELATED = 4


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Options that lead on from a reply."""

    knowledge: KnowledgeBase
    cards: CardMaker
    places: PlaceReplies

    def after(self, entry: Entry, asked: str | None, today: date) -> tuple[Option, ...]:
        """Return whether it was right (first: no channel's limit may cut that), and what may be asked next.

        That is: places near by where `entry` is about some, its single facts, its successors and related entries, the
        menu.
        """
        held = dict(self.cards.current_facts(entry, today))
        facts = [each for each in self.knowledge.words.fact_names if each.button and each.name in held]
        asking = [
            Option(each.button, Action(Verb.FACT, entry.id, each.name))
            for each in facts
            if each.button and each.name != asked
        ]
        related = dict.fromkeys((*entry.successors, *entry.related))
        return (
            *self._was_it_right(entry),
            *self._near(entry),
            *asking[:_MOST_FACTS],
            *self.entries(list(related)[:_MOST_RELATED]),
            *self.menu(),
        )

    def _was_it_right(self, entry: Entry) -> tuple[Option, ...]:
        words = self.knowledge.messages.feedback
        return (
            Option(words.label_solved, Action(Verb.SOLVED, entry.id)),
            Option(words.label_wrong, Action(Verb.WRONG, entry.id)),
        )

    def _near(self, entry: Entry) -> tuple[Option, ...]:
        hazard = self.places.hazard_of(entry)
        if hazard is None:
            return ()
        return (Option(self.knowledge.messages.places.label_near, Action(Verb.PLACES, hazard)),)

    def entries(self, ids: Iterable[str]) -> tuple[Option, ...]:
        """Return an option for each of `ids` that exists."""
        entries = self.knowledge.entries
        return tuple(Option(entries[each].name, Action(Verb.ENTRY, each)) for each in ids if each in entries)

    def choices(self, ids: Iterable[str]) -> tuple[Option, ...]:
        """Return an option for each of `ids` that exists, with what tells it from the others.

        Of entries that nobody could tell apart (the same name, the same answer) only the first is one.
        """
        options: list[Option] = []
        seen: set[str] = set()
        for entry_id in ids:
            entry = self.knowledge.entries.get(entry_id)
            if entry is None or seen & {entry.name, entry.answer.strip()}:
                continue
            seen |= {entry.name, entry.answer.strip()}
            options.append(Option(entry.name, Action(Verb.ENTRY, entry_id), difference_of(entry)))
        return tuple(options)

    def menu(self) -> tuple[Option, ...]:
        """Return the way to the menu, or nothing when there is none."""
        if not self.knowledge.menu.items:
            return ()
        return (Option(self.knowledge.messages.label_menu, Action(Verb.MENU)),)

    def label(self, action: Action) -> str:
        """Return what an offered tap was called, so that it can be chosen by typing."""
        if action.verb is Verb.MENU:
            return action.target.rpartition("/")[2]
        entry = self.knowledge.entries.get(action.target)
        return entry.name if entry else action.target
