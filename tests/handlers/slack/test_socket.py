"""Socket Mode: the same inlet, through a connection that goes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty
from typing import Any

import pytest
from slack_api import OPEN_SOCKET, Behaviour, SlackApi, direct, tap
from slack_websocket import SlackWebSocket

from bot.clock import utc_now
from bot.memory.inbox import NewEvent
from handlers.slack.bolt import bolt_app
from handlers.slack.inlet import SlackInlet
from handlers.slack.socket import NoSocket, SlackSocket


class Stored(list[NewEvent]):
    """What came in; a database that may be away."""

    away = False

    def put(self, events: Sequence[NewEvent]) -> int:
        """Store `events`."""
        if self.away:
            raise RuntimeError("database is locked")
        self.extend(events)
        return len(events)


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def peer(slack: SlackApi) -> Iterator[SlackWebSocket]:
    with SlackWebSocket() as peer:
        slack.socket_url = peer.url
        yield peer


@pytest.fixture
def connect(slack: SlackApi, stored: Stored) -> Iterator[Callable[[], SlackSocket]]:
    inlet = SlackInlet(
        inbox_put=stored.put,
        pseudonym=lambda *ids: "key",
        mask=lambda text: (text, ()),
        unsay=lambda *unsaid: None,
        at_home=lambda user, key, utterance: None,
        wake=lambda: None,
        clock=utc_now,
        count=lambda outcome, number: None,
    )
    made = SlackSocket(bolt_app("", inlet), slack.app_token, api_base=slack.base)

    def open_it() -> SlackSocket:
        made.open()
        return made

    yield open_it
    made.close()


def wait_for(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_event_is_stored_and_then_acknowledged(
    peer: SlackWebSocket, stored: Stored, connect: Callable[[], SlackSocket]
) -> None:
    socket = connect()
    wait_for(lambda: peer.connections == 1)
    peer.send("events_api", direct("住民票がほしい"))
    peer.send("interactive", tap({"value": "v1|menu"}), "envelope-2")

    acknowledged = {peer.acknowledged.get(timeout=5)["envelope_id"] for _ in range(2)}
    assert acknowledged == {"envelope-1", "envelope-2"}
    assert {(event.text, event.action) for event in stored} == {("住民票がほしい", ""), ("", "v1|menu")}
    assert socket.connected


def test_what_could_not_be_stored_is_not_acknowledged(
    peer: SlackWebSocket, stored: Stored, connect: Callable[[], SlackSocket]
) -> None:
    stored.away = True
    connect()
    wait_for(lambda: peer.connections == 1)
    peer.send("events_api", direct("住民票がほしい"))

    with pytest.raises(Empty):
        peer.acknowledged.get(timeout=0.3)


def test_the_connection_is_renewed_when_slack_asks_for_it(
    peer: SlackWebSocket, stored: Stored, connect: Callable[[], SlackSocket]
) -> None:
    connect()
    wait_for(lambda: peer.connections == 1)
    peer.refresh()
    wait_for(lambda: peer.connections == 2)
    peer.send("events_api", direct("転入"))

    assert peer.acknowledged.get(timeout=5)["envelope_id"] == "envelope-1"
    assert [event.text for event in stored] == ["転入"]


def test_a_refused_token_says_so(slack: SlackApi, connect: Callable[[], SlackSocket]) -> None:
    slack.plan(OPEN_SOCKET, Behaviour("invalid_auth"))

    with pytest.raises(NoSocket, match="invalid_auth"):
        connect()
