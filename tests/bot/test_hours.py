from __future__ import annotations

import pytest

from bot.hours import in_words
from bot.knowledge.schema import Hours


def hours(*spans: tuple[list[str], str, str], note: str | None = None) -> Hours:
    return Hours.model_validate(
        {
            "時間": [{"曜日": days, "開始": start, "終了": end} for days, start, end in spans],
            "出典": "https://a.jp",
            "確認日": "2026",
            "備考": note,
        }
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["月", "火", "水", "木", "金"], "月〜金"),
        (["火", "水", "木"], "火〜木"),
        (["土", "日"], "土・日"),
        (["月", "水", "金"], "月・水・金"),
        (["第2土", "第4土"], "第2土・第4土"),
        (["金", "土", "日", "祝日"], "金・土・日・祝日"),
        (["月"], "月"),
    ],
)
def test_days_that_follow_each_other_are_said_as_a_span(days: list[str], words: str) -> None:
    assert in_words(hours((days, "8:45", "17:00"))) == f"{words} 8:45〜17:00"


def test_a_note_is_said_with_them() -> None:
    assert in_words(hours((["土"], "9:00", "12:00"), note="一部だけ")) == "土 9:00〜12:00(一部だけ)"
