"""Which sentences ask whether a desk is open, of which days, and which only look as if they did."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.loading import load
from bot.knowledge.schema import Contacts, OpeningWords
from bot.opening_question import Asked, OpeningQuestionFinder
from bot.settings import ROOT

FRIDAY = date(2026, 11, 20)
KNOWLEDGE = load(ROOT / "knowledge", ROOT / "knowledge").knowledge
FINDER = OpeningQuestionFinder(KNOWLEDGE.words.opening, KNOWLEDGE.contacts)


def asked_days(text: str, today: date = FRIDAY) -> list[str] | None:
    found = FINDER.find(text, today)
    return [f"{day:%m-%d}" for day in found.days] if found and found.alone else None


@pytest.mark.parametrize(
    "text",
    [
        "もうやってますか",
        "今やってる?",
        "いま開いてる",
        "まだ開いてますか?",
        "あいてる?",
        "やってる?",
        "営業してますか",
        "もう閉まった?",
        "閉まってる?",
        "休みですか",
        "今受付中?",
        "まだ間に合う?",
        "何時から?",
        "何時まで",
        "受付時間は?",
        "休みの日はいつ?",
    ],
)
def test_without_a_day_the_question_means_now(text: str) -> None:
    assert asked_days(text) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("今日開いてる?", ["11-20"]),
        ("きょうあいてる", ["11-20"]),
        ("本日はやっていますか", ["11-20"]),
        ("ｷｮｳ ﾔｯﾃﾙ？", ["11-20"]),
        ("きょうは何時まで?", ["11-20"]),
        ("あしたは開いてる?", ["11-21"]),
        ("明日休み?", ["11-21"]),
        ("あす、やってますか。", ["11-21"]),
        ("明後日", ["11-22"]),
        ("次の土曜は?", ["11-21"]),
        ("今度の土曜は開いてますか", ["11-21"]),
        ("こんどのどようびはやってる?", ["11-21"]),
        ("土曜やってる?", ["11-21"]),
        ("日曜やってる?", ["11-22"]),
        ("土日は?", ["11-21", "11-22"]),
        ("今週の金曜は?", ["11-20"]),
        ("来週の月曜", ["11-23"]),
        ("再来週の火曜日は開いてますか", ["12-01"]),
        ("来週は開いてる?", ["11-23", "11-24", "11-25", "11-26", "11-27", "11-28", "11-29"]),
        ("第2土曜はやってますか", ["12-12"]),
        ("第二・第四土曜日は?", ["11-28", "12-12"]),
        ("祝日は?", ["11-23"]),
        ("次の祝日はやってますか", ["11-23"]),
        ("年末年始は", ["12-28", "12-29", "12-30", "12-31", "01-01", "01-02", "01-03", "01-04"]),
        ("大晦日やってる?", ["12-31"]),
        ("12月29日は開いてる?", ["12-29"]),
        ("１２月２９日（火）は？", ["12-29"]),
        ("11/28は", ["11-28"]),
        ("11月28日の土曜は開いてますか", ["11-28"]),
        ("2026年12月1日は?", ["12-01"]),
        ("28日は開いてますか", ["11-28"]),
        ("1日は開いてますか", ["12-01"]),
        ("1月4日から開いてる?", ["01-04"]),
    ],
)
def test_days_are_counted_from_today(text: str, days: list[str]) -> None:
    assert asked_days(text) == days


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("土曜は?", "2026-11-28", "11-28"),
        ("次の土曜は?", "2026-11-28", "12-05"),
        ("今度の土曜は?", "2026-11-28", "12-05"),
        ("12月29日は?", "2026-12-29", "12-29"),
        ("1月1日は?", "2026-12-31", "01-01"),
        ("31日は?", "2026-09-10", "10-31"),
    ],
)
def test_the_day_itself_counts_unless_the_next_one_is_asked_for(text: str, today: str, day: str) -> None:
    assert asked_days(text, date.fromisoformat(today)) == [day]


def test_a_day_of_leap_years_is_the_next_that_there_is() -> None:
    found = FINDER.find("2月29日は開いてる?", FRIDAY)

    assert found is not None
    assert found.days == (date(2028, 2, 29),)


@pytest.mark.parametrize(
    ("text", "desk"),
    [
        ("区役所まだ開いてますか?", "kohoku-daihyo"),
        ("きょう区役所あいてる?", "kohoku-daihyo"),
        ("港北区役所は土曜やってますか", "kohoku-daihyo"),
        ("役所って何時まで?", "kohoku-daihyo"),
        ("くやくしょ、いまやってる?", "kohoku-daihyo"),
        ("戸籍課の窓口はもうやってますか", "koseki-touroku"),
        ("福祉保健課は日曜も開いてる?", "fukushi-hoken"),
        ("図書館は何時まで?", "kohoku-toshokan"),
        ("窓口は何時まで?", None),
    ],
)
def test_the_desk_is_named_by_its_name_or_alias(text: str, desk: str | None) -> None:
    found = FINDER.find(text, FRIDAY)

    assert found is not None
    assert (found.desk, found.alone) == (desk, True)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("今日開いてる?", Asked.OPEN),
        ("今日は何時まで開いてる?", Asked.UNTIL),
        ("区役所は何時に閉まりますか", Asked.UNTIL),
        ("明日何時からやってますか", Asked.SINCE),
        ("何時から何時まで?", Asked.HOURS),
        ("いつ開いてますか", Asked.HOURS),
    ],
)
def test_what_is_asked_of_the_day(text: str, asked: Asked) -> None:
    found = FINDER.find(text, FRIDAY)

    assert found is not None
    assert found.asked is asked


@pytest.mark.parametrize(
    "text",
    [
        "日曜に粗大ごみ出せる?",
        "土曜日に生まれた",
        "平日忙しい 夜間に婚姻届",
        "いま避難所が開いてるか知りたい",
        "ごみは何時までに出す",
        "今やっている病院を教えて",
        "キッズクラブは何時まで?",
        "明日は雨ですか",
        "今日は暑いですね",
        "今日はもういいです",
        "今日ごみの日?",
        "川崎市役所は今日開いてる?",
        "12月29日に引っ越します",
        "14日以内に届け出る",
    ],
)
def test_a_question_that_names_another_matter_does_not_stand_alone(text: str) -> None:
    found = FINDER.find(text, FRIDAY)

    assert found is None or not found.alone


@pytest.mark.parametrize(
    "text",
    [
        "いつまでに出せばいい?",
        "住民票がほしい",
        "こんにちは",
        "今何時?",
        "まだですか",
        "もういい",
        "やって",
        "区役所",
        "戸籍課",
        "どこ?",
        "いくら?",
        "2月30日は?",
        "",
        "😀",
    ],
)
def test_what_asks_for_no_opening_is_none(text: str) -> None:
    assert FINDER.find(text, FRIDAY) is None


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("マイナンバーカードの窓口は土曜やってる?", True),
        ("台風きてるけど明日区役所あいてる?", True),
        ("家族の死亡届は土曜でも受け付けていますか", False),
        ("夜の区役所が閉まっているときの婚姻届", False),
        ("どこの避難所が今開いてる?", False),
    ],
)
def test_beside_a_matter_it_is_certain_only_with_a_counter_and_a_time(text: str, certain: bool) -> None:
    found = FINDER.find(text, FRIDAY)

    assert found is not None
    assert (found.alone, found.certain) == (False, certain)


def test_without_words_nothing_is_asked() -> None:
    finder = OpeningQuestionFinder(OpeningWords(), Contacts.model_validate({"総合案内": "a", "窓口": {}}))

    assert finder.find("今日開いてる?", FRIDAY) is None


pieces = st.sampled_from(
    [
        "今日",
        "は",
        "やって",
        "ますか",
        "土曜",
        "11/28",
        "2月30日",
        "区役所",
        "て",
        "か",
        "次の",
        "来週",
        "x",
        "31日",
        "?",
    ]
)


@given(st.text() | st.lists(pieces).map("".join), st.dates(date(2024, 1, 1), date(2033, 12, 31)))
def test_any_text_on_any_day_is_read_and_no_day_is_past(text: str, today: date) -> None:
    found = FINDER.find(text, today)

    if found and "月" not in text and "/" not in text:
        assert all(day >= today for day in found.days)
        assert list(found.days) == sorted(set(found.days))
