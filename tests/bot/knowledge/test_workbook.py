"""The workbook both ways: export, edit as Excel would, read back, and what that changes in real files."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from small_ward import SmallWard

from bot.knowledge.changes import ChangedMeanwhile, FileChange, apply
from bot.knowledge.columns import ENTRY_COLUMNS, FACT_COLUMNS, tidy
from bot.knowledge.loading import Loaded, load
from bot.knowledge.schema import Entry, Fact, Source
from bot.knowledge.workbook import ENTRIES, FACTS, UnreadableWorkbook, export, read
from bot.knowledge.workbook_import import Plan, plan
from bot.settings import ROOT

JUMINHYO = "services/koseki/juminhyo.yaml"


class Book:
    """A workbook of a ward, edited by the headers of its columns."""

    def __init__(self, ward: SmallWard) -> None:
        """Export the ward."""
        self.ward = ward
        self.file = ward.folder.parent / "kb.xlsx"
        assert export(self._loaded(), ward.folder, self.file) == []
        self.book = load_workbook(self.file)

    def _loaded(self) -> Loaded:
        return load(self.ward.folder, ROOT / "knowledge")

    def row(self, sheet: str, entry_id: str, fact: str = "") -> int:
        for row in self.book[sheet].iter_rows(min_row=2):
            if row[0].value == entry_id and (not fact or row[1].value == fact):
                return int(row[0].row or 0)
        raise AssertionError(f"{entry_id} {fact} is not in {sheet}")

    def cell(self, sheet: str, row: int, header: str) -> Any:
        headers = [cell.value for cell in self.book[sheet][1]]
        return self.book[sheet].cell(row, headers.index(header) + 1)

    def write(self, header: str, value: Any, entry_id: str = "juminhyo", fact: str = "") -> None:
        sheet = FACTS if fact else ENTRIES
        self.cell(sheet, self.row(sheet, entry_id, fact), header).value = value

    def append(self, sheet: str, **cells: Any) -> int:
        row = 2
        while self.book[sheet].cell(row, 1).value:
            row += 1
        for header, value in cells.items():
            self.cell(sheet, row, header).value = value
        return row

    def planned(self, delete: bool = False) -> Plan:
        self.book.save(self.file)
        return plan(self._loaded(), self.ward.folder, ROOT / "knowledge", read(self.file), delete)

    def imported(self, delete: bool = False) -> Plan:
        found = self.planned(delete)
        assert found.problems == [], "\n".join(map(str, found.problems))
        apply(found.changes)
        return found


@pytest.fixture
def book(ward: SmallWard) -> Book:
    return Book(ward)


def test_every_key_of_an_entry_has_its_column() -> None:
    shown = {column.path[0] for column in ENTRY_COLUMNS}
    in_source = {column.path[1] for column in ENTRY_COLUMNS if column.path[0] == "出典"}

    assert shown | {"項目", "id", "area"} == {info.alias or name for name, info in Entry.model_fields.items()}
    assert in_source == {info.alias or name for name, info in Source.model_fields.items()}
    assert {column.path[0] for column in FACT_COLUMNS} == {info.alias for info in Fact.model_fields.values()}


def test_an_unchanged_workbook_of_everything_that_ships_changes_nothing(tmp_path: Path) -> None:
    folder = ROOT / "knowledge"
    loaded = load(folder, folder)
    export(loaded, folder, tmp_path / "kb.xlsx")

    found = plan(loaded, folder, folder, read(tmp_path / "kb.xlsx"), delete=True)

    assert (found.changes, found.diff, found.problems, found.left_out) == ([], [], [], [])


def test_the_sheets_are_made_for_reading(book: Book) -> None:
    sheet = book.book[ENTRIES]
    head, answer = sheet["A1"], book.cell(ENTRIES, 2, "回答")

    assert book.book.sheetnames == ["案内", "項目", "窓口", "使い方"]
    assert sheet.freeze_panes == "D2"
    assert head.font.bold
    assert answer.alignment.wrap_text
    assert answer.number_format == "@"
    assert book.book["窓口"].protection.sheet
    assert not sheet.protection.sheet
    assert sheet.column_dimensions["E"].number_format == "@", "new rows, too, keep what is typed"
    assert (
        book.cell(ENTRIES, book.row(ENTRIES, "juminhyo"), "質問例").value
        == "住民票がほしい\n会社に住民票を出せと言われた"
    )
    assert book.cell(FACTS, book.row(FACTS, "juminhyo", "必要なもの"), "確認日").value == "2026-06"


def test_a_fee_changes_in_its_place_and_nowhere_else(book: Book, ward: SmallWard) -> None:
    before = ward.read(JUMINHYO)
    book.write("値", "1通350円", fact="手数料")

    found = book.imported()

    assert found.diff == ["juminhyo 手数料: 1通300円 → 1通350円"]
    assert found.entries == 1
    assert ward.read(JUMINHYO) == before.replace("1通300円", "1通350円")


def test_lists_and_texts_are_told_by_the_lines_that_differ(book: Book, ward: SmallWard) -> None:
    ward.add(JUMINHYO, "# おわり\n")
    book.write("質問例", "住民票がほしい\n会社に住民票を出せと言われた\n住民票ください")
    book.write("回答", "住民票の写しは、戸籍課で受け取れます。\nコンビニでも請求できます。")
    book.write("確認質問", "住民票を役所でもらう\n住所の証明がいる [choose]")
    book.write("リンク", "公式ページ | https://www.example.jp/juminhyo\n地図 | https://www.example.jp/map")

    found = book.imported()

    assert found.diff == [
        "juminhyo 質問例:",
        "    + 住民票ください",
        "juminhyo 確認質問:",
        "    + 住所の証明がいる [choose]",
        "juminhyo 回答:",
        "    - 郵送でも請求できます。",
        "    + コンビニでも請求できます。",
        "juminhyo リンク:",
        "    + 地図 | https://www.example.jp/map",
    ]
    assert [str(note) for note in found.notes] == [
        f"「案内」シート {book.row(ENTRIES, 'juminhyo')}行目: 注意: 「juminhyo」は、表を書き出したあとに、ファイルでも変わっています"
        " → 下の変更で、消したくない直しが元に戻らないかを見てください"
    ]
    text = ward.read(JUMINHYO)
    assert "  - 会社に住民票を出せと言われた\n  - 住民票ください\n確認質問:\n" in text
    assert "  - 質問: 住所の証明がいる\n    期待: choose\n" in text
    assert "回答: |\n  住民票の写しは、戸籍課で受け取れます。\n  コンビニでも請求できます。\n項目:" in text
    assert (
        "リンク: [{名称: 公式ページ, url: https://www.example.jp/juminhyo}, {名称: 地図, url: https://www.example.jp/map}]"
        in text
    )
    assert text.endswith("# おわり\n")


def test_an_empty_cell_takes_the_value_away_and_a_new_one_is_written_where_it_belongs(
    book: Book, ward: SmallWard
) -> None:
    book.write("関連", None)
    book.write("見直し期限", "2027/4/1")
    book.write("信頼度", "低", fact="手数料")
    book.write("値", "本人確認書類", fact="必要なもの")

    assert book.imported().diff == [
        "juminhyo 関連: tennyu → (なし)",
        "juminhyo 見直し期限: (なし) → 2027-04-01",
        "juminhyo 手数料の信頼度: (なし) → 低",
        "juminhyo 必要なもの:",
        "    - 手数料",
    ]
    text = ward.read(JUMINHYO)
    assert "関連" not in text
    assert "}]\n見直し期限: 2027-04-01\n出典:" in text
    assert "確認日: 2026-06-02, 信頼度: 低}\n" in text
    assert "必要なもの: {値: [本人確認書類], " in text


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|'/c calc'!A0", "+81-45", "-5℃", "@here", '=HYPERLINK("x")', "'", "\t=1"]
)
def test_a_value_that_looks_like_a_formula_is_text_there_and_back(ward: SmallWard, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    ward.change(JUMINHYO, "{値: 1通300円,", f'{{値: "{quoted}",')
    book = Book(ward)

    cell = book.cell(FACTS, book.row(FACTS, "juminhyo", "手数料"), "値")

    assert (cell.value, cell.data_type) == (text.strip(), "s")
    assert book.planned().diff == []


def test_what_excel_makes_of_what_is_typed_is_read_as_it_was_meant(book: Book, ward: SmallWard) -> None:
    book.write("値", 300, fact="手数料")
    book.write("確認日", datetime(2026, 7, 1), fact="手数料")
    month = book.cell(FACTS, book.row(FACTS, "juminhyo", "必要なもの"), "確認日")
    month.value = date(2026, 7, 1)
    month.number_format = "mmm-yy"
    book.write("見直し期限", "2027年4月1日")

    book.imported()

    text = ward.read(JUMINHYO)
    assert "手数料: {値: 300, 出典: https://www.example.jp/juminhyo, 確認日: 2026-07-01}" in text
    assert "確認日: 2026-07}" in text, "a month must not become its first day"
    assert "見直し期限: 2027-04-01" in text


def test_a_new_row_becomes_a_new_file(book: Book, ward: SmallWard) -> None:
    book.append(
        ENTRIES, id="furuhon", 分野="地域", 名称="古本市", 回答="本を持ちよります。\nだれでも来られます。", 担当課="地域振興課",
        別名="古本まつり\nブックフェア", 出典="https://www.example.jp/furuhon", 出典の確認日="2026-10-01", 対象期間の終了="2027-03-31",
        終了後の案内="もうありません。", リンク="公式ページ|https://www.example.jp/furuhon",
    )  # fmt: skip
    book.append(
        FACTS, id="furuhon", 項目名="手数料", 値="無料", 出典="「ちらし」", 確認日="2026", 有効期限="2027-03-31"
    )

    found = book.imported()

    assert found.diff[0] == "furuhon: 新しい案内です(services/chiiki/furuhon.yaml)"
    assert ward.read("services/chiiki/furuhon.yaml") == (
        "名称: 古本市\n別名: [古本まつり, ブックフェア]\n回答: |\n  本を持ちよります。\n  だれでも来られます。\n"
        "項目:\n  手数料:\n    値: 無料\n    出典: 「ちらし」\n    確認日: 2026\n    有効期限: 2027-03-31\n"
        "担当課: 地域振興課\nリンク:\n  - 名称: 公式ページ\n    url: https://www.example.jp/furuhon\n"
        "対象期間:\n  終了: 2027-03-31\n  終了後の案内: もうありません。\n"
        "出典:\n  url: https://www.example.jp/furuhon\n  確認日: 2026-10-01\n"
    )
    assert Book(ward).planned().diff == []


def test_another_area_moves_the_file(book: Book, ward: SmallWard) -> None:
    text = ward.read("services/gomi/sodai-gomi.yaml")
    book.write("分野", "地域", "sodai-gomi")

    found = book.imported()

    assert found.diff == ["sodai-gomi 分野: gomi → chiiki(ファイルを移します)"]
    assert ward.read("services/chiiki/sodai-gomi.yaml") == text
    assert not (ward.folder / "services/gomi/sodai-gomi.yaml").exists()


def test_a_removed_row_deletes_nothing_unless_it_is_asked_for(book: Book, ward: SmallWard) -> None:
    book.book[FACTS].delete_rows(book.row(FACTS, "juminhyo", "手数料"))
    book.book[ENTRIES].delete_rows(book.row(ENTRIES, "matsuri"))

    kept = book.planned()
    deleted = book.imported(delete=True)

    assert (kept.changes, sorted(kept.left_out)) == ([], ["juminhyo 手数料", "matsuri"])
    assert deleted.diff == ["juminhyo 手数料: 消します", "matsuri(港町まつり): ファイルを消します"]
    assert not (ward.folder / "services/chiiki/matsuri.yaml").exists()
    assert "手数料:" not in ward.read(JUMINHYO)


def test_deleting_what_others_refer_to_is_refused(book: Book) -> None:
    book.book[ENTRIES].delete_rows(book.row(ENTRIES, "tenshutsu"))

    problems = list(map(str, book.planned(delete=True).problems))

    assert any("menu.yaml" in problem and "「tenshutsu」はありません" in problem for problem in problems)
    assert (
        f"「案内」シート {book.row(ENTRIES, 'tennyu')}行目: tennyu: 「関連」の「tenshutsu」はありません"
        in "\n".join(problems)
    )


@pytest.mark.parametrize(
    ("header", "value", "fact", "says"),
    [
        ("確認日", None, "手数料", "「項目・手数料・確認日」がありません"),
        ("確認日", "きのう", "手数料", "「きのう」は日付ではありません"),
        ("出典", "となりの人", "手数料", "出典として読めません"),
        ("値", "=1+1", "手数料", "「値」が式になっています"),
        ("窓口", "nai", "", "「窓口」の「nai」はありません"),
        ("回答", None, "", "「回答」がありません"),
        ("手続方法", "のろし", "", "「のろし」は使えません"),
        ("リンク", "公式ページ", "", "「名称 | https://…」の形で"),
        ("分野", "宇宙", "", "分野「宇宙」はありません"),
        ("id", "住民票", "", "id「住民票」は使えません"),
        ("id", "../../../etc/x", "", "id「../../../etc/x」は使えません"),
        ("id", "tennyu", "", "id「tennyu」が2回あります"),
        ("id", None, "", "idがありません"),
        ("項目名", "必要なもの", "手数料", "「必要なもの」が2回あります"),
        ("項目名", "料金表", "手数料", "「項目名」の「料金表」はありません"),
        ("id", "dokonimonai", "手数料", "id「dokonimonai」の案内はありません"),
    ],
)
def test_what_would_not_load_is_told_with_sheet_and_row_and_nothing_is_written(
    book: Book, ward: SmallWard, header: str, value: Any, fact: str, says: str
) -> None:
    sheet = FACTS if fact else ENTRIES
    row = book.row(sheet, "juminhyo", fact)
    book.write(header, value, fact=fact)
    files = {file: file.read_bytes() for file in ward.folder.rglob("*.yaml")}

    problems = list(map(str, book.planned().problems))

    assert [problem for problem in problems if f"「{sheet}」シート {row}行目: " in problem or "にもあります" in problem]
    assert any(says in problem for problem in problems), problems
    assert {file: file.read_bytes() for file in ward.folder.rglob("*.yaml")} == files


def test_a_phrasing_that_another_entry_has_is_a_note_with_its_row(book: Book) -> None:
    book.write("質問例", "よその市へ引っ越す", "tennyu")

    found = book.planned()

    assert found.problems == []
    assert any("行目: 注意: t" in str(note) and "にもあります" in str(note) for note in found.notes)


def test_columns_may_be_moved_left_out_or_added_by_staff(book: Book, ward: SmallWard) -> None:
    sheet = book.book[ENTRIES]
    headers = [cell.value for cell in sheet[1]]
    sheet.delete_cols(headers.index("回答") + 1)
    sheet.insert_cols(1)
    sheet.cell(1, 1).value = "メモ"
    sheet.cell(2, 1).value = "あとで見る"

    found = book.planned()

    assert (found.changes, found.problems) == ([], [])
    assert ["「メモ」の列は知りません" in str(note) for note in found.notes] == [True]


def test_a_workbook_without_the_sheet_of_facts_leaves_them_alone(book: Book) -> None:
    del book.book[FACTS]

    assert book.planned(delete=True).changes == []


def test_a_header_that_is_needed_or_doubled_is_told(book: Book) -> None:
    book.book[FACTS]["B1"] = "なまえ"
    book.book[ENTRIES]["D1"] = "名称"

    problems = "\n".join(map(str, book.planned().problems))

    assert "「項目」シート 1行目: 「項目名」の列がありません" in problems
    assert "「案内」シート 1行目: 「名称」の列が2つあります" in problems


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "名称,回答".encode()])
def test_what_is_no_workbook_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "kb.xlsx"
    file.write_bytes(content)

    with pytest.raises(UnreadableWorkbook, match="Excelのブック"):
        read(file)


def test_a_workbook_of_something_else_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "other.xlsx")

    with pytest.raises(UnreadableWorkbook, match="「案内」シートがありません"):
        read(tmp_path / "other.xlsx")
    with pytest.raises(UnreadableWorkbook, match="開けません"):
        read(tmp_path / "nai.xlsx")


def test_a_file_that_can_not_be_read_is_left_out_of_the_workbook_and_told(ward: SmallWard, tmp_path: Path) -> None:
    ward.write("services/gomi/kowareta.yaml", "名称: [\n")

    notes = export(load(ward.folder, ROOT / "knowledge"), ward.folder, tmp_path / "kb.xlsx")

    assert notes == ["kowareta: ファイルが読めないので、表に入れていません(annai check で調べてください)"]


def test_a_file_saved_between_the_question_and_the_answer_is_not_overwritten(book: Book, ward: SmallWard) -> None:
    book.write("名称", "住民票")
    book.write("名称", "転入", "tennyu")
    found = book.planned()
    ward.add("services/koseki/tennyu.yaml", "# いま書いています\n")
    before = ward.read(JUMINHYO)

    with pytest.raises(ChangedMeanwhile, match="tennyu"):
        apply(found.changes)

    assert ward.read(JUMINHYO) == before


def test_a_deleted_file_is_gone_only_after_the_others_are_written(tmp_path: Path) -> None:
    old, new = tmp_path / "a.yaml", tmp_path / "sub" / "b.yaml"
    old.write_bytes(b"x")

    apply([FileChange(old, b"x", None), FileChange(new, None, b"y")])

    assert (old.exists(), new.read_bytes()) == (False, b"y")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: tidy(text) == text != ""
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXT, phrasings=st.lists(TEXT, min_size=1, max_size=3, unique=True), value=TEXT, answer=TEXT)
def test_whatever_staff_type_into_a_cell_is_what_the_bot_says(
    tmp_path_factory: pytest.TempPathFactory, name: str, phrasings: list[str], value: str, answer: str
) -> None:
    ward = SmallWard(tmp_path_factory.mktemp("ward") / "knowledge")
    book = Book(ward)
    for header, text, fact in (("名称", name, ""), ("回答", answer, ""), ("値", value, "手数料")):
        cell = book.cell(FACTS if fact else ENTRIES, book.row(FACTS if fact else ENTRIES, "juminhyo", fact), header)
        cell.value, cell.data_type = text, "s"
    book.write("質問例", "\n".join("・" + "".join(text.split()) for text in phrasings))

    book.imported()

    entry = load(ward.folder, ROOT / "knowledge").knowledge.entries["juminhyo"]
    assert (entry.name, entry.answer) == (name, answer)
    assert "\n".join(entry.facts["手数料"].value) == "\n".join(
        line.strip() for line in value.split("\n") if line.strip()
    )
    assert Book(ward).planned().diff == []


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))


def test_one_cell_of_the_shipped_knowledge_changes_one_line(shipped: Path, tmp_path: Path) -> None:
    loaded = load(shipped, shipped)
    export(loaded, shipped, tmp_path / "kb.xlsx")
    book = load_workbook(tmp_path / "kb.xlsx")
    rows = {row[0].value: row for row in book[ENTRIES].iter_rows(min_row=2)}
    headers = [cell.value for cell in book[ENTRIES][1]]
    rows["open-garden"][headers.index("担当課")].value = "地域振興課"
    book.save(tmp_path / "kb.xlsx")
    file = shipped / "services/bunka/open-garden.yaml"
    before = file.read_text(encoding="utf-8")

    found = plan(loaded, shipped, shipped, read(tmp_path / "kb.xlsx"))
    apply(found.changes)

    assert found.diff == ["open-garden 担当課: 区政推進課 → 地域振興課"]
    assert file.read_text(encoding="utf-8") == before.replace("担当課: 区政推進課", "担当課: 地域振興課")
    assert len(found.changes) == 1
