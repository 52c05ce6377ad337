from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.clock import TOKYO
from bot.knowledge.schema import Notice
from bot.notice_board import NoticeBoard

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "hangs"),
    [
        (None, None, True),
        (NOON, None, True),
        (NOON + HOUR, None, False),
        (None, NOON, False),
        (None, NOON + HOUR, True),
        (NOON - HOUR, NOON + HOUR, True),
        (NOON - 2 * HOUR, NOON - HOUR, False),
    ],
)
def test_a_notice_hangs_from_its_beginning_until_before_its_end(
    start: datetime | None, end: datetime | None, hangs: bool
) -> None:
    board = NoticeBoard(Notice(本文="大雨です", 開始=start, 終了=end, 災害モード=True))

    assert [block.text for block in board.shown(NOON)] == (["大雨です"] if hangs else [])
    assert board.is_disaster(NOON) is hangs


def test_an_empty_notice_shows_nothing_and_may_still_be_a_disaster() -> None:
    board = NoticeBoard(Notice(本文=" ", 災害モード=True))

    assert board.shown(NOON) == ()
    assert board.is_disaster(NOON)
