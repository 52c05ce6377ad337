"""Another ward's, another city's or the state's matter: said to be theirs, and no desk of this ward is shown."""

from __future__ import annotations

import pytest

from bot.plain_text import as_text
from bot.reply import Card, Kind


@pytest.mark.parametrize(
    ("asked", "whose"),
    [
        ("都筑区の粗大ごみ", "都筑区"),
        ("川崎市役所の電話番号は", "川崎市"),
        ("相続税はどう払う", "税務署"),
        ("運転免許の更新", "運転免許センター"),
        ("水道代を払いたい", "水道局"),
        ("ビザの更新をしたい", "出入国在留管理局"),
    ],
)
def test_it_is_said_whose_it_is(resident, asked: str, whose: str) -> None:
    reply = resident.say(asked)

    text = as_text(reply)
    assert reply.kind is Kind.UNKNOWN
    assert whose in text
    assert "045-540" not in text
    assert not [block for block in reply.blocks if isinstance(block, Card)]


@pytest.mark.parametrize("asked", ["軽自動車税の納付書をなくした", "会社をやめた 国保に入りたい"])
def test_what_only_sounds_like_it_is_answered(resident, asked: str) -> None:
    assert resident.say(asked).kind in (Kind.ANSWER, Kind.CHOOSE)
