"""The command `annai`. Wrong use gets one clear line, never a traceback."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import cli_report
from bot.answer_json import as_json
from bot.cli_knowledge import register
from bot.clock import TOKYO, answer_clock
from bot.conversation import Conversation, Utterance
from bot.knowledge.loading import UnusableKnowledge
from bot.language.personal_data import mask
from bot.plain_text import as_text
from bot.settings import ROOT, Settings, WrongSetting

_MOST_NOTES = 10
"""What still fits on a screen with the summary."""
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""The parent of every complaint about the command line; typer itself exports only its children."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="こうほく案内: くらしの手続きを、ひとことで案内します。",
)

Now = Annotated[str | None, typer.Option("--now", metavar="ISO", help="答えが見る時計(例 2026-11-28T11:59:00+09:00)")]
KnowledgePath = Annotated[
    Path | None, typer.Option("--knowledge", metavar="PATH", help="使う案内(フォルダーか .jsonl)")
]
AsJson = Annotated[bool, typer.Option("--json", help="1行に1つのJSONで出す")]


class WrongUse(Exception):
    """Something that the person at the keyboard can mend; the text says how, in one line."""


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="質問。--json のときは省くと標準入力から1行に1つ読みます")] = None,
    now: Now = None,
    knowledge: KnowledgePath = None,
    json_lines: AsJson = False,
) -> None:
    """質問に答えます。"""
    if text is None and not json_lines:
        raise WrongUse("質問を書いてください(例: annai ask 住民票がほしい)")
    guide, clock = _guide(now, knowledge)
    for query in [text] if text is not None else _lines():
        began = time.perf_counter()
        turn = guide.turn(_utterance(query), Conversation(), clock())
        _show(query, turn.reply, (time.perf_counter() - began) * 1000, json_lines)


@app.command()
def chat(now: Now = None, knowledge: KnowledgePath = None, json_lines: AsJson = False) -> None:
    """1つの会話として、続けて答えます。終わりは Ctrl-D。"""
    guide, clock = _guide(now, knowledge)
    conversation = Conversation()
    if not json_lines and sys.stdin.isatty():
        typer.echo(guide.knowledge.messages.welcome)
    for query in _lines(prompt="> " if not json_lines and sys.stdin.isatty() else ""):
        began = time.perf_counter()
        turn = guide.turn(_utterance(query), conversation, clock())
        conversation = turn.conversation
        _show(query, turn.reply, (time.perf_counter() - began) * 1000, json_lines)


@app.command()
def check(
    knowledge: KnowledgePath = None,
    now: Now = None,
    all_notes: Annotated[bool, typer.Option("--notes", help="注意もすべて出す(ふだんは10件まで)")] = False,
) -> None:
    """案内のファイルをすべて調べ、直すところを「ファイル:行: 何が → どう直すか」で出します。"""
    from bot.checkup import check as run

    settings = _settings(knowledge)
    found = run(settings, settings.knowledge_dir, _clock(now)())
    noted = [problem for problem in found.problems if problem.severity == 0]
    for problem in found.problems:
        if problem.severity > 0:
            typer.echo(str(problem))
    for problem in noted if all_notes else noted[:_MOST_NOTES]:
        typer.echo(str(problem))
    if len(noted) > _MOST_NOTES and not all_notes:
        typer.echo(f"注意はほかに {len(noted) - _MOST_NOTES} 件あります(annai check --notes ですべて出ます)。")
    notes = len(noted)
    wrong = len(found.problems) - notes
    verdict = "問題ありません" if found.passed else f"直すところが {wrong} 件あります"
    typer.echo(
        f"{verdict}。案内 {found.entries} 件、窓口 {found.desks} 件、確認質問 {found.questions} 件を調べました(注意 {notes} 件)。"
    )
    if not found.passed:
        raise typer.Exit(1)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="質問")], now: Now = None, knowledge: KnowledgePath = None
) -> None:
    """なぜその案内になるのかを、見くらべたことごとに説明します。"""
    from bot.explain import explained

    guide, clock = _guide(now, knowledge)
    reply = guide.turn(_utterance(text), Conversation(), clock()).reply
    if reply.kind.value in ("urgent", "smalltalk"):
        names = {"urgent": "緊急の案内(urgent.yaml)", "smalltalk": "雑談(messages.yaml)"}
        typer.echo(f"{names[reply.kind.value]}になります。手続きの案内とくらべると、つぎのとおりです。")
    typer.echo(explained(guide, text))


@app.command("eval")
def evaluate(
    queries: Annotated[Path, typer.Option("--queries", metavar="FILE", help="質問と正解の .jsonl")],
    knowledge: KnowledgePath = None,
    offtopic: Annotated[
        Path | None, typer.Option("--offtopic", metavar="FILE", help="案内してはいけない文の .jsonl")
    ] = None,
    now: Now = None,
) -> None:
    """正しい案内がどれだけ見つかるかを測ります。"""
    from bot.evaluation import WrongQuestions
    from bot.evaluation import evaluate as run

    guide, clock = _guide(now, knowledge)
    try:
        result = run(guide, queries, offtopic, clock())
    except OSError as error:
        raise WrongUse(f"{error.filename} を開けません({error.strerror})") from None
    except WrongQuestions as error:
        raise WrongUse(str(error)) from None
    for name, interval, count in result.rows:
        typer.echo(f"{name:<28} {interval}  n={count}")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option("--port", metavar="N", help="ポート番号(ふだんは設定 PORT)")] = None,
    now: Now = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Webの画面とLINE・Slackの入口を動かします(gunicorn)。"""
    settings = _settings(knowledge)
    _clock(now)
    overrides = {"KNOWLEDGE_DIR": str(settings.knowledge_dir), "NOW": now or ""}
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "--config", str(ROOT / "gunicorn.conf.py")]
    command += ["--bind", f"0.0.0.0:{port or settings.port}", "--workers", str(settings.workers), "wsgi:app"]
    typer.echo(f"http://localhost:{port or settings.port}/ で動きます。止めるときは Ctrl-C。")
    sys.stdout.flush()
    os.execve(command[0], command, settings.environment(overrides))


@app.command()
def settings() -> None:
    """設定(環境変数)の名前、いまの値、ふだんの値、意味を出します。"""
    current, default = _settings(None), Settings()
    for each in Settings.listed():
        value, usual = getattr(current, each.name), getattr(default, each.name)
        if each.metadata["secret"]:
            value, usual = ("(設定あり)" if value != usual else "(なし)"), "(なし)"
        typer.echo(
            f"{each.name.upper()}={'' if value is None else value}\n    ふだんは「{'' if usual is None else usual}」。{each.metadata['meaning']}"
        )


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="ここに *.schema.json を書く")] = None,
) -> None:
    """エディターで入力を助けるJSON Schemaを出します。"""
    from bot.knowledge.json_schema import schemas

    made = schemas()
    if out is None:
        typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, one in made.items():
        (out / f"{name}.schema.json").write_text(json.dumps(one, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        typer.echo(str(out / f"{name}.schema.json"))


@app.command()
def prepare(knowledge: KnowledgePath = None) -> None:
    """時間のかかる準備(辞書を作る)を先にすませます。"""
    _guide(None, knowledge)


def main() -> None:
    """Run the command; every mistake of the person at the keyboard ends in one line and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        _fail(getattr(error, "format_message", error.__str__)())  # with the name of the option
    except (WrongUse, WrongSetting) as error:
        _fail(str(error))
    except UnusableKnowledge as error:
        _fail("案内を読めません。\n" + "\n".join(map(str, error.problems[:20])))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str) -> None:
    typer.echo(f"annai: {line}", err=True)
    sys.exit(2)


def _settings(knowledge: Path | None) -> Settings:
    settings = Settings.from_environment()
    if knowledge is None:
        return settings
    if not knowledge.exists():
        raise WrongUse(f"--knowledge {knowledge} が見つかりません")
    return settings.with_knowledge(knowledge.resolve())


def _clock(now: str | None) -> Any:
    if now is None:
        return answer_clock(Settings.from_environment().now)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise WrongUse(f"--now {now} は日時として読めません(例 2026-11-28T11:59:00+09:00)") from None
    return answer_clock(moment.replace(tzinfo=TOKYO) if moment.tzinfo is None else moment)


def _guide(now: str | None, knowledge: Path | None) -> tuple[Any, Any]:
    from bot.live import complete_guide

    return complete_guide(_settings(knowledge)), _clock(now)


def _utterance(text: str) -> Utterance:
    masked = mask(text)
    return Utterance(masked.text, masked=masked.kinds)


def _lines(prompt: str = "") -> Iterable[str]:
    while True:
        if prompt:
            sys.stdout.write(prompt)
            sys.stdout.flush()
        raw = sys.stdin.buffer.readline()
        if not raw:
            return
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _show(query: str, reply: Any, milliseconds: float, json_lines: bool) -> None:
    if json_lines:
        line = json.dumps(as_json(query, reply, milliseconds), ensure_ascii=False)
    else:
        more = "\n".join(f"  ・{option.label}" for option in reply.follow_ups)
        line = as_text(reply) + (f"\n\n{more}" if more else "") + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


register(app, _settings, _clock, WrongUse)
cli_report.register(app, _settings, _clock, WrongUse)


if __name__ == "__main__":
    main()
