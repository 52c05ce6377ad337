"""Answers that are hard to read are noted, with what to write instead."""

from __future__ import annotations

import pytest
from small_ward import SmallWard

from bot.knowledge.loading import load
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.readability import readability_problems, sentences
from bot.settings import ROOT

TENNYU = "services/koseki/tennyu.yaml"
ANSWER = "引っ越してから14日以内に、戸籍課に届け出てください。"


def notes(ward: SmallWard, answer: str) -> list[Problem]:
    ward.change(TENNYU, f"回答: {ANSWER}", "回答: |\n  " + answer.replace("\n", "\n  "))
    loaded = load(ward.folder, ROOT / "knowledge")
    return readability_problems(loaded.knowledge, loaded.documents)


def test_plain_answers_get_no_note(ward: SmallWard) -> None:
    assert notes(ward, "引っ越したら、机の上の紙に書いてください。\n際限はありません。") == []


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("転入につきましては、窓口へ。", "につきましては"),
        ("申請書を記入の上、お持ちください。", "記入の上"),
        ("当該の課に聞いてください。", "当該"),
        ("郵送することができます。", "することができます"),
        ("ご留意ください。", "ご留意"),
        ("国民健康保険に係る届け出です。", "に係る"),
        ("所定の紙に書きます。", "所定の"),
        ("速やかに届け出てください。", "速やかに"),
    ],
)
def test_the_language_of_offices_is_noted_with_other_words(ward: SmallWard, answer: str, found: str) -> None:
    (problem,) = notes(ward, answer)

    assert (problem.file, problem.line, problem.severity) == (f"knowledge/{TENNYU}", 5, Severity.NOTE)
    assert problem.what == f"回答に役所の言葉「{found}」があります"
    assert problem.mend


@pytest.mark.parametrize(("length", "noted"), [(60, False), (61, True)])
def test_a_sentence_of_more_than_sixty_characters_is_noted(ward: SmallWard, length: int, noted: bool) -> None:
    problems = notes(ward, "い" * (length - 1) + "。\nろ。")

    assert bool(problems) is noted
    assert all(f"{length}字あります" in problem.what for problem in problems)


@pytest.mark.parametrize(("number", "noted"), [(5, False), (6, True)])
def test_more_than_five_sentences_are_noted(ward: SmallWard, number: int, noted: bool) -> None:
    assert [problem.what for problem in notes(ward, "いです。" * number)] == [f"回答の文が{number}つあります"] * noted


def test_a_sentence_ends_with_its_mark_or_its_line() -> None:
    assert sentences("い。ろ!(は。)\n・に\n\n") == ["い。", "ろ!", "(は。)", "・に"]
