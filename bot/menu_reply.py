"""The menu by life event, and what stands in its place in a disaster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.action import Action, Verb
from bot.follow_ups import FollowUps
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import MenuItem
from bot.notice_board import NoticeBoard
from bot.place_reply import PlaceReplies
from bot.reply import Choices, Option

EVERYDAY = "/"
"""The path of the ordinary menu when a disaster's stands in its place."""


@dataclass(frozen=True, slots=True)
class MenuReplies:
    """Menus of one knowledge base."""

    knowledge: KnowledgeBase
    follow_ups: FollowUps
    places: PlaceReplies
    board: NoticeBoard

    def choices(self, path: str, now: datetime) -> Choices:
        """Return what to choose from at `path` (names joined by `/`; empty: the top) at `now`."""
        if not path and self.board.is_disaster(now):
            return self._in_disaster()
        items: Sequence[MenuItem] = self.knowledge.menu.items
        entries: Sequence[str] = ()
        prompt = self.knowledge.messages.menu_prompt
        walked: list[str] = []
        for name in filter(None, path.split("/")):
            found = next((item for item in items if item.name == name), None)
            if found is None:
                break
            walked.append(name)
            items, entries = found.items, found.entries
            prompt = self.knowledge.messages.choose_menu.format(名称=name)
        deeper = [Option(item.name, Action(Verb.MENU, "/".join([*walked, item.name]))) for item in items]
        return Choices(prompt, (*self.follow_ups.entries(entries), *deeper))

    def _in_disaster(self) -> Choices:
        messages = self.knowledge.messages
        near = (Option(messages.places.label_near, Action(Verb.PLACES)),) if self.places.exist else ()
        everyday = Option(messages.label_everyday_menu, Action(Verb.MENU, EVERYDAY))
        entries = self.follow_ups.entries(self.knowledge.notice.entries)
        return Choices(messages.disaster_prompt, (*near, *entries, everyday))
