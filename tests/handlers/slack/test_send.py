"""What becomes of an answer, whatever Slack and the network do with it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from any_reply import CARD, CHOICES
from slack_api import (
    CHANNEL,
    DM,
    HISTORY,
    POST,
    PROMPTS,
    PUBLISH,
    REPLIES,
    RESPONSE,
    STATUS,
    Behaviour,
    SlackApi,
    taps_of,
    words_of,
)

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.memory.inbox import InboxEvent, NewEvent
from bot.reply import Kind, Reply, Text
from handlers.door import Delivered, GiveUp, TryAgain
from handlers.slack.door import SlackDoor
from handlers.slack.home import HomeTab
from handlers.slack.reply_to import ReplyTo
from handlers.slack.send import SlackSender
from handlers.slack.texts import SlackTexts
from handlers.slack.web_api import WebApi

TEXTS = SlackTexts(
    "表示できません",
    "案内",
    "手続きを案内します",
    "調べています…",
    "知りたいこと",
    "例",
    "たとえば",
    ("住民票", "転入"),
)
REPLY = Reply(Kind.ANSWER, (CARD,))
THREAD = "1795500000.000100"


@pytest.fixture
def sender(slack: SlackApi, clock: Any) -> SlackSender:
    return SlackSender(WebApi(slack.token, api_base=slack.base), clock)


@pytest.fixture
def door(sender: SlackSender) -> SlackDoor:
    return SlackDoor(sender, lambda: TEXTS)


def asked(
    clock: Any, to: ReplyTo | None = None, *, event_id: str = "Ev01", attempt: int = 1, began: bool = False
) -> InboxEvent:
    """Return an event that was claimed."""
    where = (to or ReplyTo(DM)).encode()
    new = NewEvent("slack", event_id, "key", "住民票", "", where, clock.now)
    return InboxEvent(1, new, clock.now, attempt, began, "claim")


def test_an_answer_is_posted_where_it_was_asked(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    assert door.deliver(asked(clock), REPLY) == Delivered(slack.posted[0]["ts"])
    assert door.deliver(asked(clock, ReplyTo(CHANNEL, THREAD)), REPLY) == Delivered(slack.posted[1]["ts"])

    direct, in_thread = slack.posted
    assert (direct["channel"], direct.get("thread_ts")) == (DM, None)
    assert (in_thread["channel"], in_thread["thread_ts"]) == (CHANNEL, THREAD)
    assert "1通300円" in words_of(direct)
    assert "1通300円" in direct["text"]
    assert direct["unfurl_links"] is False


def test_a_response_url_is_answered_to_one_person(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    assert door.deliver(asked(clock, ReplyTo(url=slack.response_url())), REPLY) == Delivered("")

    (sent,) = slack.posted
    assert (sent["response_type"], sent["replace_original"]) == ("ephemeral", False)
    assert taps_of(sent) == taps_of({"blocks": []})


def test_a_response_url_expires_after_half_an_hour(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    event = asked(clock, ReplyTo(url=slack.response_url()))
    clock.passes(30 * 60)
    assert isinstance(door.deliver(event, REPLY), Delivered)
    clock.passes(1)

    assert door.deliver(event, REPLY) == GiveUp("response_url expired")
    assert slack.count(RESPONSE) == 1


def test_a_response_url_is_used_five_times_at_the_most(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    url = slack.response_url(uses=0)

    assert door.deliver(asked(clock, ReplyTo(url=url)), REPLY) == GiveUp("404: expired_url")
    assert door.deliver(asked(clock, ReplyTo(url=url), attempt=6), REPLY) == GiveUp("response_url used up")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.jp/",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.example.jp/",
        "http://127.0.0.1:1/",
        "",
    ],
)
def test_nothing_is_posted_to_an_address_that_is_not_slacks(
    slack: SlackApi, door: SlackDoor, clock: Any, url: str
) -> None:
    delivery = door.deliver(asked(clock, ReplyTo(url=url)), REPLY)

    assert isinstance(delivery, TryAgain | GiveUp)
    assert slack.calls == []


def test_a_rate_limit_is_waited_out_as_long_as_slack_says(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    slack.plan(POST, Behaviour(status=429, headers={"Retry-After": "30"}), Behaviour("ratelimited"))

    assert door.deliver(asked(clock), REPLY) == TryAgain("rate limit", timedelta(seconds=30), not_sent=True)
    assert door.deliver(asked(clock), REPLY) == TryAgain("rate limit", None, not_sent=True)
    url = ReplyTo(url=slack.response_url())
    slack.plan(RESPONSE, Behaviour(status=429, headers={"Retry-After": "7"}, raw=b"rate_limited"))
    assert door.deliver(asked(clock, url), REPLY) == TryAgain("rate limit", timedelta(seconds=7), not_sent=True)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope", "not_authed"])
def test_a_refused_token_stops_sending_and_is_told(
    slack: SlackApi, sender: SlackSender, door: SlackDoor, clock: Any, error: str
) -> None:
    assert sender.problem == ""
    slack.revoked = error

    assert door.deliver(asked(clock), REPLY) == GiveUp(f"token refused: {error}")
    assert sender.problem == f"token refused: {error}"
    assert door.deliver(asked(clock), REPLY) == GiveUp(f"token refused: {error}")
    door.show_thinking(asked(clock, ReplyTo(DM, THREAD)))
    assert len(slack.calls) == 1


def test_a_token_that_is_mended_is_found_out_by_one_call(
    slack: SlackApi, sender: SlackSender, door: SlackDoor, clock: Any
) -> None:
    slack.revoked = "token_revoked"
    door.deliver(asked(clock), REPLY)
    slack.revoked = ""
    clock.passes(11)

    assert isinstance(door.deliver(asked(clock), REPLY), Delivered)
    assert sender.problem == ""


def test_the_token_can_be_checked_before_anybody_asks(slack: SlackApi, clock: Any) -> None:
    wrong = SlackSender(WebApi("xoxb-wrong", api_base=slack.base), clock)
    wrong.check()

    assert wrong.problem == "token refused: invalid_auth"


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
def test_blocks_that_slack_refuses_are_said_in_plain_words(
    slack: SlackApi, door: SlackDoor, clock: Any, error: str
) -> None:
    slack.plan(POST, Behaviour(error))

    assert isinstance(door.deliver(asked(clock), REPLY), Delivered)
    (sent,) = slack.posted
    assert "blocks" not in sent
    assert sent["text"].startswith("■ 住民票の写し")


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "msg_too_long"])
def test_what_can_not_be_helped_is_given_up(slack: SlackApi, door: SlackDoor, clock: Any, error: str) -> None:
    slack.plan(POST, Behaviour(error))

    assert door.deliver(asked(clock), REPLY) == GiveUp(f"200: {error}")


def test_without_a_connection_nothing_was_sent(slack: SlackApi, clock: Any) -> None:
    door = SlackDoor(SlackSender(WebApi("x", api_base="http://127.0.0.1:1/api"), clock), lambda: TEXTS)

    assert door.deliver(asked(clock), REPLY) == TryAgain("no connection: ConnectionRefusedError", not_sent=True)


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(status=500),
        Behaviour(status=503, raw=b"<html>proxy</html>"),
        Behaviour("internal_error"),
        Behaviour("fatal_error"),
        Behaviour(drop="before"),
        Behaviour(drop="after"),
        Behaviour(raw=b"<html>"),
        Behaviour(raw=b"\xff"),
    ],
)
def test_after_an_outcome_that_is_unknown_it_is_looked_up_and_sent_once(
    slack: SlackApi, door: SlackDoor, clock: Any, behaviour: Behaviour
) -> None:
    slack.plan(POST, behaviour)
    first = door.deliver(asked(clock), REPLY)

    assert isinstance(first, TryAgain)
    assert not first.not_sent
    assert isinstance(door.deliver(asked(clock, attempt=2, began=True), REPLY), Delivered)
    assert slack.count(HISTORY) == 1
    assert len(slack.posted) == 1


def test_an_answer_in_a_thread_is_looked_up_in_the_thread(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    to = ReplyTo(DM, THREAD)
    slack.plan(POST, Behaviour(drop="after"))
    door.deliver(asked(clock, to), REPLY)
    door.deliver(asked(clock, to, event_id="Ev02"), REPLY)

    assert door.deliver(asked(clock, to, attempt=2, began=True), REPLY) == Delivered("an earlier attempt had arrived")
    assert (slack.count(REPLIES), len(slack.posted)) == (1, 2)


def test_a_channel_that_may_not_be_read_is_answered_once_more_and_no_oftener(
    slack: SlackApi, door: SlackDoor, clock: Any
) -> None:
    to = ReplyTo(CHANNEL, THREAD)
    slack.plan(POST, *[Behaviour(drop="before")] * 2)

    assert isinstance(door.deliver(asked(clock, to), REPLY), TryAgain)
    assert isinstance(door.deliver(asked(clock, to, attempt=2, began=True), REPLY), GiveUp)
    assert slack.count(POST) == 2


def test_what_can_not_be_looked_up_now_is_looked_up_later(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    slack.plan(HISTORY, Behaviour(status=429, headers={"Retry-After": "9"}), Behaviour(drop="before"))

    for wait in (9, 3):
        again = door.deliver(asked(clock, attempt=2, began=True), REPLY)
        assert isinstance(again, TryAgain)
        assert again.after == timedelta(seconds=wait)
    assert slack.count(POST) == 0


def test_slack_that_does_not_answer_is_waited_for_no_longer_than_five_seconds(
    slack: SlackApi, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.slack.web_api.TIMEOUT", 0.2)
    door = SlackDoor(SlackSender(WebApi(slack.token, api_base=slack.base), clock), lambda: TEXTS)
    slack.plan(POST, Behaviour(delay=1))

    assert door.deliver(asked(clock), REPLY) == TryAgain("outcome unknown: TimeoutError", timedelta(seconds=3))


def test_an_opened_assistant_thread_is_shown_what_could_be_asked(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    door.deliver(asked(clock, ReplyTo(DM, THREAD, begins=True)), Reply(Kind.SMALLTALK, (Text("こんにちは。"),)))

    (call,) = [call.body for call in slack.calls if call.method == PROMPTS]
    assert [prompt["message"] for prompt in call["prompts"]] == ["住民票", "転入"]
    assert (call["channel_id"], call["thread_ts"], call["title"]) == (DM, THREAD, "たとえば")


def test_prompts_that_slack_refuses_cost_nobody_the_greeting(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    slack.plan(PROMPTS, Behaviour("not_allowed_token_type"))

    assert isinstance(door.deliver(asked(clock, ReplyTo(DM, THREAD, begins=True)), REPLY), Delivered)


def test_a_status_is_shown_in_assistant_threads_only(slack: SlackApi, door: SlackDoor, clock: Any) -> None:
    for to in (ReplyTo(DM), ReplyTo(CHANNEL, THREAD), ReplyTo(url="https://hooks.slack.com/x")):
        door.show_thinking(asked(clock, to))
    assert slack.calls == []

    door.show_thinking(asked(clock, ReplyTo(DM, THREAD)))
    door.show_thinking(asked(clock, ReplyTo(DM, THREAD), began=True))
    assert [call.body["status"] for call in slack.calls if call.method == STATUS] == ["調べています…"]


def test_an_event_without_a_place_is_given_up(door: SlackDoor, clock: Any) -> None:
    event = asked(clock)

    assert door.deliver(replace(event, new=replace(event.new, reply_to="")), REPLY) == GiveUp("nowhere to answer")


def test_the_home_tab_shows_the_reply(slack: SlackApi, sender: SlackSender) -> None:
    home = HomeTab(sender, lambda key, utterance: Reply(Kind.CHOOSE, (CHOICES,)), lambda: TEXTS)
    home.show("U1", "key", Utterance(action=Action(Verb.MENU)))
    home.stop()

    (tab,) = slack.homes
    assert tab["user_id"] == "U1"
    assert list(taps_of(tab["view"])) == [option.label for option in CHOICES.options]
    home.show("U1", "key", Utterance(text="また"))
    assert slack.count(PUBLISH) == 1


def test_a_home_tab_that_can_not_be_answered_harms_nobody(
    slack: SlackApi, sender: SlackSender, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(key: str, utterance: Utterance) -> Reply:
        raise RuntimeError("ひみつ")

    home = HomeTab(sender, fail, lambda: TEXTS)
    home.show("U1", "key", Utterance(text="ひみつ"))
    home.stop()

    assert slack.homes == []
    assert "ひみつ" not in "".join(capsys.readouterr())


def test_what_is_logged_holds_no_words_no_token_and_no_address(
    slack: SlackApi, door: SlackDoor, clock: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    url = slack.response_url()
    slack.plan(POST, Behaviour("invalid_blocks"), Behaviour(drop="before"))
    slack.plan(RESPONSE, Behaviour(drop="before"))
    with caplog.at_level(logging.INFO):
        door.deliver(asked(clock), REPLY)
        door.deliver(asked(clock, ReplyTo(url=url)), REPLY)

    said = "".join(capsys.readouterr()) + caplog.text
    assert not any(word in said for word in ("住民票", slack.token, url))
