"""The columns of the workbook: what of an entry's values each shows, and what is written back from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.knowledge.schema import Entry, Expected

Values = dict[str, Any]
CELL_LIMIT = 32767
"""More characters than this do not fit into a cell of Excel."""

_LINE_IN_AN_ITEM = "⏎"
_CHOOSE = re.compile(r"\s*[\[［]\s*choose\s*[\]］]\s*$")
_LINK = re.compile(r"^(.*?)[\s|｜]*((?:https?://)\S+)$")
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?[日月]?$")
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class CannotRead(Exception):
    """What stands in a cell can't be taken apart; the text says how to mend it."""


@dataclass(frozen=True)
class Column:
    """A column: how wide it is, what it shows and how it is read."""

    header: str
    width: int
    path: tuple[str, ...]
    show: Callable[[Any], str]
    read: Callable[[str, Any], Any]
    """(the cell, the value before) → the new value; never called for an empty cell, which takes the value away."""

    def cell(self, values: Values) -> str:
        """Return what the cell shows of `values`."""
        value = self._value(values)
        return tidy(self.show(value)) if value is not None else ""

    def says_the_same(self, values: Values, cell: str) -> bool:
        """Return whether `cell` is what is written already, so that nothing has to be touched."""
        shown = self.cell(values)
        return cell == shown or (self.read is _read_date and date_as_written(cell) == shown)

    def put(self, values: Values, cell: str) -> None:
        """Write what `cell` says into `values`; raises CannotRead."""
        new = self.read(cell, self._value(values)) if cell else None
        inner = values
        for step in self.path[:-1]:
            inner = inner.setdefault(step, {})
        if new is None:
            inner.pop(self.path[-1], None)
        else:
            inner[self.path[-1]] = new
        for depth in range(len(self.path) - 1, 0, -1):
            _drop_if_empty(values, self.path[:depth])

    def _value(self, values: Values) -> Any:
        inner: Any = values
        for step in self.path:
            inner = inner.get(step) if isinstance(inner, dict) else None
        return inner


def tidy(text: str) -> str:
    """Return `text` as it comes back from a cell: line ends unified, nothing around it, no longer than a cell holds."""
    text = text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_A_CELL.sub("", text).strip()[:CELL_LIMIT].strip()


def date_as_written(text: str) -> str:
    """Return 2026/4/1 and 2026年4月1日 as 2026-04-01, never more exact than written; anything else as it is."""
    found = _DATE.match(unicodedata.normalize("NFKC", text).strip())
    return "-".join(part.zfill(2) for part in found.groups() if part) if found else text


def in_order(values: Values) -> Values:
    """Return `values` with keys that the schema knows in its order, and none that is empty."""
    order = [info.alias or name for name, info in Entry.model_fields.items()]
    known = sorted(values, key=lambda key: order.index(key) if key in order else len(order))
    return {key: values[key] for key in known if values[key] not in ({}, [])}


def _drop_if_empty(values: Values, path: tuple[str, ...]) -> None:
    inner = values
    for step in path[:-1]:
        inner = inner[step]
    if inner.get(path[-1]) == {}:
        del inner[path[-1]]


def _show_text(value: Any) -> str:
    return str(value)


def _read_text(cell: str, _: Any) -> str:
    return cell


def _read_date(cell: str, _: Any) -> str:
    return date_as_written(cell)


def _items(cell: str) -> list[str]:
    return [line.strip().replace(_LINE_IN_AN_ITEM, "\n") for line in cell.split("\n") if line.strip()]


def _show_lines(value: Any) -> str:
    listed = value if isinstance(value, list) else [value]
    return "\n".join(str(item).strip().replace("\n", _LINE_IN_AN_ITEM) for item in listed)


def _read_lines(cell: str, _: Any) -> list[str]:
    return _items(cell)


def _show_fact(value: Any) -> str:
    return _show_lines(value) if isinstance(value, list) else str(value)


def _read_fact(cell: str, before: Any) -> Any:
    """Return a text if it was one and nothing speaks for a list; a text of several lines stays a text."""
    if isinstance(before, list):
        return _items(cell)
    if "\n" not in cell or (isinstance(before, str) and "\n" in before.strip()):
        return cell
    return _items(cell)


def _show_questions(value: Any) -> str:
    return "\n".join(_show_question(item) for item in value)


def _show_question(item: Any) -> str:
    asked = str(item.get("質問") if isinstance(item, dict) else item).strip().replace("\n", _LINE_IN_AN_ITEM)
    return f"{asked} [choose]" if _chooses(item) else asked


def _chooses(item: Any) -> bool:
    return isinstance(item, dict) and item.get("期待") == Expected.CHOOSE.value


def _read_questions(cell: str, _: Any) -> list[Any]:
    return [
        {"質問": _CHOOSE.sub("", item), "期待": Expected.CHOOSE.value} if _CHOOSE.search(item) else item
        for item in _items(cell)
    ]


def _show_links(value: Any) -> str:
    return "\n".join(f"{item['名称']} | {item['url']}" for item in value)


def _read_links(cell: str, _: Any) -> list[Values]:
    links = []
    for item in _items(cell):
        found = _LINK.match(item)
        if not found or not found.group(1).strip():
            raise CannotRead(f"「{item}」を「名称 | https://…」の形で、1行に1つ書いてください")
        links.append({"名称": found.group(1).strip(), "url": found.group(2)})
    return links


def _show_twin(value: Any) -> str:
    return str(value["本文"] if isinstance(value, dict) else value)


def _read_twin(cell: str, before: Any) -> Any:
    return {**before, "本文": cell} if isinstance(before, dict) else cell


def _text(header: str, width: int, *path: str) -> Column:
    return Column(header, width, path or (header,), _show_text, _read_text)


def _date(header: str, *path: str) -> Column:
    return Column(header, 14, path or (header,), _show_text, _read_date)


def _lines(header: str, width: int) -> Column:
    return Column(header, width, (header,), _show_lines, _read_lines)


def _twin(header: str) -> Column:
    return Column(header, 50, (header,), _show_twin, _read_twin)


ENTRY_COLUMNS: tuple[Column, ...] = (
    _text("名称", 28),
    _lines("別名", 24),
    _lines("質問例", 40),
    _lines("外国語の質問例", 40),
    Column("確認質問", 40, ("確認質問",), _show_questions, _read_questions),
    _text("回答", 60),
    _text("ちがい", 30),
    _text("窓口", 18),
    _text("担当課", 18),
    _lines("手続方法", 14),
    _lines("関連", 20),
    Column("リンク", 40, ("リンク",), _show_links, _read_links),
    _text("出典", 40, "出典", "url"),
    _date("出典の確認日", "出典", "確認日"),
    _text("出典の名称", 20, "出典", "名称"),
    _date("見直し期限"),
    _date("対象期間の開始", "対象期間", "開始"),
    _date("対象期間の終了", "対象期間", "終了"),
    _text("終了後の案内", 40, "対象期間", "終了後の案内"),
    _lines("後継", 20),
    _twin("やさしい日本語"),
    _twin("English"),
    _twin("中文"),
    _twin("한국어"),
)
"""What the sheet 「案内」 holds beside 「id」 and 「分野」."""

FACT_COLUMNS: tuple[Column, ...] = (
    Column("値", 50, ("値",), _show_fact, _read_fact),
    _text("出典", 50),
    _date("確認日"),
    _text("信頼度", 10),
    _date("有効期限"),
)
"""What the sheet 「項目」 holds beside 「id」 and 「項目名」."""
