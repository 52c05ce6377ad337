"""Nothing of the staff's is served without the password; the password can't be guessed, nor a form forged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from staff_room import HASH, PASSWORD, Clock, sign_in, token_in

from handlers.staff.attempts import Attempts
from handlers.staff.password import hash_of, is_hash, matches
from handlers.staff.session import COOKIE

PAGES = ["/staff/", "/staff/preview/line", "/staff/preview/line?entry=juminhyo", "/staff/nani"]


@pytest.mark.parametrize("page", PAGES)
def test_without_the_password_there_is_only_the_login_page(client: FlaskClient, page: str) -> None:
    answer = client.get(page)

    assert answer.status_code in (303, 404)
    assert "住民票" not in answer.text
    if answer.status_code == 303:
        assert answer.location.startswith("/staff/login?after=")


def test_the_password_opens_the_page_that_was_asked_for(client: FlaskClient) -> None:
    answer = sign_in(client, after="/staff/preview/line")

    assert (answer.status_code, answer.location) == (303, "/staff/preview/line")
    assert client.get("/staff/").status_code == 200
    assert client.get("/staff/login").status_code == 303


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "!", PASSWORD[:-1], "あ" * 5000, "\x00"])
def test_another_password_opens_nothing(client: FlaskClient, password: str) -> None:
    answer = sign_in(client, password)

    assert answer.status_code in (403, 413)
    assert client.get("/staff/").status_code == 303


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/staff/", "/\\evil.example", "/", "javascript:1"]
)
def test_nobody_is_sent_elsewhere(client: FlaskClient, after: str) -> None:
    assert sign_in(client, after=after).location == "/staff/"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client: FlaskClient) -> None:
    (cookie,) = [each for each in sign_in(client).headers.getlist("Set-Cookie") if each.startswith(COOKIE)]

    for word in ("HttpOnly", "SameSite=Lax", "Path=/staff/", "Max-Age=28800"):
        assert word in cookie
    assert "Secure" not in cookie
    assert PASSWORD not in cookie


def test_over_https_the_cookie_never_goes_out_in_the_clear(client: FlaskClient) -> None:
    answer = client.get("/staff/login", base_url="https://localhost")

    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_cookie_that_was_planted_before_is_worth_nothing_after(client: FlaskClient) -> None:
    client.get("/staff/login")
    planted = client.get_cookie(COOKIE, path="/staff/")
    sign_in(client)
    signed = client.get_cookie(COOKIE, path="/staff/")
    assert planted
    assert signed
    assert planted.value != signed.value

    client.set_cookie(COOKIE, planted.value, path="/staff/")
    assert client.get("/staff/").status_code == 303


@pytest.mark.parametrize("value", ["", "x", "WyJ4Iix0cnVlXQ.aaa.bbb", '["x",true]'])
def test_a_forged_cookie_opens_nothing(client: FlaskClient, value: str) -> None:
    client.set_cookie(COOKIE, value, path="/staff/")

    assert client.get("/staff/").status_code == 303


def test_a_form_that_is_not_ours_opens_nothing(client: FlaskClient, app_with: Callable[..., Flask]) -> None:
    for token in ("", "0" * 64, "あ"):
        assert client.post("/staff/login", data={"token": token, "password": PASSWORD}).status_code == 400
    with app_with().test_client() as other:
        stolen = token_in(other.get("/staff/login"))
    client.get("/staff/login")
    assert client.post("/staff/login", data={"token": stolen, "password": PASSWORD}).status_code == 400
    assert client.get("/staff/").status_code == 303


def test_signing_out_ends_the_visit_and_needs_our_form(inside: FlaskClient) -> None:
    token = token_in(inside.get("/staff/"))
    assert inside.post("/staff/logout", data={"token": "0" * 64}).status_code == 400
    assert inside.get("/staff/").status_code == 200

    assert inside.post("/staff/logout", data={"token": token}).status_code == 303
    assert inside.get("/staff/").status_code == 303


def test_another_password_ends_every_visit(inside: FlaskClient, app_with: Callable[..., Flask]) -> None:
    cookie = inside.get_cookie(COOKIE, path="/staff/")
    assert cookie
    with app_with(hash_of("another long password")).test_client() as client:
        client.set_cookie(COOKIE, cookie.value, path="/staff/")
        assert client.get("/staff/").status_code == 303


def test_after_five_wrong_passwords_one_waits(client: FlaskClient, clock: Clock) -> None:
    assert [sign_in(client, "wrong").status_code for _ in range(6)] == [403] * 5 + [429]

    answer = sign_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert sign_in(client, address="192.0.2.2").status_code == 303
    clock.passes(5.1)
    client.delete_cookie(COOKIE, path="/staff/")
    assert sign_in(client).status_code == 303


def test_many_addresses_together_wait_too(clock: Clock) -> None:
    attempts = Attempts(clock)
    for number in range(50):
        assert not attempts.wait(f"192.0.2.{number}")
        attempts.was_wrong(f"192.0.2.{number}")

    assert attempts.wait("192.0.2.99")
    clock.passes(5.1)
    assert not attempts.wait("192.0.2.99")


def test_every_page_is_kept_nowhere_and_framed_nowhere(inside: FlaskClient) -> None:
    for path in ("/staff/", "/staff/preview/line", "/staff/login"):
        answer = inside.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_hash_says_nothing_of_its_password() -> None:
    assert is_hash(HASH)
    assert matches(HASH, PASSWORD)
    assert hash_of(PASSWORD) != HASH
    assert PASSWORD not in HASH


@pytest.mark.parametrize("text", ["", "password", "a$b$c", "scrypt:x$a$b", "md9$a$b"])
def test_what_is_no_hash_is_known(text: str) -> None:
    assert not is_hash(text)
