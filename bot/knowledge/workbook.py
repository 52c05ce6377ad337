"""The workbook of Excel that staff edit: written from the knowledge base, and read back as rows of text."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.knowledge.columns import CELL_LIMIT, ENTRY_COLUMNS, FACT_COLUMNS, tidy
from bot.knowledge.loading import Loaded
from bot.knowledge.schema import Desk

ENTRIES, FACTS, DESKS, GUIDE = "案内", "項目", "窓口", "使い方"
ID, AREA, FACT_NAME, MARK = "id", "分野", "項目名", "書き出しの印"

_HEADER_FILL = PatternFill("solid", fgColor="0017C1")
_READ_ONLY_FILL = PatternFill("solid", fgColor="E6E6E6")
_LINE = Border(bottom=Side(style="thin", color="CCCCCC"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_TEXT = "@"
"""The number format of text: Excel changes nothing that is typed into such a cell."""

_INSTRUCTIONS = (
    ("この表の使い方", ""),
    ("1", "「案内」と「項目」のシートを直して、保存します。「窓口」は見るだけのシートです。"),
    (
        "2",
        "annai import (このファイル) と打つと、変わるところがすべて出ます。「y」と答えると、案内のファイルに書かれます。",
    ),
    ("3", "annai import (このファイル) --dry-run なら、変わるところを見るだけで、何も書きません。"),
    ("", ""),
    ("リスト", "別名、質問例、関連などは、1つのセルの中で、1行に1つ書きます(セルの中の改行は Alt+Enter)。"),
    ("リンク", "1行に1つ、「名称 | https://…」の形で書きます。"),
    ("確認質問", "選んでもらうのが正しい質問は、うしろに [choose] と書きます。"),
    ("確認日", "出典のページに書いてある日付です。2025、2025-06、2025-06-02 のどれか。今日の日付ではありません。"),
    ("出典", "ページのURL(https:// から)か、「」で囲んだ資料の名前です。出典と確認日のない項目は書けません。"),
    ("信頼度", "高・中・低。書かないと高になります。"),
    ("窓口", "「窓口」シートにあるidを書きます。"),
    ("手続方法", "窓口・郵送・コンビニ・オンライン・電話・ファクスのうち、できるもの。1行に1つ。"),
    ("", ""),
    ("新しい案内", "「案内」シートのいちばん下に足します。idは半角の英小文字・数字・ハイフン。分野も書きます。"),
    ("新しい項目", "「項目」シートのいちばん下に、その案内のidで足します。"),
    ("消すとき", "行を消しても、案内は消えません。消すには annai import に --delete を付けます。"),
    ("セルを空にすると", "その項目が、案内のファイルから消えます。"),
    ("列", "列の順は変えてもかまいません。消した列のところは、案内のファイルがそのまま残ります。"),
    ("式", "= で始まる式は使えません。= で始まる文は、文字のまま読みます。"),
    ("書き出しの印", "表を作ったときの案内のファイルを表します。直さないでください。"),
)


class UnreadableWorkbook(Exception):
    """The file is no workbook that can be read; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class SheetProblem:
    """What is wrong in a workbook, with sheet and row."""

    sheet: str
    row: int
    what: str
    mend: str
    note: bool = False
    """Nothing that forbids writing."""

    def __str__(self) -> str:
        where = f"「{self.sheet}」シート" + (f" {self.row}行目" if self.row else "")
        return f"{where}: {'注意: ' if self.note else ''}{self.what} → {self.mend}"


@dataclass(frozen=True)
class Row:
    """One row: the text of each cell by its column's header."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, header: str) -> str:
        return self.cells.get(header, "")


@dataclass
class Sheets:
    """What a workbook says."""

    entries: list[Row] = field(default_factory=list)
    facts: list[Row] | None = None
    """None: there is no such sheet, and facts stay as they are."""
    problems: list[SheetProblem] = field(default_factory=list)


def file_mark(content: bytes) -> str:
    """Return a short mark of a file's content, by which a change after the export is noticed."""
    return hashlib.sha256(content).hexdigest()[:8]


def area_names(loaded: Loaded) -> dict[str, str]:
    """Return area (the folder) → its name in the workbook: the Japanese one, where only one area has it."""
    names = loaded.knowledge.menu.areas
    return {
        area: name if (name := names.get(area, area)) and list(names.values()).count(name) < 2 else area
        for area in {*names, *loaded.knowledge.entries_by_area}
    }


def export(loaded: Loaded, folder: Path, out: Path) -> list[str]:
    """Write the workbook `out` of the knowledge in `folder`; return what could not be shown whole, in words."""
    book = Workbook()
    book.remove(book.active) if book.active else None
    notes: list[str] = []
    entries, facts = [], []
    areas = area_names(loaded)
    for entry in sorted(loaded.knowledge.entries.values(), key=lambda each: (each.area, each.id)):
        values = loaded.documents[entry.id].values
        mark = file_mark((folder.parent / loaded.documents[entry.id].file).read_bytes())
        shown = [column.cell(values) for column in ENTRY_COLUMNS]
        entries.append([entry.id, areas[entry.area], *shown, mark])
        for name, fact in (values.get("項目") or {}).items():
            facts.append([entry.id, name, *(column.cell(fact) for column in FACT_COLUMNS)])
        if any(len(cell) >= CELL_LIMIT for cell in shown):
            notes.append(f"{entry.id}: 長すぎてセルに入らない文があります。その文はファイルで直してください")
    widths = [column.width for column in ENTRY_COLUMNS]
    headers = [column.header for column in ENTRY_COLUMNS]
    _sheet(book, ENTRIES, [ID, AREA, *headers, MARK], [24, 20, *widths, 12], entries, frozen="D2")
    widths = [column.width for column in FACT_COLUMNS]
    headers = [column.header for column in FACT_COLUMNS]
    _sheet(book, FACTS, [ID, FACT_NAME, *headers], [24, 16, *widths], facts, frozen="C2")
    desks = [_desk_row(desk) for desk in loaded.knowledge.contacts.desks.values()]
    _sheet(book, DESKS, [ID, "名称", "別名", "電話", "場所"], [24, 32, 32, 20, 32], desks, frozen="A2", read_only=True)
    _sheet(book, GUIDE, [_INSTRUCTIONS[0][0], ""], [20, 110], [list(row) for row in _INSTRUCTIONS[1:]], read_only=True)
    skipped = sorted(set(loaded.documents) - set(loaded.knowledge.entries) - {n for n in loaded.documents if "." in n})
    notes += [
        f"{entry_id}: ファイルが読めないので、表に入れていません(annai check で調べてください)" for entry_id in skipped
    ]
    book.save(out)
    return notes


def read(file: Path) -> Sheets:
    """Return what the workbook `file` says; raises UnreadableWorkbook."""
    try:
        book = load_workbook(file)
    except OSError as error:
        raise UnreadableWorkbook(f"{file} を開けません({error.strerror or '読めません'})") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError):
        what = "Excelのブック(.xlsx)として読めません。Excelで開いて「Excel ブック(.xlsx)」で保存し直してください"
        raise UnreadableWorkbook(f"{file} は{what}") from None
    sheets = Sheets()
    if ENTRIES not in book.sheetnames:
        raise UnreadableWorkbook(f"{file} に「{ENTRIES}」シートがありません。annai export で作った表を使ってください")
    known = {ID, AREA, MARK, *(column.header for column in ENTRY_COLUMNS)}
    sheets.entries = _rows(book[ENTRIES], known, [ID], sheets.problems)
    if FACTS in book.sheetnames:
        known = {ID, FACT_NAME, *(column.header for column in FACT_COLUMNS)}
        sheets.facts = _rows(book[FACTS], known, [ID, FACT_NAME], sheets.problems)
    return sheets


def _sheet(
    book: Workbook,
    name: str,
    headers: list[str],
    widths: list[int],
    rows: Iterable[list[str]],
    frozen: str = "A2",
    read_only: bool = False,
) -> None:
    sheet: Worksheet = book.create_sheet(name)
    sheet.append(headers)
    for number, width in enumerate(widths, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = width
        dimension.number_format, dimension.alignment = _TEXT, _WRAPPED  # for what is typed below the last row
        head = sheet.cell(1, number)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), _HEADER_FILL
        head.alignment = Alignment(vertical="center", wrap_text=True)
    last = 1
    for last, row in enumerate(rows, start=2):
        for number, text in enumerate(row, start=1):
            cell = sheet.cell(last, number)
            _write_text(cell, text)
            if read_only or headers[number - 1] == MARK:
                cell.fill = _READ_ONLY_FILL
    sheet.freeze_panes = frozen
    if read_only:
        sheet.protection.sheet = True
    else:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{last}"


def _write_text(cell: Any, text: str) -> None:
    """Write `text` as text, whatever it begins with: no formula comes from a knowledge file."""
    if text:
        cell.value = text
        cell.data_type = "s"
    _style(cell)


def _style(cell: Any) -> None:
    cell.number_format = _TEXT
    cell.alignment = _WRAPPED
    cell.border = _LINE


def _desk_row(desk: Desk) -> list[str]:
    phone = desk.phone.number if desk.phone else ""
    return [desk.id, desk.name, "\n".join(desk.also_called), phone, desk.place.value if desk.place else ""]


def _rows(sheet: Worksheet, known: set[str], needed: list[str], problems: list[SheetProblem]) -> list[Row]:
    lines = sheet.iter_rows()
    first = next(lines, ())
    headers = [_text_of(cell, sheet.title, 1, problems) for cell in first]
    for header in needed:
        if header not in headers:
            what = f"「{header}」の列がありません"
            problems.append(
                SheetProblem(sheet.title, 1, what, "1行目の列の名前を、書き出したときのとおりに戻してください")
            )
            return []
    for header in sorted({header for header in headers if headers.count(header) > 1 and header}):
        what = f"「{header}」の列が2つあります"
        problems.append(SheetProblem(sheet.title, 1, what, "どちらかの列を消してください"))
    for header in headers:
        if header and header not in known:
            what = f"「{header}」の列は知りません"
            problems.append(SheetProblem(sheet.title, 1, what, "この列は読みません", note=True))
    rows = []
    for line in lines:
        number = int(line[0].row or 0) if line else 0
        cells = {
            header: _text_of(cell, sheet.title, number, problems, header)
            for header, cell in zip(headers, line, strict=False)
            if header in known
        }
        if any(cells.values()):
            rows.append(Row(number, cells))
    return rows


def _text_of(cell: Any, sheet: str, row: int, problems: list[SheetProblem], header: str = "") -> str:
    value = cell.value
    if cell.data_type == "f":
        what = f"「{header}」が式になっています"
        mend = "式ではなく、表示したい文字そのものを書いてください(セルの書式を「文字列」にして打ち直します)"
        problems.append(SheetProblem(sheet, row, what, mend))
        return ""
    if cell.data_type == "e":
        problems.append(
            SheetProblem(sheet, row, f"「{header}」がエラー({value})になっています", "文字で書き直してください")
        )
        return ""
    return tidy(_as_text(value, cell))


def _as_text(value: Any, cell: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        day_is_shown = re.search("d", re.sub(r'"[^"]*"|\[[^\]]*\]', "", cell.number_format), re.IGNORECASE)
        if value.time() != time():
            return value.isoformat()
        return value.date().isoformat() if day_is_shown else f"{value:%Y-%m}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)
