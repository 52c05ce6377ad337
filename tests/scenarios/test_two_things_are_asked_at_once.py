"""「印鑑登録と、犬の登録もしたい」: both are answered, and the conversation goes on about the second."""

from __future__ import annotations

import pytest

from bot.reply import Card, Kind, Reply


def answered(reply: Reply) -> list[str]:
    return [block.entry_id for block in reply.blocks if isinstance(block, Card)]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("印鑑登録と、犬の登録もしたいです", ["inkan-touroku", "inu-toroku"]),
        ("住民票がほしいです。あと粗大ごみの出し方も教えて", ["juminhyo", "sodai-gomi"]),
        ("児童手当と保育園の申し込みについて教えてください", ["jido-teate", "hoikusho-nyusho"]),
    ],
)
def test_both_are_answered_in_the_order_asked(resident, text: str, entries: list[str]) -> None:
    reply = resident.say(text)

    assert reply.kind is Kind.ANSWER
    assert answered(reply) == entries
    assert {each.id for each in reply.candidates[:2]} == set(entries)


def test_what_is_asked_next_is_asked_of_the_second(resident) -> None:
    resident.say("印鑑登録と、犬の登録もしたいです")

    assert answered(resident.say("どこでできる?")) == ["inu-toroku"]


def test_one_wish_told_in_two_sentences_gets_one_card(resident) -> None:
    assert len(answered(resident.say("先週引っ越してきました。転入届を出したいです。"))) <= 1
