"""「じゅうみんひょうほしい」: the certificate of residence, whatever the keyboard made of it."""

from __future__ import annotations

import pytest

from bot.plain_text import as_text
from bot.reply import Card, Kind


@pytest.mark.parametrize(
    "asked",
    [
        "じゅうみんひょうほしい",
        "住民表 取りたい",
        "住民票",
        "住民票ほしいんだけど",
        "住民票の写しがほしいです🙏",
        "住民票ほしいｗ",
        "住\u200b民票",
    ],
)
def test_the_certificate_of_residence_is_what_comes(resident, asked: str) -> None:
    reply = resident.say(asked)

    (card,) = [block for block in reply.blocks if isinstance(block, Card)]
    assert reply.kind is Kind.ANSWER
    assert card.entry_id == reply.candidates[0].id == "juminhyo"


def test_the_card_names_the_desk_a_number_to_call_and_where_it_was_verified(resident) -> None:
    text = as_text(resident.say("住民票がほしい"))

    assert "戸籍課" in text
    assert "☎" in text
    assert "確認" in text
