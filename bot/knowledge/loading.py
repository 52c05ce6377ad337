"""Files → the knowledge base. Reads everything, stops at nothing, and says all that is wrong at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.messages import Messages
from bot.knowledge.problem import Problem, Severity, shown_path
from bot.knowledge.references import reference_problems, unknown
from bot.knowledge.schema import Contacts, Entry, Menu, Notice, Site, Urgent, Words
from bot.knowledge.site_problems import WrittenSite, site_problems
from bot.knowledge.validation import validate
from bot.knowledge.yaml_text import Document, read_yaml

M = TypeVar("M", bound=BaseModel)

_A_DESK = "「窓口」の下にあるid"
_ID_ADVICE = "ファイル名は半角の英小文字・数字・ハイフンだけにしてください(例 juminhyo.yaml)"


class UnusableKnowledge(Exception):
    """There is nothing that could be served; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Loaded:
    """What could be read and everything that is wrong with it."""

    knowledge: KnowledgeBase
    problems: tuple[Problem, ...]
    documents: dict[str, Document]
    """Entry id → its file (also of one that can't be read), for problems that are found later (`annai check`)."""

    @property
    def broken(self) -> bool:
        """Return whether a problem forbids serving this."""
        return any(problem.severity is Severity.BROKEN for problem in self.problems)


def load(path: Path, defaults: Path) -> Loaded:
    """Return the knowledge base at `path` with its problems.

    `path` is a folder like knowledge/ or a `.jsonl` list of question/answer pairs. What it doesn't bring itself
    (sentences, danger phrases, words) comes from `defaults`. Raises UnusableKnowledge when nothing could be served.
    """
    reading = _Reading(path, defaults)
    knowledge = reading.knowledge()
    if knowledge is None:
        raise UnusableKnowledge(sorted(reading.problems))
    if knowledge.demands_sources:
        reading.problems += reference_problems(knowledge, reading.documents)
    return Loaded(knowledge, tuple(sorted(set(reading.problems))), reading.documents)


class _Reading:
    """One pass over the files."""

    def __init__(self, path: Path, defaults: Path) -> None:
        self.path = path.resolve()
        self.defaults = defaults.resolve()
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.digest = hashlib.sha256()

    def knowledge(self) -> KnowledgeBase | None:
        plain_list = self.path.suffix == ".jsonl"
        if not self.path.exists():
            self._problem(self.path.name, 0, "見つかりません", "フォルダーの場所を確かめてください")
            return None
        entries = self._pairs() if plain_list else self._services()
        contacts = self._one_file(Contacts, "contacts.yaml", self._contacts_extra)
        messages = self._one_file(Messages, "messages.yaml")
        if contacts is None or messages is None or not self._has_general_desk(contacts):
            return None
        if not entries:
            self._problem(
                self.path.name, 0, "案内(項目のファイル)が1つもありません", "services/ に1つ以上置いてください"
            )
            return None
        return KnowledgeBase(
            entries=entries,
            contacts=contacts,
            messages=messages,
            urgent=self._one_file(Urgent, "urgent.yaml") or Urgent(),
            words=self._one_file(Words, "words.yaml") or Words(),
            menu=Menu() if plain_list else self._one_file(Menu, "menu.yaml") or Menu(),
            notice=Notice() if plain_list else self._one_file(Notice, "notice.yaml") or Notice(),
            sites=() if plain_list else self._sites(),
            revision=self.digest.hexdigest()[:16],
            demands_sources=not plain_list,
        )

    def _has_general_desk(self, contacts: Contacts) -> bool:
        """Return whether there is the desk that every reply without an answer names: without it nothing can be served."""
        if contacts.general in contacts.desks:
            return True
        document = self.documents["contacts.yaml"]
        self.problems.append(unknown(document, ("総合案内",), "総合案内", contacts.general, contacts.desks, _A_DESK))
        return False

    def _services(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        files: dict[str, str] = {}
        for file in self._yaml_files(self.path / "services"):
            shown = shown_path(file, self.path)
            entry_id = file.stem
            if entry_id in files:
                what = f"「{entry_id}」という名前のファイルがもう1つあります({files[entry_id]})"
                self._problem(shown, 0, what, "どちらかの名前を変えるか、1つにまとめてください")
                continue
            files[entry_id] = shown
            document = self._document(file, shown)
            self.documents[entry_id] = document
            if document.values is None:
                continue
            entry = self._entry(document, entry_id, area=file.parent.name)
            if entry is not None:
                entries[entry_id] = entry
        return entries

    def _entry(self, document: Document, entry_id: str, area: str) -> Entry | None:
        values = document.values
        for key in ("id", "area"):
            if isinstance(values, dict) and key in values:
                mend = "この行を消してください(idはファイル名、分野はフォルダー名です)"
                self._problem(document.file, document.line((key,)), f"「{key}」は書けません", mend)
                return None
        entry, problems = validate(Entry, document, extra={"id": entry_id, "area": area})
        if any(problem.line == 1 and "「id」" in problem.what for problem in problems):
            problems = [Problem(document.file, 1, f"ファイル名「{entry_id}」が決まった形ではありません", _ID_ADVICE)]
        self.problems += problems
        return entry

    def _pairs(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        raw = self.path.read_bytes()
        self.digest.update(raw)
        for number, line in enumerate(raw.decode("utf-8-sig", "replace").split("\n"), start=1):
            if line.strip():
                self._pair(line, number, entries)
        return entries

    def _pair(self, line: str, number: int, entries: dict[str, Entry]) -> None:
        try:
            pair = json.loads(line)
            entry_id, question = str(pair["id"]).strip(), str(pair["question"]).strip()
            if not entry_id or not question:
                raise ValueError("nothing to find or to ask")
        except (ValueError, KeyError, TypeError, RecursionError):
            mend = '{"id": …, "question": …, "answer": …} の形で1行に1つ書いてください'
            self._problem(self.path.name, number, "質問と回答の組として読めません", mend)
            return
        if entry_id in entries:
            self._problem(self.path.name, number, f"id「{entry_id}」が2回あります", "別のidにしてください")
            return
        answer = str(pair.get("answer") or "").strip()
        entries[entry_id] = Entry.model_construct(
            id=entry_id, area="", name=question, answer=answer or question, owner="", source=None
        )

    def _contacts_extra(self, document: Document) -> dict[str, Any]:
        """Give every desk its id: the key that it stands under."""
        desks = document.values.get("窓口") if isinstance(document.values, dict) else None
        if not isinstance(desks, dict):
            return {}
        named = {key: {"id": key, **desk} if isinstance(desk, dict) else desk for key, desk in desks.items()}
        return {"窓口": named}

    def _one_file(self, model: type[M], name: str, extra: Any = None) -> M | None:
        file = self._own_or_default(name)
        if file is None:
            self._problem(name, 0, "ファイルがありません", "ほかの区の knowledge/ からコピーして直してください")
            return None
        root = self.path if self.path in file.parents else self.defaults
        document = self._document(file, shown_path(file, root))
        if document.values is None:
            return None
        found, problems = validate(model, document, extra=extra(document) if extra else None)
        self.problems += problems
        self.documents[name] = document
        return found

    def _own_or_default(self, name: str) -> Path | None:
        for folder in (self.path, self.defaults):
            if (folder / name).is_file():
                return folder / name
        return None

    def _sites(self) -> tuple[Site, ...]:
        sites: list[WrittenSite] = []
        for file in self._yaml_files(self.path / "places"):
            document = self._document(file, shown_path(file, self.path))
            listed = document.values.get("場所") if isinstance(document.values, dict) else None
            if not isinstance(listed, list):
                self._problem(
                    document.file, 1, "「場所」のリストがありません", "「場所:」の下に「- 名称: …」と書いてください"
                )
                continue
            for number in range(len(listed)):
                site, problems = validate(Site, document, ("場所", number))
                self.problems += problems
                sites += [WrittenSite(site, document, number)] if site else []
        self.problems += site_problems(sites)
        return tuple(written.site for written in sites)

    def _yaml_files(self, folder: Path) -> Iterator[Path]:
        """Yield the files below `folder` in a fixed order; a leading underscore means: not an entry."""
        if not folder.is_dir():
            return
        for file in sorted(folder.rglob("*.y*ml")):
            if file.suffix in (".yaml", ".yml") and not file.name.startswith(("_", ".")):
                yield file

    def _document(self, file: Path, shown: str) -> Document:
        try:
            raw = file.read_bytes()
        except OSError as error:
            self._problem(shown, 0, f"ファイルを開けません({error.strerror})", "ファイルの権限を確かめてください")
            return Document(shown, None)
        self.digest.update(shown.encode() + b"\0" + raw + b"\0")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self._problem(
                shown, line, "文字コードがUTF-8ではありません", "エディターで「UTF-8」を選んで保存し直してください"
            )
            return Document(shown, None)
        document, problems = read_yaml(text, shown)
        self.problems += problems
        return document

    def _problem(self, file: str, line: int, what: str, mend: str) -> None:
        self.problems.append(Problem(file, line, what, mend))
