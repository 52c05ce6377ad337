"""Questions for a place near by: 「近くの避難所」, 「大豆戸町の避難所」, 「洪水 避難場所 どこ」; and the bare answer 「大豆戸町」.

Such a question is understood whole, by words that staff list in words.yaml, or it is left to the entries: 「避難所の備蓄は
どこ」 and 「ペットと行ける避難所は」 ask for something that no list of places holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import regex

from bot.knowledge.schema import PlaceSearch
from bot.language.normalisation import folded, folded_phrase

_LONGEST = 80
"""Characters, folded. A longer text tells a story, and is more than a question for a place."""


@dataclass(frozen=True, slots=True)
class PlaceQuestion:
    """What kind of place is looked for, and where."""

    hazard: str = ""
    """A name of 災害 in places/*.yaml; empty: for any."""
    town: str = ""
    """The name of a town or a group of towns; empty: near to where the person is."""


class _Role(StrEnum):
    """What a word of such a question does."""

    NOUN = "noun"
    SEEKING = "seeking"
    HAZARD = "hazard"
    TOWN = "town"
    FILLER = "filler"


class PlaceQuestionFinder:
    """The words for places, hazards and towns, ready to be looked for."""

    def __init__(self, search: PlaceSearch, towns: Iterable[str]) -> None:
        """Take the words of words.yaml and the names of towns that have places."""
        self._words: dict[str, tuple[_Role, str]] = {}
        self._add(_Role.NOUN, {"": search.nouns})
        self._add(_Role.HAZARD, {hazard.name: (hazard.name, *hazard.said) for hazard in search.hazards})
        self._add(_Role.TOWN, {town: (town, *search.town_readings.get(town, ())) for town in towns})
        self._add(_Role.SEEKING, {"": search.seeking})
        self._add(_Role.FILLER, {"": search.fillers})
        longest_first = sorted(filter(None, self._words), key=len, reverse=True)
        self._word = regex.compile("|".join(map(regex.escape, longest_first)) or r"(?!)")

    def find(self, text: str) -> PlaceQuestion | None:
        """Return the question for a place that `text` is from end to end, or None."""
        found = self._read(text)
        if found is None or _Role.NOUN not in found or len(found) == 1:
            return None
        return PlaceQuestion(found.get(_Role.HAZARD, ""), found.get(_Role.TOWN, ""))

    def find_answer(self, text: str, hazard: str) -> PlaceQuestion | None:
        """Return the question for `hazard` that is complete now, when `text` only names a town (or hazard), or None."""
        found = self._read(text)
        if found is None or _Role.TOWN not in found:
            return None
        return PlaceQuestion(found.get(_Role.HAZARD, hazard), found[_Role.TOWN])

    def _add(self, role: _Role, words: Mapping[str, Iterable[str]]) -> None:
        for name, said in words.items():
            for word in said:
                self._words.setdefault(folded_phrase(word), (role, name))

    def _read(self, text: str) -> dict[_Role, str] | None:
        """Return which roles the words of `text` play, or None when something else stands in it.

        The longest word is taken at each place and never given back, so that no text takes long.
        """
        utterance = folded(text)
        if not utterance or len(utterance) > _LONGEST:
            return None
        found: dict[_Role, str] = {}
        place = 0
        while place < len(utterance):
            word = self._word.match(utterance, place)
            if word is None:
                return None
            role, name = self._words[word.group()]
            if role is not _Role.FILLER:
                found.setdefault(role, name)
            place = word.end()
        return found
