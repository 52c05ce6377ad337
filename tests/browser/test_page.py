"""The page itself: how it looks, who can use it, what it does when the network does not."""

from __future__ import annotations

import re

import pytest
from browser.availability import needs

needs("playwright", "axe_playwright_python")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from browser.hand_made import REPLIES  # noqa: E402
from playwright.sync_api import Browser, Page, Route, expect  # noqa: E402

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def open_with(page: Page, url: str, *questions: str) -> None:
    page.goto(url)
    for number, question in enumerate(questions, start=1):
        send(page, question)
        expect(page.locator("[data-turn]")).to_have_count(number + 1)


def send(page: Page, question: str) -> None:
    page.get_by_label("知りたいこと").fill(question)
    page.keyboard.press("Enter")


def wider_than_its_window(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1024), ("dark", 320)])
def test_axe_finds_nothing(browser: Browser, hand_made_url: str, scheme: str, width: int) -> None:
    seen = {"width": width, "height": 800}
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce", color_scheme=scheme, viewport=seen)
    page = context.new_page()
    open_with(page, hand_made_url, *REPLIES, "知らないこと")
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()
    context.close()


def test_axe_finds_nothing_on_the_page_as_it_opens(page: Page, live_app_url: str) -> None:
    page.goto(live_app_url)
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()


def test_nothing_is_wider_than_the_window(page: Page, hand_made_url: str) -> None:
    open_with(page, hand_made_url, *REPLIES, "長" * 200, "https://example.jp/" + "x" * 200)
    # A window of 1280 × 1024 px that is zoomed to 200 % is one of 640 × 512 px to the page, and at 400 % 320 × 256 px.
    for width, height in ((320, 640), (640, 512), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        assert not wider_than_its_window(page), width
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not wider_than_its_window(page), "letters of double size"


def test_the_page_is_dark_for_those_who_like_it_dark(page: Page, hand_made_url: str) -> None:
    page.goto(hand_made_url)
    body = page.locator("body")
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_css("background-color", "rgb(26, 26, 26)")


def test_every_target_is_as_large_as_a_finger(page: Page, hand_made_url: str) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    open_with(page, hand_made_url, *REPLIES)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, textarea")]
            .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44)
            .map(([text, box]) => `${text} ${box.width} × ${box.height}`)"""
    )
    assert small == []


def test_the_focus_has_the_ring_of_the_design_system(page: Page, hand_made_url: str) -> None:
    open_with(page, hand_made_url, "引越し")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="住民票の写し")
    expect(button).to_be_focused()
    expect(button).to_have_css("outline", re.compile(r"rgb\(0, 0, 0\).*4px"))
    expect(button).to_have_css("box-shadow", re.compile(r"rgb\(255, 212, 61\)"))


def test_the_input_does_not_cover_what_has_the_focus(page: Page, hand_made_url: str) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    open_with(page, hand_made_url, "住民票")
    for _ in range(9):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
                const focused = document.activeElement;
                if (focused.closest("#composer, footer, header")) return true;
                const bottom = focused.getBoundingClientRect().bottom;
                return bottom <= document.getElementById("composer").getBoundingClientRect().top + 1;
            }"""
        )


def test_enter_that_picks_a_word_does_not_send(page: Page, hand_made_url: str) -> None:
    page.goto(hand_made_url)
    page.get_by_label("知りたいこと").fill("じゅうみんひょう")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        page.locator("#question").dispatch_event("keydown", {"key": "Enter", "bubbles": True, **composing})
    expect(page.locator("section.turn")).to_have_count(1)
    page.keyboard.press("Shift+Enter")
    expect(page.locator("section.turn")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-turn]")).to_have_count(2)


def test_an_empty_question_is_not_sent(page: Page, hand_made_url: str) -> None:
    page.goto(hand_made_url)
    send(page, "   ")
    expect(page.get_by_label("知りたいこと")).to_be_focused()
    expect(page.locator("section.turn")).to_have_count(1)


def test_thinking_is_announced_and_nothing_is_sent_twice(page: Page, hand_made_url: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/chat", hold)
    page.goto(hand_made_url)
    send(page, "住民票")
    expect(page.get_by_role("status")).to_have_text("考えています")
    expect(page.locator(".said").last).to_have_text("住民票")
    send(page, "引越し")
    # The button says that it is disabled, so that playwright would wait for it.
    page.get_by_role("button", name="送信").click(force=True)
    page.get_by_role("button", name="メニュー").click()
    assert len(held) == 1
    expect(page.get_by_label("知りたいこと")).to_have_value("引越し")
    held[0].continue_()
    expect(page.get_by_role("article", name="住民票の写し")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("")


def test_without_a_network_it_says_so_and_tries_again(page: Page, hand_made_url: str) -> None:
    page.goto(hand_made_url)
    page.context.set_offline(True)
    send(page, "住民票")
    expect(page.get_by_role("alert")).to_contain_text("つながりませんでした")
    retry = page.get_by_role("button", name="もう一度送る")
    expect(retry).to_be_focused()
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="住民票の写し")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".said")).to_have_count(1)


@pytest.mark.parametrize(("status", "body"), [(500, "<h1>Internal Server Error</h1>"), (200, "<h1>Log in</h1>")])
def test_a_broken_server_is_a_broken_network(page: Page, hand_made_url: str, status: int, body: str) -> None:
    page.route("**/chat", lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    page.goto(hand_made_url)
    send(page, "住民票")
    expect(page.get_by_role("alert")).to_contain_text("つながりませんでした")
    expect(page.get_by_text("Internal Server Error")).to_have_count(0)


def test_what_was_typed_is_shown_and_not_run(page: Page, hand_made_url: str, complaints: list[str]) -> None:
    open_with(page, hand_made_url, "<img src=x onerror=alert(1)><script>alert(1)</script>")
    expect(page.locator(".said")).to_have_text("<img src=x onerror=alert(1)><script>alert(1)</script>")
    expect(page.locator("#log img, #log script")).to_have_count(0)
    assert complaints == []
