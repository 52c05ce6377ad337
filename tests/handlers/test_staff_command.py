"""`annai staff password`."""

from __future__ import annotations

import sys

import pytest
import typer
from staff_room import PASSWORD

from handlers.cli import main
from handlers.staff.password import matches


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person types when asked."""
    answers = [PASSWORD]
    monkeypatch.setattr(sys, "argv", ["annai", "staff", "password"])
    monkeypatch.setattr(typer, "prompt", lambda *_, **options: answers[0] if options["hide_input"] else "")
    return answers


def test_the_hash_of_what_was_typed_is_printed_alone(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main()
    out = capsys.readouterr().out

    assert left.value.code == 0
    assert matches(out.strip(), PASSWORD)
    assert PASSWORD not in out


@pytest.mark.parametrize("password", ["short", "長" * 201])
def test_a_password_too_short_or_too_long_is_refused(
    typed: list[str], password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    typed[0] = password
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    assert "12文字から200文字" in capsys.readouterr().err
