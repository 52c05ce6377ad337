"""`annai report`: what was asked, what was not answered, and how each is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.memory.feedback import NONE_OF_THEM, FeedbackKind
from bot.memory.reporting import Counted, Reporting, Span, WrongAnswer
from bot.mending import Mend, Mending
from bot.question_groups import Group, Unanswered, grouped, size
from bot.reply import Kind

MOST_TEXTS = 2000
"""So many different texts are compared with each other, the most frequent: a few seconds whatever was asked."""
MOST_GROUPS = 30
MOST_WRONG = 30
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Numbers:
    """How often what happened."""

    turns: dict[str, int]
    """What was decided (answer, choose, unknown, urgent, smalltalk) → how often; every kind is there."""
    marks: dict[str, int]
    """What was said of it (solved, wrong, none) → how often; every kind is there."""

    @property
    def questions(self) -> int:
        """Return how many questions there were."""
        return sum(self.turns.values())

    @classmethod
    def of(cls, turns: Sequence[Counted], marks: Sequence[Counted]) -> Numbers:
        """Return the sums of both."""
        return cls(_sums(turns, list(Kind)), _sums(marks, list(FeedbackKind)))

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program, with each kind's share of the questions."""
        shares = {
            kind: round(number / self.questions, 4) if self.questions else 0.0 for kind, number in self.turns.items()
        }
        return {"questions": self.questions, **self.turns, "share": shares, "feedback": self.marks}


@dataclass(frozen=True, slots=True)
class Unmended:
    """Questions that say the same and led nowhere."""

    number: int
    unknown: int
    refused: int
    wrong: int
    examples: tuple[str, ...]
    mend: Mend


@dataclass(frozen=True, slots=True)
class WrongOnes:
    """An answer that was marked wrong."""

    answer: WrongAnswer
    shown_name: str
    chosen_name: str
    """Empty when nothing was meant instead or nothing was said of it."""
    mend: Mend


@dataclass(frozen=True, slots=True)
class Report:
    """What `annai report` found."""

    span: Span
    total: Numbers
    by_channel: dict[str, Numbers]
    groups: tuple[Unmended, ...] = ()
    """Largest first, at most MOST_GROUPS."""
    all_groups: int = 0
    wrong: tuple[WrongOnes, ...] = ()
    """Most frequent first, at most MOST_WRONG."""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing at all was asked or said."""
        return not self.total.questions and not any(self.total.marks.values())

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program."""
        return {
            "since": self.span.since.isoformat(),
            "until": self.span.until.isoformat(),
            "total": self.total.as_json(),
            "by_channel": {channel: numbers.as_json() for channel, numbers in self.by_channel.items()},
            "groups": [asdict(each) for each in self.groups],
            "all_groups": self.all_groups,
            "wrong": [
                {**asdict(each.answer), "shown_name": each.shown_name, "chosen_name": each.chosen_name}
                | {"mend": asdict(each.mend)}
                for each in self.wrong
            ],
        }


def numbers_of(reporting: Reporting, span: Span) -> Report:
    """Return the numbers of `span` alone; raises DatabaseUnavailable."""
    turns, marks = reporting.turns(span), reporting.marks(span)
    channels = sorted({each.channel for each in (*turns, *marks)})
    by_channel = {
        channel: Numbers.of(
            [each for each in turns if each.channel == channel], [each for each in marks if each.channel == channel]
        )
        for channel in channels
    }
    return Report(span, Numbers.of(turns, marks), by_channel)


def with_mends(
    report: Report,
    reporting: Reporting,
    mending: Mending,
    words_of: Callable[[str], Sequence[str]],
    name_of: Callable[[str], str],
) -> Report:
    """Return `report` with what was not answered, in groups, and how to mend it; raises DatabaseUnavailable."""
    wrong = reporting.wrong(report.span, MOST_TEXTS)
    asked = list(_unanswered(reporting, report.span, wrong))
    to_mend = [each for each in asked if each.wrong or not mending.rightly_unanswered(each.text)]
    right = [each for each in asked if not each.wrong and mending.rightly_unanswered(each.text)]
    # What needs no mending comes last, and draws nothing to itself.
    groups = grouped(to_mend, words_of) + grouped(right, words_of)
    return replace(
        report,
        groups=tuple(_unmended(group, mending) for group in groups[:MOST_GROUPS]),
        all_groups=len(groups),
        wrong=tuple(_wrong(each, mending, name_of) for each in wrong[:MOST_WRONG]),
    )


def _unanswered(reporting: Reporting, span: Span, wrong: Sequence[WrongAnswer]) -> Iterator[Unanswered]:
    for each in reporting.unknown(span, MOST_TEXTS):
        yield Unanswered(each.text, unknown=each.number)
    for each in reporting.refused(span, MOST_TEXTS):
        yield Unanswered(each.text, refused=each.number, none_fitted=True)
    for answer in wrong:
        if answer.text:
            yield Unanswered(
                answer.text,
                wrong=answer.number,
                chosen=answer.chosen or "",
                not_meant=frozenset({answer.shown}),
                none_fitted=answer.chosen == NONE_OF_THEM,
            )


def _unmended(group: Group, mending: Mending) -> Unmended:
    return Unmended(
        size(group),
        sum(each.unknown for each in group),
        sum(each.refused for each in group),
        sum(each.wrong for each in group),
        tuple(each.text for each in group[:_EXAMPLES]),
        mending.of(group),
    )


def _wrong(answer: WrongAnswer, mending: Mending, name_of: Callable[[str], str]) -> WrongOnes:
    chosen = name_of(answer.chosen) if answer.chosen and answer.chosen != NONE_OF_THEM else ""
    return WrongOnes(answer, name_of(answer.shown), chosen, mending.instead(answer.text, answer.shown, answer.chosen))


def _sums(counted: Sequence[Counted], kinds: Sequence[str]) -> dict[str, int]:
    sums = Counter({str(kind): 0 for kind in kinds})
    for each in counted:
        sums[each.kind] += each.number
    return dict(sums)
