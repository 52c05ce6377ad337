"""Without a password there are no staff pages, and the operator reads why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from staff_room import HASH, sign_in

from bot.settings import Settings
from handlers.app import create_app


@contextmanager
def house(settings: Settings, folder: Path, password_hash: str) -> Iterator[FlaskClient]:
    """Run the whole app."""
    database = f"sqlite:///{folder / 'annai.sqlite3'}"
    app = create_app(replace(settings, database_url=database, data_dir=folder, staff_password_hash=password_hash))
    try:
        yield app.test_client()
    finally:
        app.extensions["annai"].stop()


@pytest.mark.parametrize(("password_hash", "why"), [("", "がありません"), ("himitsu", "annai staff password")])
def test_without_a_password_nothing_is_there(
    small_settings: Settings, tmp_path: Path, password_hash: str, why: str
) -> None:
    with house(small_settings, tmp_path, password_hash) as client:
        for path in ("/staff/", "/staff/login", "/staff/preview/line"):
            answer = client.get(path)
            assert (answer.status_code, "設定されていません" in answer.text) == (404, True)
        said = client.get("/readyz").json["channels"]["staff"]

    assert said.startswith("off: STAFF_PASSWORD_HASH")
    assert why in said
    assert "himitsu" not in said


def test_with_a_password_the_page_is_drawn_though_line_is_off(small_settings: Settings, tmp_path: Path) -> None:
    with house(small_settings, tmp_path, HASH) as client:
        assert client.get("/readyz").json["channels"]["staff"] == "on"
        sign_in(client)
        page = client.get("/staff/preview/line?entry=juminhyo")

        assert page.status_code == 200
        assert 'class="fx-bubble' in page.text
        for address in ("/web/chat.css", "/web/icon.svg", "/staff/static/staff.css"):
            assert address in page.text
            with client.get(address) as file:
                assert file.status_code == 200
