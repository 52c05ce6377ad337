"""Changes in a YAML file, made where they belong: everything that doesn't change survives byte for byte.

The file is not written anew from its values. Each value that changes is replaced in the text at its place, so that
comments, order, quotes, empty lines and line ends stay as whoever wrote the file left them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.yaml_rendering import after_key, flow, literal, mapping_lines, scalar, sequence_item
from bot.knowledge.yaml_text import read_yaml

_HEADER_COMMENT = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)")
_LINE_COMMENT = re.compile(r"[ \t]+(#[^\r\n]*)")


class CannotEdit(Exception):
    """The file is written in a way in which a value can't be replaced; it has to be edited by hand."""


def edited(text: str, values: dict[str, Any]) -> str:
    """Return `text` with its values made `values`; only what differs is touched. Raises CannotEdit."""
    bom, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    before, problems = read_yaml(text, "")
    if problems or not isinstance(before.values, dict):
        raise CannotEdit
    if same(before.values, values):
        return bom + text
    result = _Editor(text).edit(values)
    after, problems = read_yaml(result, "")
    if problems or not same(after.values, values):
        raise CannotEdit
    return bom + result


def same(one: Any, other: Any) -> bool:
    """Return whether two values mean the same to the loader, which drops white space around texts."""
    return bool(_form(one) == _form(other))


def write_atomically(file: Path, content: bytes) -> None:
    """Make `content` the content of `file` in one step: a reader sees the old file or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    passing = file.with_name(f".{file.name}.{os.getpid()}.tmp")  # the loader passes over names with a leading dot
    try:
        with passing.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, passing)
        passing.replace(file)
    finally:
        passing.unlink(missing_ok=True)


def _form(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _form(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_form(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


class _Editor:
    """One pass over the nodes of a text, which collects replacements and makes them at the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.edits: list[tuple[int, int, str]] = []

    def edit(self, values: dict[str, Any]) -> str:
        # the loader written in Python: it alone counts characters the way a str does
        try:
            root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:  # it refuses a few texts that the loader written in C reads (a bare 「?」 in [ ])
            raise CannotEdit from None
        if not isinstance(root, yaml.MappingNode):
            raise CannotEdit
        if not self._reconcile(root, values):
            whole = flow(values) if root.flow_style else "\n".join(mapping_lines(values, root.start_mark.column))
            self.edits = [(root.start_mark.index, self._end(root, None), whole.lstrip(" "))]
        made, position = [], 0
        for start, end, new in sorted(self.edits, key=lambda each: each[:2]):
            if start < position:
                raise CannotEdit
            made += [self.text[position:start], new.replace("\n", self.newline)]
            position = end
        return "".join([*made, self.text[position:]])

    def _reconcile(self, node: yaml.Node, new: Any) -> bool:
        """Collect what makes `node` mean `new`; False if the node as a whole has to be replaced."""
        if same(_value(node), new):
            return True
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict) and new and node.value:
            return self._flow_mapping(node, new) if node.flow_style else self._block_mapping(node, new)
        if isinstance(node, yaml.SequenceNode) and isinstance(new, list) and new and node.value:
            return self._flow_sequence(node, new) if node.flow_style else self._block_sequence(node, new)
        return False

    # Mappings in a block -------------------------------------------------------------------------------------------

    def _block_mapping(self, node: yaml.MappingNode, new: dict[str, Any]) -> bool:
        pairs = {key.value: (key, value) for key, value in node.value}
        kept = [key for key in pairs if key in new]
        first = node.value[0][0]
        own_line = not self.text[self._line_start(first.start_mark.index) : first.start_mark.index].strip()
        if not kept or (not own_line and set(pairs) != set(new)):
            return False
        indent = first.start_mark.column
        for key, (key_node, value_node) in pairs.items():
            if key not in new:
                end = self._next_line(self._end(value_node, key_node))
                self.edits.append((self._line_start(key_node.start_mark.index), end, ""))
            elif not self._reconcile(value_node, new[key]):
                self._replace_after_key(key_node, value_node, new[key], indent)
        predecessor: str | None = None
        for key, value in new.items():
            if key in pairs:
                predecessor = key
                continue
            line = f"{' ' * indent}{scalar(key)}:{after_key(key, value, indent)}"
            if predecessor is None:
                self._insert_line(self._line_start(pairs[kept[0]][0].start_mark.index), line)
            else:
                key_node, value_node = pairs[predecessor]
                self._insert_line(self._next_line(self._end(value_node, key_node)), line)
        return True

    def _replace_after_key(self, key: yaml.Node, value: yaml.Node, new: Any, indent: int) -> None:
        end = self._end(value, key)
        if isinstance(value, yaml.ScalarNode) and isinstance(new, str) and value.start_mark.index < end:
            self._replace_scalar(value, new, indent)
            return
        start = self._after_colon(key)
        comment, rest = self._comment_of(value, end)
        self.edits.append((start, rest, after_key(key.value, new, indent, comment)))

    def _replace_scalar(self, node: yaml.ScalarNode, new: str, indent: int) -> None:
        """Replace one text by another, as a block if it was one or needs to be, its comment staying on the first line."""
        start, end = node.start_mark.index, self._end(node, None)
        was_block = node.style in ("|", ">")
        comment, rest = self._comment_of(node, end)
        if was_block or "\n" in new.strip():
            depth = self._content_indent(start, end) if was_block else indent + 2
            block = literal(new, depth or indent + 2, comment)
            if block:
                self.edits.append((start, rest, block))
                return
        line = scalar(new, quote=None if was_block else node.style)
        if was_block:
            self.edits.append((start, rest, f"{line} {comment}".rstrip()))
        else:
            self.edits.append((start, end, line))

    # Sequences in a block ------------------------------------------------------------------------------------------

    def _block_sequence(self, node: yaml.SequenceNode, new: list[Any]) -> bool:
        old = node.value
        starts = [self._line_start(item.start_mark.index) for item in old]
        dashes = [self.text[start : item.start_mark.index] for start, item in zip(starts, old, strict=True)]
        if any(not re.fullmatch(r" *- +", dash) for dash in dashes):
            return False
        indent = len(dashes[0]) - len(dashes[0].lstrip())
        forms = [json.dumps(_form(_value(item)), ensure_ascii=False) for item in old]
        wanted = [json.dumps(_form(item), ensure_ascii=False) for item in new]
        for kind, i, i_end, j, j_end in SequenceMatcher(None, forms, wanted, autojunk=False).get_opcodes():
            if kind == "equal":
                continue
            shared = min(i_end - i, j_end - j)
            for number in range(shared):
                self._replace_item(old[i + number], new[j + number], indent)
            for item, start in list(zip(old, starts, strict=True))[i + shared : i_end]:
                self.edits.append((start, self._next_line(self._end(item, None)), ""))
            place = i + shared
            where = self._next_line(self._end(old[place - 1], None)) if place else starts[0]
            for value in new[j + shared : j_end]:
                self._insert_line(where, " " * indent + sequence_item(value, indent))
        return True

    def _replace_item(self, item: yaml.Node, new: Any, indent: int) -> None:
        if self._reconcile(item, new):
            return
        if isinstance(item, yaml.ScalarNode) and isinstance(new, str):
            self._replace_scalar(item, new, indent)
            return
        dash = self._line_start(item.start_mark.index) + indent
        self.edits.append((dash, self._end(item, None), sequence_item(new, indent)))

    # Inside [ ] and { } --------------------------------------------------------------------------------------------

    def _flow_mapping(self, node: yaml.MappingNode, new: dict[str, Any]) -> bool:
        pairs = {key.value: (key, value) for key, value in node.value}
        if any(self._empty(value) for _, value in node.value):
            return False
        for key, (_, value) in pairs.items():
            if key in new and not self._reconcile(value, new[key]):
                self._replace_in_flow(value, new[key])
        spans = {key: (name.start_mark.index, self._end(value, name)) for key, (name, value) in pairs.items()}
        rendered = {key: f"{scalar(key, in_flow=True)}: {flow(value)}" for key, value in new.items()}
        return self._flow_parts(list(spans.items()), list(rendered.items()))

    def _flow_sequence(self, node: yaml.SequenceNode, new: list[Any]) -> bool:
        old = node.value
        if any(self._empty(item) for item in old):
            return False
        forms = [json.dumps(_form(_value(item)), ensure_ascii=False) for item in old]
        wanted = [json.dumps(_form(item), ensure_ascii=False) for item in new]
        names_old, names_new = [f"old {number}" for number in range(len(old))], [""] * len(new)
        for kind, i, i_end, j, j_end in SequenceMatcher(None, forms, wanted, autojunk=False).get_opcodes():
            for number in range(min(i_end - i, j_end - j)):
                names_new[j + number] = names_old[i + number]
                if kind == "replace" and not self._reconcile(old[i + number], new[j + number]):
                    self._replace_in_flow(old[i + number], new[j + number])
        names_new = [name or f"new {number}" for number, name in enumerate(names_new)]
        spans = [(item.start_mark.index, self._end(item, None)) for item in old]
        rendered = list(zip(names_new, map(flow, new), strict=True))
        return self._flow_parts(list(zip(names_old, spans, strict=True)), rendered)

    def _flow_parts(self, old: list[tuple[str, tuple[int, int]]], new: list[tuple[str, str]]) -> bool:
        """Take out the parts of `old` that `new` doesn't name, and put in those of `new` that are not in `old`."""
        wanted, spans = {name for name, _ in new}, dict(old)
        kept = [name for name, _ in old if name in wanted]
        if not kept:
            return False
        for name, (start, _) in old:
            if name in wanted:
                continue
            after = [each for each in kept if spans[each][0] > start]
            before = [each for each in kept if spans[each][0] < start]
            if after:
                following = [begin for _, (begin, _) in old if begin > start]
                self.edits.append((start, following[0], ""))
            else:
                previous = [span for _, span in old if span[0] < start]
                self.edits.append((previous[-1][1] if before else start, spans[name][1], ""))
        predecessor: str | None = None
        for name, rendered in new:
            if name in spans:
                predecessor = name
            elif predecessor is None:
                self.edits.append((spans[kept[0]][0],) * 2 + (f"{rendered}, ",))
            else:
                self.edits.append((spans[predecessor][1],) * 2 + (f", {rendered}",))
        return True

    def _replace_in_flow(self, node: yaml.Node, new: Any) -> None:
        if isinstance(node, yaml.ScalarNode) and isinstance(new, str):
            text = scalar(new, in_flow=True, quote=node.style)
        else:
            text = flow(new)
        self.edits.append((node.start_mark.index, self._end(node, None), text))

    # Places in the text --------------------------------------------------------------------------------------------

    def _end(self, node: yaml.Node, key: yaml.Node | None) -> int:
        """Return where `node` ends, without the comments and empty lines that follow it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1], last[0]) if isinstance(last, tuple) else self._end(last, None)
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return start + len(self.text[start:end].rstrip())
        if start == end and key is not None:
            return self._after_colon(key)
        return int(end)

    def _empty(self, node: yaml.Node) -> bool:
        return bool(node.start_mark.index == node.end_mark.index)

    def _after_colon(self, key: yaml.Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _comment_of(self, node: yaml.Node, end: int) -> tuple[str, int]:
        """Return the comment on the line of `node` and where the node with it ends."""
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            header = _HEADER_COMMENT.match(self.text, node.start_mark.index)
            return (header.group(1) if header else ""), end
        found = _LINE_COMMENT.match(self.text, end)
        return (found.group(1), found.end()) if found else ("", end)

    def _content_indent(self, start: int, end: int) -> int:
        for line in self.text[start:end].splitlines()[1:]:
            if line.strip():
                return len(line) - len(line.lstrip(" "))
        return 0

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _next_line(self, position: int) -> int:
        found = self.text.find("\n", position)
        return found + 1 if found >= 0 else len(self.text)

    def _insert_line(self, where: int, line: str) -> None:
        if where == len(self.text) and not self.text.endswith("\n"):
            self.edits.append((where, where, "\n" + line))
        else:
            self.edits.append((where, where, line + "\n"))


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value
