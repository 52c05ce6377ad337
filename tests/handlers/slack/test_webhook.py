"""POST /slack/events: what comes in is verified, stored, then acknowledged; nothing else is touched."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from slack_api import CHANNEL, USER, command, deleted, direct, event, interaction, mention, shortcut, signed, tap

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.memory.inbox import NewEvent
from handlers.slack.bolt import bolt_app
from handlers.slack.inlet import SlackInlet
from handlers.slack.webhook import MAX_BODY, slack_blueprint

SECRET = "signing-secret"
URL = "https://hooks.slack.com/commands/T0/1/abc"


class House:
    """Everything that the door needs, and what it did with it."""

    def __init__(self, clock: Any) -> None:
        """Build a Flask app with the door in it."""
        self.clock = clock
        self.stored: list[NewEvent] = []
        self.unsaid: list[tuple[str, str, str]] = []
        self.at_home: list[tuple[str, str, Utterance]] = []
        self.counted: Counter[str] = Counter()
        self.woken = 0
        self.broken = False
        inlet = SlackInlet(
            inbox_put=self.put,
            pseudonym=lambda *ids: "/".join(ids).replace(USER, "person"),
            mask=lambda text: (text.replace("090-1234-5678", "〔電話番号〕"), ("phone",) if "090-" in text else ()),
            unsay=self.unsay,
            at_home=lambda *asked: self.at_home.append(asked),
            wake=self.wake,
            clock=clock,
            count=self.count,
        )
        app = Flask(__name__)
        app.register_blueprint(slack_blueprint(SECRET, bolt_app(SECRET, inlet), clock, self.count))
        self.client: FlaskClient = app.test_client()

    def put(self, events: Sequence[NewEvent]) -> int:
        """Store what is new."""
        if self.broken:
            raise RuntimeError("database is locked: ひみつ")
        known = {event.event_id for event in self.stored}
        new = [event for event in events if event.event_id not in known]
        self.stored += new
        return len(new)

    def unsay(self, channel: str, message_key: str, event_id: str, at: Any) -> None:
        """Note what was taken back."""
        if self.broken:
            raise RuntimeError("database is locked: ひみつ")
        self.unsaid.append((channel, message_key, event_id))

    def count(self, outcome: str, times: int) -> None:
        """Count an outcome."""
        self.counted[outcome] += times

    def wake(self) -> None:
        """Wake the worker."""
        self.woken += 1

    def post(self, body: bytes | dict[str, Any], **headers: str) -> Any:
        """Send a signed body; return the response."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/slack/events", data=raw, headers={**signed(SECRET, raw), **headers})


class Now:
    """The real time: Bolt checks the signature once more, by the clock of the machine."""

    def __call__(self) -> Any:
        from bot.clock import utc_now

        return utc_now()


@pytest.fixture
def house() -> House:
    return House(Now())


def test_a_signed_message_is_stored_and_the_worker_woken(house: House) -> None:
    answer = house.post(direct("住民票がほしい"))

    assert (answer.status_code, answer.text) == (200, "")
    (stored,) = house.stored
    assert (stored.channel, stored.event_id, stored.text, stored.action) == ("slack", "Ev01", "住民票がほしい", "")
    assert stored.conversation_key == "slack/T0TEAM/D0DIRECT//slack/T0TEAM/person"
    assert json.loads(stored.reply_to) == {"channel": "D0DIRECT"}
    assert house.woken == 1


def test_the_url_is_verified(house: House) -> None:
    answer = house.post({"type": "url_verification", "token": "deprecated", "challenge": "3eZbrw1a"})

    assert answer.status_code == 200
    assert answer.get_json() == {"challenge": "3eZbrw1a"}
    assert house.stored == []


def test_a_retry_is_stored_once_and_a_first_copy_that_is_a_retry_too(house: House) -> None:
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}

    assert [house.post(direct("転入"), **retry).status_code for _ in range(3)] == [200] * 3
    assert len(house.stored) == 1
    assert (house.counted["stored"], house.counted["duplicate"]) == (1, 2)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_replay_after_five_minutes_stores_nothing(house: House, seconds: int) -> None:
    raw = json.dumps(direct("転入")).encode()
    answer = house.client.post("/slack/events", data=raw, headers=signed(SECRET, raw, at=time.time() + seconds))

    assert answer.status_code == 401
    assert (house.stored, house.woken) == ([], 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": "é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "12x"},
    ],
)
def test_a_forged_request_stores_nothing(house: House, headers: dict[str, str]) -> None:
    answer = house.post(direct("転入"), **headers)

    assert answer.status_code == 401
    assert (house.stored, house.woken, house.counted) == ([], 0, {"bad_signature": 1})


@pytest.mark.parametrize("body", [b'{"type":"url_verification","challenge":"x"}', b"ssl_check=1&token=x", b"", b"\xff"])
def test_nothing_unsigned_is_answered_not_even_a_check(house: House, body: bytes) -> None:
    answer = house.client.post("/slack/events", data=body)

    assert (answer.status_code, answer.text) == (401, "bad signature")


def test_a_body_that_was_changed_on_the_way_stores_nothing(house: House) -> None:
    raw = json.dumps(direct("転入")).encode()
    answer = house.client.post("/slack/events", data=raw.replace(b"Ev01", b"Ev02"), headers=signed(SECRET, raw))

    assert answer.status_code == 401
    assert house.stored == []


def test_a_body_of_two_megabytes_is_refused_unread(house: House) -> None:
    stream = BytesIO(b" " * 3 * MAX_BODY)
    answer = house.client.post("/slack/events", input_stream=stream, environ_overrides={"wsgi.input_terminated": True})

    assert house.post(b" " * (MAX_BODY + 1)).status_code == 413
    assert answer.status_code == 413
    assert stream.tell() <= 2 * MAX_BODY


def test_signed_rubbish_is_acknowledged_so_that_it_does_not_come_again(house: House) -> None:
    bodies = (
        b"{",
        b"[]",
        b'{"type": 1}',
        b'{"type":"event_callback","event":{}}',
        b"payload=%7B",
        b"payload=1",
    )

    assert [house.post(body).status_code for body in bodies] == [200] * len(bodies)
    assert house.stored == []


def test_an_event_that_nobody_asked_for_is_no_404(house: House) -> None:
    answers = [
        house.post(body).status_code
        for body in (
            event("reaction_added"),
            {"type": "app_rate_limited"},
            interaction({"type": "view_closed", "view": {}}),
        )
    ]

    assert answers == [200] * 3
    assert house.counted == {"unknown_event": 1, "rate_limited": 1, "unknown_type": 1}


def test_while_the_database_is_away_slack_is_asked_to_send_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.broken = True
    with caplog.at_level(logging.DEBUG):
        answers = [
            house.post(body).status_code
            for body in (
                direct("ひみつ"),
                command("ひみつ", URL),
                interaction(tap({"value": "v1|menu"})),
                deleted(direct("a")),
            )
        ]

    assert answers == [500] * 4
    assert house.woken == 0
    assert "ひみつ" not in caplog.text


def test_what_is_logged_quotes_nobody(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.post(direct("ひみつのこと"))
    house.post(direct("ひみつのこと", subtype="channel_topic"))
    house.post({"type": "event_callback", "event_id": "E", "event": {"text": "ひみつのこと", "user": USER}})

    said = "".join(capsys.readouterr())
    assert "ひみつ" not in said
    assert USER not in said


def test_personal_data_is_masked_and_no_raw_id_of_a_person_stored(house: House) -> None:
    house.post(direct("<@U0OTHER> 電話は<tel:09012345678|090-1234-5678>です"))
    house.post(mention("転入", event_id="Ev02"))
    house.post(command("転出", URL))
    house.post(interaction(shortcut("印鑑", URL)))
    house.post(interaction(tap({"value": "v1|menu"})))

    assert house.stored[0].text == "電話は〔電話番号〕です"
    assert house.stored[0].masked == ("phone",)
    assert len(house.stored) == 5
    assert not any(who in repr(house.stored) for who in (USER, "U0OTHER"))


def test_commands_taps_and_shortcuts_are_stored_with_where_to_answer(house: House) -> None:
    house.post(command("転出", URL))
    house.post(interaction(shortcut("印鑑", URL)))
    house.post(interaction(tap({"value": Action(Verb.FACT, "juminhyo", "手数料").encode()})))

    by_command, by_shortcut, by_tap = house.stored
    assert (by_command.text, json.loads(by_command.reply_to)) == ("転出", {"url": URL})
    assert (by_shortcut.text, json.loads(by_shortcut.reply_to)) == ("印鑑", {"url": URL})
    assert (by_tap.text, by_tap.action) == ("", "v1|fact|juminhyo|手数料")


def test_a_command_that_came_twice_is_stored_once(house: House) -> None:
    for _ in range(2):
        house.post(command("転出", URL))

    assert len(house.stored) == 1


def test_a_deleted_message_is_taken_back_by_the_key_that_it_was_stored_with(house: House) -> None:
    said = direct("住民票がほしい")
    house.post(said)
    house.post(deleted(said))

    assert house.unsaid == [("slack", house.stored[0].message_key, "EvDeleted")]
    assert len(house.stored) == 1


def test_the_home_tab_is_answered_beside_the_inbox(house: House) -> None:
    house.post(event("app_home_opened", tab="home"))

    assert house.at_home == [(USER, "slack/T0TEAM/person", Utterance(action=Action(Verb.MENU)))]
    assert house.stored == []


def test_an_utterance_that_masking_has_emptied_still_asks_something(house: House) -> None:
    house.post(direct("\u200b"))

    assert [(stored.text, stored.action) for stored in house.stored] == [("", "v1|menu")]


def test_the_channel_needs_its_secret(house: House) -> None:
    with pytest.raises(ValueError, match="secret"):
        slack_blueprint("", None, Now(), house.count)  # type: ignore[arg-type]


def test_a_mention_in_a_channel_is_kept_apart_by_thread(house: House) -> None:
    house.post(mention("転入"))

    assert house.stored[0].conversation_key == f"slack/T0TEAM/{CHANNEL}/1795500000.000100/slack/T0TEAM/person"
