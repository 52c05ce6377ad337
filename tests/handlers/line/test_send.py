"""What becomes of an event, answer by answer of LINE's API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import structlog
from line_api import LOADING, PUSH, REPLY, USER, Behaviour, LineApi

from bot.memory.inbox import InboxEvent, NewEvent
from bot.reply import Kind, Reply, Text
from handlers.door import Delivered, Delivery, Door, GiveUp, TryAgain
from handlers.line import send
from handlers.line.door import LineDoor
from handlers.line.recent_users import RecentUsers
from handlers.line.send import LineSender
from handlers.line.texts import LineTexts

SECRETS = ("ひみつの質問", "reply-token", "test-access-token")
ANSWER = Reply(Kind.ANSWER, (Text("住民票は2階です。"),))
MALFORMED = Behaviour(
    400, "The request body has 1 error(s)", ({"message": "May not be empty", "property": "messages[0].text"},)
)
RATE = "The API rate limit has been exceeded. Try again later."


class Bench:
    """A door to the local LINE, with a clock that stands still."""

    def __init__(self, line: LineApi, clock: object) -> None:
        """Build the door as app.py does."""
        self.line = line
        self.clock = clock
        self.now: datetime = clock()  # type: ignore[operator]
        self.users = RecentUsers(clock)  # type: ignore[arg-type]
        self.sender = LineSender("test-access-token", clock, api_base=line.base)  # type: ignore[arg-type]
        self.door: Door = LineDoor(self.sender, self.users, LineTexts("申し訳ありません。"))
        line.issue("reply-token")

    def event(self, *, began: bool = False, token: str = "reply-token") -> InboxEvent:
        """Return an event that this process has claimed."""
        new = NewEvent("line", "event-1", "key", "ひみつの質問", "", token, self.now)
        return InboxEvent(1, new, self.now, 2 if began else 1, began, "claim")

    def deliver(self, *behaviours: Behaviour, began: bool = False) -> Delivered | TryAgain | GiveUp:
        """Deliver the answer while LINE behaves so."""
        self.line.plan(REPLY, *behaviours)
        return self.door.deliver(self.event(began=began), ANSWER)


@pytest.fixture
def bench(line: LineApi, clock: object) -> Bench:
    return Bench(line, clock)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[dict[str, object]]]:
    """What was logged; whatever happens, it names no person, no token and no word of the resident's."""
    with structlog.testing.capture_logs() as entries:
        yield entries  # type: ignore[misc]
    for secret in SECRETS:
        assert secret not in repr(entries)


def test_an_accepted_reply_is_delivered_with_lines_request_id(bench: Bench) -> None:
    assert bench.deliver() == Delivered("request-1")
    assert [body["messages"] for body in bench.line.delivered] == [[{"type": "text", "text": "住民票は2階です。"}]]


def test_an_acceptance_in_unknown_words_is_an_acceptance(bench: Bench) -> None:
    for raw in (b"{}", b"", b"OK", b"[]", b"null"):
        assert isinstance(bench.deliver(Behaviour(200, raw=raw)), Delivered)


def test_an_answer_that_is_no_text_is_an_unknown_outcome(bench: Bench) -> None:
    assert isinstance(bench.deliver(Behaviour(500, raw=b"\xff\xfe")), TryAgain)


def test_a_refused_token_after_an_earlier_attempt_means_that_it_had_arrived(bench: Bench) -> None:
    used = Behaviour(400, "Invalid reply token")

    assert isinstance(bench.deliver(used, began=True), Delivered)
    assert isinstance(bench.deliver(used), GiveUp)
    assert len(bench.line.requests) == 2


def test_a_refused_message_is_sent_once_more_in_plain_words(bench: Bench, logged: list[dict[str, object]]) -> None:
    assert bench.deliver(MALFORMED) == Delivered("request-1")
    assert [request.status for request in bench.line.requests] == [400, 200]
    (entry,) = [entry for entry in logged if entry["event"] == "line_reply_malformed"]
    assert entry["refused"] == ['messages[0].text: May not be empty: "住民票は2階です。"']


def test_a_message_refused_in_plain_words_too_is_given_up(bench: Bench) -> None:
    assert isinstance(bench.deliver(MALFORMED, MALFORMED), GiveUp)
    assert len(bench.line.requests) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_access_token_stops_sending_until_it_works_again(bench: Bench, status: int) -> None:
    assert bench.deliver(Behaviour(status)) == GiveUp(send.REFUSED)
    assert bench.sender.problem == send.REFUSED

    assert bench.deliver() == GiveUp(send.REFUSED)
    bench.users.remember("event-1", USER)
    bench.door.show_thinking(bench.event())
    assert len(bench.line.requests) == 1, "LINE is left in peace"

    bench.clock.passes(11)  # type: ignore[attr-defined]
    assert isinstance(bench.deliver(), Delivered)
    assert bench.sender.problem == ""


def test_an_already_accepted_request_is_a_success(bench: Bench) -> None:
    assert isinstance(bench.deliver(Behaviour(409)), Delivered)


@pytest.mark.parametrize("status", [302, 404, 413, 415, 422])
def test_a_refusal_that_repeating_can_not_change_is_given_up(bench: Bench, status: int) -> None:
    assert isinstance(bench.deliver(Behaviour(status)), GiveUp)
    assert len(bench.line.requests) == 1


def test_the_rate_limit_is_waited_out_for_as_long_as_line_asks(bench: Bench) -> None:
    date = (bench.now + timedelta(seconds=30)).astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    waits = {
        "3": timedelta(seconds=3),
        date: timedelta(seconds=30),
        "soon": None,
        "": None,
    }
    for header, wait in waits.items():
        answer = bench.deliver(Behaviour(429, RATE, headers={"Retry-After": header}))
        assert answer == TryAgain("rate limit", wait, not_sent=True)


@pytest.mark.parametrize("header", ["61", "9" * 50])
def test_a_wait_that_the_token_does_not_outlive_is_not_begun(bench: Bench, header: str) -> None:
    given_up = bench.deliver(Behaviour(429, RATE, headers={"Retry-After": header}))

    assert given_up == GiveUp("rate limit: the reply token expires before LINE wants to be asked again")


def test_a_reply_never_carries_a_retry_key(bench: Bench) -> None:
    bench.deliver(Behaviour(500))
    bench.deliver(began=True)

    names = {name.lower() for request in bench.line.requests for name in request.headers}
    assert "x-line-retry-key" not in names


def test_the_monthly_limit_is_given_up(bench: Bench) -> None:
    assert isinstance(bench.deliver(Behaviour(429, "You have reached your monthly limit.")), GiveUp)


def test_an_unknown_outcome_is_tried_again_once_with_the_same_token(bench: Bench) -> None:
    again = bench.deliver(Behaviour(500))

    assert isinstance(again, TryAgain)
    assert (again.after, again.not_sent) == (timedelta(seconds=1), False)
    assert isinstance(bench.deliver(Behaviour(503), began=True), GiveUp)


def test_a_connection_lost_before_line_took_the_reply_loses_no_answer(bench: Bench) -> None:
    assert isinstance(bench.deliver(Behaviour(drop="before")), TryAgain)
    assert isinstance(bench.deliver(began=True), Delivered)
    assert len(bench.line.delivered) == 1


def test_a_connection_lost_after_line_took_the_reply_doubles_no_answer(bench: Bench) -> None:
    assert isinstance(bench.deliver(Behaviour(drop="after")), TryAgain)
    assert isinstance(bench.deliver(began=True), Delivered)
    assert len(bench.line.delivered) == 1
    assert len(bench.line.requests) == 2


def test_a_silent_line_is_not_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "_REPLY_TIMEOUT", (0.2, 0.2))

    assert isinstance(bench.deliver(Behaviour(delay=1.0)), TryAgain)
    assert isinstance(bench.deliver(began=True), Delivered)
    assert len(bench.line.delivered) == 1


def test_while_line_can_not_be_reached_nothing_is_given_up(clock: object) -> None:
    with LineApi() as gone:
        bench = Bench(gone, clock)
    for began in (False, True):
        outcome = bench.door.deliver(bench.event(began=began), ANSWER)
        assert outcome == TryAgain("no connection: NewConnectionError", not_sent=True)


def test_after_the_tokens_minute_line_is_not_asked(bench: Bench) -> None:
    bench.clock.passes(61)  # type: ignore[attr-defined]
    event = InboxEvent(1, bench.event().new, bench.now, 1, sending_began=False, claim="claim")

    assert bench.door.deliver(event, ANSWER) == GiveUp("reply token expired")
    assert bench.line.requests == []


def test_without_a_usable_token_line_is_not_asked(bench: Bench) -> None:
    assert bench.door.deliver(bench.event(token=""), ANSWER) == GiveUp("no usable reply token")
    assert bench.line.requests == []


def test_line_is_told_that_an_answer_is_on_its_way(bench: Bench) -> None:
    bench.users.remember("event-1", USER)
    bench.door.show_thinking(bench.event())

    assert [request.body for request in bench.line.requests] == [{"chatId": USER, "loadingSeconds": 20}]


def test_nobody_is_shown_anything_when_it_is_not_known_who_asked(bench: Bench) -> None:
    bench.door.show_thinking(bench.event())

    assert bench.line.requests == []


def test_no_animation_starts_after_an_answer_that_may_have_arrived(bench: Bench) -> None:
    bench.users.remember("event-1", USER)
    bench.door.show_thinking(bench.event(began=True))

    assert bench.line.requests == []


def test_a_failing_loading_animation_is_nobodys_trouble(bench: Bench) -> None:
    for behaviour in (
        Behaviour(400),
        Behaviour(429),
        Behaviour(500),
        Behaviour(drop="before"),
        Behaviour(202, raw=b"no"),
    ):
        bench.users.remember("event-1", USER)
        bench.line.plan(LOADING, behaviour)
        bench.door.show_thinking(bench.event())

    assert isinstance(bench.deliver(), Delivered)


def test_many_threads_share_one_sender(bench: Bench) -> None:
    tokens = [f"token-{n}" for n in range(40)]
    bench.line.issue(*tokens)
    outcomes: list[object] = []
    threads = [
        Thread(target=lambda t=t: outcomes.append(bench.door.deliver(bench.event(token=t), ANSWER))) for t in tokens
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [Delivered("request-1")] * 40
    assert sorted(body["replyToken"] for body in bench.line.delivered) == sorted(tokens)


def test_lines_own_host_is_used_unless_another_is_named(clock: object) -> None:
    sender = LineSender("token", clock)  # type: ignore[arg-type]

    assert sender._api.line_base_path == "https://api.line.me"
    assert sender._api.api_client.configuration.host is None


def test_the_door_is_that_of_line(bench: Bench) -> None:
    assert bench.door.channel == "line"


class Late:
    """A door that pushes what came too late, and an event that did."""

    def __init__(self, bench: Bench) -> None:
        """Let the token's minute pass."""
        users = RecentUsers(bench.clock, lasts=timedelta(minutes=10))  # type: ignore[arg-type]
        users.remember("event-1", USER)
        self.bench = bench
        self.door = LineDoor(bench.sender, users, LineTexts("申し訳ありません。"), pushes_late=True)
        self.event = bench.event()
        bench.clock.passes(61)  # type: ignore[attr-defined]

    def deliver(self, *behaviours: Behaviour, began: bool = False) -> Delivery:
        """Deliver the answer while LINE behaves so."""
        self.bench.line.plan(PUSH, *behaviours)
        return self.door.deliver(replace(self.event, sending_began=began), ANSWER)


@pytest.fixture
def late(bench: Bench) -> Late:
    return Late(bench)


def test_a_late_answer_is_pushed_where_the_operator_wants_it(late: Late) -> None:
    assert late.deliver() == Delivered("request-1")
    (body,) = late.bench.line.delivered
    assert body["to"] == USER


def test_a_push_is_repeated_with_the_same_retry_key(late: Late) -> None:
    assert isinstance(late.deliver(Behaviour(500), Behaviour(409)), Delivered)
    assert isinstance(late.deliver(Behaviour(drop="after"), Behaviour(409)), Delivered)

    keys = {request.headers["X-Line-Retry-Key"] for request in late.bench.line.requests}
    assert keys == {str(send.retry_key("event-1"))}
    assert len(late.bench.line.requests) == 4
    assert send.retry_key("event-2") != send.retry_key("event-1")


def test_a_push_whose_outcome_stays_unknown_is_given_up(late: Late) -> None:
    assert isinstance(late.deliver(Behaviour(500), Behaviour(500)), GiveUp)
    assert isinstance(late.deliver(Behaviour(429, "You have reached your monthly limit.")), GiveUp)
    assert late.deliver(Behaviour(429, RATE)) == TryAgain("rate limit", None, not_sent=True)


def test_nothing_is_pushed_on_top_of_a_reply_that_may_have_arrived(late: Late) -> None:
    assert late.deliver(began=True) == GiveUp("reply token expired")
    assert late.bench.line.requests == []
