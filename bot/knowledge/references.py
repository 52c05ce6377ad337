"""What one file says of another: desks, related entries, menus, fact names, shared phrasings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from rapidfuzz import process

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.schema import Entry, Menu, MenuItem
from bot.knowledge.source_date import SourceDate
from bot.knowledge.yaml_text import Document, Path

MENU_LEVELS = 3
"""A menu deeper than this is not found by thumb."""


def reference_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> list[Problem]:
    """Return every reference that leads nowhere and every phrasing that two entries share."""
    problems: list[Problem] = []
    for entry in knowledge.entries.values():
        problems += _dangling(entry, knowledge, documents)
    problems += _shared_phrasings(knowledge, documents)
    problems += _contacts_problems(knowledge, documents)
    problems += _menu_problems(knowledge, documents)
    problems += _place_search_problems(knowledge, documents)
    return problems


def editorial_problems(knowledge: KnowledgeBase, documents: dict[str, Document], today: date) -> list[Problem]:
    """Return what is wrong or due on `today`: periods that have ended, facts and entries past their date."""
    problems: list[Problem] = []
    for entry in knowledge.entries.values():
        problems += _past(entry, documents[entry.id], today)
    return problems


def plain_form(text: str) -> str:
    """Return `text` for comparing phrasings: NFKC, lower case, without spaces and closing marks."""
    kept = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return kept.rstrip("?!。.、,〜~")


def _dangling(entry: Entry, knowledge: KnowledgeBase, documents: dict[str, Document]) -> Iterator[Problem]:
    """Yield what leads nowhere; an entry whose file can't be read is there all the same, and told by itself."""
    document = documents[entry.id]
    if entry.desk and entry.desk not in knowledge.contacts.desks:
        yield unknown(document, ("窓口",), "窓口", entry.desk, knowledge.contacts.desks, "contacts.yaml にある窓口")
    for key, ids in (("関連", entry.related), ("後継", entry.successors)):
        for number, other in enumerate(ids):
            if other not in documents:
                yield unknown(document, (key, number), key, other, knowledge.entries, "services/ にあるファイル名")
            elif other == entry.id:
                where = document.line((key, number))
                yield Problem(document.file, where, f"「{key}」が自分自身を指しています", "この行を消してください")
    names = {fact.name for fact in knowledge.words.fact_names}
    for name in entry.facts:
        if names and name not in names:
            yield unknown(document, ("項目", name), "項目名", name, names, "words.yaml の「項目名」にある名前")


def unknown(document: Document, path: Path, key: str, value: str, known: Iterable[str], where: str) -> Problem:
    """Return the problem that `value` at `path` is none of `known`, with the nearest of them."""
    near = process.extractOne(value, sorted(known), score_cutoff=60)
    hint = f"「{near[0]}」のまちがいなら直してください。" if near else ""
    return Problem(
        document.file,
        document.line(path),
        f"「{key}」の「{value}」はありません",
        f"{hint}{where}に直すか、消してください",
    )


def _shared_phrasings(knowledge: KnowledgeBase, documents: dict[str, Document]) -> Iterator[Problem]:
    first: dict[str, tuple[str, str]] = {}
    for entry in knowledge.entries.values():
        document = documents[entry.id]
        own: set[str] = set()
        for number, phrasing in enumerate(entry.phrasings):
            form = plain_form(phrasing)
            where = document.line(("質問例", number))
            if form in own:
                what = f"質問例「{phrasing}」が2回あります"
                yield Problem(document.file, where, what, "1つだけ残してください", Severity.WRONG)
            elif form in first:
                other, file = first[form]
                what = f"質問例「{phrasing}」は「{knowledge.entries[other].name}」({file})にもあります"
                mend = "どちらの案内に行くべきかを決めて、もう一方から消してください"
                yield Problem(document.file, where, what, mend, Severity.WRONG)
            own.add(form)
            first.setdefault(form, (entry.id, document.file))
        for number, question in enumerate(entry.check_questions):
            if plain_form(question.text) in own:
                what = f"確認質問「{question.text}」が質問例と同じです"
                mend = "ちがう言い方に変えてください(同じだと、確認になりません)"
                yield Problem(document.file, document.line(("確認質問", number)), what, mend, Severity.WRONG)


def _contacts_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> Iterator[Problem]:
    document = documents["contacts.yaml"]
    contacts = knowledge.contacts
    if contacts.multilingual and contacts.multilingual not in contacts.desks:
        yield unknown(
            document, ("多言語の窓口",), "多言語の窓口", contacts.multilingual, contacts.desks, "「窓口」の下にあるid"
        )
    for desk_id, desk in contacts.desks.items():
        for number, span in enumerate(desk.hours.spans if desk.hours else ()):
            if _minutes(span.start) >= _minutes(span.end):
                where = document.line(("窓口", desk_id, "受付時間", "時間", number))
                what = f"「{desk.name}」の終了({span.end})が開始({span.start})より前です"
                yield Problem(document.file, where, what, "開始と終了の時刻を直してください")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _menu_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> Iterator[Problem]:
    document = documents.get("menu.yaml")
    if document is None:
        return
    yield from _menu_items(knowledge.menu.items, ("メニュー",), knowledge, documents)
    yield from _rich_menu_problems(knowledge.menu, document)
    for area in knowledge.entries_by_area:
        if knowledge.menu.areas and area not in knowledge.menu.areas:
            what = f"フォルダー「services/{area}」の名前が「分野」にありません"
            yield Problem(
                document.file, document.line(("分野",)), what, f"「{area}: 日本語の名前」を書き足してください"
            )


def _menu_items(
    items: tuple[MenuItem, ...], path: Path, knowledge: KnowledgeBase, documents: dict[str, Document]
) -> Iterator[Problem]:
    document = documents["menu.yaml"]
    for number, item in enumerate(items):
        here = (*path, number)
        if len(here) // 2 > MENU_LEVELS:
            yield Problem(document.file, document.line(here), "メニューが4段になっています", "3段までにしてください")
        for place, entry_id in enumerate(item.entries):
            if entry_id not in documents:
                at = (*here, "案内", place)
                yield unknown(document, at, "案内", entry_id, knowledge.entries, "services/ にあるファイル名")
        if not item.entries and not item.items:
            what, mend = f"メニュー「{item.name}」に中身がありません", "「案内:」か「メニュー:」を書いてください"
            yield Problem(document.file, document.line(here), what, mend)
        yield from _menu_items(item.items, (*here, "メニュー"), knowledge, documents)


def _rich_menu_problems(menu: Menu, document: Document) -> Iterator[Problem]:
    """Yield the tiles that lead nowhere or stand there twice; only the rich menu at LINE suffers by them."""
    for number, path in enumerate(menu.rich.tiles):
        at = ("リッチメニュー", "並び", number)
        if menu.find(path) is None:
            names, where = [item.name for item in menu.items], "「メニュー」にある名称(下の段は「上/下」)"
            yield replace(unknown(document, at, "リッチメニュー", path, names, where), severity=Severity.WRONG)
        elif path in menu.rich.tiles[:number]:
            what = f"リッチメニューに「{path}」が2回あります"
            yield Problem(document.file, document.line(at), what, "1つにしてください", Severity.WRONG)


def _place_search_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> Iterator[Problem]:
    """Yield the entries that places are to be shown with and that are not there; without places nothing is shown."""
    search, document = knowledge.words.places, documents.get("words.yaml")
    if search is None or document is None or not knowledge.sites:
        return
    named: list[tuple[Path, str | None]] = [(("場所さがし", "案内"), search.entry)]
    named += [(("場所さがし", "災害", number, "案内"), hazard.entry) for number, hazard in enumerate(search.hazards)]
    for path, entry_id in named:
        if entry_id and entry_id not in documents:
            yield unknown(document, path, "案内", entry_id, knowledge.entries, "services/ にあるファイル名")


def _past(entry: Entry, document: Document, today: date) -> Iterator[Problem]:
    period = entry.period
    if period and period.end and period.end < today and not (period.after or entry.successors):
        what = f"対象期間が{period.end}に終わっています"
        mend = (
            "「対象期間」に「終了後の案内」を書くか「後継」を書いてください。もう要らなければファイルを消してください"
        )
        yield Problem(document.file, document.line(("対象期間", "終了")), what, mend, Severity.WRONG)
    if period and period.start and period.end and period.start > period.end:
        what, mend = "対象期間の終了が開始より前です", "日付を直してください"
        yield Problem(document.file, document.line(("対象期間",)), what, mend, Severity.WRONG)
    if entry.review_by and entry.review_by < today:
        what = f"見直し期限({entry.review_by})を過ぎています"
        mend = "公式ページを見て内容を確かめ、確認日と見直し期限を新しくしてください"
        yield Problem(document.file, document.line(("見直し期限",)), what, mend, Severity.NOTE)
    for name, fact in entry.facts.items():
        if fact.valid_until and fact.valid_until < today:
            what = f"「{name}」の有効期限({fact.valid_until})を過ぎたので、住民には見せていません"
            mend = "公式ページで新しい値を確かめて書きかえてください"
            yield Problem(document.file, document.line(("項目", name)), what, mend, Severity.NOTE)
    for key, seen in _source_dates(entry):
        if seen.earliest() > today:
            path: Path = ("出典", "確認日") if key == "出典" else ("項目", key, "確認日")
            what, mend = f"確認日({seen})が未来の日付です", "出典のページに書いてある日付に直してください"
            yield Problem(document.file, document.line(path), what, mend, Severity.WRONG)


def _source_dates(entry: Entry) -> Iterator[tuple[str, SourceDate]]:
    if entry.source:
        yield "出典", entry.source.seen
    for name, fact in entry.facts.items():
        yield name, fact.seen
