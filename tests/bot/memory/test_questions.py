from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

from bot.memory.questions import QuestionLog, QuestionRecord

if TYPE_CHECKING:
    from tests.bot.memory.conftest import HandClock

NewQuestion = Callable[..., QuestionRecord]


def test_a_question_is_read_as_it_was_written(
    questions: QuestionLog, clock: HandClock, new_question: NewQuestion
) -> None:
    urgent = replace(new_question(text=""), kind="urgent", topic=None, candidates=())
    questions.add(new_question())
    questions.add(urgent)
    assert questions.since(clock.now) == [new_question(), urgent]


def test_questions_come_oldest_first_from_the_given_moment_on(
    questions: QuestionLog, clock: HandClock, new_question: NewQuestion
) -> None:
    for seconds in (20, 0, 10):
        questions.add(replace(new_question(), asked_at=clock.now + timedelta(seconds=seconds)))
    found = questions.since(clock.now + timedelta(seconds=10))
    assert [record.asked_at - clock.now for record in found] == [timedelta(seconds=10), timedelta(seconds=20)]


def test_times_are_moments_whatever_zone_they_are_given_in(
    questions: QuestionLog, clock: HandClock, new_question: NewQuestion
) -> None:
    tokyo = timezone(timedelta(hours=9))
    questions.add(replace(new_question(), asked_at=clock.now.astimezone(tokyo)))
    [record] = questions.since(clock.now.astimezone(tokyo))
    assert record.asked_at == clock.now
    assert record.asked_at.tzinfo is UTC
