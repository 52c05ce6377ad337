"""What the tests of the staff pages share: an app around the small ward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from staff_room import HASH, Clock, sign_in

from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.language.which_language import Language
from bot.reply import Reply
from handlers.line.compose import compose
from handlers.line.texts import LineTexts
from handlers.staff.attempts import Attempts
from handlers.staff.blueprint import StaffRoom, staff_blueprint
from handlers.staff.line_preview import LinePreview
from handlers.staff.session import Sessions


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def preview(small_guide: Guide, now: datetime) -> LinePreview:
    texts = LineTexts("読めませんでした。")

    def turn(utterance: Utterance, language: Language) -> Reply:
        return small_guide.turn(utterance, Conversation(language=language), now).reply

    def mask(text: str) -> tuple[str, tuple[str, ...]]:
        return text.replace("090-1234-5678", "〔電話番号〕"), ()

    return LinePreview(lambda: small_guide.knowledge, turn, lambda reply: compose(reply, texts), mask)


@pytest.fixture
def app_with(preview: LinePreview, clock: Clock) -> Callable[..., Flask]:
    """Make an app whose password has this hash."""

    def make(password_hash: str = HASH) -> Flask:
        app = Flask(__name__, static_folder=None)
        sessions = Sessions(b"k" * 32, password_hash)
        room = StaffRoom(password_hash, sessions, Attempts(clock), lambda: "港町案内", "/web/{}".format, preview)
        app.register_blueprint(staff_blueprint(room))
        return app

    return make


@pytest.fixture
def client(app_with: Callable[..., Flask]) -> Iterator[FlaskClient]:
    with app_with().test_client() as client:
        yield client


@pytest.fixture
def inside(client: FlaskClient) -> FlaskClient:
    """A client that has signed in."""
    assert sign_in(client).status_code == 303
    return client
