"""The staff's pages in a browser: who can use them, and whether a card is drawn as LINE lays it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.availability import needs

needs("playwright", "axe_playwright_python")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from browser.serving import serving  # noqa: E402
from playwright.sync_api import Browser, Page, expect  # noqa: E402
from staff_room import PASSWORD, open_signed_in, staffed_app  # noqa: E402

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LINE = "staff/preview/line"
QUERIES = ["?entry=juminhyo", "?example=urgent", "?example=places", "?text=引っ越し", "?entry=nani", "?area=shogai"]


@pytest.fixture(scope="module")
def staff_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole app with the ward's own knowledge and a password."""
    app = staffed_app(Path(tmp_path_factory.mktemp("staff")))
    with serving(app) as url:
        yield url
    app.extensions["annai"].stop()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_axe_finds_nothing(browser: Browser, staff_url: str, scheme: str, width: int) -> None:
    seen = {"width": width, "height": 800}
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce", color_scheme=scheme, viewport=seen)
    page = context.new_page()
    page.goto(staff_url + "staff/")
    _judge(page)
    page.get_by_label("パスワード").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("パスワードがちがいます。")
    _judge(page)
    open_signed_in(page, staff_url, "staff/")
    _judge(page)
    for query in QUERIES:
        page.goto(staff_url + LINE + query)
        _judge(page)
    context.close()


def _judge(page: Page) -> None:
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"


def test_nothing_is_wider_than_the_window_and_every_target_is_as_large_as_a_finger(page: Page, staff_url: str) -> None:
    open_signed_in(page, staff_url, LINE)
    for query in QUERIES:
        page.goto(staff_url + LINE + query)
        for width, height in ((320, 640), (640, 512), (320, 256)):
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            assert not wide, (query, width)
        small = page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
                .filter((each) => each.checkVisibility())
                .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
                .filter(([, box]) => box.width < 44 || box.height < 44)
                .map(([text, box]) => `${text} ${box.width} × ${box.height}`)"""
        )
        assert small == [], query


def test_a_card_is_laid_out_as_line_does_it(page: Page, staff_url: str, complaints: list[str]) -> None:
    open_signed_in(page, staff_url, LINE)
    page.goto(staff_url + LINE + "?entry=juminhyo")
    bubble = page.locator(".fx-bubble")
    expect(bubble).to_have_css("width", "300px")
    title = bubble.locator(".fx-text").first
    expect(title).to_have_text("住民票の写し")
    expect(title).to_have_css("font-size", "19px")
    button = bubble.locator(".fx-primary")
    expect(button).to_have_css("background-color", "rgb(0, 23, 193)")
    expect(button).to_have_css("min-height", "52px")
    name, value = (bubble.get_by_text(text, exact=True).bounding_box() for text in ("注意", "手続方法"))
    assert name
    assert value
    assert name["x"] == value["x"]
    expect(page.locator(".chat-icon")).to_have_js_property("naturalWidth", 512)
    assert complaints == []


def test_a_password_manager_finds_the_form_and_the_page_asked_for_follows(page: Page, staff_url: str) -> None:
    page.goto(staff_url + LINE)
    expect(page).to_have_title("ログイン | こうほく案内 職員画面")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(staff_url + LINE)
    page.get_by_label("案内", exact=True).select_option("tennyu")
    page.get_by_label("言葉").select_option("en")
    page.get_by_role("button", name="表示").first.click()
    expect(page.get_by_role("heading", name="転入届", exact=False).first).to_be_visible()
    page.get_by_role("button", name="ログアウト").click()
    page.goto(staff_url + LINE)
    expect(page.get_by_label("パスワード")).to_be_visible()
