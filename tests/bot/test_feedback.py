"""「解決した」「ちがう」 in the small ward: what is asked next, what is told to staff."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.action import Action, Verb
from bot.clock import TOKYO
from bot.conversation import Conversation, Utterance
from bot.reply import Choices, Kind, Option, Reply, Text
from bot.turn import Feedback, Mark, Turn

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


def turn_of(talk, utterance: Utterance) -> Turn:
    turn = talk.guide.turn(utterance, talk.conversation, talk.now)
    talk.conversation = turn.conversation
    return turn


def say(talk, text: str) -> Turn:
    return turn_of(talk, Utterance(text))


def tap(talk, verb: Verb, target: str = "", detail: str = "") -> Turn:
    return turn_of(talk, Utterance(action=Action(verb, target, detail)))


def options_of(reply: Reply) -> tuple[Option, ...]:
    (choices,) = [block for block in reply.blocks if isinstance(block, Choices)]
    return choices.options


@pytest.mark.parametrize("said", ["解決した", "解決しました!", "合ってます"])
def test_solved_is_thanked_for_and_told_to_staff_typed_or_tapped(talk, said: str) -> None:
    talk.say("住民票がほしい")

    typed, tapped = say(talk, said), tap(talk, Verb.SOLVED, "juminhyo")

    assert typed.feedback == tapped.feedback == Feedback(Mark.SOLVED, "juminhyo")
    assert typed.reply == tapped.reply
    assert typed.reply.blocks == (Text(talk.guide.knowledge.messages.feedback.solved),)
    assert typed.reply.kind is Kind.SMALLTALK
    assert not typed.is_question


@pytest.mark.parametrize("said", ["ちがう", "違います。", "ちがいます", "それじゃない"])
def test_wrong_asks_one_thing_typed_or_tapped(talk, said: str) -> None:
    talk.say("よその市へ引っ越す")
    before = talk.conversation
    typed = say(talk, said)
    talk.conversation = before

    tapped = tap(talk, Verb.WRONG, "tenshutsu")

    assert typed.reply == tapped.reply
    *others, none = options_of(typed.reply)
    ids = tuple(option.action.target for option in others)
    assert 1 <= len(others) <= 4
    assert "tenshutsu" not in ids
    assert "tennyu" in ids
    assert all(option.description for option in others)
    assert none.label == "どれでもない"
    assert typed.feedback == Feedback(Mark.WRONG, "tenshutsu", ids)
    assert not typed.is_question


@pytest.mark.parametrize("said", ["1", "1番", "転入のほう"])
def test_what_is_chosen_then_is_answered_and_told_to_staff(talk, said: str) -> None:
    talk.say("よその市へ引っ越す")
    first = options_of(say(talk, "ちがう").reply)[0].action.target
    assert first == "tennyu"

    turn = say(talk, said)

    assert turn.reply.kind is Kind.ANSWER
    assert talk.conversation.topic == first
    assert turn.feedback == Feedback(Mark.INSTEAD, "tenshutsu", chosen=first)
    assert not turn.is_question


def test_a_second_wrong_asks_for_the_others_that_were_offered(talk) -> None:
    talk.conversation = Conversation(topic="juminhyo", runners_up=("tennyu", "tenshutsu", "matsuri"), at=talk.now)
    say(talk, "ちがう")
    say(talk, "1")

    offered = [option.action.target for option in options_of(say(talk, "ちがう").reply)[:-1]]

    assert offered == ["tenshutsu", "matsuri"]


@pytest.mark.parametrize("typed", [True, False])
def test_none_of_the_others_asks_for_other_words_once_and_then_hands_over(talk, typed: bool) -> None:
    messages = talk.guide.knowledge.messages
    for words in (messages.other_words, messages.handover.splitlines()[0]):
        talk.say("よその市へ引っ越す")
        none = options_of(say(talk, "ちがう").reply)[-1].action
        turn = say(talk, "どれでもない") if typed else turn_of(talk, Utterance(action=none))

        assert turn.feedback is not None
        assert (turn.feedback.mark, turn.feedback.shown) == (Mark.NONE, "tenshutsu")
        (text,) = turn.reply.blocks
        assert isinstance(text, Text)
        assert text.text.startswith(words)


def test_after_an_answer_that_was_right_other_words_are_asked_for_again(talk) -> None:
    for _ in range(2):
        talk.say("よその市へ引っ越す")
        say(talk, "ちがう")
        assert say(talk, "どれでもない").reply.blocks == (Text(talk.guide.knowledge.messages.other_words),)
        talk.say("住民票がほしい")
        say(talk, "解決した")


def test_where_nothing_else_is_known_other_words_are_asked_for_at_once(talk) -> None:
    talk.tap(Action(Verb.ENTRY, "matsuri"))

    turn = say(talk, "ちがう")

    assert turn.reply.blocks == (Text(talk.guide.knowledge.messages.other_words),)
    assert turn.feedback == Feedback(Mark.WRONG, "matsuri")


def test_an_old_button_asks_for_what_is_related(talk) -> None:
    offered = [option.action.target for option in options_of(tap(talk, Verb.WRONG, "juminhyo").reply)]

    assert offered[0] == "tennyu"


@pytest.mark.parametrize("verb", [Verb.SOLVED, Verb.WRONG, Verb.INSTEAD])
def test_a_button_of_an_entry_that_is_gone_breaks_nothing(talk, verb: Verb) -> None:
    turn = tap(talk, verb, "mukashi-no-annai", "mo-nai")

    assert turn.reply.blocks


@pytest.mark.parametrize("said", ["ちがう", "ちがいます", "解決しました"])
def test_without_an_answer_before_it_is_small_talk(talk, said: str) -> None:
    turn = say(talk, said)

    assert turn.reply.kind is Kind.SMALLTALK
    assert turn.feedback is None


def test_what_the_next_question_is_about_is_not_what_was_wrong(talk) -> None:
    talk.say("住民票がほしい")
    say(talk, "ちがう")

    assert say(talk, "いくら?").reply.kind is Kind.UNKNOWN


def test_a_question_about_a_fact_leaves_what_else_may_have_been_meant(talk) -> None:
    talk.say("よその市へ引っ越す")
    known = talk.conversation.runners_up
    talk.say("どこ?")

    assert talk.conversation.runners_up == known != ()


@given(st.lists(st.sampled_from(["ちがう", "解決した", "1", "2", "どれでもない", "住民票がほしい", "いくら?", "asdf"])))
def test_however_it_goes_on_there_is_a_reply(small_guide, said: list[str]) -> None:
    conversation = Conversation()
    for text in said:
        turn = small_guide.turn(Utterance(text), conversation, NOW)
        conversation = Conversation.from_json(turn.conversation.to_json())
        assert conversation == turn.conversation
        assert turn.reply.blocks


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from([Verb.SOLVED, Verb.WRONG, Verb.INSTEAD]))
def test_any_tap_that_comes_back_is_answered(small_guide, target: str, detail: str, verb: Verb) -> None:
    conversation = Conversation(topic="juminhyo", runners_up=("x", "tennyu"), at=NOW)

    assert small_guide.turn(Utterance(action=Action(verb, target, detail)), conversation, NOW).reply.blocks
