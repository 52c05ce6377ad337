"""What each of LINE's events asks for, one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from line_api import GROUP, ROOM, TOKEN, USER, callback, event, schema_problems, text_event

from bot.action import Action, Verb
from bot.location import Location
from handlers.line.parse import Asked, Ignored, Left, Origin, Parsed, UnreadableBody, Unsent, parse

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
GROUP_SOURCE = {"type": "group", "groupId": GROUP, "userId": USER}
PROVIDER = {"contentProvider": {"type": "line"}, "quoteToken": "q"}
STICKER = {"packageId": "1", "stickerId": "2", "stickerResourceType": "STATIC", "quoteToken": "q"}
NOT_TEXT: dict[str, dict[str, Any]] = {
    "sticker": STICKER,
    "image": PROVIDER,
    "video": PROVIDER,
    "audio": {"contentProvider": {"type": "line"}},
    "file": {"fileName": "申請書.pdf", "fileSize": 1},
}


def one(raw: Any) -> Parsed:
    """Return what a body of this single event asks for."""
    (parsed,) = parse(callback(raw), NOW)
    return parsed


def asked(raw: Any) -> Asked:
    """Return what this event asks for, which must be something."""
    parsed = one(raw)
    assert isinstance(parsed, Asked)
    return parsed


def mentions(*spans: tuple[int, int], is_self: bool = True) -> dict[str, Any]:
    """Return a message's mention of the bot (or of somebody else)."""
    found = [{"index": i, "length": n, "type": "user", "userId": USER, "isSelf": is_self} for i, n in spans]
    return {"mention": {"mentionees": found}}


def test_a_typed_message_is_an_utterance() -> None:
    at = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    raw = text_event("住民票がほしい", timestamp=int(at.timestamp() * 1000))

    expected = Asked("01HXYZ0123456789ABCDEFGHJK", TOKEN, at, Origin(USER), text="住民票がほしい", message_id="1")
    assert one(raw) == expected


def test_a_tap_comes_back_as_the_action_that_was_sent() -> None:
    action = Action(Verb.FACT, "juminhyo", "手数料")

    assert asked(event("postback", postback={"data": action.encode()})).action == action


def test_a_tap_of_an_unknown_version_is_unreadable() -> None:
    for data in ("v0|entry|juminhyo", "", "v1|explode", "v1|entry|a|b|c|d", None, 7):
        assert asked(event("postback", postback={"data": data})).action == Action(Verb.UNREADABLE)


def test_turning_a_page_of_the_rich_menu_asks_for_nothing() -> None:
    params = {"newRichMenuAliasId": "page-2", "status": "SUCCESS"}

    assert one(event("postback", postback={"data": "page-2", "params": params})) == Ignored("rich_menu_switch")


def test_a_new_friend_is_welcomed() -> None:
    assert asked(event("follow", follow={"isUnblocked": False})).action == Action(Verb.WELCOME)


def test_a_group_that_the_bot_joins_is_welcomed() -> None:
    joined = asked(event("join", source={"type": "group", "groupId": GROUP}))

    assert (joined.action, joined.origin) == (Action(Verb.WELCOME), Origin("", GROUP))


@pytest.mark.parametrize("kind", NOT_TEXT)
def test_what_is_not_text_is_unreadable(kind: str) -> None:
    raw = event("message", message={"type": kind, "id": "1", **NOT_TEXT[kind]})

    assert asked(raw).action == Action(Verb.UNREADABLE)


def test_a_location_is_where_the_person_is_and_nothing_more() -> None:
    sent = {"title": "自宅", "address": "横浜市港北区大豆戸町1-2-3", "latitude": 35.51, "longitude": 139.63}
    found = asked(event("message", message={"type": "location", "id": "1", **sent}))

    assert (found.location, found.text, found.action) == (Location(35.51, 139.63), "", None)
    assert "35.51" not in repr(found)
    assert "大豆戸" not in repr(found)


@pytest.mark.parametrize("sent", [{}, {"latitude": 91, "longitude": 0}, {"latitude": None, "longitude": [1]}])
def test_a_location_that_is_none_is_unreadable(sent: dict[str, Any]) -> None:
    assert asked(event("message", message={"type": "location", "id": "1", **sent})).action == Action(Verb.UNREADABLE)


def test_a_location_in_a_group_is_talk_between_people() -> None:
    message = {"type": "location", "id": "1", "latitude": 35.51, "longitude": 139.63}

    assert one(event("message", message=message, source=GROUP_SOURCE)) == Ignored("not_mentioned")


def test_somebody_who_blocks_the_account_has_left() -> None:
    assert one(event("unfollow", replyToken=None)) == Left("unfollow", NOW, user_ids=(USER,))
    assert one(event("unfollow", replyToken=None, source={"type": "user"})) == Ignored("no_user")


def test_the_room_that_the_bot_is_taken_out_of_is_left() -> None:
    for source in ({"type": "group", "groupId": GROUP}, {"type": "room", "roomId": GROUP}):
        assert one(event("leave", source=source, replyToken=None)) == Left("leave", NOW, GROUP)
    assert one(event("leave", replyToken=None)) == Ignored("malformed")


def test_members_who_leave_a_room_have_left_that_room() -> None:
    members = [{"type": "user", "userId": USER}, {"type": "user"}, None]
    gone = event("memberLeft", source=GROUP_SOURCE, left={"members": members}, replyToken=None)

    assert one(gone) == Left("memberLeft", NOW, GROUP, (USER,))
    for left in (None, {}, {"members": {}}, {"members": [7]}):
        assert one(event("memberLeft", source=GROUP_SOURCE, left=left)) == Ignored("no_user")


def test_a_message_that_is_taken_back_is_named_by_its_id() -> None:
    assert one(event("unsend", unsend={"messageId": "325708"}, replyToken=None)) == Unsent(
        "01HXYZ0123456789ABCDEFGHJK", "325708", NOW
    )
    for unsend in (None, {}, {"messageId": 7}, "325708"):
        assert one(event("unsend", unsend=unsend)) == Ignored("malformed")


def test_leaving_and_taking_back_are_heeded_in_standby_too() -> None:
    assert isinstance(one(event("unfollow", mode="standby", replyToken=None)), Left)
    assert isinstance(one(event("unsend", mode="standby", unsend={"messageId": "1"}, replyToken=None)), Unsent)


def test_who_comes_back_is_welcomed_as_a_stranger() -> None:
    again = asked(event("follow", follow={"isUnblocked": True}))

    assert (again.action, again.starts_anew) == (Action(Verb.WELCOME), True)
    assert not asked(event("follow")).starts_anew


@pytest.mark.parametrize("params", [{"date": "2026-12-29"}, {"time": "10:00"}, {"datetime": "2026-12-29T10:00"}])
def test_a_tap_that_carries_a_date_is_what_its_data_says(params: dict[str, str]) -> None:
    tap = event("postback", postback={"data": "v1|entry|juminhyo", "params": params})
    foreign = event("postback", postback={"data": "storeId=12345", "params": params})

    assert asked(tap).action == Action(Verb.ENTRY, "juminhyo")
    assert asked(foreign).action == Action(Verb.UNREADABLE)


def test_several_images_at_once_get_one_answer() -> None:
    images = [{"type": "image", "id": str(n), "imageSet": {"id": "s", "index": n, "total": 3}} for n in (1, 2, 3)]

    said = [one(event("message", message={**image, **PROVIDER})) for image in images]
    assert isinstance(said[0], Asked)
    assert said[1:] == [Ignored("further_image")] * 2
    for odd in ({"id": "s"}, {"index": "2"}, 7):
        assert asked(event("message", message={"type": "image", "id": "1", "imageSet": odd}))


@pytest.mark.parametrize("kind", ["memberJoined", "beacon", "membership", "delivery", "accountLink", "activated"])
def test_an_event_that_asks_for_nothing_is_counted_by_its_name(kind: str) -> None:
    assert one(event(kind)) == Ignored(kind)


def test_an_event_type_of_the_future_is_counted() -> None:
    assert one(event("telepathy")) == Ignored("unknown_type", "telepathy")
    assert one(event("message", message={"type": "hologram", "id": "1"})) == Ignored("unknown_message")


def test_in_standby_the_bot_is_silent() -> None:
    assert one(text_event("こんにちは", mode="standby", replyToken=None)) == Ignored("standby")
    assert one(text_event("こんにちは", mode="standby")) == Ignored("standby")
    assert one(text_event("こんにちは", mode="turbo")) == Ignored("unknown_mode")


def test_the_dummy_tokens_of_the_old_verify_button_are_not_answered() -> None:
    for token in ("0" * 32, "f" * 32):
        assert one(text_event("Hello, world", replyToken=token)) == Ignored("dummy_token")


def test_an_event_without_a_reply_token_is_not_answered() -> None:
    assert one(text_event("こんにちは", replyToken=None)) == Ignored("no_reply_token")


def test_in_a_group_only_a_mention_is_answered_and_it_is_cut_out() -> None:
    talk = text_event("住民票って何階?", source=GROUP_SOURCE)
    raw = text_event("@こうほく案内 住民票は?", source=GROUP_SOURCE, message=mentions((0, 7)))

    assert one(talk) == Ignored("not_mentioned")
    assert asked(raw).text == "住民票は?"
    assert asked(raw).origin == Origin(USER, GROUP)


def test_a_mention_after_emoji_is_cut_at_its_utf16_position() -> None:
    text = "🍎👨‍👩‍👧 @案内 ごみの日"
    index = len("🍎👨‍👩‍👧 ".encode("utf-16-le")) // 2
    raw = text_event(text, source={"type": "room", "roomId": ROOM}, message=mentions((index, 3)))

    assert asked(raw).text == "🍎👨‍👩‍👧  ごみの日"


def test_two_mentions_of_the_bot_are_both_cut_out() -> None:
    raw = text_event("@案内 転入 @案内", source=GROUP_SOURCE, message=mentions((0, 3), (7, 3)))

    assert asked(raw).text == "転入"


def test_a_mention_of_somebody_else_or_of_all_is_not_for_the_bot() -> None:
    other = mentions((0, 3), is_self=False)
    everybody = {"mention": {"mentionees": [{"index": 0, "length": 4, "type": "all"}]}}

    assert one(text_event("@母 転入", source=GROUP_SOURCE, message=other)) == Ignored("not_mentioned")
    assert one(text_event("@All 転入", source=GROUP_SOURCE, message=everybody)) == Ignored("not_mentioned")


def test_a_bare_mention_opens_the_menu() -> None:
    assert asked(text_event("@案内 ", source=GROUP_SOURCE, message=mentions((0, 3)))).action == Action(Verb.MENU)


def test_a_mention_with_impossible_positions_still_counts_as_one() -> None:
    for index, length in ((-1, 3), (0, 10**30), ("0", 3), (None, None), (999, 3), (True, True)):
        raw = text_event("転入", source=GROUP_SOURCE, message=mentions((index, length)))  # type: ignore[arg-type]
        assert isinstance(one(raw), Asked)


def test_a_picture_in_a_group_is_talk_between_people() -> None:
    raw = event("message", source=GROUP_SOURCE, message={"type": "image", "id": "1", **PROVIDER})

    assert one(raw) == Ignored("not_mentioned")


def test_a_line_emoji_is_no_word_of_the_utterance() -> None:
    emoji = {"emojis": [{"index": 4, "length": 6, "productId": "p", "emojiId": "1"}]}

    assert asked(text_event("引っ越し(love)したい", message=emoji)).text == "引っ越ししたい"
    assert asked(text_event("💧転入(love)", message=emoji)).text == "💧転入"


def test_a_blank_message_is_unreadable() -> None:
    assert asked(text_event(" \n\u200b")).action == Action(Verb.UNREADABLE)


def test_what_a_database_can_not_store_does_not_get_in() -> None:
    assert asked(text_event("転入\x00\ud83c届")).text == "転入\ufffd届"


def test_a_redelivered_event_is_answered_while_its_token_may_live() -> None:
    fresh, stale = (int((NOW - timedelta(minutes=m)).timestamp() * 1000) for m in (19, 21))
    again = {"isRedelivery": True}

    assert asked(text_event("転入", deliveryContext=again, timestamp=fresh)).reply_token == TOKEN
    assert asked(text_event("転入", deliveryContext=again, timestamp=stale)).reply_token == ""
    assert asked(text_event("転入", timestamp=stale)).reply_token == TOKEN


def test_a_time_that_makes_no_sense_costs_no_question() -> None:
    for timestamp in (None, "yesterday", 10**30, -(10**30), True, 1.5):
        assert asked(text_event("転入", timestamp=timestamp)).occurred_at == NOW


def test_a_person_whose_id_line_leaves_out_is_answered() -> None:
    assert asked(text_event("転入", source={"type": "user"})).origin == Origin()
    assert asked(text_event("転入", source=None)).origin == Origin()


BROKEN: list[Any] = [
    None,
    7,
    [],
    "event",
    {},
    {"type": "message"},
    event("message", webhookEventId=None),
    event("message", webhookEventId=""),
    event("message", webhookEventId="あ"),
    event(["message"]),  # type: ignore[arg-type]
    event("message", message=None),
    event("message", message=[]),
    event("message", message={"type": "text"}),
    event("message", message={"type": {}, "text": "転入"}),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_event_costs_the_good_ones_around_it_nothing(broken: Any) -> None:
    before, bad, after = parse(callback(text_event("転入"), broken, text_event("転出")), NOW)

    assert [before.text, after.text] == ["転入", "転出"]  # type: ignore[union-attr]
    assert bad == Ignored("malformed")


def test_the_connection_check_without_events_asks_for_nothing() -> None:
    assert parse(callback(), NOW) == ()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'"events"', b'{"events": null}', b'{"events": {}}', b"\xff\xfe", b"{}"),
        *(b"[" * 100_000, b'{"events": [' + b"9" * 5000 + b"]}"),
    ],
)
def test_a_body_that_is_no_webhook_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        parse(body, NOW)


@pytest.mark.line_spec
@pytest.mark.usefixtures("official_description")
def test_the_events_of_these_tests_are_such_as_line_sends() -> None:
    good = [
        text_event("転入", message=mentions((0, 1))),
        event("follow", follow={"isUnblocked": True}),
        event("unfollow"),
    ]
    good += [event("message", message={"type": kind, "id": "1", **rest}) for kind, rest in NOT_TEXT.items()]
    good += [text_event("転入", source=GROUP_SOURCE), event("join", source={"type": "room", "roomId": ROOM})]
    good += [event("postback", postback={"data": "v1|menu"})]

    assert schema_problems("CallbackRequest", json.loads(callback(*good)), file="webhook.yml") == []
