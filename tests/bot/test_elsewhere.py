"""Other places' matters are theirs; who comes from there or goes there is ours."""

from __future__ import annotations

import pytest

from bot.elsewhere import ElsewhereFinder, OtherOfficeFinder
from bot.knowledge.schema import Entry, OtherOffice

FINDER = ElsewhereFinder(["青葉区", "川崎市", "大阪府"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("横浜市青葉区役所の電話番号", "青葉区"),
        ("川崎市の粗大ごみを申し込みたい", "川崎市"),
        ("川崎市役所はどこ", "川崎市"),
        ("大阪府の補助金", "大阪府"),
        ("川崎市 粗大ごみ", "川崎市"),
        ("川崎市在住です。児童手当の申請は?", "川崎市"),
        ("青葉区に住んでいます 粗大ごみを出したい", "青葉区"),
    ],
)
def test_a_matter_of_another_place_is_recognised(text: str, place: str) -> None:
    assert FINDER.find(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "川崎市から引っ越してきました",
        "青葉区の実家から転入します",
        "来月川崎市へ転出",
        "本籍が大阪府の戸籍謄本",
        "港北区の粗大ごみ",
        "川崎市に住んでいても港北図書館のカードは作れますか",
        "川崎市民でも利用できる施設は",
        "",
    ],
)
def test_a_matter_of_ours_stays_ours(text: str) -> None:
    assert FINDER.find(text) is None


def test_without_names_nothing_is_elsewhere() -> None:
    assert ElsewhereFinder([]).find("川崎市の粗大ごみ") is None


OFFICES = [
    OtherOffice(名称="税務署", 用件=("確定申告", "相続税"), 除く=("納付額",)),
    OtherOffice(名称="法務局", 用件=("登記", "登記簿")),
]


def entry(name: str, *aliases: str) -> Entry:
    return Entry(id="e", 名称=name, 別名=aliases, 回答="…", 担当課="戸籍課", 出典=None)


@pytest.mark.parametrize(
    ("text", "matter", "office"),
    [
        ("確定申告したい", "確定申告", "税務署"),
        ("とうき簿じゃなくて登記簿がほしい", "登記簿", "法務局"),
        ("登記", "登記", "法務局"),
    ],
)
def test_a_matter_of_another_office_is_recognised_by_its_longest_name(text: str, matter: str, office: str) -> None:
    found = OtherOfficeFinder(OFFICES, []).find(text)

    assert found
    assert (found[0], found[1].name) == (matter, office)


@pytest.mark.parametrize("text", ["確定申告に使う納付額を知りたい", "住民票がほしい", ""])
def test_what_is_excepted_or_not_named_is_not(text: str) -> None:
    assert OtherOfficeFinder(OFFICES, []).find(text) is None


def test_a_matter_that_an_entry_names_is_ours() -> None:
    assert OtherOfficeFinder(OFFICES, [entry("確定申告の相談会")]).find("確定申告したい") is None
