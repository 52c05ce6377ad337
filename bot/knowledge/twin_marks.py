"""The marks of twins (やさしい日本語, English …): which 回答 each was made from, so that a stale one is noticed."""

from __future__ import annotations

import copy
import hashlib
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.changes import FileChange
from bot.knowledge.editing import CannotEdit, edited
from bot.knowledge.loading import Loaded
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.schema import FIELD_OF, Entry, Twin
from bot.knowledge.yaml_rendering import Quoted
from bot.knowledge.yaml_text import Document
from bot.language.which_language import Language

_MARK = "回答の印"
_TWINS = {"plain": "やさしい日本語", "english": "English", "chinese": "中文", "korean": "한국어"}


def answer_mark(answer: str) -> str:
    """Return the mark of an answer: it stays the same when only spaces, line ends or widths of characters change."""
    kept = "".join(unicodedata.normalize("NFKC", answer).split())
    return hashlib.sha256(kept.encode("utf-8")).hexdigest()[:8]


def _written(mark: str) -> str:
    """Return `mark` as it is written: 12345678 and 123e4567 would be numbers to an editor."""
    return Quoted(mark) if mark.replace("e", "").isdigit() else mark


def twins_of(entry: Entry) -> Iterator[tuple[str, Twin]]:
    """Yield the twins of `entry` with their keys."""
    for name, key in _TWINS.items():
        twin: Twin | None = getattr(entry, name)
        if twin is not None:
            yield key, twin


def current_twin(entry: Entry, language: Language) -> str | None:
    """Return the text of `entry` in `language`, or None when there is none or the answer has changed since it was made.

    A resident can't see that a translation says what was true last year, so it is not said. A twin without a mark
    has just been written and counts as current.
    """
    field = FIELD_OF.get(language)
    twin: Twin | None = getattr(entry, field) if field else None
    if twin is None or (twin.made_from is not None and twin.made_from != answer_mark(entry.answer)):
        return None
    return twin.text.strip()


def twin_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> list[Problem]:
    """Return a note for each twin whose answer has changed since it was made."""
    problems = []
    for entry in knowledge.entries.values():
        now = answer_mark(entry.answer)
        for key, twin in twins_of(entry):
            if twin.made_from is not None and twin.made_from != now:
                document = documents[entry.id]
                what = f"「{key}」は、いまの回答より前の回答から作られています"
                mend = f"回答と見くらべて直し、annai stamp {entry.id} を打ってください"
                problems.append(Problem(document.file, document.line((key, _MARK)), what, mend, Severity.NOTE))
    return problems


def stamped(loaded: Loaded, folder: Path, renewed: Collection[str] = ()) -> tuple[list[FileChange], list[str]]:
    """Return what gives every twin without a mark its mark, and the twins of the entries `renewed` a new one.

    The second list holds the entries whose files are written in a way that can't be changed.
    """
    folder = folder.resolve()
    changes, refused = [], []
    for entry in loaded.knowledge.entries.values():
        document = loaded.documents[entry.id]
        values, now = copy.deepcopy(document.values), answer_mark(entry.answer)
        for key, twin in twins_of(entry):
            if twin.made_from is None or (entry.id in renewed and twin.made_from != now):
                inner = values[key] if isinstance(values[key], dict) else {"本文": values[key]}
                values[key] = {**inner, _MARK: _written(now)}
        if values == document.values:
            continue
        file = folder.parent / document.file
        before = file.read_bytes()
        try:
            changes.append(FileChange(file, before, edited(before.decode("utf-8"), values).encode("utf-8")))
        except CannotEdit:
            refused.append(document.file)
    return changes, refused
