"""Other places' matters are theirs; who comes from there or goes there is ours."""

from __future__ import annotations

import pytest

from bot.elsewhere import ElsewhereFinder

FINDER = ElsewhereFinder(["青葉区", "川崎市", "大阪府"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("横浜市青葉区役所の電話番号", "青葉区"),
        ("川崎市の粗大ごみを申し込みたい", "川崎市"),
        ("川崎市役所はどこ", "川崎市"),
        ("大阪府の補助金", "大阪府"),
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
        "",
    ],
)
def test_a_matter_of_ours_stays_ours(text: str) -> None:
    assert FINDER.find(text) is None


def test_without_names_nothing_is_elsewhere() -> None:
    assert ElsewhereFinder([]).find("川崎市の粗大ごみ") is None
