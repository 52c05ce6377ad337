"""The webhook end to end: what gets in, what is stored, and what LINE is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from line_api import GROUP, TOKEN, USER, callback, event, signature, text_event

from bot.action import Action, Verb
from bot.location import Location
from bot.memory.inbox import NewEvent
from handlers.line.webhook import MAX_BODY, LineInlet, line_blueprint

SECRET = "channel-secret"


class House:
    """Everything that the webhook needs, and what it did with it."""

    def __init__(self, clock: Any) -> None:
        """Build a Flask app with the door in it."""
        self.stored: list[NewEvent] = []
        self.forgotten: list[tuple[str, ...]] = []
        self.remembered: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self.woken = 0
        self.broken = False
        app = Flask(__name__)
        app.register_blueprint(line_blueprint(self.inlet(clock)))
        self.client: FlaskClient = app.test_client()

    def inlet(self, clock: Any, secret: str = SECRET) -> LineInlet:
        """Return the injected functions."""
        return LineInlet(
            secret=secret,
            inbox_put=self.put,
            pseudonym=lambda *ids: "/".join(ids).replace(USER, "person").replace(GROUP, "group"),
            mask=lambda text: (text.replace("090-1234-5678", "〔電話番号〕"), ("phone",) if "090-" in text else ()),
            forgetting=self,  # type: ignore[arg-type]  # it stands in for bot.memory's
            wake=self.wake,
            remember=self.remembered.__setitem__,
            clock=clock,
            count=self.count,
        )

    def put(self, events: Sequence[NewEvent]) -> int:
        """Store what is new, all or nothing."""
        if self.broken:
            raise RuntimeError("database is locked: ひみつ")
        known = {event.event_id for event in self.stored}
        new = [event for event in {event.event_id: event for event in events}.values() if event.event_id not in known]
        self.stored += new
        return len(new)

    def person(self, person: str, until: datetime) -> None:
        """Note who is forgotten, and how much was stored by then."""
        self.forgotten.append(("person", person, str(len(self.stored))))

    def place(self, place: str, until: datetime) -> None:
        """Note which room is forgotten."""
        self.forgotten.append(("place", place))

    def member(self, place: str, person: str, until: datetime) -> None:
        """Note which member of a room is forgotten."""
        self.forgotten.append(("member", place, person))

    def message(self, channel: str, message_key: str, event_id: str, at: datetime) -> None:
        """Note which message is forgotten."""
        self.forgotten.append(("message", channel, message_key, event_id))

    def count(self, outcome: str, times: int) -> None:
        """Count an outcome."""
        self.counted[outcome] += times

    def wake(self) -> None:
        """Wake the worker."""
        self.woken += 1

    def post(self, body: bytes, **headers: str) -> int:
        """Send a signed body; return the status."""
        signed = {"X-Line-Signature": signature(SECRET, body), **headers}
        return self.client.post("/line/webhook", data=body, headers=signed, content_type="application/json").status_code


@pytest.fixture
def house(clock: Any) -> House:
    return House(clock)


def test_a_signed_message_is_stored_and_the_worker_woken(house: House, clock: Any) -> None:
    assert house.post(callback(text_event("住民票がほしい"))) == 200
    expected = NewEvent("line", "01HXYZ0123456789ABCDEFGHJK", "line/person", "住民票がほしい", "", TOKEN, clock.now)
    expected = replace(expected, message_key="line/message/1")

    assert house.stored == [expected]
    assert house.woken == 1
    assert house.remembered == {"01HXYZ0123456789ABCDEFGHJK": USER}


def test_a_location_is_stored_where_a_tap_would_be(house: House) -> None:
    message = {"type": "location", "id": "1", "latitude": 35.51, "longitude": 139.63}
    house.post(callback(event("message", message=message)))

    (stored,) = house.stored
    assert (stored.text, stored.masked) == ("", ())
    assert Location.decode(stored.action) == Location(35.51, 139.63)
    assert Action.decode(stored.action) is None


def test_the_answer_is_ok(house: House) -> None:
    body = callback()
    answer = house.client.post("/line/webhook", data=body, headers={"X-Line-Signature": signature(SECRET, body)})

    assert (answer.status_code, answer.text) == (200, "OK")


def test_the_connection_check_without_events_is_answered_and_stores_nothing(house: House) -> None:
    assert house.post(callback()) == 200
    assert (house.stored, house.woken) == ([], 0)


@pytest.mark.parametrize("name", ["x-line-signature", "X-LINE-SIGNATURE", "X-Line-Signature"])
def test_the_signature_header_has_no_case(house: House, name: str) -> None:
    body = callback(text_event("転入"))
    answer = house.client.post("/line/webhook", data=body, headers={name: signature(SECRET, body)})

    assert answer.status_code == 200


@pytest.mark.parametrize("given_signature", [None, "", "x", "é", signature("other", callback(text_event("転入")))])
def test_an_unsigned_request_stores_nothing(house: House, given_signature: str | None) -> None:
    headers = {} if given_signature is None else {"X-Line-Signature": given_signature}
    answer = house.client.post("/line/webhook", data=callback(text_event("転入")), headers=headers)

    assert answer.status_code == 401
    assert (house.stored, house.woken) == ([], 0)


def test_a_body_that_was_changed_on_the_way_stores_nothing(house: House) -> None:
    body = callback(text_event("転入"))

    assert house.post(body + b" ", **{"X-Line-Signature": signature(SECRET, body)}) == 401
    assert house.stored == []


def test_a_body_of_two_megabytes_is_refused_unread(house: House) -> None:
    assert house.post(b" " * 2_000_000) == 413
    assert house.post(b" " * (MAX_BODY + 1)) == 413
    assert house.post(b" " * MAX_BODY) == 200


def test_a_body_without_a_stated_length_is_refused_above_the_limit_too(house: House) -> None:
    stream = BytesIO(b" " * 3 * MAX_BODY)
    chunked = {"wsgi.input_terminated": True}
    answer = house.client.post("/line/webhook", input_stream=stream, environ_overrides=chunked)

    assert answer.status_code == 413
    assert stream.tell() <= 2 * MAX_BODY


def test_signed_rubbish_is_acknowledged_so_that_it_does_not_come_again(house: House) -> None:
    for body in (b"", b"{", b"[]", b'{"events": null}', b"\xff"):
        assert house.post(body) == 200
    assert house.counted == {"unreadable": 5}


def test_a_redelivered_event_is_stored_once(house: House) -> None:
    house.post(callback(text_event("転入")))
    again = text_event("転入", deliveryContext={"isRedelivery": True})

    assert house.post(callback(again)) == 200
    assert len(house.stored) == 1
    assert (house.counted["stored"], house.counted["duplicate"]) == (1, 1)


def test_a_first_copy_that_is_a_redelivery_is_stored(house: House) -> None:
    house.post(callback(text_event("転入", deliveryContext={"isRedelivery": True})))

    assert [stored.reply_to for stored in house.stored] == [TOKEN]


def test_personal_data_is_masked_before_anything_is_stored(house: House) -> None:
    house.post(callback(text_event("電話は090-1234-5678です")))

    assert [(stored.text, stored.masked) for stored in house.stored] == [("電話は〔電話番号〕です", ("phone",))]


def test_no_raw_id_is_stored(house: House) -> None:
    source = {"type": "group", "groupId": GROUP, "userId": USER}
    mention = {"mention": {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}}
    house.post(callback(text_event("@案内 転入", source=source, message=mention), event("follow", webhookEventId="2")))

    assert USER not in repr(house.stored)
    assert GROUP not in repr(house.stored)
    assert [stored.conversation_key for stored in house.stored] == ["line/group/line/person", "line/person"]


def test_only_a_one_on_one_chat_is_remembered_for_the_loading_animation(house: House) -> None:
    house.post(callback(event("join", source={"type": "group", "groupId": GROUP})))

    assert house.remembered == {}


def test_a_tap_is_stored_as_an_action(house: House) -> None:
    action = Action(Verb.FACT, "juminhyo", "手数料").encode()
    house.post(callback(event("postback", postback={"data": action}), text_event(" ", webhookEventId="2")))

    assert [(stored.text, stored.action) for stored in house.stored] == [("", action), ("", "v1|unreadable")]


def test_somebody_who_blocks_the_account_is_forgotten(house: House) -> None:
    assert house.post(callback(event("unfollow", replyToken=None))) == 200
    assert (house.forgotten, house.stored, house.woken) == ([("person", "line/person", "0")], [], 0)
    assert house.counted == {"unfollow": 1}


def test_a_room_is_forgotten_when_the_bot_leaves_and_a_member_when_that_one_leaves(house: House) -> None:
    source = {"type": "group", "groupId": GROUP}
    left = {"members": [{"type": "user", "userId": USER}]}
    house.post(callback(event("memberLeft", source=source, left=left, replyToken=None)))
    house.post(callback(event("leave", source=source, replyToken=None)))

    assert house.forgotten == [("member", "line/group", "line/person"), ("place", "line/group")]
    assert house.counted == {"memberLeft": 1, "leave": 1}


def test_a_message_that_is_taken_back_is_deleted_by_its_key(house: House) -> None:
    unsend = event("unsend", webhookEventId="2", unsend={"messageId": "1"}, replyToken=None)
    house.post(callback(text_event("まちがえました"), unsend))

    (stored,) = house.stored
    assert house.forgotten == [("message", "line", stored.message_key, "2")]
    assert +house.counted == Counter(stored=1, unsend=1)


def test_who_asks_leaves_and_comes_back_in_one_webhook_is_forgotten_in_between(house: House) -> None:
    back = event("follow", webhookEventId="3", follow={"isUnblocked": True})
    house.post(callback(text_event("転入"), event("unfollow", webhookEventId="2", replyToken=None), back))

    assert [found[2] for found in house.forgotten] == ["1", "1"], "after the question, before the welcome"
    assert [stored.event_id for stored in house.stored] == ["01HXYZ0123456789ABCDEFGHJK", "3"]
    assert +house.counted == Counter(stored=2, unfollow=1, follow_again=1)


def test_event_types_of_the_future_are_counted_by_name_as_long_as_they_are_few(house: House) -> None:
    house.post(callback(event("telepathy"), event("telepathy"), event("あ" * 300)))
    assert house.counted == {"unknown_type_telepathy": 2, "unknown_type": 1}

    house.post(callback(*(event("new" + "x" * n) for n in range(60))))
    assert len(house.counted) == 21


def test_people_whose_id_line_leaves_out_do_not_share_a_conversation(house: House) -> None:
    unknown = {"type": "user"}
    house.post(callback(text_event("転入", source=unknown), text_event("転出", source=unknown, webhookEventId="2")))

    assert len({stored.conversation_key for stored in house.stored}) == 2
    assert house.post(callback(event("unfollow", source=unknown))) == 200


def test_one_bad_event_costs_the_good_ones_nothing(house: House) -> None:
    body = callback(text_event("転入"), {"type": "message"}, None, text_event("転出", webhookEventId="2"))

    assert house.post(body) == 200
    assert [stored.text for stored in house.stored] == ["転入", "転出"]
    assert house.counted["malformed"] == 2


def test_when_storing_fails_line_is_asked_to_send_again(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.broken = True
    assert house.post(callback(text_event("転入"))) == 500
    assert house.woken == 0
    assert "ひみつ" not in "".join(capsys.readouterr())

    house.broken = False
    assert house.post(callback(text_event("転入"))) == 200
    assert len(house.stored) == 1


def test_nothing_but_post_is_answered(house: House) -> None:
    assert house.client.get("/line/webhook").status_code == 405


def test_without_a_secret_there_is_no_door(house: House, clock: Any) -> None:
    with pytest.raises(ValueError, match="secret"):
        line_blueprint(house.inlet(clock, secret=""))


NAMES = [
    "type",
    "mode",
    "timestamp",
    "source",
    "webhookEventId",
    "deliveryContext",
    "replyToken",
    "message",
    "postback",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
GOOD = st.sampled_from(
    [
        text_event("住民票がほしい🍎"),
        text_event(
            "@案内", message={"mention": {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}}
        ),
        event("postback", postback={"data": "v1|menu"}),
        event("follow", follow={"isUnblocked": True}),
        event("unfollow"),
        event("message", message={"type": "sticker", "id": "1"}),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Return a good event with some of it, at any depth, replaced by anything or missing."""
    whole = dict(draw(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        where: Any = whole
        while True:
            name = draw(st.sampled_from(sorted(where)))
            if isinstance(where[name], dict) and where[name] and draw(st.booleans()):
                where[name] = dict(where[name])
                where = where[name]
                continue
            where[name] = draw(JSON)
            break
    return whole


ANY_HOUSE = House(lambda: datetime.now(UTC))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(damaged() | GOOD | JSON, max_size=5))
@example([text_event("\ud800", webhookEventId="\ud800")])
def test_whatever_the_events_the_webhook_never_fails(events: list[Any]) -> None:
    house = ANY_HOUSE
    house.stored.clear()

    assert house.post(callback(*events)) == 200
    assert house.counted["not_stored"] == 0
    for stored in house.stored:
        assert bool(stored.text) != bool(stored.action)
        assert "\x00" not in repr(stored)
        repr(stored).encode()
        (stored.text + stored.event_id + stored.reply_to + stored.action).encode()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_the_bytes_the_webhook_never_fails(body: bytes) -> None:
    assert ANY_HOUSE.post(body) == 200
