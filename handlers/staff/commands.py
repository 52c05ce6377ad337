"""The commands of `annai staff`."""

from __future__ import annotations

import typer

from bot.cli import WrongUse
from handlers.staff.password import LONGEST, SHORTEST, hash_of

app = typer.Typer(no_args_is_help=True, help="職員画面(/staff/)を用意します。")


@app.callback()
def staff() -> None:
    """職員画面(/staff/)を用意します。"""


@app.command()
def password() -> None:
    """パスワードをたずね、設定 STAFF_PASSWORD_HASH に入れる文字を出します。"""
    # Asked for and never an argument: those stand in the shell's history and in the list of processes.
    given: str = typer.prompt("パスワード", hide_input=True, confirmation_prompt="もう一度", err=True)
    if not SHORTEST <= len(given) <= LONGEST:
        raise WrongUse(f"パスワードは{SHORTEST}文字から{LONGEST}文字までにしてください")
    typer.echo(hash_of(given))
