from __future__ import annotations

import inspect
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import bot.knowledge.schema
from bot.knowledge.messages import Messages
from bot.knowledge.schema import Entry, Model, Source
from bot.knowledge.validation import validate
from bot.knowledge.yaml_text import read_yaml

MODELS = [
    model
    for _, model in inspect.getmembers(bot.knowledge.schema, inspect.isclass)
    if issubclass(model, Model) and model is not Model
] + [Messages]

SMALLEST = """\
名称: 住民票の写し
回答: 戸籍課で受け取れます。
担当課: 戸籍課
出典: {url: https://www.example.jp/, 確認日: 2026-06-02}
"""


def read(text: str) -> tuple[Entry | None, list[Any]]:
    document, problems = read_yaml(text, "knowledge/services/koseki/juminhyo.yaml")
    assert problems == []
    return validate(Entry, document, extra={"id": "juminhyo", "area": "koseki"})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_refuses_a_key_that_it_does_not_know(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"知らないキー": "x"})

    assert "extra_forbidden" in {error["type"] for error in caught.value.errors()}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_frozen(model: type[BaseModel]) -> None:
    assert model.model_config["frozen"]


def test_the_smallest_entry_is_name_answer_owner_and_source() -> None:
    entry, problems = read(SMALLEST)

    assert problems == []
    assert entry is not None
    assert (entry.id, entry.area, entry.name, entry.owner) == ("juminhyo", "koseki", "住民票の写し", "戸籍課")


@pytest.mark.parametrize("key", ["名称", "回答", "担当課", "出典"])
def test_an_entry_without_one_of_these_does_not_load(key: str) -> None:
    text = "".join(line for line in SMALLEST.splitlines(keepends=True) if not line.startswith(key))

    entry, problems = read(text)

    assert entry is None
    assert [f"「{key}」がありません" in problem.what for problem in problems] == [True]


@pytest.mark.parametrize(
    ("fact", "line", "says"),
    [
        ("  手数料: {値: 300円, 確認日: 2026-06-02}", 6, "出典」がありません"),
        ("  手数料: {値: 300円, 出典: https://www.example.jp/}", 6, "確認日」がありません"),
        ("  手数料: 300円", 6, "出典と確認日がありません"),
        ("  手数料:\n    値: 300円\n    出典: となりの人\n    確認日: 2026-06-02", 8, "出典として読めません"),
        ("  手数料:\n    値: 300円\n    出典: https://a.jp\n    確認日: きのう", 9, "日付ではありません"),
        ("  手数料:\n    値: []\n    出典: https://a.jp\n    確認日: 2025", 7, "中身が空です"),
        (
            "  手数料:\n    値: 300円\n    出典: https://a.jp\n    確認日: 2025\n    信頼度: 最高",
            10,
            "「最高」は使えません",
        ),
    ],
)
def test_a_fact_that_can_not_be_verified_does_not_load_and_says_its_line(fact: str, line: int, says: str) -> None:
    entry, problems = read(f"{SMALLEST}項目:\n{fact}\n")

    assert entry is None
    assert [problem.line for problem in problems] == [line]
    assert says in problems[0].what


def test_a_mistyped_key_gets_the_right_one_suggested() -> None:
    _, problems = read(SMALLEST + "質問列: [住民票]\n")

    assert problems[0].line == 5
    assert "「質問例」のまちがいなら" in problems[0].mend


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("関連: tennyu", "リストで書くところです"),
        ("見直し期限: 来年", "日付として読めません"),
        ("窓口: 戸籍課", "決まった形ではありません"),
        ("手続方法: [のろし]", "「のろし」は使えません"),
        ("リンク: [{名称: x, url: www.example.jp}]", "URLではありません"),
        ("別名: [[い], ろ]", "文字を書くところです"),
        ("対象期間: いつも", "「項目名: 中身」の形"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_words_and_with_advice(line: str, says: str) -> None:
    entry, problems = read(SMALLEST + line + "\n")

    assert entry is None
    assert [problem.line for problem in problems] == [5]
    assert says in problems[0].what
    assert problems[0].mend


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    _, problems = read("名称: x\n質問列: []\n手続方法: [のろし]\n見直し期限: 来年\n")

    assert len(problems) == 6


@pytest.mark.parametrize("values", ["- い\n- ろ\n", "ただの文\n"])
def test_a_file_that_is_no_mapping_is_one_problem(values: str) -> None:
    entry, problems = read(values)

    assert entry is None
    assert len(problems) == 1


def test_a_printed_document_may_be_a_source() -> None:
    source = Source.model_validate({"url": "「令和4年度 運営方針」", "確認日": "2022"})

    assert source.url == "「令和4年度 運営方針」"


@pytest.mark.parametrize("sentence", ["{だれ}さん", "{窓口.__class__}", "{窓口:d}", "{窓口!x}", "{", "{}", "{0}"])
def test_a_sentence_with_a_placeholder_that_could_not_be_filled_in_does_not_load(sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Messages.model_validate({"わからない": sentence})

    assert ("わからない",) in {error["loc"] for error in caught.value.errors() if error["type"] == "value_error"}
