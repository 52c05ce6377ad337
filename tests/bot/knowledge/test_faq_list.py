"""A plain list of questions and answers becomes the smallest entries: nothing made up, nothing of the staff's overwritten."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ward import SmallWard

from bot.knowledge.changes import apply
from bot.knowledge.faq_list import Defaults, FaqPlan, UnreadableList, iso_date, plan_list, read_list
from bot.knowledge.loading import load
from bot.settings import ROOT

GIVEN = Defaults("市民課", "https://www.example.jp/faq", "2026-04-01")
HEADER = "質問,回答,分類,URL,担当,更新日\n"
ROW = "図書館は何時までですか,19時までです。,地域,https://www.example.jp/tosho,図書館,2026/3/5\n"


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    return tmp_path / "faq.csv"


def planned(faq: Path, into: Path, given: Defaults = GIVEN) -> FaqPlan:
    return plan_list(read_list(faq), faq, into, given)


def imported(faq: Path, into: Path, given: Defaults = GIVEN) -> FaqPlan:
    found = planned(faq, into, given)
    apply(found.changes)
    return found


def written(folder: Path) -> dict[str, str]:
    files = sorted((folder / "services").rglob("faq-*.yaml"))
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in files}


def test_a_row_becomes_the_smallest_entry_and_is_served(faq: Path, ward: SmallWard) -> None:
    faq.write_text(HEADER + ROW, encoding="utf-8")

    found = imported(faq, ward.folder, Defaults())

    assert found.problems == []
    (text,) = written(ward.folder).values()
    assert text.startswith("# 一覧から取りこみました(質問 ")
    assert text.partition("\n")[2] == (
        "名称: 図書館は何時までですか\n回答: 19時までです。\n担当課: 図書館\n"
        "出典:\n  url: https://www.example.jp/tosho\n  確認日: 2026-03-05\n"
    )
    loaded = load(ward.folder, ROOT / "knowledge")
    assert loaded.knowledge.entries["faq-001"].area == "chiiki", "the category is the name of an area"
    assert not [problem for problem in loaded.problems if "faq" in problem.file or "menu" in problem.file]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_any_encoding_that_excel_writes_is_read(tmp_path: Path, encoding: str, suffix: str) -> None:
    file = tmp_path / f"faq.{suffix}"
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter="\t" if suffix == "tsv" else ",")
        writer.writerows([["問", "答"], ["①髙い?", 'は,い\n"1"通\t~300円'], ["", ""], ["次", "値"]])

    items = read_list(file)

    assert [(item.question, item.answer) for item in items] == [("①髙い?", 'は,い\n"1"通\t~300円'), ("次", "値")]
    assert [item.line for item in items] == [2, 5]


def test_a_list_without_a_header_is_question_and_answer(faq: Path) -> None:
    faq.write_text("ごみはいつ,月曜です\nよくある質問は?,ありません\n", encoding="utf-8")

    assert [(item.line, item.question) for item in read_list(faq)] == [(1, "ごみはいつ"), (2, "よくある質問は?")]


def test_headers_are_known_by_any_common_name_and_in_any_order(faq: Path) -> None:
    faq.write_text("№,ＵＲＬ,担当部署名,【回答】,Question,カテゴリー,最終更新日\n1,u,o,a,q,c,d\n", encoding="utf-8")

    (item,) = read_list(faq)

    assert (item.question, item.answer, item.url, item.owner, item.category, item.date) == (
        "q",
        "a",
        "u",
        "o",
        "c",
        "d",
    )


def test_html_in_an_answer_becomes_lines_of_text(faq: Path) -> None:
    faq.write_text('問,答\nい,<p>1行目<br/>2&nbsp;行目</p><a href="x">ここ</a>は a < b\n', encoding="utf-8")

    assert read_list(faq)[0].answer == "1行目\n2 行目\nここは a < b"


@pytest.mark.parametrize(
    ("row", "given", "says"),
    [
        ("い,ろ,,https://a.jp,,2026-01\n", Defaults(), "「担当課」がありません → 列に書き足すか、--owner"),
        ("い,ろ,,,課,2026-01\n", Defaults(), "「出典のURL」がありません → 列に書き足すか、--source-url"),
        ("い,ろ,,https://a.jp,課,\n", Defaults(), "「出典の日付(更新日)」がありません → 列に書き足すか、--source-date"),
        ("い,,,https://a.jp,課,2026\n", Defaults(), "「回答」がありません"),
        (",ろ,,https://a.jp,課,2026\n", Defaults(), "「質問」がありません"),
        ("い,ろ,,https://a.jp,課,きのう\n", Defaults(), "日付「きのう」が読めません"),
        ("い,ろ,,www.a.jp,課,2026\n", Defaults(), "出典として読めません"),
    ],
)
def test_a_row_that_lacks_something_is_told_with_its_line_and_not_written(
    faq: Path, tmp_path: Path, row: str, given: Defaults, says: str
) -> None:
    faq.write_text(HEADER + row, encoding="utf-8")

    found = planned(faq, tmp_path / "knowledge", given)

    assert found.changes == []
    assert [str(problem).startswith("faq.csv:2: ") for problem in found.problems] == [True]
    assert says in str(found.problems[0])


def test_what_the_list_leaves_out_comes_from_the_options_and_what_it_says_wins(faq: Path, ward: SmallWard) -> None:
    faq.write_text("質問,回答,担当\nい,ろ,\nは,に,道路課\n", encoding="utf-8")

    imported(faq, ward.folder)

    first, second = written(ward.folder).values()
    assert "担当課: 市民課\n" in first
    assert "担当課: 道路課\n" in second
    assert "確認日: 2026-04-01\n" in first
    assert "url: https://www.example.jp/faq\n" in first


def test_the_same_question_goes_to_the_same_file_whatever_stands_around_it(faq: Path, ward: SmallWard) -> None:
    faq.write_text("問,答\nい,1\nろ,2\n", encoding="utf-8")
    imported(faq, ward.folder)
    before = written(ward.folder)
    faq.write_text("問,答\nは,3\nろ,2\nい,1\n", encoding="utf-8")

    again = imported(faq, ward.folder)

    after = written(ward.folder)
    assert again.unchanged == 2
    assert {name: after[name] for name in before} == before
    assert list(after) == [*before, "services/import/faq-003.yaml"]


def test_a_second_import_of_the_same_list_changes_nothing(faq: Path, ward: SmallWard) -> None:
    faq.write_text(HEADER + ROW, encoding="utf-8")
    imported(faq, ward.folder)

    assert planned(faq, ward.folder).changes == []


def test_an_answer_that_changed_in_the_list_is_written_unless_staff_changed_the_file(
    faq: Path, ward: SmallWard
) -> None:
    faq.write_text("問,答\nい,1\nろ,2\n", encoding="utf-8")
    imported(faq, ward.folder)
    ward.change("services/import/faq-002.yaml", "名称: ろ", "名称: ろ(直した)")
    kept = ward.read("services/import/faq-002.yaml")
    faq.write_text("問,答\nい,10\nろ,20\n", encoding="utf-8")

    found = imported(faq, ward.folder)

    assert found.diff == ["services/import/faq-001.yaml: 一覧に合わせて書きかえます(い)"]
    assert found.kept == ["services/import/faq-002.yaml(ろ)"]
    assert "回答: 10" in written(ward.folder)["services/import/faq-001.yaml"].replace('"', "")
    assert ward.read("services/import/faq-002.yaml") == kept


def test_an_entry_that_staff_wrote_themselves_with_the_same_name_is_kept(faq: Path, ward: SmallWard) -> None:
    faq.write_text("問,答\n転入届,14日以内です。\n", encoding="utf-8")

    found = planned(faq, ward.folder)

    assert (found.changes, found.kept) == ([], ["services/koseki/tennyu.yaml(転入届)"])


def test_a_question_that_stands_twice_in_the_list_is_told(faq: Path, ward: SmallWard) -> None:
    faq.write_text("問,答\nごみ,1\nご み,2\n", encoding="utf-8")

    found = planned(faq, ward.folder)

    assert [str(problem) for problem in found.problems] == [
        "faq.csv:3: 質問「ご み」は2行目にもあります → 1つにまとめてください"
    ]


def test_the_folder_gets_its_name_in_the_menu_and_the_rest_of_the_menu_stays(faq: Path, ward: SmallWard) -> None:
    ward.write("menu.yaml", "# 目次\n分野:\n  koseki: 戸籍   # 1階\n  gomi: ごみ\n  kosodate: 子育て\n  chiiki: 地域\n")
    faq.write_text("問,答\nい,ろ\n", encoding="utf-8")

    imported(faq, ward.folder)

    assert ward.read("menu.yaml") == (
        "# 目次\n分野:\n  koseki: 戸籍   # 1階\n  gomi: ごみ\n  kosodate: 子育て\n  chiiki: 地域\n  import: 取りこんだ案内\n"
    )


def test_a_new_municipality_begins_with_an_empty_folder(faq: Path, tmp_path: Path) -> None:
    faq.write_text(HEADER + ROW, encoding="utf-8")

    found = imported(faq, tmp_path / "knowledge")

    assert (tmp_path / "knowledge/services/import/faq-001.yaml").exists()
    assert (tmp_path / "knowledge/menu.yaml").read_text(encoding="utf-8") == "分野:\n  import: 取りこんだ案内\n"
    assert ["contacts.yaml がありません" in note for note in found.notes] == [True]
    assert (
        load(tmp_path / "knowledge", ROOT / "knowledge").knowledge.entries["faq-001"].name == "図書館は何時までですか"
    )


def test_a_folder_of_services_may_be_named(faq: Path, ward: SmallWard) -> None:
    faq.write_text(HEADER + ROW, encoding="utf-8")

    imported(faq, ward.folder / "services" / "tosho")

    assert list(written(ward.folder)) == ["services/tosho/faq-001.yaml"]
    assert "tosho: tosho" in ward.read("menu.yaml")


def test_a_menu_that_can_not_be_read_is_left_alone_and_told(faq: Path, ward: SmallWard) -> None:
    ward.write("menu.yaml", "分野: [\n")
    faq.write_text("問,答\nい,ろ\n", encoding="utf-8")

    found = imported(faq, ward.folder)

    assert ward.read("menu.yaml") == "分野: [\n"
    assert ["「import: 取りこんだ案内」を書き足してください" in note for note in found.notes] == [True]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "質問がありません"),
        (b"\n\n,,\n", "質問がありません"),
        ("質問,答え方\nい,ろ\n".encode(), "「回答」の列がありません"),
        (b"\x81", "文字コードが分かりません"),
        (b'a,"' + b"x" * 200_000 + b'"\n', "表として読めません"),
    ],
)
def test_what_is_no_list_is_told_in_one_line(faq: Path, content: bytes, says: str) -> None:
    faq.write_bytes(content)

    with pytest.raises(UnreadableList, match=says):
        read_list(faq)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableList, match="開けません"):
        read_list(tmp_path / "nai.csv")


@pytest.mark.parametrize(
    ("written_as", "means"),
    [
        ("2026-04-01", "2026-04-01"),
        ("2026/4/1 10:30", "2026-04-01"),
        ("2026.4", "2026-04"),
        ("2026年4月1日", "2026-04-01"),
        ("令和8年4月1日", "2026-04-01"),
        ("令和元年5月", "2019-05"),
        ("R8.4.1", "2026-04-01"),
        ("平成30年度", "2018"),
        ("２０２６年", "2026"),
        ("2026-02-30", None),
        ("きのう", None),
        ("4月1日", None),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(written_as: str, means: str | None) -> None:
    assert iso_date(written_as) == means


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["質問", "a: b", "- い", "'", '"']
)


@settings(max_examples=15)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_whatever_a_list_holds_what_is_taken_loads_and_comes_again_to_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("new")
    faq = folder / "faq.csv"
    with faq.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("質問", "回答"), ("図書館", "あります"), *rows])

    found = imported(faq, folder / "knowledge")
    again = planned(faq, folder / "knowledge")

    loaded = load(folder / "knowledge", ROOT / "knowledge")
    entries = [name for name in loaded.knowledge.entries if name.startswith("faq-")]
    assert not [problem for problem in loaded.problems if "faq-" in problem.file]
    assert len(entries) == len([change for change in found.changes if change.file.name != "menu.yaml"])
    assert (again.changes, again.kept) == ([], [])
