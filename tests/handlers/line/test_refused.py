from __future__ import annotations

from linebot.v3.messaging import TextMessage

from handlers.line.refused import refused_parts

MESSAGES = [TextMessage(text="はい"), TextMessage(text="x" * 4000)]


def test_each_part_that_line_names_is_shown_with_its_fault() -> None:
    details = [("messages[0].text", "May not be empty"), ("messages[1].text", "too long")]

    first, second = refused_parts(MESSAGES, details)
    assert first == 'messages[0].text: May not be empty: "はい"'
    assert second.startswith('messages[1].text: too long: "xxx')
    assert len(second) < 600


def test_of_a_part_that_is_missing_what_it_is_missing_from_is_shown() -> None:
    (shown,) = refused_parts(MESSAGES, [("messages[0].contents.body", "must be specified")])

    assert '"text": "はい"' in shown
    assert refused_parts(MESSAGES, [("messages[7]", "?"), ("", "?"), ("replyToken", "?")])


def test_without_details_the_kinds_of_the_messages_are_shown() -> None:
    assert refused_parts(MESSAGES, []) == ['["text", "text"]']
