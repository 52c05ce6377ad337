"""What the browser is told besides the page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

ID = "A" * 22


def cookie_of(response) -> str:
    return response.headers["Set-Cookie"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/"), ("POST", "/chat")])
def test_the_cookie_is_random_http_only_lax_and_lasts_twelve_hours(client: FlaskClient, method: str, path: str) -> None:
    cookie = cookie_of(client.open(path, method=method, data={"text": "住民票"}))
    assert re.match(r"annai=[A-Za-z0-9_-]{22};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure(client: FlaskClient) -> None:
    assert "Secure" in cookie_of(client.get("/", base_url="https://annai.example"))


def test_two_browsers_have_two_conversations(client: FlaskClient) -> None:
    first, second = (cookie_of(client.application.test_client().get("/")) for _ in range(2))
    assert first != second


def test_a_browser_keeps_its_conversation(client: FlaskClient, answerer) -> None:
    client.get("/")
    client.post("/chat", data={"text": "住民票"})
    client.post("/", data={"text": "いくら?"})
    ids = {conversation_id for conversation_id, _ in answerer.conversed}
    assert len(ids) == 1


@pytest.mark.parametrize("forged", ["short", "x" * 65, "../../../etc/passwd......", "住民票" * 8])
def test_a_forged_cookie_is_replaced(client: FlaskClient, answerer, forged: str) -> None:
    client.post("/chat", data={"text": "住民票"}, headers={"Cookie": f"annai={forged}"})
    assert answerer.conversed[0][0] != forged
    assert len(answerer.conversed[0][0]) == 22


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/"), ("POST", "/chat"), ("POST", "/api/ask")])
def test_every_response_carries_the_security_headers(client: FlaskClient, method: str, path: str) -> None:
    headers = client.open(path, method=method).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    if method == "POST":
        assert headers["Cache-Control"] == "no-store"


def test_the_page_holds_no_inline_script_and_no_inline_style(client: FlaskClient) -> None:
    page = client.post("/", data={"text": "住民票"}).text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*\.(?:js|css|woff2?)", page) == []


def test_static_files_are_kept_for_ever_under_their_hash(client: FlaskClient) -> None:
    addresses = set(re.findall(r"\"(/web/[^\"]+\?v=[0-9a-f]{12})\"", client.get("/").text))
    assert len(addresses) == 3
    for address in addresses:
        with client.get(address) as held:
            assert held.status_code == 200
            assert held.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        with client.get(address.partition("?")[0] + "?v=older") as other:
            assert other.headers["Cache-Control"] == "public, no-cache"
            assert other.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_not_there_is_404(client: FlaskClient) -> None:
    for path in ("/web/nothing.css", "/web/../blueprint.py", "/web/%2e%2e/blueprint.py"):
        assert client.get(path).status_code == 404
