"""A resident asks on the web page, in a real browser, answered by the real guide."""

from __future__ import annotations

import re

from browser.availability import needs

needs("playwright")

from browser.conftest import listened_to  # noqa: E402
from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402


def asked(page: Page, url: str, question: str) -> None:
    page.goto(url)
    send(page, question)


def send(page: Page, question: str) -> None:
    page.get_by_label("知りたいこと").fill(question)
    page.get_by_role("button", name="送信").click()


def related_entry(page: Page) -> Locator:
    return last_answer(page).locator(".follow-ups button[value^='v1|entry|']").first


def last_answer(page: Page) -> Locator:
    return page.locator("[data-turn]").last


def test_a_question_is_asked_and_answered_by_keyboard_alone(
    page: Page, live_app_url: str, complaints: list[str]
) -> None:
    page.goto(live_app_url)
    expect(page.get_by_role("heading", level=1)).to_have_text("こうほく案内")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="質問の入力へ進む")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("住民票がほしい")
    page.keyboard.press("Enter")
    card = page.get_by_role("article", name="住民票の写し")
    expect(card).to_be_visible()
    expect(card.get_by_role("link", name=re.compile("電話"))).to_have_attribute("href", re.compile(r"^tel:\d+$"))
    expect(page.get_by_role("heading", level=2).last).to_be_focused()
    expect(page.get_by_label("知りたいこと")).to_have_value("")
    # The next Tab goes on inside the answer.
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.closest('[data-turn]') === document.querySelector('#log').lastElementChild"
    )
    assert complaints == []


def name_of(choice: Locator) -> str:
    """Return what a choice is called, without the line below that tells it from the others."""
    return choice.inner_text().splitlines()[0]


def test_a_choice_leads_to_a_card(page: Page, live_app_url: str, complaints: list[str]) -> None:
    asked(page, live_app_url, "引越しの手続き")
    choice = last_answer(page).locator(".choices button").first
    label = name_of(choice)
    choice.click()
    expect(page.get_by_role("article", name=label)).to_be_visible()
    expect(last_answer(page).locator(".said")).to_have_text(label)
    assert complaints == []


def test_a_follow_up_leads_to_a_related_card(page: Page, live_app_url: str, complaints: list[str]) -> None:
    asked(page, live_app_url, "住民票がほしい")
    related = related_entry(page)
    label = related.inner_text()
    related.click()
    expect(last_answer(page).get_by_role("article", name=label)).to_be_visible()
    assert complaints == []


def test_the_conversation_is_remembered_from_question_to_question(page: Page, live_app_url: str) -> None:
    asked(page, live_app_url, "引越しの手続き")
    label = name_of(last_answer(page).locator(".choices button").first)
    send(page, "1")
    expect(last_answer(page).get_by_role("article", name=label)).to_be_visible()


def test_everything_works_without_javascript(browser: Browser, live_app_url: str, complaints: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = listened_to(context.new_page(), complaints)
    context.set_default_timeout(10_000)
    asked(page, live_app_url, "住民票がほしい")
    expect(page.get_by_role("article", name="住民票の写し")).to_be_visible()
    expect(page.locator(".said")).to_have_text("住民票がほしい")
    label = related_entry(page).inner_text()
    related_entry(page).click()
    expect(page.get_by_role("article", name=label)).to_be_visible()
    expect(page.locator(".said")).to_have_text(label)
    send(page, "引越しの手続き")
    page.locator(".choices button").first.click()
    expect(page.get_by_role("article")).to_be_visible()
    assert complaints == []
    context.close()


def test_where_i_am_leads_to_the_nearest_places(browser: Browser, live_app_url: str, complaints: list[str]) -> None:
    here = {"latitude": 35.51909, "longitude": 139.63288}
    context = browser.new_context(geolocation=here, permissions=["geolocation"])
    page = listened_to(context.new_page(), complaints)
    asked(page, live_app_url, "近くの避難所")
    page.get_by_role("button", name="いまいる場所からさがす").click()
    first = last_answer(page).locator(".place").first
    expect(first).to_contain_text("大綱小学校")
    expect(first).to_contain_text("西へ約660m")
    expect(first.get_by_role("link", name=re.compile("地図"))).to_have_attribute("href", re.compile("google.com/maps"))
    assert complaints == []
    context.close()


def test_who_does_not_say_where_they_are_is_asked_for_a_town(browser: Browser, live_app_url: str) -> None:
    context = browser.new_context(permissions=[])
    page = context.new_page()
    asked(page, live_app_url, "近くの避難所")
    page.get_by_role("button", name="いまいる場所からさがす").click()
    expect(last_answer(page).locator(".not-located")).to_contain_text("町の名前")
    send(page, "大豆戸町")
    expect(last_answer(page).locator(".place").first).to_contain_text("大豆戸小学校")
    context.close()


def test_without_javascript_a_town_is_typed(browser: Browser, live_app_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked(page, live_app_url, "近くの避難所")
    expect(page.get_by_role("button", name="いまいる場所からさがす")).to_be_hidden()
    send(page, "大豆戸町の避難所")
    expect(page.locator(".place").first).to_contain_text("大豆戸小学校")
    context.close()
