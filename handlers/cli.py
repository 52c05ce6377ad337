"""The whole command `annai`: what bot.cli offers, and what the channels add for whoever runs them."""

from __future__ import annotations

from bot.cli import app
from bot.cli import main as run
from handlers.line.commands import app as line
from handlers.slack.commands import app as slack
from handlers.staff.commands import app as staff

app.add_typer(line, name="line")
app.add_typer(slack, name="slack")
app.add_typer(staff, name="staff")


def main() -> None:
    """Run the command (bot.cli.main)."""
    run()


if __name__ == "__main__":
    main()
