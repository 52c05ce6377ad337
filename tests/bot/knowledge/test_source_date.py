from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.knowledge.source_date import SourceDate


@pytest.mark.parametrize(
    ("written", "words"),
    [("2025-06-02", "2025年6月2日"), ("2025-6-2", "2025年6月2日"), ("2025-06", "2025年6月"), ("2025", "2025年")],
)
def test_a_date_is_said_as_exactly_as_its_source_states_it(written: str, words: str) -> None:
    assert SourceDate.parse(written).in_words() == words


@pytest.mark.parametrize(
    "written", ["", "きのう", "2025/06/02", "令和7年", "25-06-02", "2025-06-02-01", "2025-", "-2025"]
)
def test_what_is_no_date_is_refused_with_the_three_forms_that_are(written: str) -> None:
    with pytest.raises(ValueError, match="2025-06-02、2025-06、2025"):
        SourceDate.parse(written)


@pytest.mark.parametrize("written", ["2025-02-29", "2025-13-01", "2025-00", "0000"])
def test_a_day_that_does_not_exist_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="日はありません"):
        SourceDate.parse(written)


@given(st.dates())
def test_a_written_day_is_read_back_as_the_same_day(day: date) -> None:
    source_date = SourceDate.parse(day.isoformat())

    assert str(source_date) == day.isoformat()
    assert source_date.earliest() == day


@given(st.text())
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        SourceDate.parse(text)


def test_a_month_is_as_old_as_its_first_day() -> None:
    assert SourceDate.parse("2024-11").earliest() == date(2024, 11, 1)


@pytest.mark.parametrize(
    ("written", "today", "older"),
    [
        ("2024-11-24", date(2026, 11, 24), False),
        ("2024-11-24", date(2026, 11, 25), True),
        ("2024-11", date(2026, 11, 2), True),
        ("2025", date(2026, 12, 31), False),
        ("2024-02-29", date(2026, 2, 28), False),
        ("2024-02-29", date(2026, 3, 1), True),
    ],
)
def test_a_source_is_older_than_two_years_from_the_day_after_its_anniversary(
    written: str, today: date, older: bool
) -> None:
    assert SourceDate.parse(written).is_older_than(2, today) is older


def test_a_model_field_takes_text_and_gives_it_back() -> None:
    field = TypeAdapter(SourceDate)

    assert field.dump_python(field.validate_python("2025-06")) == "2025-06"
