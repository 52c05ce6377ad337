"""The commands that staff use on the knowledge files: export, import, stamp, stats."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.knowledge.problem import Problem, shown_path
from bot.settings import Settings

KnowledgePath = Annotated[
    Path | None, typer.Option("--knowledge", metavar="DIR", help="使う案内のフォルダー(ふだんは設定 KNOWLEDGE_DIR)")
]
Yes = Annotated[bool, typer.Option("--yes", help="たずねずに書く")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="変わるところを見るだけで、何も書かない")]

_NOTHING = "変更はありません"
_SHOWN = 20
"""So many names of one kind are listed on the screen."""


def register(
    app: typer.Typer,
    settings_of: Callable[[Path | None], Settings],
    clock_of: Callable[[str | None], Any],
    wrong_use: type[Exception],
) -> None:
    """Add the commands to `app`; `wrong_use` is raised, in one line, for what the person at the keyboard can mend."""
    commands = KnowledgeCommands(settings_of, clock_of, wrong_use)
    app.command("export")(commands.export)
    app.command("import")(commands.import_)
    app.command("stamp")(commands.stamp)
    app.command("stats")(commands.stats)


class KnowledgeCommands:
    """The commands, with what they need of the command line around them."""

    def __init__(
        self,
        settings_of: Callable[[Path | None], Settings],
        clock_of: Callable[[str | None], Any],
        wrong_use: type[Exception],
    ) -> None:
        """Keep how settings and the clock are found, and how wrong use is told."""
        self._settings_of, self._clock_of, self._wrong_use = settings_of, clock_of, wrong_use

    def export(
        self,
        out: Annotated[Path, typer.Argument(metavar="KB.xlsx", help="書き出すExcelのファイル")],
        knowledge: KnowledgePath = None,
    ) -> None:
        """案内をExcelの表に書き出します。"""
        from bot.knowledge.loading import load
        from bot.knowledge.workbook import export

        settings, folder = self._folder(knowledge)
        if out.suffix.lower() != ".xlsx":
            raise self._wrong_use(f"{out} の名前を .xlsx で終わるものにしてください")
        loaded = load(folder, settings.knowledge_defaults)
        try:
            notes = export(loaded, folder, out)
        except OSError as error:
            raise self._wrong_use(f"{out} に書けません({error.strerror})。Excelで開いていたら閉じてください") from None
        _say(*(f"注意: {note}" for note in notes))
        facts = sum(len(entry.facts) for entry in loaded.knowledge.entries.values())
        _say(f"{out} に、案内 {len(loaded.knowledge.entries)} 件、項目 {facts} 件を書き出しました。")

    def import_(
        self,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="直したExcel(.xlsx)か、質問と回答の一覧(.csv .tsv)")],
        knowledge: KnowledgePath = None,
        yes: Yes = False,
        dry_run: DryRun = False,
        delete: Annotated[bool, typer.Option("--delete", help="(.xlsx)表にない案内と項目を消す")] = False,
        into: Annotated[
            Path | None,
            typer.Option("--into", metavar="DIR", help="(.csv .tsv)書く先。knowledge/ か knowledge/services/<分野>/"),
        ] = None,
        owner: Annotated[str, typer.Option("--owner", metavar="課", help="(.csv .tsv)担当課のない行の担当課")] = "",
        source_url: Annotated[
            str, typer.Option("--source-url", metavar="URL", help="(.csv .tsv)URLのない行の出典")
        ] = "",
        source_date: Annotated[
            str, typer.Option("--source-date", metavar="日付", help="(.csv .tsv)更新日のない行の、出典の日付")
        ] = "",
    ) -> None:
        """Excelの表や、ほかの自治体の質問と回答の一覧を、案内のファイルに取りこみます。先に変わるところを見せます。"""
        kind = file.suffix.lower()
        if kind not in (".xlsx", ".csv", ".tsv"):
            raise self._wrong_use(f"{file} は取りこめません。.xlsx か .csv か .tsv のファイルにしてください")
        if kind == ".xlsx":
            if into or owner or source_url or source_date:
                raise self._wrong_use("--into --owner --source-url --source-date は、.csv と .tsv のときだけ使えます")
            self._workbook(file, knowledge, yes, dry_run, delete)
            return
        if delete:
            raise self._wrong_use("--delete は、.xlsx のときだけ使えます")
        from bot.knowledge.faq_list import Defaults

        self._list(file, into or self._folder(knowledge)[1], yes, dry_run, Defaults(owner, source_url, source_date))

    def stamp(
        self,
        renewed: Annotated[
            list[str] | None, typer.Argument(metavar="[ID]...", help="回答と見くらべた案内。新しい印を付けなおす")
        ] = None,
        knowledge: KnowledgePath = None,
        dry_run: DryRun = False,
    ) -> None:
        """やさしい日本語や英語などの、印のない訳に、いまの回答の印を付けます。"""
        from bot.knowledge.changes import apply
        from bot.knowledge.loading import load
        from bot.knowledge.twin_marks import stamped

        settings, folder = self._folder(knowledge)
        loaded = load(folder, settings.knowledge_defaults)
        for entry_id in renewed or ():
            if entry_id not in loaded.knowledge.entries:
                raise self._wrong_use(f"「{entry_id}」という案内はありません")
        changes, refused = stamped(loaded, folder, renewed or ())
        _say(*(f"{name}: 書きかえられません。エディターで「回答の印」を書いてください" for name in refused))
        _say(*(shown_path(change.file, folder.resolve()) for change in changes))
        if not dry_run:
            apply(changes)
        _say(
            f"{len(changes)} 件の案内に印を付けま{'す(まだ書いていません)' if dry_run else 'した'}。"
            if changes
            else _NOTHING
        )

    def stats(
        self,
        knowledge: KnowledgePath = None,
        as_json: Annotated[bool, typer.Option("--json", help="1つのJSONで出す")] = False,
        now: Annotated[str | None, typer.Option("--now", metavar="ISO", help="この日として数える")] = None,
    ) -> None:
        """案内がどれだけそろっているかを、表にします。"""
        from bot.knowledge.loading import load
        from bot.knowledge.programmes import read_programmes
        from bot.statistics import as_table, count

        settings, folder = self._folder(knowledge)
        loaded = load(folder, settings.knowledge_defaults)
        programmes, problems = read_programmes(folder)
        for problem in problems:
            typer.echo(str(problem), err=True)
        found = count(loaded.knowledge, programmes, self._clock_of(now)().date())
        _say(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else as_table(found))
        if problems:
            raise typer.Exit(1)

    # What import does for each kind of file ------------------------------------------------------------------------

    def _workbook(self, file: Path, knowledge: Path | None, yes: bool, dry_run: bool, delete: bool) -> None:
        from bot.knowledge.loading import load
        from bot.knowledge.workbook import UnreadableWorkbook, read
        from bot.knowledge.workbook_import import plan

        settings, folder = self._folder(knowledge)
        try:
            sheets = read(file)
        except UnreadableWorkbook as error:
            raise self._wrong_use(str(error)) from None
        loaded = load(folder, settings.knowledge_defaults)
        found = plan(loaded, folder, settings.knowledge_defaults, sheets, delete)
        _say(*found.diff, *map(str, found.notes))
        _say(*_listed("表にない(消しません。消すには --delete)", found.left_out))
        if found.problems:
            _refuse(found.problems)
        if not found.changes:
            _say(_NOTHING)
            return
        self._write(found.changes, f"{found.entries} 件の案内", yes, dry_run)

    def _list(self, file: Path, into: Path, yes: bool, dry_run: bool, given: Any) -> None:
        from bot.knowledge.faq_list import UnreadableList, plan_list, read_list

        try:
            found = plan_list(read_list(file), file, into, given)
        except UnreadableList as error:
            raise self._wrong_use(str(error)) from None
        _say(*found.diff)
        _say(*_listed("職員が直したので、書きかえません", found.kept))
        _say(*(f"注意: {note}" for note in found.notes))
        if found.problems:
            _say(f"直すところ({len({problem.line for problem in found.problems})} 行は取りこみません):")
            _say(*map(str, sorted(found.problems)))
        if found.changes:
            self._write(found.changes, f"{len(found.changes)} 件のファイル", yes, dry_run)
        else:
            _say(_NOTHING)
        if found.problems:
            raise typer.Exit(1)

    def _write(self, changes: Sequence[Any], what: str, yes: bool, dry_run: bool) -> None:
        from bot.knowledge.changes import ChangedMeanwhile, apply

        if dry_run:
            _say(f"{what}が変わります(--dry-run なので、何も書いていません)。")
            return
        if not yes and not self._agreed(f"{what}を書きかえます。よいですか?"):
            _say("何も書きませんでした。")
            return
        try:
            apply(changes)
        except ChangedMeanwhile as error:
            raise self._wrong_use(
                f"{error} が、いま変わりました。何も書いていません。もう一度取りこんでください"
            ) from None
        except OSError as error:
            raise self._wrong_use(f"{error.filename} に書けません({error.strerror})") from None
        _say(f"{what}を書きました。annai check で調べてください。")

    def _agreed(self, question: str) -> bool:
        try:
            return typer.confirm(question)
        except typer.Abort:
            if sys.stdin.isatty():
                raise
            raise self._wrong_use(
                "答えがないので、何も書きませんでした。たずねずに書くには --yes を付けてください"
            ) from None

    def _folder(self, knowledge: Path | None) -> tuple[Settings, Path]:
        settings = self._settings_of(knowledge)
        if not settings.knowledge_dir.is_dir():
            raise self._wrong_use(
                f"{settings.knowledge_dir} はフォルダーではありません。案内のフォルダーを指定してください"
            )
        return settings, settings.knowledge_dir


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line)


def _listed(title: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" ほか {len(names) - _SHOWN} 件" if len(names) > _SHOWN else ""
    return [f"{title}: {'、'.join(names[:_SHOWN])}{more}"]


def _refuse(problems: Sequence[Any]) -> None:
    sheet_first = sorted(problems, key=lambda problem: (isinstance(problem, Problem), str(problem.__class__), problem))
    _say(*map(str, sheet_first), f"直すところが {len(problems)} 件あります。何も書いていません。")
    raise typer.Exit(1)
