"""Matters of other wards, cities and offices: said to be theirs, never answered with a desk of this ward."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, OtherOffice
from bot.language.normalisation import folded, folded_phrase, normalise

_OURS_AFTER_ALL = regex.compile(
    r"引っ?越|転入|転出|転居|から|に行く|へ行|移る|移り|出身|本籍|だった|以外|勤務|通勤|職場|実家"
)
"""Who comes from or goes to another place asks for something of ours."""
_LIVES_THERE = regex.compile(r"に住|在住|住まい|住み|の住民|区民|市民")
_WANTS_OURS = regex.compile(
    r"港北|こちら|そちら|使え|使いたい|利用|借り|作れ|でも|参加|入れ|取れ|取り寄せ|でも?いい|できますか"
)
"""Who lives there and wants to use something here asks for something of ours."""


class ElsewhereFinder:
    """The names of other places that staff list in words.yaml."""

    def __init__(self, names: Sequence[str]) -> None:
        either = "|".join(regex.escape(normalise(name)) for name in sorted(names, key=len, reverse=True))
        after = r"の|役所|区役所|市役所|庁|役場|[\s、]|では|って|に住|在住"
        self._pattern = regex.compile(rf"({either})(?={after})") if either else None

    def find(self, text: str) -> str | None:
        """Return the other place whose matter `text` is about, or None."""
        utterance = normalise(text)
        if self._pattern is None or _OURS_AFTER_ALL.search(utterance):
            return None
        if _LIVES_THERE.search(utterance) and _WANTS_OURS.search(utterance):
            return None
        found = self._pattern.search(utterance)
        return found.group(1) if found else None


class OtherOfficeFinder:
    """Matters of the state, the prefecture and others, which staff list in words.yaml.

    A matter that some entry names itself is the ward's own as far as the bot goes, whatever the list says.
    """

    def __init__(self, offices: Sequence[OtherOffice], entries: Sequence[Entry]) -> None:
        ours = "\n".join(folded_phrase(text) for entry in entries for text in (entry.name, *entry.aliases))
        self._matters = sorted(
            (
                (folded_phrase(matter), matter, office)
                for office in offices
                for matter in office.matters
                if folded_phrase(matter) not in ours
            ),
            key=lambda each: -len(each[0]),
        )

    def find(self, text: str) -> tuple[str, OtherOffice] | None:
        """Return the matter that `text` names, as staff wrote it, and whose it is; the longest name first; or None."""
        utterance = folded(text)
        for written, matter, office in self._matters:
            if written in utterance and not any(folded_phrase(each) in utterance for each in office.exceptions):
                return matter, office
        return None


def finders(knowledge: KnowledgeBase) -> tuple[ElsewhereFinder, OtherOfficeFinder]:
    """Return both finders; for a plain list of questions they find nothing: it may be another city's."""
    if not knowledge.demands_sources:
        return ElsewhereFinder(()), OtherOfficeFinder((), ())
    words = knowledge.words
    return ElsewhereFinder(words.elsewhere), OtherOfficeFinder(words.other_offices, list(knowledge.entries.values()))
