"""The commands of `annai line`, for whoever runs the account. What LINE's SDK and Pillow need is imported when used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import WrongUse
from bot.clock import TOKYO
from bot.knowledge.loading import UnusableKnowledge, load
from bot.knowledge.problem import Severity
from bot.settings import Settings

if TYPE_CHECKING:
    from handlers.line.account import LineAccount
    from handlers.line.rich_menu_apply import Change, Wanted

KnowledgePath = Annotated[
    Path | None, typer.Option("--knowledge", metavar="DIR", help="使う案内のフォルダー(ふだんは設定 KNOWLEDGE_DIR)")
]

app = typer.Typer(no_args_is_help=True, help="LINE公式アカウントの様子を見て、リッチメニューを作ります。")
rich_menu_app = typer.Typer(no_args_is_help=True, help="リッチメニュー(トークの下の大きなボタン)を作ります。")
app.add_typer(rich_menu_app, name="richmenu")


@app.command()
def status() -> None:
    """アカウント、Webhook、送信の数、友だち、リッチメニューを調べます。直すところがあれば、終了コードは1です。"""
    from handlers.line.account_report import missing, report

    settings = Settings.from_environment()
    found = missing(settings.line_channel_secret, settings.line_channel_access_token)
    wrong = len(found)
    for finding in found:
        _say(f"× {finding.what}", f"  → {finding.to_do}")
    if settings.line_channel_access_token:
        for finding in report(_account(settings), datetime.now(TOKYO).date()):
            wrong += finding.wrong
            _say(
                f"{'×' if finding.wrong else '○'} {finding.what}", *([f"  → {finding.to_do}"] if finding.wrong else [])
            )
    if wrong:
        _say(f"直すところが {wrong} 件あります。")
        raise typer.Exit(1)
    _say("問題ありません。")


@rich_menu_app.command()
def apply(
    knowledge: KnowledgePath = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="LINEに何もせず、変わるかどうかだけを見る")] = False,
) -> None:
    """menu.yaml のとおりのリッチメニューにします。2回目は、変わったところがなければ何もしません。"""
    from handlers.line.rich_menu_apply import apply as bring_about

    settings = _with_token()
    wanted, account = _wanted(settings, knowledge), _account(settings)
    with _told():
        if dry_run:
            there = wanted.name in {menu.name for menu in account.menus()}
            _say(f"{wanted.name} は、もうあります。" if there else f"{wanted.name} を新しく作ります。")
            return
        _tell(bring_about(account, wanted), f"リッチメニューを {wanted.name} にしました。")


@rich_menu_app.command()
def draw(
    out: Annotated[Path, typer.Argument(metavar="FILE.png", help="書き出す画像のファイル")],
    knowledge: KnowledgePath = None,
) -> None:
    """リッチメニューの画像だけを書き出します。LINEには何もしません。"""
    if out.suffix.lower() != ".png":
        raise WrongUse(f"{out} の名前を .png で終わるものにしてください")
    wanted = _wanted(Settings.from_environment(), knowledge)
    try:
        out.write_bytes(wanted.picture())
    except OSError as error:
        raise WrongUse(f"{out} に書けません({error.strerror})") from None
    _say(f"{out} に書き出しました。")


@rich_menu_app.command()
def remove() -> None:
    """このプログラムが作ったリッチメニューを、すべて消します。ほかのメニューには触れません。"""
    from handlers.line.rich_menu_apply import remove as take_away

    settings = _with_token()
    with _told():
        _tell(take_away(_account(settings)), "リッチメニューを消しました。")


def _wanted(settings: Settings, knowledge: Path | None) -> Wanted:
    """Return the menu of the knowledge; raise UnusableKnowledge or WrongUse when there is none or it can't be drawn."""
    from handlers.line.rich_menu import as_json, name_of, rich_menu
    from handlers.line.rich_menu_apply import Wanted
    from handlers.line.rich_menu_image import CONTENT_TYPE, Undrawable, png
    from handlers.line.rich_menu_image import draw as drawn

    folder = knowledge or settings.knowledge_dir
    if not folder.is_dir():
        raise WrongUse(f"{folder} は案内のフォルダーではありません")
    loaded = load(folder, settings.knowledge_defaults)
    wrong = [each for each in loaded.problems if each.severity > Severity.NOTE and each.file.endswith("menu.yaml")]
    if loaded.broken or wrong:
        raise UnusableKnowledge(wrong or [each for each in loaded.problems if each.severity is Severity.BROKEN])
    menu = rich_menu(loaded.knowledge.menu)
    if menu is None:
        raise WrongUse(f"{folder / 'menu.yaml'} にメニューがありません")
    try:
        picture = drawn(menu)
    except Undrawable as error:
        said = f"「{error.name}」の「{error.characters}」は、リッチメニューの文字にありません"
        raise WrongUse(f"menu.yaml の{said}。ほかの文字に直してください") from None
    name = name_of(menu, picture.tobytes())
    return Wanted(name, as_json(menu, name), lambda: png(picture), CONTENT_TYPE)


def _with_token() -> Settings:
    settings = Settings.from_environment()
    if not settings.line_channel_access_token:
        raise WrongUse("設定 LINE_CHANNEL_ACCESS_TOKEN がありません(annai line status)")
    return settings


def _account(settings: Settings) -> LineAccount:
    from handlers.line.account import LineAccount

    return LineAccount(settings.line_channel_access_token, api_base=settings.line_api_base)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what LINE says instead of a traceback; the token stands in neither."""
    from handlers.line.account import LineRefused, LineUnreachable

    try:
        yield
    except LineRefused as refused:
        hint = "。トークンが使えません(annai line status)" if refused.token_refused else ""
        raise WrongUse(f"LINEが断りました({refused}){hint}") from None
    except LineUnreachable as error:
        raise WrongUse(f"LINEにつながりません({error})") from None


def _tell(changes: list[Change], done: str) -> None:
    from handlers.line.rich_menu_apply import Change

    words = {
        Change.CREATED: "作った",
        Change.PICTURE: "画像を送った",
        Change.ALIAS: "エイリアスを変えた",
        Change.DEFAULT: "全員に見えるメニューを変えた",
        Change.DELETED: "前のものを消した",
    }
    if not changes:
        _say("変わりません。")
        return
    _say(*(f"・{words[change]}" for change in changes), done)


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line)
