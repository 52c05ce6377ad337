"""Whatever a resident types and whatever a reply holds: it is shown, never run, and never a 500."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from browser.hand_made import REPLIES
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.reply import (
    CallButton,
    Candidate,
    Card,
    Choices,
    DeskLine,
    FactLine,
    HotlineLine,
    Kind,
    LinkButton,
    Option,
    Reply,
    Text,
    Urgent,
)

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"
TAGS = set(
    "a article button dd div dl dt form h2 h3 h4 input li ol p path section span svg ul".split()
)  # all that our blocks are made of

texts = st.text(st.characters(), max_size=40) | st.sampled_from(
    [EVIL, "javascript:alert(1)", "https://example.jp/?a=1&b=2"]
)
facts = st.builds(FactLine, texts, texts.filter(bool), texts, texts)
buttons = st.lists(st.builds(LinkButton, texts, texts) | st.builds(CallButton, texts, texts), max_size=3).map(tuple)
options = st.lists(
    st.builds(Option, texts, st.builds(Action, st.sampled_from(Verb), texts, texts), texts), max_size=3
).map(tuple)
cards = st.builds(
    Card,
    entry_id=texts,
    title=texts,
    text=texts,
    highlight=st.none() | facts,
    facts=st.lists(facts, max_size=3).map(tuple),
    desk=st.none() | st.builds(DeskLine, texts, texts, st.lists(texts, max_size=3).map(tuple), texts),
    cautions=st.lists(texts, max_size=2).map(tuple),
    source_note=texts,
    buttons=buttons,
)
hotlines = st.builds(HotlineLine, texts, texts, st.builds(CallButton, texts, texts))
blocks = (
    cards
    | st.builds(Choices, texts, options)
    | st.builds(Text, texts, buttons)
    | st.builds(Urgent, texts, texts, st.lists(hotlines, max_size=3).map(tuple))
)
replies = st.builds(
    Reply,
    st.sampled_from(Kind),
    st.lists(blocks, max_size=4).map(tuple),
    st.lists(st.builds(Candidate, texts, st.floats(0, 1)), max_size=2).map(tuple),
    options,
)
# The app is the same for every example; what an example changes is the answer alone.
shared_app = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


class Audit(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_harmless(fragment: str) -> None:
    audit = Audit(fragment)
    assert set(audit.tags) <= TAGS
    for name, value in audit.attributes:
        assert not name.startswith("on")
        if name == "href":
            assert value.lower().startswith(("https://", "http://", "tel:"))


def poisoned(value: Any) -> Any:
    """Return `value` with every text in it replaced by EVIL."""
    if isinstance(value, Kind | Action):
        return value
    if isinstance(value, str):
        return EVIL
    if isinstance(value, tuple):
        return tuple(poisoned(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: poisoned(getattr(value, each.name)) for each in fields(value)})
    return value


@pytest.mark.parametrize("question", list(REPLIES))
def test_every_kind_of_block_is_escaped(client: FlaskClient, answerer, question: str) -> None:
    answerer.answer = lambda _: poisoned(REPLIES[question])
    fragment = client.post("/chat", data={"text": EVIL})
    assert fragment.status_code == 200
    assert_harmless(fragment.text)
    assert "&lt;script&gt;" in fragment.text
    assert "{{ 7*7 }}" in fragment.text


@shared_app
@given(text=st.text(st.characters(), max_size=300))
def test_any_text_is_answered_or_kindly_refused(client: FlaskClient, text: str) -> None:
    form = client.post("/chat", data={"text": text.encode("utf-8", "surrogatepass")})
    assert form.status_code in (200, 400)
    assert_harmless(form.text)
    answer = client.post("/api/ask", data=json.dumps({"text": text}), content_type="application/json")
    assert answer.status_code in (200, 400)


@shared_app
@given(action=st.text(st.characters(), max_size=60) | st.text("v1|entrymufac", max_size=30), label=texts)
def test_any_tap_is_answered_or_kindly_refused(client: FlaskClient, action: str, label: str) -> None:
    data = {"action": action.encode("utf-8", "surrogatepass"), "label": label.encode("utf-8", "surrogatepass")}
    form = client.post("/chat", data=data)
    assert form.status_code in (200, 400)
    assert_harmless(form.text)


@shared_app
@given(body=st.binary(max_size=200))
def test_any_json_body_is_answered_or_kindly_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/api/ask", data=body, content_type="application/json").status_code in (200, 400)


@shared_app
@given(reply=replies)
def test_any_reply_is_shown(client: FlaskClient, answerer, reply: Reply) -> None:
    answerer.answer = lambda _: reply
    fragment = client.post("/chat", data={"text": "住民票"})
    assert fragment.status_code == 200
    assert_harmless(fragment.text)
    assert client.get("/").status_code == 200


@shared_app
@given(reply=replies)
def test_any_reply_is_json(client: FlaskClient, answerer, reply: Reply) -> None:
    def answer(_: Utterance) -> Reply:
        return reply

    answerer.answer = answer
    response = client.post("/api/ask", json={"text": "住民票"})
    assert response.status_code == 200
    assert len(response.json["reply"]["blocks"]) == len(reply.blocks)
