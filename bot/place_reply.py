"""Places near by → what a resident sees. Every word comes from the knowledge base."""

from __future__ import annotations

from datetime import date

from bot.card import CardMaker, is_doubtful, url_of
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, PlaceSearch, Site
from bot.location import Location, Way
from bot.place_question import PlaceQuestion, PlaceQuestionFinder
from bot.places import around, nearest, point_of_compass, town_of, towns_by_name, usable
from bot.reply import AskLocation, LinkButton, PlaceLine, Places, PlaceUse

_JUST_HERE = 50
"""Metres within which a direction says nothing: phones are that wrong about where they are."""


class PlaceReplies:
    """Finds the places that are asked for in one knowledge base and puts them into words."""

    def __init__(self, knowledge: KnowledgeBase, cards: CardMaker) -> None:
        self._knowledge = knowledge
        self._cards = cards
        self._search = knowledge.words.places or PlaceSearch()
        self._sites = usable(knowledge.sites, self._search.kinds)
        self._towns = towns_by_name(self._sites)
        self._questions = PlaceQuestionFinder(self._search, self._towns)

    @property
    def exist(self) -> bool:
        """Return whether there is any place to name."""
        return bool(self._sites)

    def find(self, text: str, waiting_for: str | None) -> PlaceQuestion | None:
        """Return the question for a place that `text` is, or None.

        `waiting_for` is the hazard that the last turn asked the place for ("" any, None: it did not ask): then the
        name of a town alone is an answer.
        """
        if not self._sites:
            return None
        question = self._questions.find(text)
        if question is None and waiting_for is not None:
            question = self._questions.find_answer(text, waiting_for)
        return question

    def any_for(self, hazard: str) -> bool:
        """Return whether any place is there for `hazard`."""
        return bool(usable(self._sites, hazard=hazard))

    def entry(self, hazard: str = "") -> Entry | None:
        """Return the entry that tells what to know of the places for `hazard`, or None when staff name none."""
        named = next((each.entry for each in self._search.hazards if each.name == hazard), None)
        return self._knowledge.entries.get(named or self._search.entry or "")

    def hazard_of(self, entry: Entry) -> str | None:
        """Return for which hazard ("" any) places may be looked for from `entry`; None when it is not about places."""
        if not self._sites:
            return None
        hazard = next((each.name for each in self._search.hazards if each.entry == entry.id), None)
        return "" if hazard is None and entry.id == self._search.entry else hazard

    def ask(self) -> AskLocation:
        """Return the question where the person is; there must be a place."""
        messages = self._knowledge.messages.places
        return AskLocation(messages.ask.format(町=town_of(self._sites[0])).strip(), messages.label_location)

    def near(self, location: Location, hazard: str, today: date) -> Places:
        """Return the nearest places for `hazard`; far from all of them it says first that this is outside the ward."""
        messages = self._knowledge.messages.places
        found = nearest(usable(self._sites, hazard=hazard), location)
        title = messages.near_for.format(災害=hazard) if hazard else messages.near
        outside = bool(found) and self._is_outside(location)
        text = "\n".join([*([messages.outside.strip()] if outside else []), messages.near_note.strip()])
        lines = tuple(self._line(each.site, hazard, today, self._way(each.way)) for each in found)
        return Places(title, text, lines)

    def in_town(self, question: PlaceQuestion, today: date) -> Places:
        """Return the places in a town, and the next ones where it has few; without distances, for nobody said where."""
        messages = self._knowledge.messages.places
        found = around(self._sites, self._towns[question.town], question.hazard)
        wanted = messages.in_town_for if question.hazard else messages.in_town
        title = wanted.format(町=question.town, 災害=question.hazard)
        lines = tuple(self._line(site, question.hazard, today) for site in found)
        return Places(title, messages.town_note.strip(), lines)

    def _is_outside(self, location: Location) -> bool:
        """Return whether `location` is outside the ward, as far as can be told: farther from any place than staff allow.

        There is no map of the ward's border in here. Near the border this can be wrong on either side, so the words
        say 「…のようです」 and the nearest places are named all the same.
        """
        return nearest(self._sites, location, 1)[0].way.metres > self._search.outside_metres

    def _line(self, site: Site, hazard: str, today: date, way: str = "") -> PlaceLine:
        messages = self._knowledge.messages
        doubt = messages.verify_at_desk if is_doubtful(site, today) else None
        return PlaceLine(
            name=site.name,
            kinds="・".join(site.kinds),
            way=way,
            address=site.address,
            uses=tuple(
                PlaceUse(name, "、".join(buildings) or messages.places.whole_site)
                for name, buildings in site.hazards.items()
                if not hazard or name == hazard
            ),
            note="\n".join(filter(None, (site.note, doubt))),
            source_note=self._source_note(site),
            source_url=url_of(site.source),
            map=LinkButton(messages.places.label_map, map_url(site)),
        )

    def _source_note(self, site: Site) -> str:
        if not site.source_name:
            return self._cards.verified(site)
        return self._knowledge.messages.document_note.format(資料=site.source_name, 日=site.seen.in_words())

    def _way(self, way: Way) -> str:
        messages = self._knowledge.messages.places
        if way.metres < _JUST_HERE:
            return messages.just_here
        direction = messages.compass[point_of_compass(way.bearing)]
        return messages.way.format(方角=direction, 距離=self._distance(way.metres))

    def _distance(self, metres: float) -> str:
        """Return the distance no more exactly than one can walk it: to ten metres, a hundred, a kilometre."""
        messages = self._knowledge.messages.places
        tens = round(metres / 10) * 10
        if tens < 1000:
            return messages.metres.format(数=tens)
        kilometres = metres / 1000
        return messages.kilometres.format(数=f"{kilometres:.1f}" if kilometres < 9.95 else f"{kilometres:.0f}")


def map_url(site: Site) -> str:
    """Return the page that shows the site on a map and opens a phone's map application where there is one.

    Google's Maps URLs, which need no key: https://developers.google.com/maps/documentation/urls/get-started#search-action
    """
    return f"https://www.google.com/maps/search/?api=1&query={site.latitude}%2C{site.longitude}"
