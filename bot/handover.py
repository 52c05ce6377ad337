"""To a person: the right desk with its phone, whether it is open, and what to have ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Desk
from bot.opening_words import OpeningWording
from bot.reply import CallButton, Text

_LOOKED_AT = 4
"""So many of the best candidates are asked for their desk."""


class Handover:
    """Immutable; made for one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._opening = OpeningWording(knowledge.messages.opening)

    def words(self, ids: Iterable[str], now: datetime) -> Text:
        """Return what is said at last; `ids` are the entries that came near, best first."""
        messages, desk = self._knowledge.messages, self.desk(ids)
        caller = desk if desk.phone else self._knowledge.general_desk
        number = caller.phone.number if caller.phone else ""
        shown = number if caller is desk else messages.phone_of_other.format(電話=number, 窓口=caller.name)
        text = messages.handover.format(窓口=desk.name, 電話=shown, 受付=self._open(desk, caller, now))
        call = (CallButton(messages.label_call.format(名称=caller.name, 電話=number), number),) if number else ()
        return Text("\n".join(line for line in text.splitlines() if line.strip()), call)

    def desk(self, ids: Iterable[str]) -> Desk:
        """Return the desk that half of the entries `ids` or more share, else the general desk."""
        entries = self._knowledge.entries
        near = [entries[each] for each in ids if each in entries][:_LOOKED_AT]
        desks = Counter(desk.id for entry in near if (desk := self._knowledge.desk_of(entry)))
        most = desks.most_common(1)
        if most and most[0][1] * 2 >= len(near):
            return self._knowledge.contacts.desks[most[0][0]]
        return self._knowledge.general_desk

    def _open(self, desk: Desk, caller: Desk, now: datetime) -> str:
        """Return whether the desk is open, or, when its hours are not known, whether the one that is called is."""
        if desk.hours:
            return self._opening.line(desk.hours, now)
        return f"{caller.name} {self._opening.line(caller.hours, now)}" if caller.hours else ""
