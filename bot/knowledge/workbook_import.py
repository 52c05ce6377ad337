"""What a workbook would change in the files: found cell by cell, tried before anything is written."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import ndiff
from pathlib import Path
from typing import Any

from bot.knowledge.changes import FileChange, tried
from bot.knowledge.columns import ENTRY_COLUMNS, FACT_COLUMNS, CannotRead, Column, Values, in_order
from bot.knowledge.editing import CannotEdit, edited
from bot.knowledge.loading import Loaded
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.workbook import (
    AREA,
    ENTRIES,
    FACT_NAME,
    FACTS,
    ID,
    MARK,
    Row,
    SheetProblem,
    Sheets,
    area_names,
    file_mark,
)
from bot.knowledge.yaml_rendering import whole_file

_ENTRY_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass
class Plan:
    """What an import would do."""

    changes: list[FileChange] = field(default_factory=list)
    diff: list[str] = field(default_factory=list)
    """The changes in words, an entry after the other."""
    problems: list[SheetProblem | Problem] = field(default_factory=list)
    """What forbids writing."""
    notes: list[SheetProblem | Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Entries and facts that the workbook doesn't hold; they stay."""
    entries: int = 0
    """How many entries change."""


def plan(loaded: Loaded, folder: Path, defaults: Path, sheets: Sheets, delete: bool = False) -> Plan:
    """Return what `sheets` would change in the knowledge at `folder`, which was read as `loaded`."""
    return _Planner(loaded, folder.resolve(), defaults.resolve(), sheets, delete).plan()


class _Planner:
    """One comparison of a workbook with the files."""

    def __init__(self, loaded: Loaded, folder: Path, defaults: Path, sheets: Sheets, delete: bool) -> None:
        self.loaded, self.folder, self.defaults, self.delete = loaded, folder, defaults, delete
        self.sheets = sheets
        self.found = Plan()
        self.areas = {name: area for area, name in area_names(loaded).items()}
        self.areas |= {area: area for area in area_names(loaded)}
        self.entry_rows: dict[str, Row] = {}
        self.fact_rows: dict[tuple[str, str], Row] = {}

    def plan(self) -> Plan:
        for problem in self.sheets.problems:
            (self.found.notes if problem.note else self.found.problems).append(problem)
        self._index_rows()
        ids = [*self.entry_rows, *dict.fromkeys(one for one, _ in self.fact_rows if one not in self.entry_rows)]
        for entry_id in ids:
            self._entry(entry_id)
        self._left_out()
        if self.found.changes and not self.found.problems:
            self._try()
        return self.found

    def _index_rows(self) -> None:
        for row in self.sheets.entries:
            if not _ENTRY_ID.fullmatch(row[ID]):
                what = f"id「{row[ID]}」は使えません" if row[ID] else "idがありません"
                self._problem(ENTRIES, row, what, "半角の英小文字・数字・ハイフンで書いてください(例 juminhyo)")
            elif row[ID] in self.entry_rows:
                what = f"id「{row[ID]}」が2回あります({self.entry_rows[row[ID]].number}行目にもあります)"
                self._problem(ENTRIES, row, what, "どちらかの行を消すか、別のidにしてください")
            else:
                self.entry_rows[row[ID]] = row
        for row in self.sheets.facts or ():
            key = (row[ID], row[FACT_NAME])
            if not all(key):
                missing = ID if not row[ID] else FACT_NAME
                self._problem(FACTS, row, f"「{missing}」がありません", "書き足すか、行を消してください")
            elif key in self.fact_rows:
                what = f"{row[ID]} の「{row[FACT_NAME]}」が2回あります({self.fact_rows[key].number}行目にもあります)"
                self._problem(FACTS, row, what, "1つの行にまとめてください")
            elif row[ID] not in self.loaded.knowledge.entries and row[ID] not in self.entry_rows:
                mend = "「案内」シートにあるidに直してください"
                self._problem(FACTS, row, f"id「{row[ID]}」の案内はありません", mend)
            else:
                self.fact_rows[key] = row

    def _entry(self, entry_id: str) -> None:
        row = self.entry_rows.get(entry_id)
        if entry_id in self.loaded.knowledge.entries:
            self._existing(entry_id, row)
        elif entry_id in self.loaded.documents and row:
            mend = "annai check で調べてファイルを直してから、取りこんでください"
            self._problem(ENTRIES, row, f"「{entry_id}」のファイルは、いま読めません", mend)
        elif row:
            self._new(entry_id, row)

    def _existing(self, entry_id: str, row: Row | None) -> None:
        file = self.folder.parent / self.loaded.documents[entry_id].file
        before = file.read_bytes()
        values = copy.deepcopy(self.loaded.documents[entry_id].values)
        lines: list[str] = []
        if row:
            lines += self._put_all(values, ENTRY_COLUMNS, row, ENTRIES, entry_id)
        lines += self._facts(entry_id, values)
        target = self._target(entry_id, row, file)
        if target != file:
            lines.append(f"{entry_id} 分野: {file.parent.name} → {target.parent.name}(ファイルを移します)")
        if not lines:
            return
        if row and row[MARK] and row[MARK] != file_mark(before):
            what = f"「{entry_id}」は、表を書き出したあとに、ファイルでも変わっています"
            mend = "下の変更で、消したくない直しが元に戻らないかを見てください"
            self.found.notes.append(SheetProblem(ENTRIES, row.number, what, mend, note=True))
        try:
            after = edited(before.decode("utf-8"), in_order(values)).encode("utf-8")
        except CannotEdit:
            mend = "このファイルの書き方は、表から直せません。エディターで直してください"
            self.found.problems.append(Problem(self.loaded.documents[entry_id].file, 1, "書きかえられません", mend))
            return
        self._change(lines, FileChange(target, before if target == file else None, after))
        if target != file:
            self.found.changes.append(FileChange(file, before, None))

    def _new(self, entry_id: str, row: Row) -> None:
        area = self.areas.get(row[AREA])
        if area is None:
            what = f"分野「{row[AREA]}」はありません" if row[AREA] else "分野がありません"
            self._problem(ENTRIES, row, what, "menu.yaml の「分野」にある名前を書いてください")
            return
        values: Values = {}
        lines = self._put_all(values, ENTRY_COLUMNS, row, ENTRIES, entry_id)
        lines += self._facts(entry_id, values)
        file = self.folder / "services" / area / f"{entry_id}.yaml"
        head = f"{entry_id}: 新しい案内です(services/{area}/{entry_id}.yaml)"
        text = whole_file(in_order(values)) if values else ""
        self._change([head, *(f"  {line}" for line in lines)], FileChange(file, None, text.encode("utf-8")))

    def _facts(self, entry_id: str, values: Values) -> Iterator[str]:
        """Write the rows of facts into `values`, yielding what changes."""
        facts = values.setdefault("項目", {})
        for (owner, name), row in self.fact_rows.items():
            if owner == entry_id:
                fact = facts.setdefault(name, {})
                label = f"{entry_id} {name}"
                yield from self._put_all(fact, FACT_COLUMNS, row, FACTS, label, main="値")
                order = [column.header for column in FACT_COLUMNS]
                facts[name] = {key: fact[key] for key in sorted(fact, key=order.index)}
        if self.delete and self.sheets.facts is not None and entry_id in self.entry_rows:
            for name in [name for name in facts if (entry_id, name) not in self.fact_rows]:
                del facts[name]
                yield f"{entry_id} {name}: 消します"

    def _put_all(
        self, values: Values, columns: tuple[Column, ...], row: Row, sheet: str, label: str, main: str = ""
    ) -> list[str]:
        lines: list[str] = []
        for column in columns:
            cell = row[column.header]
            if column.header not in row.cells or column.says_the_same(values, cell):
                continue
            before = column.cell(values)
            try:
                column.put(values, cell)
            except CannotRead as error:
                self._problem(sheet, row, f"「{column.header}」が読めません", str(error))
                continue
            named = label if column.header == main else f"{label}{'の' if main else ' '}{column.header}"
            lines += difference(named, before, column.cell(values))
        return lines

    def _target(self, entry_id: str, row: Row | None, file: Path) -> Path:
        """Return where the file belongs: where it is, unless the row names another area."""
        if row is None or not row[AREA]:
            return file
        area = self.areas.get(row[AREA])
        if area is None:
            mend = "menu.yaml の「分野」にある名前を書いてください"
            self._problem(ENTRIES, row, f"分野「{row[AREA]}」はありません", mend)
            return file
        return file if area == file.parent.name else self.folder / "services" / area / file.name

    def _left_out(self) -> None:
        for entry_id in self.loaded.knowledge.entries:
            if entry_id not in self.entry_rows:
                self._left_out_entry(entry_id)
            elif self.sheets.facts is not None and not self.delete:
                written = self.loaded.documents[entry_id].values.get("項目") or {}
                self.found.left_out += [
                    f"{entry_id} {name}" for name in written if (entry_id, name) not in self.fact_rows
                ]

    def _left_out_entry(self, entry_id: str) -> None:
        if not self.delete:
            self.found.left_out.append(entry_id)
            return
        file = self.folder.parent / self.loaded.documents[entry_id].file
        name = self.loaded.knowledge.entries[entry_id].name
        self.found.changes = [change for change in self.found.changes if change.file != file]
        self._change([f"{entry_id}({name}): ファイルを消します"], FileChange(file, file.read_bytes(), None))

    def _change(self, lines: list[str], change: FileChange) -> None:
        self.found.diff += lines
        self.found.changes.append(change)
        self.found.entries += 1

    def _problem(self, sheet: str, row: Row, what: str, mend: str) -> None:
        self.found.problems.append(SheetProblem(sheet, row.number, what, mend))

    # Trying it -----------------------------------------------------------------------------------------------------

    def _try(self) -> None:
        """Load a copy with the changes made, and tell what is wrong with it by sheet and row."""
        after = tried(self.folder, self.found.changes, self.defaults)
        known = {(problem.file, problem.what) for problem in self.loaded.problems}
        ids = {document.file: entry_id for entry_id, document in after.documents.items()}
        for problem in after.problems:
            shown = self._by_row(problem, ids.get(problem.file, ""), after)
            if problem.severity is Severity.BROKEN:
                self.found.problems.append(shown)
            elif (problem.file, problem.what) not in known:
                self.found.notes.append(shown)

    def _by_row(self, problem: Problem, entry_id: str, after: Loaded) -> SheetProblem | Problem:
        if entry_id not in self.entry_rows and not any(owner == entry_id for owner, _ in self.fact_rows):
            return problem
        lines = after.documents[entry_id].lines
        here: list[tuple[Any, ...]] = [path for path, line in lines.items() if line == problem.line]
        note = problem.severity is not Severity.BROKEN
        for path in sorted(here, key=len, reverse=True):
            if path[:1] == ("項目",) and (row := self.fact_rows.get((entry_id, str((*path, "")[1])))):
                return SheetProblem(FACTS, row.number, f"{entry_id}: {problem.what}", problem.mend, note)
        if entry_id not in self.entry_rows:
            return problem
        number = self.entry_rows[entry_id].number
        return SheetProblem(ENTRIES, number, f"{entry_id}: {problem.what}", problem.mend, note)


def difference(label: str, before: str, after: str) -> list[str]:
    """Return in words how `before` became `after`: on one line if both are short, else by the lines that differ."""
    if "\n" not in before and "\n" not in after:
        return [f"{label}: {before or '(なし)'} → {after or '(なし)'}"]
    changed = [line for line in ndiff(before.split("\n"), after.split("\n")) if line[:2] in ("- ", "+ ") and line[2:]]
    return [f"{label}:", *(f"    {line}" for line in changed)]
