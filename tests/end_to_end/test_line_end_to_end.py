"""A signed webhook comes in, one right reply goes out: whatever is repeated, forged, or killed in between."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from house import House, Kohoku, eventually, message, now_ms, token
from line_api import REPLY, Behaviour, LineApi, callback, event, text_event


def _texts(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _stored(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute("select count(*) from inbox").fetchone()[0])


def _open(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        found = connection.execute("select count(*) from inbox where state in ('waiting', 'claimed')")
        return int(found.fetchone()[0])


def _asked(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        return [row[0] for row in connection.execute("select text from questions")]


def test_a_signed_question_is_answered_with_exactly_one_sourced_card(kohoku: Kohoku) -> None:
    kohoku.line.issue(token(1))

    answer = kohoku.server.post(message(1, "住民票ほしいんだけど"))

    assert answer.status_code == 200
    eventually(lambda: kohoku.answers_to(token(1)), kohoku.house.log)
    [body] = kohoku.answers_to(token(1))
    assert "住民票の写し" in _texts(body)
    assert "の情報で確認" in _texts(body)


def test_the_same_event_sent_three_times_is_answered_once(kohoku: Kohoku) -> None:
    kohoku.line.issue(token(2), token(3))
    again = message(2, "粗大ごみを出したい").replace(b'"isRedelivery": false', b'"isRedelivery": true')

    statuses = [kohoku.server.post(body).status_code for body in (message(2, "粗大ごみを出したい"), again, again)]
    kohoku.server.post(message(3, "ありがとう"))

    assert statuses == [200, 200, 200]
    eventually(lambda: kohoku.answers_to(token(3)), kohoku.house.log)
    assert [body["replyToken"] for body in kohoku.answers_to(token(2), token(3))] == [token(2), token(3)]


def test_a_forged_request_is_refused_and_leaves_nothing_behind(kohoku: Kohoku) -> None:
    before = _stored(kohoku.house.database)

    wrong = kohoku.server.post(message(4, "住民票"), signed="AAAA")
    unsigned = kohoku.server.post(message(4, "住民票"), signed="")

    assert {wrong.status_code, unsigned.status_code} <= {400, 401}
    assert _stored(kohoku.house.database) == before
    assert kohoku.answers_to(token(4)) == []


def test_an_empty_event_list_is_fine_and_two_megabytes_of_noise_are_too_large(kohoku: Kohoku) -> None:
    before = _stored(kohoku.house.database)

    assert kohoku.server.post(callback()).status_code == 200
    assert kohoku.server.post(os.urandom(2_000_000)).status_code == 413
    assert _stored(kohoku.house.database) == before


def test_a_power_cut_between_the_200_and_the_reply_costs_no_answer_and_doubles_none(
    house: House, line: LineApi
) -> None:
    line.issue(token(1))
    line.plan(REPLY, Behaviour(drop="before", delay=20))
    server = house.start()

    assert server.post(message(1, "国民健康保険に入りたい")).status_code == 200
    eventually(lambda: line.paths().count(REPLY) == 1, house.log)
    server.kill()
    assert line.delivered == []
    house.start()

    eventually(lambda: line.delivered, house.log)
    assert [body["replyToken"] for body in line.delivered] == [token(1)]


def test_a_reply_that_arrived_just_before_the_power_cut_is_not_sent_twice(house: House, line: LineApi) -> None:
    line.issue(token(1), token(2))
    line.plan(REPLY, Behaviour(delay=20))
    server = house.start()

    server.post(message(1, "国民健康保険に入りたい"))
    eventually(lambda: line.delivered, house.log)
    server.kill()
    house.start().post(message(2, "ありがとう"))

    eventually(lambda: len(line.delivered) == 2, house.log)
    assert [body["replyToken"] for body in line.delivered] == [token(1), token(2)]


def test_three_processes_on_one_sqlite_file_lose_and_double_nothing(house: House, line: LineApi) -> None:
    numbers = range(1, 31)
    line.issue(*map(token, numbers))
    server = house.start(workers=3)

    with ThreadPoolExecutor(8) as pool:
        statuses = [
            answer.status_code
            for answer in pool.map(server.post, [message(number, "印鑑登録したい") for number in (*numbers, *numbers)])
        ]

    assert set(statuses) == {200}
    eventually(lambda: len(line.delivered) >= len(numbers), house.log)
    assert sorted(body["replyToken"] for body in line.delivered) == sorted(map(token, numbers))


def test_a_storm_of_redeliveries_out_of_order_over_a_failing_line_gives_one_reply_each(
    house: House, line: LineApi
) -> None:
    numbers = range(1, 11)
    line.issue(*map(token, numbers))
    line.plan(
        REPLY,
        *[Behaviour(drop="before"), Behaviour(429, "The API rate limit has been exceeded. Try again later.")],
        *[Behaviour(drop="after"), Behaviour(500), Behaviour(delay=0.5)],
    )
    server = house.start(workers=2)
    first = [message(number, "印鑑登録したい") for number in numbers]
    again = [body.replace(b'"isRedelivery": false', b'"isRedelivery": true') for body in first]
    storm = (first + again) * 8
    random.Random(20261125).shuffle(storm)

    with ThreadPoolExecutor(8) as pool:
        statuses = {answer.status_code for answer in pool.map(server.post, storm)}

    assert statuses == {200}
    eventually(lambda: len(line.delivered) >= len(numbers), house.log)
    eventually(lambda: _open(house.database) == 0, house.log)
    assert sorted(body["replyToken"] for body in line.delivered) == sorted(map(token, numbers))


def test_an_event_whose_token_has_expired_is_not_answered_and_holds_up_no_other(house: House, line: LineApi) -> None:
    line.issue(token(1), token(2))
    own = {"webhookEventId": "01HXYZ0123456789ABCDEFGH01", "replyToken": token(1)}
    stale = text_event("住民票", **own, timestamp=now_ms() - 21 * 60_000, deliveryContext={"isRedelivery": True})
    server = house.start()

    assert server.post(callback(stale)).status_code == 200
    server.post(message(2, "印鑑登録したい"))

    eventually(lambda: line.delivered, house.log)
    eventually(lambda: _open(house.database) == 0, house.log)
    assert [body["replyToken"] for body in line.delivered] == [token(2)]


def test_a_message_that_is_unsent_and_a_person_who_leaves_leave_nothing_to_read(house: House, line: LineApi) -> None:
    line.issue(token(1), token(2))
    server = house.start()
    server.post(message(1, "ひみつの住民票"))
    eventually(lambda: len(line.delivered) == 1, house.log)
    eventually(lambda: _open(house.database) == 0, house.log)
    assert _asked(house.database) == ["ひみつの住民票"]

    unsend = event("unsend", webhookEventId="u-1", replyToken=None, unsend={"messageId": "1"})
    assert server.post(callback(unsend)).status_code == 200
    assert _asked(house.database) == []

    server.post(callback(event("follow", webhookEventId="f-1", replyToken=token(2), timestamp=now_ms())))
    eventually(lambda: len(line.delivered) == 2, house.log)
    eventually(lambda: _open(house.database) == 0, house.log)
    assert server.post(callback(event("unfollow", webhookEventId="u-2", replyToken=None))).status_code == 200
    with sqlite3.connect(house.database) as connection:
        for table, column in (("conversations", "key"), ("questions", "conversation_key"), ("feedback", "kind")):
            assert connection.execute(f"select {column} from {table}").fetchall() == []
        assert {row[0] for row in connection.execute("select conversation_key from inbox")} == {""}
