"""Whatever LINE's own description allows in a webhook is acknowledged, and what is stored of it can be answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from described_webhooks import described_event_types, described_webhooks
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from line_api import OPENAPI, schema_problems, signature

from bot.memory.database import Database
from bot.memory.forgetting import Forgetting
from bot.memory.inbox import Inbox
from bot.memory.pseudonym import Pseudonym
from handlers.app import masked
from handlers.line.webhook import LineInlet, line_blueprint

pytestmark = [pytest.mark.line_spec, pytest.mark.usefixtures("official_description")]
SECRET = "channel-secret"
BODIES = described_webhooks() if (OPENAPI / "webhook.yml").is_file() else st.nothing()


class House:
    """The webhook on a real database."""

    def __init__(self, database: Database) -> None:
        """Build a Flask app with the door in it."""
        self.counted: Counter[str] = Counter()
        self.inbox = Inbox(database)
        inlet = LineInlet(
            secret=SECRET,
            inbox_put=self.inbox.put,
            pseudonym=Pseudonym(b"key").of,
            mask=masked,
            forgetting=Forgetting(database),
            wake=lambda: None,
            remember=lambda event_id, user_id: None,
            clock=lambda: datetime.now(UTC),
            count=lambda outcome, number: self.counted.update({outcome: number}),
        )
        app = Flask(__name__)
        app.register_blueprint(line_blueprint(inlet))
        self.client: FlaskClient = app.test_client()

    def post(self, body: bytes) -> int:
        """Send a signed body; return the status."""
        headers = {"X-Line-Signature": signature(SECRET, body)}
        return self.client.post("/line/webhook", data=body, headers=headers).status_code


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('described')}/memory.sqlite3")
    database.create_tables()
    yield House(database)
    database.dispose()


ONE_BY_ONE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@ONE_BY_ONE
@given(body=BODIES)
def test_no_webhook_that_the_description_allows_fails(house: House, body: dict[str, Any]) -> None:
    assert house.post(json.dumps(body).encode()) == 200
    assert house.counted["not_stored"] == 0
    assert house.counted["unreadable"] == 0


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES)
def test_what_is_made_up_here_is_allowed_by_the_description(body: dict[str, Any]) -> None:
    assert schema_problems("CallbackRequest", body, file="webhook.yml") == []


def test_every_event_type_of_the_description_is_known(house: House) -> None:
    kinds = described_event_types()
    house.counted.clear()
    events = [
        {"type": kind, "webhookEventId": f"id-{kind}", "timestamp": 1, "mode": "active", "deliveryContext": {}}
        for kind in kinds
    ]
    assert house.post(json.dumps({"destination": "U" + "0" * 32, "events": events}).encode()) == 200
    assert not [outcome for outcome in house.counted if outcome.startswith("unknown")]
