"""Whether a question asks if a desk is open (今日開いてる?, 次の土曜は?), on which days, and whose desk it names.

The words are staff's (words.yaml). An utterance is read from left to right as a row of them, the longest first; what is
left over names a matter of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import regex

from bot.knowledge.schema import Contacts, DayWord, OpeningWords, WeekWord
from bot.language.normalisation import bare, folded_phrase, normalise
from bot.opening_days import named_dates, next_of, this_or_next_year, week_of

_LONGEST = 80
"""Characters; who writes more asks for more than opening hours."""
_UNFINISHED = tuple("てきけえり合")
"""開いて, 行け, 開き ask nothing before an ending stands behind them: 開いてる, 行けます."""


class Asked(StrEnum):
    """What is asked of the day."""

    OPEN = "open"
    UNTIL = "until"
    SINCE = "since"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class OpeningQuestion:
    """A question whether a desk is open."""

    asked: Asked
    days: tuple[date, ...]
    """In order; empty when the question names none and means now."""
    desk: str | None
    """The id of the desk that is named."""
    alone: bool
    """Whether no matter is named beside the desk."""
    certain: bool
    """Whether opening is asked for in words, of a desk or its counter and a time: also beside a matter."""


class _Part(StrEnum):
    DAY = "day"
    WEEK = "week"
    NEXT = "next"
    NOW = "now"
    ASKED = "asked"
    DESK = "desk"
    COUNTER = "counter"
    FILLER = "filler"
    ENDING = "ending"


_Meaning = tuple[_Part, DayWord | WeekWord | Asked | str | None]


@dataclass(slots=True)
class _Reading:
    """What has been read of one utterance so far."""

    asked: list[Asked] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    """Days that a kind of day named; a date in figures or 明日 wins over them."""
    exact: list[date] = field(default_factory=list)
    desk: str | None = None
    counter: bool = False
    now: bool = False
    following: bool = False
    week: int | None = None
    rest: str = ""


class OpeningQuestionFinder:
    """The words of words.yaml and the desks of contacts.yaml."""

    def __init__(self, words: OpeningWords, contacts: Contacts) -> None:
        self._meanings: dict[str, _Meaning] = {}
        for phrase, meaning in _meanings(words, contacts):
            self._meanings.setdefault(folded_phrase(phrase), meaning)
        self._meanings.pop("", None)
        self._endings = regex.compile(f"(?:{_any_of(map(folded_phrase, words.endings))})++")
        self._words = regex.compile(_any_of(self._meanings))

    def find(self, text: str, today: date) -> OpeningQuestion | None:
        """Return the question of opening that `text` is on `today`, or None when it asks for something else."""
        normalised = normalise(text)
        if len(normalised) > _LONGEST:
            return None
        exact, without_dates = named_dates(normalised, today)
        reading = self._read(bare(without_dates), today)
        days = [*exact, *reading.exact] or reading.days
        if not (reading.asked or days):
            return None
        return OpeningQuestion(
            next((asked for asked in reading.asked if asked is not Asked.OPEN), Asked.OPEN),
            tuple(sorted(set(days))),
            reading.desk,
            alone=not reading.rest,
            certain=bool(reading.asked and (days or reading.now) and (reading.desk or reading.counter)),
        )

    def _read(self, utterance: str, today: date) -> _Reading:
        reading = _Reading()
        place = 0
        while place < len(utterance):
            found = self._words.match(utterance, place)
            if found is None:
                reading.rest += utterance[place]
                place += 1
                continue
            part, meaning = self._meanings[found.group()]
            ending = self._endings.match(utterance, found.end()) if part is _Part.ASKED else None
            if part is _Part.ASKED and found.group().endswith(_UNFINISHED) and ending is None:
                reading.rest += found.group()
            else:
                _take(reading, part, meaning, today)
            place = ending.end() if ending else found.end()
        if reading.week is not None:
            reading.days += week_of(today, reading.week)
        return reading


def _take(reading: _Reading, part: _Part, meaning: DayWord | WeekWord | Asked | str | None, today: date) -> None:
    match meaning:
        case DayWord():
            _take_days(reading, meaning, today)
        case WeekWord():
            reading.week = meaning.ahead
        case Asked():
            reading.asked.append(meaning)
        case str() if part is _Part.DESK:
            reading.desk = reading.desk or meaning
        case _:
            reading.counter |= part is _Part.COUNTER
            reading.now |= part is _Part.NOW
            reading.following |= part is _Part.NEXT


def _take_days(reading: _Reading, word: DayWord, today: date) -> None:
    if word.ahead is not None:
        reading.exact += next_of(today, ahead=word.ahead)
    elif word.between is not None:
        reading.exact += this_or_next_year(word.between, today)
    elif reading.week is not None:
        week = week_of(today, reading.week, word.kinds)
        reading.days, reading.week = [*reading.days, *week], None
    else:
        reading.days += next_of(today, kinds=word.kinds, after_today=reading.following)
    reading.following = False


def _meanings(words: OpeningWords, contacts: Contacts) -> Iterable[tuple[str, _Meaning]]:
    """Yield each phrase with what it means; where two are written alike, the first counts."""
    for desk in contacts.desks.values():
        yield from ((name, (_Part.DESK, desk.id)) for name in (desk.name, *desk.also_called))
    yield from ((name, (_Part.DESK, contacts.general)) for name in words.office)
    yield from ((said, (_Part.DAY, day)) for day in words.days for said in day.said)
    yield from ((said, (_Part.WEEK, week)) for week in words.weeks for said in week.said)
    for phrases, asked in (
        (words.is_open, Asked.OPEN),
        (words.until, Asked.UNTIL),
        (words.since, Asked.SINCE),
        (words.hours, Asked.HOURS),
    ):
        yield from ((said, (_Part.ASKED, asked)) for said in phrases)
    for phrases, part in (
        (words.following, _Part.NEXT),
        (words.now, _Part.NOW),
        (words.desk, _Part.COUNTER),
        (words.fillers, _Part.FILLER),
    ):
        yield from ((said, (part, None)) for said in phrases)


def _any_of(phrases: Iterable[str]) -> str:
    """Return the pattern of any of `phrases`, the longest first; it matches nothing when there are none."""
    return "|".join(regex.escape(each) for each in sorted(phrases, key=len, reverse=True) if each) or r"(?!)"
