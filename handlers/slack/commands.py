"""The commands of `annai slack`, for whoever runs the app."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli import WrongUse
from bot.knowledge.loading import load
from bot.settings import ROOT, Settings
from handlers.slack.manifest import manifest as made

KnowledgePath = Annotated[
    Path | None, typer.Option("--knowledge", metavar="DIR", help="使う案内のフォルダー(ふだんは設定 KNOWLEDGE_DIR)")
]

app = typer.Typer(no_args_is_help=True, help="Slackのアプリを作り、外から届かないネットワークでつなぎます。")


@app.command()
def manifest(
    url: Annotated[str, typer.Option("--url", metavar="URL", help="外から届くアドレス(https://…)")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="Socket Mode(外から届かないとき)")] = False,
    assistant: Annotated[bool, typer.Option("--assistant", help="アシスタントの画面も使う(有料プラン)")] = False,
    knowledge: KnowledgePath = None,
) -> None:
    """アプリの設定(App Manifest)をJSONで出します。Slackの画面に貼ります。"""
    if bool(url) == socket:
        raise WrongUse("--url https://… か --socket の、どちらか1つを書いてください")
    if url and not (urlsplit(url).scheme == "https" and urlsplit(url).netloc):
        raise WrongUse(f"--url {url} は https:// で始まるアドレスではありません")
    settings = Settings.from_environment()
    messages = load(knowledge or settings.knowledge_dir, settings.knowledge_defaults).knowledge.messages
    typer.echo(json.dumps(made(messages, url, assistant=assistant), ensure_ascii=False, indent=2))


@app.command()
def socket() -> None:
    """外から届かないネットワークで、Slackとのやりとりをします(Socket Mode)。止めるときは Ctrl-C。"""
    settings = Settings.from_environment()
    if not (settings.slack_bot_token and settings.slack_app_token):
        raise WrongUse("SLACK_BOT_TOKEN と SLACK_APP_TOKEN を設定してください(docs/operators/slack.md)")
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, str(ROOT / "slack_socket.py")], settings.environment({}))
