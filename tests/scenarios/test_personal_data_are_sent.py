"""Someone sends more of themselves than is needed: the question is answered, and they are told that it was not needed."""

from __future__ import annotations

import pytest

from bot.language.personal_data import mask
from bot.plain_text import as_text


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("090-1234-5678です。住民票がほしい", "5678"),
        ("大豆戸町26-1から引っ越します。住民票がほしい", "26-1"),
        ("taro@example.jp に住民票を送ってほしい", "taro"),
    ],
)
def test_the_answer_comes_with_a_word_about_it_and_without_the_data(resident, typed: str, secret: str) -> None:
    masked = mask(typed)

    text = as_text(resident.say(masked.text, masked.kinds))

    assert text.startswith(resident.guide.knowledge.messages.personal_data.strip())
    assert secret not in text
