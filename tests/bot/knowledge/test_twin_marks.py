"""Twins know which answer they were made from."""

from __future__ import annotations

from small_ward import SmallWard

from bot.knowledge.changes import apply
from bot.knowledge.loading import Loaded, load
from bot.knowledge.problem import Severity
from bot.knowledge.twin_marks import answer_mark, stamped, twin_problems
from bot.settings import ROOT

TENNYU = "services/koseki/tennyu.yaml"
TWINS = """\
# 訳は国際交流ラウンジといっしょに作りました
やさしい日本語: |  # 読みがなつき
  14日(か)までに 来(き)て ください。
English: Come within 14 days.  # checked by the lounge
"""


def loaded_of(ward: SmallWard) -> Loaded:
    return load(ward.folder, ROOT / "knowledge")


def test_the_mark_is_of_the_words_and_not_of_their_layout() -> None:
    assert answer_mark("300円です。\n14日以内") == answer_mark(" ３００円です。 14日以内\n")
    assert answer_mark("300円です。") != answer_mark("350円です。")
    assert len(answer_mark("x")) == 8


def test_stamping_writes_the_marks_and_keeps_every_comment(ward: SmallWard) -> None:
    before = ward.read(TENNYU)
    ward.add(TENNYU, TWINS)

    changes, refused = stamped(loaded_of(ward), ward.folder)
    apply(changes)

    mark = '"29786104"'
    assert refused == []
    assert ward.read(TENNYU) == (
        f"{before}# 訳は国際交流ラウンジといっしょに作りました\n"
        f"やさしい日本語: # 読みがなつき\n  本文: |\n    14日(か)までに 来(き)て ください。\n  回答の印: {mark}\n"
        f"English: # checked by the lounge\n  本文: Come within 14 days.\n  回答の印: {mark}\n"
    )
    assert stamped(loaded_of(ward), ward.folder) == ([], [])
    assert twin_problems(loaded_of(ward).knowledge, loaded_of(ward).documents) == []


def test_a_twin_whose_answer_changed_is_noted_with_its_line_until_someone_has_compared_them(ward: SmallWard) -> None:
    ward.add(TENNYU, TWINS)
    apply(stamped(loaded_of(ward), ward.folder)[0])
    ward.change(TENNYU, "14日以内に、", "10日以内に、")
    loaded = loaded_of(ward)

    problems = twin_problems(loaded.knowledge, loaded.documents)

    lines = ward.read(TENNYU).splitlines()
    assert [lines[problem.line - 1].strip().partition(":")[0] for problem in problems] == ["回答の印", "回答の印"]
    assert {problem.severity for problem in problems} == {Severity.NOTE}
    assert all("annai stamp tennyu" in problem.mend for problem in problems)
    assert stamped(loaded, ward.folder) == ([], []), "a stale twin is not called fresh by itself"
    apply(stamped(loaded, ward.folder, ["tennyu"])[0])
    assert twin_problems(loaded_of(ward).knowledge, loaded_of(ward).documents) == []


def test_a_mark_is_quoted_only_where_an_editor_would_take_it_for_a_number(ward: SmallWard) -> None:
    answer = next(text for text in map("回答{}".format, range(1000)) if set("abcdf") & set(answer_mark(text)))
    ward.change(TENNYU, "引っ越してから14日以内に、戸籍課に届け出てください。", answer)
    ward.add(TENNYU, "English: Come.\n")

    apply(stamped(loaded_of(ward), ward.folder)[0])

    assert ward.read(TENNYU).endswith(f"  回答の印: {answer_mark(answer)}\n")
