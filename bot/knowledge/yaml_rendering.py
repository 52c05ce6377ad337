"""Values → YAML text in the style of the knowledge files. The only writer of YAML, together with `editing`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_STARTS_SOMETHING_ELSE = "-?:,[]{}#&*!|>'\"%@`"
_ESCAPED = re.compile('[\x00-\x1f\\\\"\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]')
_NOT_LITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_ONE_LINE_KEYS = frozenset({"別名", "手続方法", "関連", "後継"})
"""Lists that the files write as [い, ろ] where they are short."""
_ONE_LINE = 100


class Quoted(str):
    """A text that is written in quotes, because other readers of YAML would take it for a number."""

    __slots__ = ()


def scalar(text: str, in_flow: bool = False, quote: str | None = None) -> str:
    """Return `text` on one line: plain where YAML allows it, else (or if `quote` was used before) in quotes."""
    if quote == "'" and not _ESCAPED.search(text.replace('"', "").replace("\\", "")):
        return "'" + text.replace("'", "''") + "'"
    if quote is None and not isinstance(text, Quoted) and _may_be_plain(text, in_flow):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def literal(text: str, indent: int, comment: str = "") -> str | None:
    """Return `text` as a block after `|`, indented by `indent`, or None if a block can't hold it."""
    text = text.rstrip("\n")
    if not text or text != text.strip() or _NOT_LITERAL.search(text):
        return None
    lines = [" " * indent + line if line else "" for line in text.split("\n")]
    return "\n".join([f"| {comment}".rstrip(), *lines])


def flow(value: Any) -> str:
    """Return `value` on one line, as it stands inside [ ] and { }."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key, in_flow=True)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(str(value), in_flow=True)


def after_key(key: str, value: Any, indent: int, comment: str = "") -> str:
    """Return what follows `key:` in a block whose keys stand at column `indent`; it begins with a space or a new line."""
    tail = f" {comment}" if comment else ""
    if value is None:
        return tail
    if isinstance(value, str):
        block = literal(value, indent + 2, comment) if "\n" in value else None
        return f" {block}" if block else f" {scalar(value)}{tail}"
    if not value or (key in _ONE_LINE_KEYS and len(flow(value)) <= _ONE_LINE):
        return f" {flow(value)}{tail}"
    inner = mapping_lines(value, indent + 2) if isinstance(value, dict) else sequence_lines(value, indent + 2)
    return f"{tail}\n" + "\n".join(inner)


def mapping_lines(values: dict[str, Any], indent: int) -> Iterator[str]:
    """Yield the lines of a block mapping whose keys stand at column `indent`."""
    for key, value in values.items():
        yield f"{' ' * indent}{scalar(key)}:{after_key(key, value, indent)}"


def sequence_lines(values: list[Any], indent: int) -> Iterator[str]:
    """Yield the lines of a block sequence whose dashes stand at column `indent`."""
    for value in values:
        yield " " * indent + sequence_item(value, indent)


def sequence_item(value: Any, indent: int) -> str:
    """Return one item from its dash on, the dash standing at column `indent`."""
    if isinstance(value, dict) and value:
        return "- " + "\n".join(mapping_lines(value, indent + 2)).lstrip(" ")
    block = literal(value, indent + 2) if isinstance(value, str) and "\n" in value else None
    if block:
        return f"- {block}"
    return f"- {scalar(value) if isinstance(value, str) else flow(value)}"


def whole_file(values: dict[str, Any]) -> str:
    """Return the text of a new file."""
    return "\n".join(mapping_lines(values, 0)) + "\n"


def _may_be_plain(text: str, in_flow: bool) -> bool:
    if not text or text != text.strip() or text[0] in _STARTS_SOMETHING_ELSE or _NOT_LITERAL.search(text):
        return False
    if text.lower() in ("~", "null") or text.startswith("...") or "\n" in text or "\t" in text:
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    # Inside [ ] and { }, YAML's readers differ on a bare question mark.
    return not (in_flow and any(mark in text for mark in ",[]{}?"))


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    number = ord(character)
    return _SHORT_ESCAPES.get(character) or (f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}")
