"""programmes.yaml: what a policy document names, and the entry that answers for each; shows what is covered."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bot.knowledge.problem import Problem, shown_path
from bot.knowledge.schema import EntryId, Model, Text
from bot.knowledge.validation import validate
from bot.knowledge.yaml_text import read_yaml

FILE = "programmes.yaml"


class Programme(Model):
    """One programme, service or stance that the document names."""

    name: Text = Field(alias="名称")
    entry: EntryId = Field(alias="案内")
    """The entry that answers for it; one may answer for several."""


class Programmes(Model):
    """The document and everything that it names."""

    document: Text = Field(alias="資料")
    items: tuple[Programme, ...] = Field(alias="施策", min_length=1)


def read_programmes(folder: Path) -> tuple[Programmes | None, list[Problem]]:
    """Return the programmes of the knowledge base in `folder`, if it lists any, and what is wrong with the file."""
    file = folder / FILE
    if not file.is_file():
        return None, []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        mend = "エディターで「UTF-8」を選んで保存し直してください"
        return None, [Problem(shown_path(file, folder), 1, "文字コードがUTF-8ではありません", mend)]
    document, problems = read_yaml(text, shown_path(file, folder))
    if document.values is None:
        return None, problems
    found, more = validate(Programmes, document)
    return found, [*problems, *more]
