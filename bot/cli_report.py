"""The command `annai report`: the numbers of a time, and what staff can mend."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import TOKYO
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.memory.reporting import Reporting, Span
    from bot.report import Report

_AGO = re.compile(r"(\d{1,6})\s*([hdw])", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_FORMS = "7d(7日前から)、24h、2w か、2026-11-01 のような日付で書いてください"


def register(
    app: typer.Typer,
    settings_of: Callable[[Path | None], Settings],
    clock_of: Callable[[str | None], Any],
    wrong_use: type[Exception],
) -> None:
    """Add the command to `app`; `wrong_use` is raised, in one line, for what the person at the keyboard can mend."""

    @app.command("report")
    def report(
        since: Annotated[str, typer.Option("--since", metavar="いつ", help="7d、24h、2w か日付")] = "7d",
        until: Annotated[
            str | None, typer.Option("--until", metavar="いつ", help="いつまで(日付はその日をふくむ)。ふだんは今まで")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="1つのJSONで出す")] = False,
        knowledge: Annotated[
            Path | None, typer.Option("--knowledge", metavar="PATH", help="使う案内(フォルダーか .jsonl)")
        ] = None,
        now: Annotated[str | None, typer.Option("--now", metavar="ISO", help="この時刻を今とする")] = None,
    ) -> None:
        """質問の数、答えられなかった質問、「ちがう」と言われた答えを、直し方といっしょに出します。"""
        from bot.report_text import NOTHING_YET, as_text

        settings, moment = settings_of(knowledge), clock_of(now)()
        begin = moment_of(since, moment)
        end = moment if until is None else moment_of(until, moment, through=True)
        if begin is None or end is None:
            raise wrong_use(f"「{since if begin is None else until}」は読めません。{_FORMS}")
        if begin >= end:
            raise wrong_use("--since は --until より前にしてください")
        found = _found(settings, begin, end, moment, wrong_use)
        if as_json:
            typer.echo(json.dumps(found.as_json() if found else {}, ensure_ascii=False, indent=2))
        else:
            typer.echo(as_text(found) if found else NOTHING_YET)


def moment_of(text: str, now: datetime, *, through: bool = False) -> datetime | None:
    """Return the moment that 7d, 24h, 2w (before `now`) or a date means, or None for anything else.

    A date is the beginning of that day in Tokyo; with `through`, its end.
    """
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[ago.group(2).lower()]: int(ago.group(1))})
        day = date.fromisoformat(text.strip()) + timedelta(days=1 if through else 0)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), TOKYO)


def _found(
    settings: Settings, begin: datetime, end: datetime, now: datetime, wrong_use: type[Exception]
) -> Report | None:
    """Return the report, or None when there is no record at all yet."""
    from bot.memory.database import Database, DatabaseUnavailable, SchemaTooNew
    from bot.memory.reporting import Reporting, Span

    try:
        database = Database(settings.database_url)
    except ValueError as error:
        raise wrong_use(str(error)) from None
    if not database.exists():
        return None
    try:
        database.create_tables()
        return _report(settings, Reporting(database), Span(begin, end), now)
    except (DatabaseUnavailable, SchemaTooNew) as error:
        raise wrong_use(f"データベースを読めません({error})") from None
    finally:
        database.dispose()


def _report(settings: Settings, reporting: Reporting, span: Span, now: datetime) -> Report:
    from bot.report import numbers_of, with_mends

    numbers = numbers_of(reporting, span)
    if numbers.is_empty:
        return numbers
    from bot.build import GuideBuilder
    from bot.knowledge.loading import load
    from bot.mending import Mending

    loaded = load(settings.knowledge_dir, settings.knowledge_defaults)
    guide = GuideBuilder(settings).complete(loaded.knowledge)
    entries, tokenizer = loaded.knowledge.entries, guide.engine.index.tokenizer
    files = {entry_id: document.file for entry_id, document in loaded.documents.items() if entry_id in entries}
    return with_mends(
        numbers,
        reporting,
        Mending(guide, files, now),
        lambda text: tokenizer.analyse(text).words,
        lambda entry_id: entries[entry_id].name if entry_id in entries else entry_id,
    )
