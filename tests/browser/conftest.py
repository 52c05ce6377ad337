"""A real browser, and real servers for it to visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser.availability import chromium, needs
from browser.hand_made import hand_made_app
from browser.serving import ARGUMENTS, live_app, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")


# Not for the session: while playwright runs, no other test of this process could use asyncio.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    needs("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce", viewport={"width": 1024, "height": 800})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of."""
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    return listened_to(context.new_page(), complaints)


def listened_to(page: Page, complaints: list[str]) -> Page:
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


@pytest.fixture(scope="session")
def live_app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole app with the ward's own knowledge."""
    with live_app(tmp_path_factory.mktemp("live")) as app, serving(app) as url:
        yield url


@pytest.fixture(scope="session")
def hand_made_url() -> Iterator[str]:
    """The web door alone, with a reply of every kind."""
    with serving(hand_made_app()) as url:
        yield url
