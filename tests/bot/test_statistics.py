"""The coverage table, counted on a ward that is known by heart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from small_ward import SmallWard

from bot.knowledge.loading import load
from bot.knowledge.programmes import Programmes, read_programmes
from bot.settings import ROOT
from bot.statistics import Spread, Statistics, as_table, count

PROGRAMMES = "資料: 港町区の方針\n施策:\n  - {名称: まつり, 案内: matsuri}\n  - {名称: 港の絵本, 案内: ehon}\n"


def counted(ward: SmallWard, today: date) -> Statistics:
    programmes, problems = read_programmes(ward.folder)
    assert problems == []
    return count(load(ward.folder, ROOT / "knowledge").knowledge, programmes, today)


def test_the_small_ward_is_counted(ward: SmallWard, now: datetime) -> None:
    ward.write("programmes.yaml", PROGRAMMES)
    ward.add("services/koseki/tennyu.yaml", "English: Come.\nやさしい日本語: 来(き)て ください。\n")

    found = counted(ward, now.date())

    assert found == Statistics(
        entries=7,
        by_area={"戸籍": 3, "ごみ": 1, "子育て": 2, "地域": 1},
        facts=4,
        by_age={"1年以内": 4, "2年以内": 0, "2年より古い": 0},
        by_confidence={"高": 4, "中": 0, "低": 0},
        surely_high=0,
        expired=1,
        without_facts=5,
        without_desk=3,
        without_check_questions=6,
        english=1,
        plain=1,
        phrasings=Spread(1, 2.0),
        check_questions=Spread(0, 0.0),
        document="港町区の方針",
        programmes=2,
        covered=1,
        uncovered=("港の絵本",),
    )


@pytest.mark.parametrize(
    ("source", "seen", "written", "sure"),
    [
        ("https://www.city.yokohama.lg.jp/a", "2025-04", "高", 1),
        ("https://www.pref.kanagawa.jp/a", "2026", "高", 1),
        ("https://www.mhlw.go.jp/a", "2025", "高", 1),
        ("https://www.city.yokohama.lg.jp/a", "2024-12-31", "高", 0),
        ("https://www.city.yokohama.lg.jp/a", "2026", "中", 0),
        ("https://www.townnews.co.jp/lg.jp", "2026", "高", 0),
        ("https://lg.jp.example.com/", "2026", "高", 0),
        ("「区の手引き」", "2026", "高", 0),
    ],
)
def test_high_counts_as_high_only_from_an_official_page_of_2025_or_newer(
    ward: SmallWard, now: datetime, source: str, seen: str, written: str, sure: int
) -> None:
    fact = f"{{値: 300円, 出典: {source}, 確認日: {seen}, 信頼度: {written}}}"
    ward.add("services/koseki/tennyu.yaml", f"項目: {{手数料: {fact}}}\n")

    assert counted(ward, now.date()).surely_high == sure


def test_a_fact_grows_old_by_the_day(ward: SmallWard) -> None:
    ages = [counted(ward, date(2027, 6, day)).by_age["1年以内"] for day in (1, 2, 3)]

    assert ages == [2, 1, 0], "2026-06 counts from its first day on, 2026-06-02 a day longer"


def test_the_table_shows_every_number_and_names_what_is_missing(ward: SmallWard, now: datetime) -> None:
    ward.write("programmes.yaml", PROGRAMMES)

    table = as_table(counted(ward, now.date()))

    assert table.splitlines()[0] == "案内 7 件"
    assert "「港町区の方針」の施策 2 件中 1 件に案内があります\n  案内がありません: 港の絵本" in table
    assert "最小 1、中央 2" in table


def test_nothing_at_all_can_be_counted(ward: SmallWard, now: datetime) -> None:
    knowledge = replace(load(ward.folder, ROOT / "knowledge").knowledge, entries={})

    assert "案内 0 件" in as_table(count(knowledge, None, now.date()))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("資料: x\n", "「施策」がありません"),
        ("資料: x\n施策: []\n", "中身が空です"),
        ("資料: x\n施策: [{名称: い}]\n", "「施策・案内」がありません"),
        ("資料: [\n", "YAMLとして読めません"),
        (b"\x81\x40", "UTF-8ではありません"),
    ],
)
def test_a_list_of_programmes_that_can_not_be_read_is_told(ward: SmallWard, text: str | bytes, says: str) -> None:
    ward.write("programmes.yaml", text)

    found, problems = read_programmes(ward.folder)

    assert found is None
    assert says in str(problems[0])
    assert str(problems[0]).startswith("knowledge/programmes.yaml:")


def test_every_programme_of_the_policy_document_has_an_entry(now: datetime) -> None:
    folder = ROOT / "knowledge"
    programmes, problems = read_programmes(folder)
    assert isinstance(programmes, Programmes)

    found = count(load(folder, folder).knowledge, programmes, now.date())

    assert problems == []
    assert (found.uncovered, found.covered) == ((), 74)
