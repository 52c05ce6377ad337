"""`annai check`, asked without its command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from small_ward import SmallWard

from bot.checkup import Checkup, check
from bot.knowledge.problem import Problem, Severity
from bot.settings import Settings

JUMINHYO = "services/koseki/juminhyo.yaml"
QUESTION = "住民票を役所でもらう"


@pytest.fixture
def checked(ward: SmallWard, small_settings: Settings, now: datetime) -> Callable[..., Checkup]:
    def run(**settings: float) -> Checkup:
        return check(replace(small_settings, **settings), ward.folder, now)

    return run


def worse_than_a_note(checkup: Checkup) -> list[Problem]:
    return [problem for problem in checkup.problems if problem.severity is not Severity.NOTE]


def test_a_sound_ward_passes_with_notes_about_what_is_missing(checked: Callable[..., Checkup]) -> None:
    checkup = checked()

    assert checkup.passed, worse_than_a_note(checkup)
    assert (checkup.entries, checkup.desks, checkup.questions) == (7, 3, 1)
    assert {problem.file for problem in checkup.problems if "確認質問がありません" in problem.what} == {
        f"knowledge/services/{name}.yaml"
        for name in (
            "koseki/tennyu",
            "koseki/tenshutsu",
            "gomi/sodai-gomi",
            "kosodate/kyufu",
            "kosodate/jido-teate",
            "chiiki/matsuri",
        )
    }


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("粗大ごみを出す", "「粗大ごみの申し込み」に行きます"),
        ("asdfgh", "どの案内にも行きません"),
        ("うちが火事です", "緊急の案内になります"),
    ],
)
def test_a_check_question_that_leads_elsewhere_is_told_with_its_line(
    ward: SmallWard, checked: Callable[..., Checkup], question: str, says: str
) -> None:
    ward.change(JUMINHYO, QUESTION, question)

    (problem,) = worse_than_a_note(checked())

    assert (problem.file, problem.line) == (f"knowledge/{JUMINHYO}", 7)
    assert says in problem.what
    assert problem.mend


def test_a_check_question_that_ends_in_a_choice_is_wrong_unless_it_is_marked_so(
    ward: SmallWard, checked: Callable[..., Checkup]
) -> None:
    hesitant = {"answer_confidence": 1.0, "choose_confidence": 0.0}
    (unmarked,) = worse_than_a_note(checked(**hesitant))

    ward.change(JUMINHYO, f"- {QUESTION}", f"- {{質問: {QUESTION}, 期待: choose}}")

    assert "から選ぶことになります" in unmarked.what
    assert checked(**hesitant).passed


def test_an_example_of_danger_that_no_sign_reveals_is_wrong(ward: SmallWard, checked: Callable[..., Checkup]) -> None:
    ward.change("urgent.yaml", "例: [火事です, 家が燃えている]", "例: [火事です, けむりが出ている]")

    (problem,) = worse_than_a_note(checked())

    assert "「けむりが出ている」" in problem.what
    assert (problem.file, problem.line) == ("knowledge/urgent.yaml", 9)


def test_an_ordinary_question_that_a_sign_takes_for_danger_is_wrong_and_the_sign_is_named(
    ward: SmallWard, checked: Callable[..., Checkup]
) -> None:
    ward.change("urgent.yaml", "除く: [火事 証明]", "除く: [地震]")

    (problem,) = worse_than_a_note(checked())

    assert "「火事の証明書がほしい」" in problem.what
    assert "「火事」" in problem.mend


def test_reading_and_asking_are_both_done_whatever_is_wrong(ward: SmallWard, checked: Callable[..., Checkup]) -> None:
    ward.change(JUMINHYO, QUESTION, "asdfgh")
    ward.change("services/koseki/tennyu.yaml", "関連: [tenshutsu]", "関連: [nai]")
    ward.write("services/gomi/kowareta.yaml", 'a: "\n')

    assert {problem.file.rpartition("/")[2] for problem in worse_than_a_note(checked())} == {
        "juminhyo.yaml",
        "tennyu.yaml",
        "kowareta.yaml",
    }


def test_what_can_not_be_served_is_told_all_the_same(ward: SmallWard, checked: Callable[..., Checkup]) -> None:
    ward.write("contacts.yaml", "総合案内 daihyo\n")

    checkup = checked()

    assert not checkup.passed
    assert [problem.file for problem in worse_than_a_note(checkup)] == ["knowledge/contacts.yaml"]


def test_the_knowledge_that_ships_passes(shipped_settings: Settings, shipped_guide: object, now: datetime) -> None:
    checkup = check(shipped_settings, shipped_settings.knowledge_dir, now)

    wrong = worse_than_a_note(checkup)
    assert wrong == [], f"{len(wrong)} problems, e.g.\n" + "\n".join(map(str, wrong[:20]))
    assert checkup.entries >= 150
