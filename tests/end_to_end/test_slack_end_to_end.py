"""Something said in Slack comes in, one right answer goes out: whatever is repeated, forged, or killed in between."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from house import House, Server, eventually
from line_api import LineApi
from slack_api import (
    HISTORY,
    POST,
    USER,
    Behaviour,
    SlackApi,
    command,
    deleted,
    direct,
    event,
    interaction,
    mention,
    shortcut,
    signed,
    tap,
    taps_of,
    words_of,
)
from slack_websocket import SlackWebSocket
from small_ward import SmallWard

from bot.settings import Settings


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackApi]:
    with SlackApi() as api:
        yield api


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, slack: SlackApi, small_settings: Settings) -> Iterator[House]:
    with LineApi() as line:
        house = House(tmp_path_factory.mktemp("slack-house"), line, small_settings, slack)
        yield house
        house.stop()


@pytest.fixture(scope="module")
def server(house: House) -> Server:
    return house.start(workers=2)


@pytest.fixture
def fresh(tmp_path: Path, small_settings: Settings) -> Iterator[tuple[House, SlackApi]]:
    """A house and a Slack of one's own, to break."""
    with LineApi() as line, SlackApi() as slack:
        house = House(tmp_path, line, small_settings, slack)
        yield house, slack
        house.stop()


def now() -> int:
    return int(time.time())


def said(text: str, number: int, **fields: Any) -> bytes:
    """Return a direct message in a channel of its own."""
    return json.dumps(direct(text, event_id=f"Ev{number}", at=now(), channel=f"D{number}", **fields)).encode()


def to(slack: SlackApi, channel: str) -> list[dict[str, Any]]:
    """Return the messages that were posted to a channel."""
    return [message for message in slack.posted if message.get("channel") == channel]


def rows(house: House, query: str) -> list[Any]:
    with sqlite3.connect(house.database) as connection:
        return connection.execute(query).fetchall()


def test_a_signed_question_is_answered_with_exactly_one_sourced_card(
    house: House, server: Server, slack: SlackApi
) -> None:
    assert server.post_slack(said("住民票がほしい", 1)).status_code == 200

    eventually(lambda: to(slack, "D1"), house.log)
    (message,) = to(slack, "D1")
    assert "住民票の写し" in words_of(message)
    assert "の情報で確認" in words_of(message)
    assert "いくら?" in taps_of(message)


def test_retries_are_answered_once(house: House, server: Server, slack: SlackApi) -> None:
    body = said("粗大ごみを出したい", 2)
    for number in range(4):
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        assert server.post_slack(body, {**signed("signing-secret", body), **retry}).status_code == 200
    server.post_slack(said("ありがとう", 3))

    eventually(lambda: to(slack, "D2") and to(slack, "D3"), house.log)
    eventually(lambda: rows(house, "select 1 from inbox where state in ('waiting', 'claimed')") == [], house.log)
    assert len(to(slack, "D2")) == 1


def test_replayed_tampered_and_unsigned_requests_leave_nothing_behind(house: House, server: Server) -> None:
    before = rows(house, "select count(*) from inbox")
    body = said("住民票", 4)
    old, good = signed("signing-secret", body, at=time.time() - 301), signed("signing-secret", body)

    statuses = [
        server.post_slack(body, old).status_code,
        server.post_slack(body.replace(b"D4", b"D5"), good).status_code,
        server.post_slack(body, {}).status_code,
        server.post_slack(body, {**good, "X-Slack-Request-Timestamp": "x"}).status_code,
        server.post_slack(b"ssl_check=1", {}).status_code,
    ]

    assert statuses == [401] * 5
    assert server.post_slack(os.urandom(2_000_000)).status_code == 413
    assert rows(house, "select count(*) from inbox") == before


def test_a_mention_is_answered_in_its_thread(house: House, server: Server, slack: SlackApi) -> None:
    server.post_slack(
        json.dumps(mention("転入届", event_id="Ev6", at=now(), channel="C6", ts="1795500000.000600")).encode()
    )

    eventually(lambda: to(slack, "C6"), house.log)
    (message,) = to(slack, "C6")
    assert message["thread_ts"] == "1795500000.000600"


def test_a_tap_leads_on(house: House, server: Server, slack: SlackApi) -> None:
    server.post_slack(said("住民票がほしい", 7))
    eventually(lambda: to(slack, "D7"), house.log)
    fee = taps_of(to(slack, "D7")[0])["いくら?"]
    place = {"container": {"type": "message", "channel_id": "D7"}, "channel": {"id": "D7"}}
    server.post_slack(interaction(tap({"value": fee}, trigger_id="7.tap", **place)))

    eventually(lambda: len(to(slack, "D7")) == 2, house.log)
    assert "*1通300円*" in json.dumps(to(slack, "D7")[1], ensure_ascii=False)


def test_a_command_and_a_shortcut_are_answered_to_one_person(house: House, server: Server, slack: SlackApi) -> None:
    urls = [slack.response_url() for _ in range(3)]
    server.post_slack(command("住民票がほしい", urls[0], trigger_id="8.1"))
    server.post_slack(command("", urls[1], trigger_id="8.2"))
    server.post_slack(interaction(shortcut("粗大ごみを出したい", urls[2], trigger_id="8.3")))

    eventually(lambda: sum("response_url" in message for message in slack.posted) == 3, house.log)
    by_url = {message["response_url"]: words_of(message) for message in slack.posted if "response_url" in message}
    answers = [by_url[url[url.index("/hook") :]] for url in urls]
    assert "住民票の写し" in answers[0]
    assert "引っ越し" in answers[1]
    assert "粗大ごみ" in answers[2]
    assert all(m["response_type"] == "ephemeral" for m in slack.posted if "response_url" in m)


def test_the_home_tab_is_filled_when_it_is_opened(house: House, server: Server, slack: SlackApi) -> None:
    server.post_slack(json.dumps(event("app_home_opened", event_id="Ev9", tab="home")).encode())

    eventually(lambda: slack.homes, house.log)
    assert slack.homes[-1]["user_id"] == USER
    assert "引っ越し" in taps_of(slack.homes[-1]["view"])


def test_an_assistant_thread_is_greeted_with_prompts(house: House, server: Server, slack: SlackApi) -> None:
    thread = {"user_id": USER, "channel_id": "D10", "thread_ts": "1795500000.001000"}
    server.post_slack(json.dumps(event("assistant_thread_started", event_id="Ev10", assistant_thread=thread)).encode())

    eventually(lambda: slack.count("assistant.threads.setSuggestedPrompts"), house.log)
    assert to(slack, "D10")[0]["thread_ts"] == "1795500000.001000"


def test_what_is_deleted_is_deleted_from_the_log_and_an_edit_is_not_answered(
    house: House, server: Server, slack: SlackApi
) -> None:
    question = direct("転出届を出したい", event_id="Ev11", at=now(), channel="D11")
    server.post_slack(json.dumps(question).encode())
    eventually(lambda: to(slack, "D11"), house.log)
    logged = "select count(*) from questions where text = '転出届を出したい'"
    eventually(lambda: rows(house, logged) == [(1,)], house.log)
    edit = {"subtype": "message_changed", "message": {"text": "b"}, "previous_message": {"text": "a", "user": USER}}
    server.post_slack(json.dumps(direct("", event_id="Ev12", channel="D11", **edit)).encode())
    server.post_slack(json.dumps(deleted(question)).encode())

    eventually(lambda: rows(house, logged) == [(0,)], house.log)
    assert len(to(slack, "D11")) == 1


def test_no_user_id_and_no_personal_data_is_in_the_database(house: House, server: Server, slack: SlackApi) -> None:
    server.post_slack(said("<@U0OTHER> 電話は<tel:09012345678|090-1234-5678>です。住民票がほしい", 13))
    eventually(lambda: to(slack, "D13"), house.log)
    eventually(
        lambda: rows(house, "select 1 from questions where text like '%住民票がほしい' and text like '%電話は%'"),
        house.log,
    )

    for file in house.database.parent.glob("annai.sqlite3*"):
        content = file.read_bytes()
        for secret in (USER, "U0OTHER", "090-1234-5678", "09012345678"):
            assert secret.encode() not in content
    assert USER not in house.log()
    assert "住民票がほしい" not in house.log()


def test_under_load_everything_is_acknowledged_within_three_seconds_and_answered_once(
    house: House, server: Server, slack: SlackApi
) -> None:
    slack.plan(POST, *[Behaviour(delay=0.1)] * 20)
    numbers = range(1000, 1100)

    def ask(number: int) -> float:
        began = time.monotonic()
        assert server.post_slack(said("印鑑登録したい", number)).status_code == 200
        return time.monotonic() - began

    with ThreadPoolExecutor(16) as pool:
        slowest = max(pool.map(ask, [*numbers, *numbers]))

    assert slowest < 3
    eventually(lambda: sum(len(to(slack, f"D{number}")) for number in numbers) >= 100, house.log)
    assert [len(to(slack, f"D{number}")) for number in numbers] == [1] * 100


def test_a_rate_limit_is_waited_out_and_nothing_lost(fresh: tuple[House, SlackApi]) -> None:
    house, slack = fresh
    slack.plan(POST, *[Behaviour(status=429, headers={"Retry-After": "1"})] * 2)
    house.start().post_slack(said("住民票がほしい", 1))

    eventually(lambda: slack.posted, house.log)
    assert slack.count(POST) == 3
    assert len(slack.posted) == 1


def test_a_revoked_token_stops_sending_and_is_shown(fresh: tuple[House, SlackApi]) -> None:
    house, slack = fresh
    slack.plan(POST, Behaviour("token_revoked"))
    server = house.start()
    server.post_slack(said("住民票がほしい", 1))

    def channel() -> str:
        return requests.get(f"{server.url}/readyz", timeout=5).json()["channels"]["slack"]

    eventually(lambda: channel() == "token refused: token_revoked", house.log)
    slack.revoked = "token_revoked"
    for number in range(2, 6):
        server.post_slack(said("住民票がほしい", number))
    eventually(lambda: rows(house, "select count(*) from inbox where state = 'failed'") == [(5,)], house.log)
    assert slack.posted == []
    assert slack.count(POST) < 4  # one call in ten seconds finds out whether it still is


def test_a_power_cut_before_slack_took_the_answer_costs_no_answer(fresh: tuple[House, SlackApi]) -> None:
    house, slack = fresh
    slack.plan(POST, Behaviour(drop="before", delay=20))
    server = house.start()

    assert server.post_slack(said("住民票がほしい", 1)).status_code == 200
    eventually(lambda: slack.count(POST) == 1, house.log)
    server.kill()
    assert slack.posted == []
    house.start()

    eventually(lambda: slack.posted, house.log)
    assert [message["channel"] for message in slack.posted] == ["D1"]


def test_an_answer_that_arrived_just_before_the_power_cut_is_not_posted_twice(fresh: tuple[House, SlackApi]) -> None:
    house, slack = fresh
    slack.plan(POST, Behaviour(delay=20))
    server = house.start()
    server.post_slack(said("住民票がほしい", 1))
    eventually(lambda: slack.posted, house.log)
    server.kill()
    house.start().post_slack(said("ありがとう", 2))

    eventually(lambda: slack.count(HISTORY) and len(slack.posted) == 2, house.log)
    eventually(lambda: rows(house, "select count(*) from inbox where state = 'done'") == [(2,)], house.log)
    assert [message["channel"] for message in slack.posted].count("D1") == 1


def test_a_wrong_token_is_seen_before_anybody_asks(fresh: tuple[House, SlackApi]) -> None:
    house, slack = fresh
    slack.revoked = "account_inactive"
    server = house.start()

    def channel() -> str:
        return requests.get(f"{server.url}/readyz", timeout=5).json()["channels"]["slack"]

    eventually(lambda: channel() == "token refused: account_inactive", house.log)
    assert slack.count(POST) == 0


def test_staff_are_told_of_a_rejected_file(tmp_path: Path, ward: SmallWard, small_settings: Settings) -> None:
    settings = replace(small_settings, knowledge_dir=ward.folder)
    with LineApi() as line, SlackApi() as slack:
        more = {"SLACK_STAFF_CHANNEL": "C0STAFF", "SLACK_QUIET_HOURS": "0:00-0:00", "SLACK_DIGEST_AT": "23:59"}
        house = House(tmp_path, line, settings, slack, **more)
        try:
            house.start(workers=2)
            ward.change("services/koseki/tennyu.yaml", "担当課: 戸籍課\n", "")
            eventually(lambda: to(slack, "C0STAFF"), house.log)
            time.sleep(1)
            (note,) = to(slack, "C0STAFF")
        finally:
            house.stop()
    assert "tennyu.yaml" in words_of(note)


def test_without_a_way_in_events_come_through_a_socket(tmp_path: Path, small_settings: Settings) -> None:
    with LineApi() as line, SlackApi() as slack, SlackWebSocket() as peer:
        slack.socket_url = peer.url
        more = {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": slack.app_token}
        house = House(tmp_path, line, small_settings, slack, **more)
        try:
            process = house.run("slack_socket.py")
            eventually(lambda: peer.connections, house.log)
            peer.send("events_api", direct("住民票がほしい", channel="D1", at=now()))
            assert peer.acknowledged.get(timeout=10)["envelope_id"] == "envelope-1"
            eventually(lambda: to(slack, "D1"), house.log)
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            house.stop()
    assert "住民票の写し" in words_of(slack.posted[0])


def test_a_channel_without_its_secrets_is_closed(tmp_path: Path, small_settings: Settings) -> None:
    with LineApi() as line:
        house = House(tmp_path, line, small_settings)
        server = house.start()
        try:
            assert server.post_slack(said("住民票", 1)).status_code == 503
            assert requests.get(f"{server.url}/readyz", timeout=5).json()["channels"]["slack"].startswith("off")
        finally:
            house.stop()
