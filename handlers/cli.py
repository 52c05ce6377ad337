"""The whole command `annai`: what bot.cli offers, and what the channels add for whoever runs them."""

from __future__ import annotations

from bot.cli import app
from bot.cli import main as run
from handlers.line.commands import app as line

app.add_typer(line, name="line")


def main() -> None:
    """Run the command (bot.cli.main)."""
    run()


if __name__ == "__main__":
    main()
