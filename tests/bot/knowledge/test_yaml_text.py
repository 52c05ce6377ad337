from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.problem import Problem
from bot.knowledge.yaml_text import read_yaml


def problem_of(text: str) -> Problem:
    _, problems = read_yaml(text, "knowledge/a.yaml")
    assert len(problems) == 1, problems
    return problems[0]


def test_every_scalar_stays_the_text_that_staff_wrote() -> None:
    document, problems = read_yaml("a: no\nb: 8:45\nc: 0120\nd: 2025-06-02\ne: 1.0\nf: true\n", "a.yaml")

    assert document.values == {"a": "no", "b": "8:45", "c": "0120", "d": "2025-06-02", "e": "1.0", "f": "true"}
    assert problems == []


def test_a_key_without_a_value_is_nothing_and_not_the_word_null() -> None:
    document, _ = read_yaml("a:\nb: x\n", "a.yaml")

    assert document.values == {"a": None, "b": "x"}


def test_each_value_knows_its_line_and_an_unknown_one_the_line_around_it() -> None:
    document, _ = read_yaml("名称: x\n項目:\n  手数料:\n    値: 300円\n質問例:\n  - い\n  - ろ\n", "a.yaml")

    assert document.line(("項目", "手数料", "値")) == 4
    assert document.line(("質問例", 1)) == 7
    assert document.line(("項目", "手数料", "出典")) == 3
    assert document.line(("どこにもない",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("a:\n\tb: 1\n", 2, "タブ"),
        ("名称：住民票\n回答: あ\n", 2, "全角の「：」"),
        ("a: 1\nb: 「引用」: だめ\n", 2, "「: 」"),
        ('a: 1\nb: "閉じない\nc: 2\n', 2, "引用符"),
        ("a: 1\nb: '閉じない\nc: 2\n", 2, "引用符"),
        ("a: 1\nb: [い, ろ\nc: 2\n", 2, "かっこ"),
        ("a: 1\nb: {い: ろ\nc: 2\n", 2, "かっこ"),
        ("a: 1\nb: [\n\n", 2, "かっこ"),
        ("a: 1\n 　b: 2\n", 2, "全角の空白"),
        ("a: 1\n  b: 2\n", 2, "字下げ"),
        ("a: 1\n---\nb: 2\n", 2, "見直してください"),
    ],
    ids=[
        "tab",
        "full-width colon",
        "colon",
        "quote",
        "apostrophe",
        "bracket",
        "brace",
        "end",
        "wide space",
        "indent",
        "two",
    ],
)
def test_a_slip_is_shown_where_it_was_made_with_what_to_do(text: str, line: int, advice: str) -> None:
    problem = problem_of(text)

    assert (problem.file, problem.line) == ("knowledge/a.yaml", line)
    assert advice in problem.mend


def test_a_key_that_is_written_twice_is_a_problem_at_its_second_line() -> None:
    problem = problem_of("名称: い\n回答: ろ\n名称: は\n")

    assert problem.line == 3
    assert "「名称」が2回" in problem.what


def test_an_empty_file_says_so() -> None:
    assert problem_of("").what == problem_of("# 見出しだけ\n").what == problem_of("~\n").what == "ファイルが空です"


def test_a_value_that_copies_another_place_is_refused_at_its_line() -> None:
    problem = problem_of("a: &same\n  b: 1\nc: *same\n")

    assert "「*」" in problem.what


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: *x}",
        "[" * 3000 + "]" * 3000,
        "? [a]\n: b",
        "a: !!python/object:os.system {}",
        'a: "\\ud800"',
        "a: \x01",
    ],
    ids=["itself", "deep", "odd key", "tag", "surrogate", "control"],
)
def test_hostile_yaml_is_read_or_refused_but_never_raises(text: str) -> None:
    read_yaml(text, "a.yaml")


@given(st.text())
def test_any_text_is_read_or_refused_with_a_line_and_advice(text: str) -> None:
    document, problems = read_yaml(text, "a.yaml")

    assert (document.values is None) <= bool(problems)
    assert all(problem.line >= 1 and problem.what and problem.mend for problem in problems)


@given(
    st.lists(st.sampled_from([*":-[]{}\"'#&*!|>%@`?, \n\t", "：", "　", "名称", "a", "- ", ": ", "<<: "]), max_size=30)
)
def test_any_mixture_of_yaml_marks_is_read_or_refused(parts: list[str]) -> None:
    _, problems = read_yaml("".join(parts), "a.yaml")

    assert all(str(problem).startswith("a.yaml:") for problem in problems)
