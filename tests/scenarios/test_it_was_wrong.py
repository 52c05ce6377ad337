"""「ちがう」: one tap says so, one question mends it, and staff learn of both."""

from __future__ import annotations

import pytest

from bot.action import Action, Verb
from bot.plain_text import as_text
from bot.reply import Card, Choices, Kind, Option, Reply, Text


def options_of(reply: Reply) -> tuple[Option, ...]:
    (choices,) = [block for block in reply.blocks if isinstance(block, Choices)]
    return choices.options


def answered(reply: Reply) -> str:
    (card,) = [block for block in reply.blocks if isinstance(block, Card)]
    return card.entry_id


def test_under_each_answer_stands_whether_it_was_right(resident) -> None:
    reply = resident.say("粗大ごみを捨てたい")

    assert [option.label for option in reply.follow_ups[:2]] == ["解決した", "ちがう"]
    assert [option.action for option in reply.follow_ups[:2]] == [
        Action(Verb.SOLVED, "sodai-gomi"),
        Action(Verb.WRONG, "sodai-gomi"),
    ]


@pytest.mark.parametrize("said", ["ちがう", "違います"])
def test_wrong_asks_which_of_the_next_was_meant_and_answers_it(resident, said: str) -> None:
    resident.say("粗大ごみを捨てたい")

    *others, none = options_of(resident.say(said))

    assert 2 <= len(others) <= 4
    assert none.label == "どれでもない"
    assert "sodai-mochikomi" in [option.action.target for option in others]
    assert answered(resident.say("持込みのほう")) == "sodai-mochikomi"


def test_none_of_them_asks_for_other_words_and_then_names_the_right_desk(resident) -> None:
    messages = resident.guide.knowledge.messages
    resident.say("引っ越しの手続き")
    assert resident.say("どれでもない").blocks == (Text(messages.other_words),)
    resident.say("引っ越し")

    text = as_text(resident.say("どれでもない"))

    desk = resident.guide.knowledge.contacts.desks["koseki-touroku"]
    caller = desk if desk.phone else resident.guide.knowledge.general_desk
    assert f"{desk.name} 電話 {caller.phone.number}" in text
    assert "受付中(" in text
    assert "・知りたいこと" in text


def test_solved_is_thanked_for(resident) -> None:
    resident.say("住民票がほしい")

    reply = resident.say("解決しました")

    assert reply.kind is Kind.SMALLTALK
    assert as_text(reply) == resident.guide.knowledge.messages.feedback.solved.strip()


def test_the_choices_say_what_tells_them_apart(resident) -> None:
    reply = resident.say("助成の医療証がほしい")

    assert reply.kind is Kind.CHOOSE
    *options, none = options_of(reply)
    assert [option.action.target for option in options] == ["shoni-iryo", "hitorioya-iryo", "judo-iryo"]
    assert [option.description for option in options] == [
        "子どもの医療費の助成",
        "ひとり親家庭の親と子の医療費の助成",
        "重い障害のある人の医療費の助成",
    ]
    assert none.description == ""
    assert "3. 重度障害者医療費助成 — 重い障害のある人の医療費の助成" in as_text(reply)


@pytest.mark.parametrize("asked", ["手帳がほしい", "印鑑", "避難所", "引っ越し", "医療費の助成", "手当がほしい"])
def test_two_to_four_choices_that_differ_and_a_way_out(resident, asked: str) -> None:
    *options, none = options_of(resident.say(asked))

    assert 2 <= len(options) <= 4
    assert none.label == "どれでもない"
    assert len({option.label for option in options}) == len(options)
    assert len({option.description for option in options}) == len(options)
    assert all(0 < len(option.description) <= 40 for option in options)
