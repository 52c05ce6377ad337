"""What `annai check` says on a given day about dates that have passed."""

from __future__ import annotations

from datetime import date

import pytest
from small_ward import SmallWard

from bot.knowledge.loading import load
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.references import editorial_problems, plain_form
from bot.settings import ROOT

TODAY = date(2026, 11, 24)
KYUFU = "services/kosodate/kyufu.yaml"
MATSURI = "services/chiiki/matsuri.yaml"


def on(ward: SmallWard, today: date) -> list[Problem]:
    loaded = load(ward.folder, ROOT / "knowledge")
    return editorial_problems(loaded.knowledge, loaded.documents, today)


def about(ward: SmallWard, file: str, today: date = TODAY) -> list[Problem]:
    return [problem for problem in on(ward, today) if problem.file == f"knowledge/{file}"]


def test_a_programme_that_has_ended_and_says_what_is_now_is_no_problem(ward: SmallWard) -> None:
    assert about(ward, KYUFU) == []


def test_a_programme_that_has_ended_and_says_nothing_of_it_is_wrong_from_the_next_day(ward: SmallWard) -> None:
    ward.change(KYUFU, ", 終了後の案内: いまは児童手当をご利用ください。", "")
    ward.change(KYUFU, "後継: [jido-teate]\n", "")

    assert about(ward, KYUFU, date(2026, 3, 31)) == []
    (problem,) = about(ward, KYUFU, date(2026, 4, 1))
    assert problem.severity is Severity.WRONG
    assert problem.line == 6
    assert "終了後の案内" in problem.mend


def test_a_successor_alone_is_enough_for_a_programme_that_has_ended(ward: SmallWard) -> None:
    ward.change(KYUFU, ", 終了後の案内: いまは児童手当をご利用ください。", "")

    assert about(ward, KYUFU) == []


def test_a_period_that_ends_before_it_begins_is_wrong(ward: SmallWard) -> None:
    ward.change(KYUFU, "開始: 2025-04-01", "開始: 2027-04-01")

    assert ["開始より前" in problem.what for problem in about(ward, KYUFU)] == [True]


def test_a_fact_past_its_date_is_a_note_that_says_residents_do_not_see_it(ward: SmallWard) -> None:
    (problem,) = on(ward, TODAY)

    assert (problem.file, problem.line) == ("knowledge/services/gomi/sodai-gomi.yaml", 8)
    assert problem.severity is Severity.NOTE
    assert "住民には見せていません" in problem.what
    assert str(problem).startswith("knowledge/services/gomi/sodai-gomi.yaml:8: 注意: ")


def test_a_fact_on_its_last_day_is_still_good(ward: SmallWard) -> None:
    assert on(ward, date(2026, 10, 31)) == []


def test_an_entry_past_its_review_date_is_a_note(ward: SmallWard) -> None:
    ward.add(MATSURI, "見直し期限: 2026-11-23\n")

    (problem,) = about(ward, MATSURI)

    assert problem.severity is Severity.NOTE
    assert "見直し期限(2026-11-23)" in problem.what


def test_a_source_from_the_future_is_wrong(ward: SmallWard) -> None:
    ward.change(MATSURI, "確認日: 2026-04", "確認日: 2027-04")

    (problem,) = about(ward, MATSURI)

    assert problem.severity is Severity.WRONG
    assert "未来の日付" in problem.what


@pytest.mark.parametrize("other", ["住民票がほしい。", "住民票 が ほしい?", "住民票がほしい！", "住民票がほしい"])
def test_phrasings_that_differ_in_spaces_and_marks_alone_are_the_same(other: str) -> None:
    assert plain_form(other) == plain_form("住民票がほしい")
