"""The staff's pages for tests: the password, the way in by form and by browser, an app that has them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import regex
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.settings import Settings
from handlers.staff.password import hash_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "correct horse battery staple"
HASH = hash_of(PASSWORD)


@dataclass
class Clock:
    """A clock that stands still until it is told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 6, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def passes(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)


def token_in(page: TestResponse) -> str:
    """Return what the page's form carries."""
    found = regex.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found is not None, page.text
    return str(found.group(1))


def sign_in(
    client: FlaskClient, password: str = PASSWORD, *, after: str = "", address: str = "192.0.2.1"
) -> TestResponse:
    """Fill in the login page."""
    form = {"token": token_in(client.get("/staff/login")), "password": password, "after": after}
    return client.post("/staff/login", data=form, environ_overrides={"REMOTE_ADDR": address})


def staffed_app(folder: Path) -> Flask:
    """Return the whole app with the ward's own knowledge and a password; the caller stops it."""
    from handlers.app import create_app

    database = f"sqlite:///{folder / 'annai.sqlite3'}"
    site = "https://annai.example.jp"
    return create_app(
        replace(Settings(), database_url=database, data_dir=folder, staff_password_hash=HASH, public_url=site)
    )


def open_signed_in(page: Page, url: str, path: str) -> None:
    """Open a staff page in a browser, through the login page."""
    page.goto(url + path)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.goto(url + path)
