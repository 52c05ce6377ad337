"""The commands export, import, stamp and stats, as staff call them."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_ward import SmallWard

from bot.cli import main

JUMINHYO = "services/koseki/juminhyo.yaml"


class Called:
    """What a call of the command left."""

    def __init__(self, code: object, out: str, err: str) -> None:
        """Keep the exit code and both streams."""
        self.code, self.out, self.err = code, out, err

    @property
    def last(self) -> str:
        """Return the last line."""
        return self.out.splitlines()[-1]


@pytest.fixture
def annai(
    ward: SmallWard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Called]:
    """Call the command in a ward of one's own, from the folder that its files lie in."""
    for name in list(os.environ):
        if name.isupper() and name != "PATH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("KNOWLEDGE_DIR", str(ward.folder))
    monkeypatch.setenv("NOW", "2026-11-24T10:00:00+09:00")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: str = "") -> Called:
        monkeypatch.setattr(sys, "argv", ["annai", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        return Called(left.value.code, *capfd.readouterr())

    return call


@pytest.fixture
def change(tmp_path: Path) -> Callable[..., None]:
    """Change cells of kb.xlsx: the fee of juminhyo to `value`."""

    def run(value: Any, header: str = "値") -> None:
        book = load_workbook(tmp_path / "kb.xlsx")
        sheet = book["項目"]
        headers = [cell.value for cell in sheet[1]]
        row = next(row for row in sheet.iter_rows(min_row=2) if (row[0].value, row[1].value) == ("juminhyo", "手数料"))
        row[headers.index(header)].value = value
        book.save(tmp_path / "kb.xlsx")

    return run


@pytest.fixture
def kb(annai: Callable[..., Called], tmp_path: Path) -> Path:
    """The exported workbook."""
    assert annai("export", "kb.xlsx").code == 0
    return tmp_path / "kb.xlsx"


def files_of(ward: SmallWard) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in ward.folder.rglob("*") if file.is_file()}


def test_export_says_how_much_it_wrote(annai: Callable[..., Called], tmp_path: Path) -> None:
    exported = annai("export", "kb.xlsx")

    assert (exported.code, exported.err) == (0, "")
    assert exported.out == "kb.xlsx に、案内 7 件、項目 4 件を書き出しました。\n"
    assert (tmp_path / "kb.xlsx").exists()


@pytest.mark.usefixtures("kb")
def test_an_unchanged_workbook_touches_nothing(annai: Callable[..., Called], ward: SmallWard) -> None:
    before = {file: file.stat().st_mtime_ns for file in ward.folder.rglob("*")}

    imported = annai("import", "kb.xlsx")

    assert (imported.code, imported.out) == (0, "変更はありません\n")
    assert {file: file.stat().st_mtime_ns for file in ward.folder.rglob("*")} == before


@pytest.mark.usefixtures("kb")
@pytest.mark.parametrize(("options", "stdin"), [([], "y\n"), (["--yes"], "")])
def test_import_shows_the_difference_asks_and_writes(
    annai: Callable[..., Called], change: Callable[..., None], ward: SmallWard, options: list[str], stdin: str
) -> None:
    change("1通350円")
    before = ward.read(JUMINHYO)

    imported = annai("import", "kb.xlsx", *options, stdin=stdin)

    assert imported.code == 0
    assert imported.out.startswith("juminhyo 手数料: 1通300円 → 1通350円\n")
    assert ("よいですか" in imported.out) is (not options)
    assert imported.last.endswith("1 件の案内を書きました。annai check で調べてください。")
    assert ward.read(JUMINHYO) == before.replace("1通300円", "1通350円")


@pytest.mark.usefixtures("kb")
@pytest.mark.parametrize(
    ("options", "stdin", "code", "says"),
    [
        (["--dry-run"], "", 0, "何も書いていません"),
        ([], "n\n", 0, "何も書きませんでした"),
        ([], "", 2, "--yes を付けて"),
    ],
)
def test_without_consent_nothing_is_written(
    annai: Callable[..., Called],
    change: Callable[..., None],
    ward: SmallWard,
    options: list[str],
    stdin: str,
    code: int,
    says: str,
) -> None:
    change("1通350円")
    before = files_of(ward)

    imported = annai("import", "kb.xlsx", *options, stdin=stdin)

    assert imported.code == code
    assert says in imported.out + imported.err
    assert "1通300円 → 1通350円" in imported.out
    assert files_of(ward) == before


@pytest.mark.usefixtures("kb")
def test_what_would_not_load_is_told_with_sheet_and_row_and_exits_with_one(
    annai: Callable[..., Called], change: Callable[..., None], ward: SmallWard
) -> None:
    change(None, "確認日")
    change("1通350円")
    before = files_of(ward)

    refused = annai("import", "kb.xlsx", "--yes")

    assert refused.code == 1
    assert "「項目」シート 4行目: juminhyo: 「項目・手数料・確認日」がありません" in refused.out
    assert refused.last == "直すところが 1 件あります。何も書いていません。"
    assert files_of(ward) == before


def test_what_the_workbook_leaves_out_is_told(annai: Callable[..., Called], kb: Path, ward: SmallWard) -> None:
    book = load_workbook(kb)
    book["案内"].delete_rows(2)
    book.save(kb)

    kept = annai("import", "kb.xlsx")
    deleted = annai("import", "kb.xlsx", "--delete", "--yes")

    assert kept.out == "表にない(消しません。消すには --delete): matsuri\n変更はありません\n"
    assert deleted.out.startswith("matsuri(港町まつり): ファイルを消します\n")
    assert not (ward.folder / "services/chiiki/matsuri.yaml").exists()


def test_a_plain_list_is_taken_row_by_row(annai: Callable[..., Called], tmp_path: Path, ward: SmallWard) -> None:
    (tmp_path / "faq.csv").write_bytes("質問,回答,URL\n図書館は,19時まで,https://a.jp\nごみは,月曜,\n".encode("cp932"))

    imported = annai("import", "faq.csv", "--yes", "--owner", "市民課", "--source-date", "2026-04")

    assert imported.code == 1
    assert "services/import/faq-001.yaml: 新しい案内です(図書館は)" in imported.out
    assert "直すところ(1 行は取りこみません):" in imported.out
    assert "faq.csv:3: 「出典のURL」がありません" in imported.out
    assert "確認日: 2026-04\n" in ward.read("services/import/faq-001.yaml")


def test_a_list_goes_into_another_folder_if_it_is_named(annai: Callable[..., Called], tmp_path: Path) -> None:
    (tmp_path / "faq.tsv").write_text("図書館は\t19時まで\n", encoding="utf-8")
    given = ["--owner", "市民課", "--source-url", "https://a.jp", "--source-date", "2026"]

    imported = annai("import", "faq.tsv", "--yes", "--into", "minato", *given)
    again = annai("import", "faq.tsv", "--yes", "--into", "minato", *given)

    assert imported.code == 0
    assert "contacts.yaml がありません" in imported.out
    assert (tmp_path / "minato/services/import/faq-001.yaml").exists()
    assert (again.code, again.out) == (0, "変更はありません\n")


def test_stamp_marks_twins_once(annai: Callable[..., Called], ward: SmallWard) -> None:
    ward.add(JUMINHYO, "English: Ask the desk.\n")

    tried = annai("stamp", "--dry-run")
    before = ward.read(JUMINHYO)
    stamped, again = annai("stamp"), annai("stamp")

    assert "1 件の案内に印を付けます(まだ書いていません)。" in tried.out
    assert before.endswith("English: Ask the desk.\n")
    assert stamped.out == f"knowledge/{JUMINHYO}\n1 件の案内に印を付けました。\n"
    assert "  本文: Ask the desk.\n  回答の印: " in ward.read(JUMINHYO)
    assert again.out == "変更はありません\n"


def test_stats_prints_a_table_or_json(annai: Callable[..., Called], ward: SmallWard) -> None:
    ward.write("programmes.yaml", "資料: 方針\n施策: [{名称: まつり, 案内: matsuri}]\n")

    table, as_json = annai("stats"), annai("stats", "--json")

    assert (table.code, as_json.code) == (0, 0)
    assert "「方針」の施策 1 件中 1 件に案内があります" in table.out
    counted = json.loads(as_json.out)
    assert counted["by_area"] == {"戸籍": 3, "ごみ": 1, "子育て": 2, "地域": 1}
    assert counted["phrasings"] == {"least": 1, "median": 2.0}


def test_stats_counts_as_of_a_day(annai: Callable[..., Called]) -> None:
    assert json.loads(annai("stats", "--json", "--now", "2030-01-01").out)["by_age"]["2年より古い"] == 4


def test_stats_tells_a_list_of_programmes_that_can_not_be_read(annai: Callable[..., Called], ward: SmallWard) -> None:
    ward.write("programmes.yaml", "資料: 方針\n")

    counted = annai("stats")

    assert counted.code == 1
    assert "knowledge/programmes.yaml:1: 「施策」がありません" in counted.err
    assert "案内 7 件" in counted.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "kb.ods"], ".xlsx で終わる"),
        (["export", "nai/kb.xlsx"], "nai/kb.xlsx に書けません"),
        (["export", "kb.xlsx", "--knowledge", "/nowhere"], "/nowhere が見つかりません"),
        (["export", "kb.xlsx", "--knowledge", "faq.jsonl"], "フォルダーではありません"),
        (["import", "kb.pdf"], "取りこめません"),
        (["import", "nai.xlsx"], "nai.xlsx を開けません"),
        (["import", "nai.csv"], "nai.csv を開けません"),
        (["import", "broken.xlsx"], "Excelのブック"),
        (["import", "nai.csv", "--delete"], "--delete は"),
        (["import", "nai.xlsx", "--owner", "課"], ".csv と .tsv のときだけ"),
        (["stamp", "dokonimonai"], "「dokonimonai」という案内はありません"),
        (["stats", "--now", "32時"], "--now"),
    ],
)
def test_each_wrong_use_gets_one_line_on_stderr(
    annai: Callable[..., Called], tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"x")
    (tmp_path / "faq.jsonl").write_text('{"id": "a", "question": "b", "answer": "c"}\n', encoding="utf-8")

    refused = annai(*arguments)

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1
    assert says in refused.err


@pytest.mark.parametrize("command", ["export", "import", "stamp", "stats"])
def test_help_is_there_for_each_command(annai: Callable[..., Called], command: str) -> None:
    assert "--knowledge" in annai(command, "--help").out
