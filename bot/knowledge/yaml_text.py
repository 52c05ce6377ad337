"""YAML text → plain values with the line that each stands on. The only reader of YAML.

Every scalar stays a string (the schema says what it means), so that `no`, `8:45` or `0120` never become something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.knowledge.problem import Problem

Path = tuple[str | int, ...]
_CLOSE_QUOTES = "引用符(\" や ')が閉じていません。始めと終わりの両方に書いてください"
_CLOSE_BRACKETS = "かっこ([ ] や { })が閉じていません。始めと終わりの両方に書いてください"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file and where they stand."""

    file: str
    values: Any
    lines: dict[Path, int] = field(default_factory=dict)
    """Path of keys and positions → line, from 1."""

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str, file: str) -> tuple[Document, list[Problem]]:
    """Return the document in `text` and what is wrong with its YAML; an unreadable text gives empty values."""
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    try:
        node = yaml.compose(text, Loader=_LOADER)
        if node is None or node.tag == "tag:yaml.org,2002:null":
            what, mend = "ファイルが空です", "内容を書くか、ファイルを消してください"
            return Document(file, None), [Problem(file, 1, what, mend)]
        values = _values(node, (), lines, problems, file)
    except yaml.YAMLError as error:
        return Document(file, None), [_syntax_problem(error, text, file)]
    except RecursionError:
        what, mend = "かっこや字下げが深すぎて読めません", "書き方の手引きの例と見くらべて、浅くしてください"
        return Document(file, None), [Problem(file, 1, what, mend)]
    return Document(file, values, lines), problems


def _values(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem], file: str) -> Any:
    lines[path] = node.start_mark.line + 1
    if getattr(node, "seen", False):
        what, mend = "「*」で始まる値は、ほかの場所の写しになります", "「*」と「&」を使わずに、そのまま書いてください"
        problems.append(Problem(file, lines[path], what, mend))
        return None
    node.seen = True  # type: ignore[attr-defined]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                problems.append(Problem(file, line, f"「{key}」が2回書かれています", "どちらか1つだけを残してください"))
            found[key] = _values(value_node, (*path, key), lines, problems, file)
            lines[(*path, key)] = line
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_values(item, (*path, number), lines, problems, file) for number, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return str(node.value)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    unclosed = _unclosed(error)
    if unclosed:
        return Problem(file, error.context_mark.line + 1, "YAMLとして読めません", unclosed)  # type: ignore[attr-defined]
    line = min(mark.line + 1 if mark else 1, len(text.rstrip().splitlines()) or 1)  # the end of the file is no place
    written = text.splitlines()[line - 1 : line]
    near = written[0] if written else ""
    before = text.splitlines()[line - 2] if line >= 2 and line - 2 < len(text.splitlines()) else ""
    return Problem(file, line, "YAMLとして読めません", _syntax_advice(near, before, str(error)))


def _unclosed(error: yaml.YAMLError) -> str | None:
    """Return what to do about something that was opened and never closed; YAML notices only lines later."""
    context = str(getattr(error, "context", None) or "")
    if "quoted scalar" in context:
        return _CLOSE_QUOTES
    if "flow sequence" in context or "flow mapping" in context:
        return f"{_CLOSE_BRACKETS}。あいだの「, 」も見直してください"
    return None


def _syntax_advice(near: str, before: str, error: str) -> str:
    if "\t" in near:
        return "行の先頭にタブがあります。半角スペースに直してください"
    if "：" in near or "：" in before:
        return "全角の「：」があります。項目名のあとは半角の「: 」(コロンと空白)にしてください"
    if "\N{IDEOGRAPHIC SPACE}" in near[: len(near) - len(near.lstrip())]:
        return "行の先頭に全角の空白があります。半角スペースに直してください"
    if near.count('"') % 2 or near.count("'") % 2:
        return _CLOSE_QUOTES
    if near.count("[") != near.count("]") or near.count("{") != near.count("}"):
        return _CLOSE_BRACKETS
    if near.count(": ") > 1 or "mapping values are not allowed" in error:
        return '文の中に「: 」があるか、字下げがずれています。文全体を " で囲むか、字下げを上の行にそろえてください'
    return "この行と前の行の字下げ(半角スペースの数)と記号を見直してください"
