"""A plain list of questions and answers (.csv, .tsv), as other municipalities publish it → the smallest entries."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.changes import FileChange
from bot.knowledge.columns import tidy
from bot.knowledge.editing import CannotEdit, edited
from bot.knowledge.problem import Problem
from bot.knowledge.schema import Entry, Menu
from bot.knowledge.source_date import SourceDate
from bot.knowledge.validation import validate
from bot.knowledge.yaml_rendering import whole_file
from bot.knowledge.yaml_text import read_yaml

DEFAULT_AREA, DEFAULT_AREA_NAME = "import", "取りこんだ案内"
_HEADERS: Mapping[str, frozenset[str]] = {
    "question": frozenset("質問 問 問い 質問文 質問内容 よくある質問 faq question q".split()),
    "answer": frozenset("回答 答 答え 回答文 回答内容 answer a".split()),
    "category": frozenset("分類 カテゴリ カテゴリー 分野 ジャンル 大分類 category".split()),
    "url": frozenset("url リンク ページ 出典 出典url 参照url 関連url link".split()),
    "owner": frozenset(
        "担当 部署 担当課 担当部署 担当部署名 所管 所管課 部署名 課名 問合せ先 department owner".split()
    ),
    "date": frozenset("更新日 最終更新日 更新年月日 確認日 掲載日 公開日 date updated".split()),
}
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_JAPANESE_DATE = re.compile(
    r"^(?:(令和|平成|[RH])\.?\s*(元|\d{1,2})|(\d{4}))[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?[日月]?(?:[T ].*)?$"
)
_YEAR = re.compile(r"^(?:(令和|平成|[RH])\.?\s*(元|\d{1,2})|(\d{4}))年?度?$")
_BREAKING_TAG = re.compile(r"<\s*(?:br|/p|/li|/div|/tr)\s*/?\s*>", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:a|p|b|i|u|ul|ol|li|div|span|strong|em|font|table|tbody|tr|td|th)(?:\s[^<>]*)?>", re.IGNORECASE
)
_MADE = re.compile(r"^# 一覧から取りこみました\(質問 ([0-9a-f]{12})、内容 ([0-9a-f]{12})\)", re.MULTILINE)
_NUMBERED = re.compile(r"faq-(\d+)")


class UnreadableList(Exception):
    """The file is no list of questions and answers; the text says why."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What rows that leave it out get: given by whoever imports the list, never made up."""

    owner: str = ""
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the list."""

    line: int
    question: str
    answer: str
    category: str = ""
    url: str = ""
    owner: str = ""
    date: str = ""


@dataclass
class FaqPlan:
    """What an import of a list would do."""

    changes: list[FileChange] = field(default_factory=list)
    diff: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Rows that are not taken (直すところ)."""
    notes: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Files that staff changed since the last import; they stay as they are."""
    unchanged: int = 0


def read_list(file: Path) -> list[Item]:
    """Return the rows of `file`, in whatever encoding it is; raises UnreadableList."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UnreadableList(f"{file} を開けません({error.strerror})") from None
    text = _decoded(raw, file)
    delimiter = "\t" if file.suffix.lower() == ".tsv" or _has_tabs(text) else ","
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            rows.append((line, [tidy(cell) for cell in row]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableList(f"{file} の{line}行目が表として読めません({error})") from None
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise UnreadableList(f"{file} に質問がありません")
    return _items(rows, file)


def plan_list(items: list[Item], file: Path, into: Path, given: Defaults) -> FaqPlan:
    """Return what importing `items` of `file` into the knowledge folder (or services/<area> of it) would do."""
    into = into.resolve()
    if into.parent.name == "services":
        return _Importer(into.parent.parent, into.name, file.name, given).plan(items)
    return _Importer(into, None, file.name, given).plan(items)


def iso_date(text: str) -> str | None:
    """Return a date in any common Japanese form as 2026-04-01 (2026-04, 2026), or None if it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
    found = _JAPANESE_DATE.match(text)
    year_only = _YEAR.match(text)
    if found:
        parts = [_year(*found.groups()[:3]), *(int(part) for part in found.groups()[3:] if part)]
    elif year_only:
        parts = [_year(*year_only.groups())]
    else:
        return None
    try:
        return str(SourceDate.parse("-".join(f"{part:02d}" for part in parts)))
    except ValueError:
        return None


def _year(era: str | None, number: str | None, year: str | None) -> int:
    if era is None:
        return int(year or 0)
    return _ERAS[era] + (1 if number == "元" else int(number or 0))


def _decoded(raw: bytes, file: Path) -> str:
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableList(f"{file} の文字コードが分かりません。UTF-8 か Shift_JIS で保存し直してください")


def _has_tabs(text: str) -> bool:
    first = text.partition("\n")[0]
    return "\t" in first and "," not in first


def _items(rows: list[tuple[int, list[str]]], file: Path) -> list[Item]:
    columns = _columns(rows[0][1])
    if columns:
        rows = rows[1:]
        missing = [name for name, key in (("質問", "question"), ("回答", "answer")) if key not in columns]
        if missing:
            raise UnreadableList(f"{file} に「{missing[0]}」の列がありません。1行目に列の名前を書いてください")
    else:
        columns = {"question": 0, "answer": 1}
    items = []
    for line, row in rows:
        cells = {key: row[number] if number < len(row) else "" for key, number in columns.items()}
        cells["question"] = " ".join(_plain_text(cells["question"]).split())
        cells["answer"] = _plain_text(cells["answer"])
        items.append(Item(line, **cells))
    return items


def _columns(header: list[str]) -> dict[str, int]:
    """Return which column holds what, or nothing if the first row is no header."""
    found: dict[str, int] = {}
    for number, cell in enumerate(header):
        name = re.sub(r"[\s_()【】*※・]|\(.*?\)", "", unicodedata.normalize("NFKC", cell)).lower()
        for key, names in _HEADERS.items():
            if name in names:
                found.setdefault(key, number)
    return found if "question" in found or "answer" in found else {}


def _plain_text(text: str) -> str:
    text = html.unescape(_OTHER_TAG.sub("", _BREAKING_TAG.sub("\n", text)))
    lines = (line.strip() for line in text.replace("\xa0", " ").split("\n"))
    return tidy(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


def _mark(text: str) -> str:
    kept = "".join(unicodedata.normalize("NFKC", text).split())
    return hashlib.sha256(kept.encode("utf-8")).hexdigest()[:12]


def _content_mark(content: str) -> str:
    """Return the mark of what follows the first line: what the import wrote and staff may change."""
    return hashlib.sha256(content.replace("\r\n", "\n").encode("utf-8")).hexdigest()[:12]


class _Importer:
    """One import of a list."""

    def __init__(self, root: Path, area: str | None, file: str, given: Defaults) -> None:
        self.root, self.only_area, self.file, self.given = root, area, file, given
        self.found = FaqPlan()
        self.areas = self._areas()
        self.taken: set[str] = set()
        self.by_question: dict[str, Path] = {}
        self.by_name: dict[str, Path] = {}
        self._look_around()

    def plan(self, items: list[Item]) -> FaqPlan:
        first: dict[str, int] = {}
        new_areas: set[str] = set()
        for item in items:
            mark = _mark(item.question)
            if item.question and mark in first:
                self._problem(item, f"質問「{item.question}」は{first[mark]}行目にもあります", "1つにまとめてください")
                continue
            first[mark] = item.line
            values = self._values(item)
            if values is None:
                continue
            file = self.by_question.get(mark) or self.by_name.get(mark) or self._new_file(item)
            if self._put(file, mark, whole_file(values), item.question):
                new_areas.add(file.parent.name)
        self._menu(new_areas)
        if self.found.changes and not (self.root / "contacts.yaml").exists():
            self.found.notes.append(
                f"{self.root / 'contacts.yaml'} がありません。総合案内の窓口を書いてください(ないと港北区の窓口を案内します)"
            )
        return self.found

    def _areas(self) -> dict[str, str]:
        """Return name or folder → folder of the areas that menu.yaml names."""
        file = self.root / "menu.yaml"
        if not file.is_file():
            return {}
        document, problems = read_yaml(file.read_text(encoding="utf-8-sig"), "menu.yaml")
        menu = None if problems or document.values is None else validate(Menu, document)[0]
        if menu is None:
            return {}
        return {name: area for area, name in menu.areas.items()} | {area: area for area in menu.areas}

    def _look_around(self) -> None:
        for file in sorted((self.root / "services").rglob("*.y*ml")):
            self.taken.add(file.stem.lstrip("_"))
            text = file.read_text(encoding="utf-8", errors="replace")
            made = _MADE.match(text.removeprefix("\ufeff"))
            if made:
                self.by_question.setdefault(made.group(1), file)
            else:
                document, _ = read_yaml(text, file.name)
                name = document.values.get("名称") if isinstance(document.values, dict) else None
                if isinstance(name, str):
                    self.by_name.setdefault(_mark(name), file)

    def _values(self, item: Item) -> dict[str, object] | None:
        """Return the entry, or None after saying what the row lacks."""
        if not item.question or not item.answer:
            missing = "質問" if not item.question else "回答"
            self._problem(item, f"「{missing}」がありません", "書き足してください")
            return None
        owner, url, date = item.owner or self.given.owner, item.url or self.given.url, item.date or self.given.date
        lacking = [
            (owner, "担当課", "--owner"), (url, "出典のURL", "--source-url"), (date, "出典の日付(更新日)", "--source-date"),
        ]  # fmt: skip
        for value, name, option in lacking:
            if not value:
                self._problem(item, f"「{name}」がありません", f"列に書き足すか、{option} で指定してください")
        if not (owner and url and date):
            return None
        seen = iso_date(date)
        if seen is None:
            self._problem(item, f"日付「{date}」が読めません", "2026-04-01 の形で書いてください")
            return None
        values: dict[str, object] = {
            "名称": item.question, "回答": item.answer, "担当課": owner, "出典": {"url": url, "確認日": seen},
        }  # fmt: skip
        document, problems = read_yaml(whole_file(values), self.file)
        problems += validate(Entry, document, extra={"id": "faq-1", "area": DEFAULT_AREA})[1]
        for problem in problems:
            self._problem(item, problem.what, problem.mend)
        return None if problems else values

    def _new_file(self, item: Item) -> Path:
        area = self.only_area or self.areas.get(item.category) or DEFAULT_AREA
        numbers = [int(found.group(1)) for name in self.taken if (found := _NUMBERED.fullmatch(name))]
        name = f"faq-{max(numbers, default=0) + 1:03d}"
        self.taken.add(name)
        return self.root / "services" / area / f"{name}.yaml"

    def _put(self, file: Path, mark: str, content: str, question: str) -> bool:
        """Note the file to be written; False if there is nothing to write or staff have made the file theirs."""
        shown = str(file.relative_to(self.root))
        head = (
            f"# 一覧から取りこみました(質問 {mark}、内容 {_content_mark(content)})。"
            "このファイルを直すと、もう一度取りこんでも書きかえません。\n"
        )
        after = (head + content).encode("utf-8")
        if not file.exists():
            self.found.diff.append(f"{shown}: 新しい案内です({question})")
            self.found.changes.append(FileChange(file, None, after))
            return True
        before = file.read_bytes()
        text = before.decode("utf-8", "replace").removeprefix("\ufeff")
        made = _MADE.match(text)
        if made is None or made.group(2) != _content_mark(text.partition("\n")[2]):
            if text.partition("\n")[2].replace("\r\n", "\n") != content:
                self.found.kept.append(f"{shown}({question})")
            return False
        if before == after:
            self.found.unchanged += 1
            return False
        self.found.diff.append(f"{shown}: 一覧に合わせて書きかえます({question})")
        self.found.changes.append(FileChange(file, before, after))
        return False

    def _menu(self, areas: set[str]) -> None:
        """Name new areas in menu.yaml: a folder that it doesn't name is not served."""
        new = {area: DEFAULT_AREA_NAME if area == DEFAULT_AREA else area for area in areas - set(self.areas.values())}
        if not new:
            return
        file = self.root / "menu.yaml"
        before = file.read_bytes() if file.exists() else None
        try:
            if before is None:
                after = whole_file({"分野": new})
            else:
                text = before.decode("utf-8")
                values = read_yaml(text.removeprefix("\ufeff"), "menu.yaml")[0].values
                after = edited(text, {**values, "分野": {**(values.get("分野") or {}), **new}})
        except (CannotEdit, UnicodeDecodeError, TypeError, AttributeError):
            names = "、".join(f"「{area}: {name}」" for area, name in new.items())
            self.found.notes.append(f"menu.yaml の「分野」に{names}を書き足してください")
            return
        self.found.diff += [f"menu.yaml: 分野に「{area}: {name}」を足します" for area, name in new.items()]
        self.found.changes.insert(0, FileChange(file, before, after.encode("utf-8")))

    def _problem(self, item: Item, what: str, mend: str) -> None:
        self.found.problems.append(Problem(self.file, item.line, what, mend))
