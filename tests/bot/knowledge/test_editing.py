"""Changes in the text of a YAML file: what changes, changes; everything else survives byte for byte."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.knowledge.editing import CannotEdit, edited, same, write_atomically
from bot.knowledge.yaml_rendering import whole_file
from bot.knowledge.yaml_text import read_yaml
from bot.settings import ROOT

SHIPPED = {file: file.read_text(encoding="utf-8") for file in sorted((ROOT / "knowledge/services").rglob("*.yaml"))}

COMMENTED = """\
# 戸籍課が持つ案内。直したら声をかけてください。
名称:   "住民票の写し"   # 正式な名前
別名: [住民票,  '住民票謄本',
       "抄本"]

質問例:
- 住民票がほしい      # いちばん多い
# つぎは窓口で聞いた言い方
- 会社に出せと言われた
回答: |   # 2文まで
    戸籍課で受け取れます。

    郵送でも請求できます。
# 金額は市のページから
項目:
    手数料: {値: 1通300円, 出典: "https://www.example.jp/a#b", 確認日: 2026-06-02}  # 年度で変わる

    必要なもの:
        値:
            - 本人確認書類
            - 手数料   # 現金
        出典: https://www.example.jp/a
        確認日: 2026-06
担当課: 戸籍課
リンク:
  - 名称: 公式ページ   # 先頭
    url: https://www.example.jp/a
出典: {url: https://www.example.jp/a, 確認日: 2026-06-02}
"""


def values_of(text: str) -> dict[str, Any]:
    document, problems = read_yaml(text, "a.yaml")
    assert problems == []
    assert isinstance(document.values, dict)
    return document.values


def changed(text: str, *path: Any, to: Any) -> str:
    """Return `text` edited so that the value at `path` is `to`."""
    values = copy.deepcopy(values_of(text))
    inner = values
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return edited(text, values)


def lines_that_differ(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("path", "to", "gone", "come"),
    [
        (("名称",), "住民票", ['名称:   "住民票の写し"   # 正式な名前'], ['名称:   "住民票"   # 正式な名前']),
        (
            ("項目", "手数料", "値"),
            "1通350円, 窓口",
            ['    手数料: {値: 1通300円, 出典: "https://www.example.jp/a#b", 確認日: 2026-06-02}  # 年度で変わる'],
            [
                '    手数料: {値: "1通350円, 窓口", 出典: "https://www.example.jp/a#b", 確認日: 2026-06-02}  # 年度で変わる'
            ],
        ),
        (("項目", "必要なもの", "値", 1), "300円", ["            - 手数料   # 現金"], ["            - 300円   # 現金"]),
        (("項目", "必要なもの", "信頼度"), "中", [], ["        信頼度: 中"]),
        (("リンク", 0, "名称"), "市のページ", ["  - 名称: 公式ページ   # 先頭"], ["  - 名称: 市のページ   # 先頭"]),
        (("見直し期限",), "2027-04-01", [], ["見直し期限: 2027-04-01"]),
        (("質問例", 1), None, ["- 会社に出せと言われた"], []),
        (("別名", 1), None, ["別名: [住民票,  '住民票謄本',"], ['別名: [住民票,  "抄本"]']),
    ],
)
def test_only_the_line_of_what_changed_changes(
    path: tuple[Any, ...], to: Any, gone: list[str], come: list[str]
) -> None:
    after = changed(COMMENTED, *path, to=to)

    if path == ("別名", 1):
        assert '別名: [住民票,  "抄本"]\n' in after
        return
    assert lines_that_differ(COMMENTED, after) == (gone, come)


def test_a_block_of_text_keeps_its_indentation_and_the_comment_on_its_first_line() -> None:
    after = changed(COMMENTED, "回答", to="コンビニで受け取れます。\n\n300円です。")

    assert "回答: |   # 2文まで\n" not in after
    assert "回答: | # 2文まで\n    コンビニで受け取れます。\n\n    300円です。\n# 金額は" in after


def test_one_line_that_becomes_several_takes_its_comment_along() -> None:
    after = changed("担当課: 戸籍課 # 1階\n名称: x\n", "担当課", to="戸籍課\n登録係")

    assert after == "担当課: | # 1階\n  戸籍課\n  登録係\n名称: x\n"


def test_a_text_that_becomes_a_mapping_keeps_its_comments() -> None:
    after = changed(
        "English: |  # by the lounge\n  Hello.\n# end\n", "English", to={"本文": "Hello.", "回答の印": "ab"}
    )

    assert after == "English: # by the lounge\n  本文: Hello.\n  回答の印: ab\n# end\n"


def test_nothing_to_change_gives_the_very_same_text() -> None:
    assert edited(COMMENTED, values_of(COMMENTED)) == COMMENTED


def test_a_list_gains_and_loses_items_without_losing_its_comments() -> None:
    after = changed(COMMENTED, "質問例", to=["住民票を取りたい", "住民票がほしい", "じゅうみんひょう"])

    assert "質問例:\n- 住民票を取りたい\n- 住民票がほしい      # いちばん多い\n# つぎは" in after
    assert "- じゅうみんひょう\n回答:" in after


def test_windows_line_ends_and_a_byte_order_mark_stay() -> None:
    text = "\ufeff" + COMMENTED.replace("\n", "\r\n")

    after = changed(text.removeprefix("\ufeff"), "回答", to="い。\nろ。")
    marked = edited(text, {**values_of(text.removeprefix("\ufeff")), "担当課": "保険年金課"})

    assert after.count("\n") == after.count("\r\n")
    assert marked == text.replace("担当課: 戸籍課", "担当課: 保険年金課")


def test_a_file_without_a_last_line_end_gains_a_line() -> None:
    assert edited("名称: x", {"名称": "x", "担当課": "y"}) == "名称: x\n担当課: y"


@pytest.mark.parametrize("text", ["", "- い\n", "名称: [\n", "a: 1\na: 2\n", "a: &x い\nb: *x\n"])
def test_what_can_not_be_read_can_not_be_edited(text: str) -> None:
    with pytest.raises(CannotEdit):
        edited(text, {"名称": "x"})


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "no",
        "~",
        "null",
        "8:45",
        "- い",
        "a: b",
        "x #y",
        "[い, ろ]",
        "{",
        "'",
        '"',
        "=1+1",
        "い\nろ",
        "い\n\n  ろ",
        "*",
        "…:",
    ]
)
VALUES = st.recursive(
    WORDS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(WORDS.filter(lambda key: key.strip() == key != ""), inner, min_size=1, max_size=4)
    ),
    max_leaves=8,
)
FILES = st.dictionaries(
    WORDS.filter(lambda key: key.strip() == key != "" and "\n" not in key), VALUES, min_size=1, max_size=5
)


@given(FILES)
def test_whatever_is_written_to_a_new_file_is_read_back(values: dict[str, Any]) -> None:
    document, problems = read_yaml(whole_file(values), "a.yaml")

    assert problems == []
    assert same(document.values, values)


@given(FILES, FILES)
@example(before={"0": [["0?"]]}, wanted={"0": ""})
@example(before={"0": [[{"0?": ""}]]}, wanted={"0": ""})
def test_any_file_can_be_made_any_other(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    text = whole_file(before)

    after = edited(text, wanted)

    assert same(values_of(after), wanted)


@given(st.data())
def test_a_shipped_entry_changed_in_one_place_keeps_all_lines_around_it(data: st.DataObject) -> None:
    text = SHIPPED[data.draw(st.sampled_from(sorted(SHIPPED)))]
    values = values_of(text)
    key = data.draw(st.sampled_from(sorted(values)))
    new = data.draw(VALUES if isinstance(values[key], (dict, list)) else WORDS)
    keys = sorted(values, key=lambda each: text.index(f"\n{each}:") if f"\n{each}:" in text else 0)
    block_starts = [0 if n == 0 else text.index(f"\n{each}:") + 1 for n, each in enumerate(keys)] + [len(text)]
    number = keys.index(key)

    after = edited(text, {**values, key: new})

    assert same(values_of(after), {**values, key: new})
    assert after.startswith(text[: block_starts[number]])
    assert after.endswith(text[block_starts[number + 1] :])


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "services" / "a.yaml"
    write_atomically(file, b"old")
    file.chmod(0o640)
    with file.open("rb") as reader:
        write_atomically(file, b"new" * 1000)
        assert reader.read() == b"old"

    assert file.read_bytes() == b"new" * 1000
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(file.parent) == ["a.yaml"]
