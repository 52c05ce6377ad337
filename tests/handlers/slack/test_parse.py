"""What Slack sent → what it asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_api import (
    BOT,
    CHANNEL,
    DM,
    OTHER,
    SENT_AT,
    TEAM,
    USER,
    deleted,
    direct,
    event,
    mention,
    shortcut,
    tap,
)

from bot.action import Action, Verb
from handlers.slack.mrkdwn import plain_of
from handlers.slack.parse import Asked, AskedAtHome, Ignored, Message, Origin, Unsaid, parse
from handlers.slack.reply_to import ReplyTo

NOW = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
SENT = datetime.fromtimestamp(SENT_AT, UTC)
URL = "https://hooks.slack.com/actions/T0/1/abc"
FEE = Action(Verb.FACT, "juminhyo", "手数料")
ME = Origin(TEAM, DM, "", USER)
TS = f"{SENT_AT}.000100"


def read(body: dict[str, Any]) -> Any:
    return parse(body, NOW)


def test_a_direct_message_is_answered_where_it_was_written() -> None:
    assert read(direct("住民票がほしい")) == Asked(
        "Ev01", ReplyTo(DM), SENT, ME, "住民票がほしい", message=Message(DM, TS)
    )


def test_a_message_in_an_assistant_thread_is_answered_in_the_thread() -> None:
    asked = read(direct("住民票がほしい", thread_ts="1795400000.000100"))

    assert asked.to == ReplyTo(DM, "1795400000.000100")
    assert asked.origin.thread == "1795400000.000100"


def test_a_mention_is_answered_in_a_thread_of_its_own_without_the_mention() -> None:
    origin, message = Origin(TEAM, CHANNEL, TS, USER), Message(CHANNEL, TS)

    assert read(mention("住民票がほしい")) == Asked(
        "Ev01", ReplyTo(CHANNEL, TS), SENT, origin, "住民票がほしい", message=message
    )


def test_a_mention_in_a_thread_is_answered_in_that_thread() -> None:
    assert read(mention("いくら?", thread_ts="1795400000.000100")).to.thread == "1795400000.000100"


def test_a_bare_mention_asks_for_the_menu() -> None:
    asked = read(mention(""))

    assert (asked.text, asked.action) == ("", Action(Verb.MENU))


def test_a_picture_alone_can_not_be_read_and_a_picture_with_words_is_asked_by_its_words() -> None:
    alone = direct("", subtype="file_share", files=[{"id": "F1"}])
    captioned = direct("これはどこで出せますか", subtype="file_share", files=[{"id": "F1"}])

    assert read(alone).action == Action(Verb.UNREADABLE)
    assert read(captioned).text == "これはどこで出せますか"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (direct("はい", bot_id="B0OTHER"), "bot"),
        (direct("はい", user=BOT), "bot"),
        (direct("はい", user="USLACKBOT"), "bot"),
        (direct("はい", subtype="bot_message", user=None), "not_talk"),
        (mention("はい", bot_id="B0OTHER"), "bot"),
        (mention("はい", user=BOT), "bot"),
        (direct("", subtype="channel_join"), "not_talk"),
        (direct("", subtype="message_changed", message={"text": "b"}, previous_message={"text": "a"}), "edited"),
        (mention("住民票", edited={"user": USER, "ts": "1.2"}), "edited"),
        (mention("住民票", channel=DM), "direct_mention"),
        (direct("はい", channel=CHANNEL, channel_type="channel"), "not_direct"),
        (direct("はい", user=None), "malformed"),
        (event("reaction_added"), "unknown_event"),
        (event("assistant_thread_context_changed"), "context_changed"),
        (event("assistant_thread_started", assistant_thread={"user_id": USER}), "malformed"),
        (event("app_home_opened", tab="messages"), "not_home"),
        ({"type": "app_rate_limited"}, "rate_limited"),
        ({"type": "event_callback"}, "malformed"),
        ({}, "unknown_type"),
        (tap({"url": "https://example.jp"}), "link"),
        (shortcut("住民票", URL, callback_id="other"), "unknown_shortcut"),
        (shortcut("住民票", ""), "malformed"),
        ({"command": "/annai"}, "malformed"),
    ],
)
def test_what_asks_nothing_is_not_answered(body: dict[str, Any], reason: str) -> None:
    assert read(body) == Ignored(reason)


def test_a_deleted_message_is_taken_back_wherever_it_was_said() -> None:
    for said in (direct("住民票"), direct("住民票", thread_ts="1795400000.000100"), mention("住民票")):
        unsaid = read(deleted(said))

        assert isinstance(unsaid, Unsaid)
        assert unsaid.message == read(said).message
        assert unsaid.event_id == "EvDeleted"


def test_a_message_that_was_answered_in_a_thread_leaves_a_tombstone_when_deleted() -> None:
    before = {"type": "message", "user": USER, "text": "住民票", "ts": TS, "thread_ts": TS}
    tombstone = direct(
        "", user=None, subtype="message_changed", message={"subtype": "tombstone"}, previous_message=before
    )

    assert read(tombstone).message == Message(DM, TS)


def test_a_deleted_answer_of_ours_takes_nothing_back() -> None:
    assert read(deleted(direct("はい", user=BOT))) == Ignored("deleted_other")
    assert read(direct("", subtype="message_deleted", previous_message=None)) == Ignored("malformed")


def test_an_opened_assistant_thread_is_greeted() -> None:
    thread = {"user_id": USER, "channel_id": DM, "thread_ts": "1795400000.000100", "context": {}}
    asked = read(event("assistant_thread_started", user=None, assistant_thread=thread))

    assert asked.to == ReplyTo(DM, "1795400000.000100", begins=True)
    assert asked.action == Action(Verb.WELCOME)


def test_an_opened_home_tab_shows_the_menu() -> None:
    assert read(event("app_home_opened", tab="home")) == AskedAtHome(Origin(TEAM, "", "", USER), "", Action(Verb.MENU))


def test_what_is_tapped_or_typed_at_home_is_answered_at_home() -> None:
    home = {"view": {"type": "home"}, "container": {"type": "view"}, "channel": None, "message": None}
    typed = tap({"type": "plain_text_input", "action_id": "ask", "value": " 住民票 "}, **home)
    empty = tap({"type": "plain_text_input", "action_id": "ask", "value": " "}, **home)

    assert read(tap({"value": FEE.encode()}, **home)) == AskedAtHome(Origin(TEAM, "", "", USER), "", FEE)
    assert read(typed) == AskedAtHome(Origin(TEAM, "", "", USER), "住民票")
    assert read(empty) == Ignored("nothing_typed")


def test_a_tap_is_answered_where_the_button_stands() -> None:
    in_thread = {"type": "message", "ts": "1795500001.000200", "thread_ts": "1795500000.000100"}
    in_channel = {"container": {"type": "message", "channel_id": CHANNEL}, "channel": {"id": CHANNEL}}

    assert read(tap({"value": FEE.encode()})) == Asked("1.2.tap", ReplyTo(DM), NOW, ME, "", FEE)
    assert read(tap({"value": FEE.encode()}, message=in_thread)).to == ReplyTo(DM, "1795500000.000100")
    assert read(tap({"value": FEE.encode()}, message=in_thread, **in_channel)).to.channel == CHANNEL
    assert read(tap({"value": FEE.encode()}, **in_channel)).to == ReplyTo(CHANNEL, "1795500001.000200")


def test_a_tap_on_what_one_person_sees_is_answered_to_that_person_alone() -> None:
    container = {"type": "message", "channel_id": CHANNEL, "is_ephemeral": True}
    asked = read(tap({"value": FEE.encode()}, message=None, container=container, response_url=URL))

    assert asked.to == ReplyTo(url=URL)
    assert asked.origin == Origin(TEAM, CHANNEL, "", USER)


def test_a_button_that_nobody_knows_any_more_is_answered_all_the_same() -> None:
    assert read(tap({"value": "v0|old"})).action == Action(Verb.UNREADABLE)


def test_a_command_is_answered_to_whoever_gave_it() -> None:
    body = {
        "command": "/annai",
        "text": "住民票がほしい",
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "user_id": USER,
        "response_url": URL,
        "trigger_id": "1.2.3",
    }
    origin = Origin(TEAM, CHANNEL, "", USER)

    assert read(body) == Asked("1.2.3", ReplyTo(url=URL), NOW, origin, "住民票がほしい")
    assert read({**body, "text": " "}).action == Action(Verb.MENU)


def test_the_shortcut_asks_somebodys_words_in_the_name_of_who_pointed_at_them() -> None:
    asked = read(shortcut("<@U9> 粗大ごみはどう出すの", URL))

    assert (asked.event_id, asked.to, asked.text) == ("1.2.shortcut", ReplyTo(url=URL), "粗大ごみはどう出すの")
    assert asked.origin == Origin(TEAM, CHANNEL, "", USER)
    assert asked.message == Message(CHANNEL, "1795500000.000300")
    assert OTHER not in repr(read(shortcut("粗大ごみ", URL)))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("<@U012|taro> 住民票", "住民票"),
        ("<!channel> <!here|@here> <!subteam^S1|@team> 住民票", "住民票"),
        ("<#C1|general> のこと", "general のこと"),
        ("<https://example.jp/a?b=1&amp;c=2>", "https://example.jp/a?b=1&c=2"),
        ("<https://example.jp|ここ> を見た", "ここ を見た"),
        ("<mailto:a@example.jp|a@example.jp>", "a@example.jp"),
        ("<tel:09012345678|090-1234-5678>", "090-1234-5678"),
        ("<mailto:a@example.jp>", "a@example.jp"),
        ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
        ("住民票:pray::skin-tone-3:お願い", "住民票 お願い"),
        ("10:30:00に行く", "10:30:00に行く"),
    ],
)
def test_slacks_markup_is_read_as_plain_words(typed: str, words: str) -> None:
    assert plain_of(typed).strip() == words


def test_where_to_answer_survives_the_inbox() -> None:
    for to in (ReplyTo(DM), ReplyTo(CHANNEL, "1.000200"), ReplyTo(DM, "1.2", begins=True), ReplyTo(url=URL)):
        assert ReplyTo.decode(to.encode()) == to
    for odd in ("", "{", "[]", '{"a": 1}', "null"):
        assert ReplyTo.decode(odd) in (None, ReplyTo())
    assert URL not in repr(ReplyTo(url=URL))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["type", "event", "event_id", "event_time", "user", "channel", "text", "subtype", "actions", "view", "container"]
)


@given(st.dictionaries(NAMES, JSON), st.sampled_from(["event_callback", "block_actions", "message_action", "x"]))
def test_nothing_that_slack_could_send_is_an_error(body: dict[str, Any], kind: str) -> None:
    parse({**body, "type": kind}, NOW)
    parse({"type": "event_callback", "event_id": "Ev1", "event": {**body, "type": "message"}}, NOW)
    parse({"type": "event_callback", "event_id": "Ev1", "event": {**body, "type": "app_mention"}}, NOW)
