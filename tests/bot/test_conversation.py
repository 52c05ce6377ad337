from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.language.which_language import Language

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CONVERSATIONS = st.builds(
    Conversation,
    topic=st.none() | st.text(),
    offered=st.lists(st.text(), max_size=5).map(tuple),
    lost=st.integers(0, 99),
    desk=st.none() | st.text(),
    language=st.sampled_from(Language),
    runners_up=st.lists(st.text(), max_size=4).map(tuple),
    doubts=st.integers(0, 99),
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(CONVERSATIONS)
def test_a_conversation_survives_being_stored(conversation: Conversation) -> None:
    stored = json.dumps(conversation.to_json())

    assert Conversation.from_json(json.loads(stored)) == conversation


@given(JSON)
def test_what_is_no_conversation_is_an_empty_one(junk: object) -> None:
    assert Conversation.from_json(junk) == Conversation()  # type: ignore[arg-type]


@given(
    st.fixed_dictionaries(
        {}, optional={"topic": JSON, "offered": JSON, "lost": JSON, "at": JSON, "runners_up": JSON, "doubts": JSON}
    ),
    st.sampled_from([timedelta(minutes=30)]),
)
def test_a_half_right_conversation_can_be_gone_on_with(values: dict[str, object], lasts: timedelta) -> None:
    conversation = Conversation.from_json(values)

    fresh = conversation.fresh(datetime(2026, 11, 24, tzinfo=UTC), lasts)

    assert fresh.topic is None or isinstance(fresh.topic, str)
    assert all(isinstance(each, str) for each in fresh.offered)


@pytest.mark.parametrize("language", [None, "xx", 3])
def test_a_conversation_of_another_version_goes_on_in_japanese(language: object) -> None:
    stored = {"topic": "juminhyo", "offered": [], "lost": 0, "at": None, "language": language}

    assert Conversation.from_json(stored) == Conversation(topic="juminhyo")
    del stored["language"]
    assert Conversation.from_json(stored) == Conversation(topic="juminhyo")


def test_a_moment_without_a_time_zone_is_not_trusted() -> None:
    stored = {"topic": "juminhyo", "offered": [], "lost": 0, "at": "2026-11-24T10:00:00"}

    assert Conversation.from_json(stored) == Conversation()


@pytest.mark.parametrize(("minutes", "goes_on"), [(0, True), (30, True), (30.01, False), (60 * 24 * 365, False)])
def test_a_conversation_goes_on_for_as_long_as_it_lasts(minutes: float, goes_on: bool) -> None:
    then = datetime(2026, 11, 24, 10, tzinfo=UTC)
    conversation = Conversation(topic="juminhyo", at=then)

    fresh = conversation.fresh(then + timedelta(minutes=minutes), timedelta(minutes=30))

    assert fresh == (conversation if goes_on else Conversation())
