from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import Interval, WrongQuestions, read_questions


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=50))
def test_the_mean_lies_within_its_interval_and_the_interval_within_the_values(values: list[float]) -> None:
    interval = Interval.of(values)

    assert min(values) <= interval.low <= interval.mean + 1e-9
    assert interval.mean - 1e-9 <= interval.high <= max(values)
    assert Interval.of(values) == interval


def test_no_values_have_no_interval() -> None:
    with pytest.raises(ValueError, match="no values"):
        Interval.of([])


def test_empty_lines_are_no_questions_and_an_odd_line_end_is_none_either(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"query": "い\u2028ろ"}\r\n\n{"query": 1}\n', encoding="utf-8")

    assert [row["query"] for row in read_questions(file, "query")] == ["い\u2028ろ", "1"]


def test_a_file_without_questions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text("\n", encoding="utf-8")

    with pytest.raises(WrongQuestions, match="1つもありません"):
        read_questions(tmp_path / "q.jsonl", "query")
