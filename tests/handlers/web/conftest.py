"""What the tests of the web door share: an app around an answerer that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from browser.hand_made import hand_made_answer
from flask import Flask
from flask.testing import FlaskClient

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.reply import Reply
from handlers.web import web_blueprint

WELCOME = Utterance(action=Action(Verb.WELCOME))


@dataclass
class Answerer:
    """Stands for the guide; `answer` may be replaced."""

    answer: Callable[[Utterance], Reply] = hand_made_answer
    conversed: list[tuple[str, Utterance]] = field(default_factory=list)
    asked: list[Utterance] = field(default_factory=list)

    def converse(self, conversation_id: str, utterance: Utterance) -> Reply:
        self.conversed.append((conversation_id, utterance))
        return self.answer(utterance)

    def ask(self, utterance: Utterance) -> Reply:
        if utterance != WELCOME:
            self.asked.append(utterance)
        return self.answer(utterance)


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    return (text.replace("090-1234-5678", "＊＊＊"), ("phone",)) if "090-1234-5678" in text else (text, ())


def app_of(answerer: Answerer) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(
        web_blueprint(answerer.converse, answerer.ask, mask, lambda: ("港町案内", "港町区の案内です。"))
    )
    return app


@pytest.fixture
def answerer() -> Answerer:
    return Answerer()


@pytest.fixture
def client(answerer: Answerer) -> FlaskClient:
    return app_of(answerer).test_client()
