"""English, 中文, 한국어, やさしい日本語: everyone is answered in words that they can read, or told who speaks them."""

from __future__ import annotations

import pytest
import regex

from bot.knowledge.twin_marks import current_twin
from bot.language.which_language import Language
from bot.plain_text import as_text
from bot.reply import Card, Choices, Kind, Text, Urgent

HELP_LINE = "045-316-2770"


def test_a_question_in_english_is_answered_in_english(resident) -> None:
    reply = resident.say("How can I register my dog?")

    assert reply.candidates[0].id == "inu-toroku"
    assert "within 30 days" in as_text(reply)
    assert resident.conversation.language is Language.ENGLISH


def test_a_question_in_chinese_leads_to_its_entry(resident) -> None:
    reply = resident.say("我想办理国民健康保险")

    assert reply.candidates[0].id == "kokuho-join"
    assert any(block.language == "zh" for block in reply.blocks)


def test_a_question_in_korean_leads_to_its_entry(resident) -> None:
    reply = resident.say("주민표는 어디에서 받을 수 있나요?")

    assert reply.kind in (Kind.ANSWER, Kind.CHOOSE)
    assert reply.candidates[0].id == "juminhyo"
    assert any(block.language == "ko" for block in reply.blocks)


@pytest.mark.parametrize("question", ["오늘 날씨 어때?", "推荐一部好看的电影", "Who won the football game yesterday?"])
def test_what_is_no_matter_of_the_ward_gets_no_service_and_the_help_line(resident, question: str) -> None:
    reply = resident.say(question)

    assert reply.kind is Kind.UNKNOWN
    assert isinstance(reply.blocks[0], Text)
    assert reply.blocks[0].language != "ja"
    assert HELP_LINE in reply.blocks[0].text


@pytest.mark.parametrize(
    ("greeting", "answer"),
    [("Hello", "Hello"), ("你好", "您好"), ("안녕하세요", "안녕하세요"), ("thank you", "welcome"), ("谢谢", "不客气")],
)
def test_a_greeting_is_answered_in_its_language(resident, greeting: str, answer: str) -> None:
    reply = resident.say(greeting)

    assert reply.kind is Kind.SMALLTALK
    assert answer in as_text(reply)


def test_danger_is_told_in_english(resident) -> None:
    (block,) = resident.say("My house is on fire!").blocks

    assert isinstance(block, Urgent)
    assert block.language == "en"
    assert "119" in block.text


def test_every_danger_has_the_same_numbers_in_every_language(shipped_guide) -> None:
    numbers = regex.compile(r"#?\d[\d-]*")
    for situation in shipped_guide.knowledge.urgent.situations:
        for language in (Language.ENGLISH, Language.CHINESE, Language.KOREAN):
            words = situation.said_in(language)
            assert words, (situation.id, language)
            assert sorted(set(numbers.findall(words))) == sorted(set(numbers.findall(situation.words))), situation.id


def test_no_number_of_a_twin_is_unknown_to_its_entry(shipped_guide) -> None:
    numbers = regex.compile(r"#?\d[\d-]*")
    for entry in shipped_guide.knowledge.entries.values():
        known = set(numbers.findall(entry.answer + "".join(fact.text for fact in entry.facts.values())))
        for language in (Language.CHINESE, Language.KOREAN):
            twin = current_twin(entry, language)
            assert twin is None or set(numbers.findall(twin)) <= known, (entry.id, language)


def test_simply_and_back(resident) -> None:
    resident.say("住民票がほしい")

    plain = resident.say("やさしく")
    ordinary = resident.say("ふつうの日本語で")

    assert "(じゅうみんひょう)" in as_text(plain).replace("（", "(").replace("）", ")")
    assert "(じゅうみんひょう)" not in as_text(ordinary).replace("（", "(").replace("）", ")")


def test_who_writes_in_plain_japanese_is_answered_so(resident) -> None:
    reply = resident.say("としょかんの ほん いつ かえす")

    (card,) = [block for block in reply.blocks if isinstance(block, Card)]
    assert card.entry_id == "kohoku-toshokan"
    assert resident.conversation.language is Language.PLAIN


def test_a_choice_is_asked_for_in_the_language_and_can_be_typed(resident) -> None:
    reply = resident.say("I need help with garbage")
    assert reply.kind is Kind.CHOOSE
    (choices,) = [block for block in reply.blocks if isinstance(block, Choices)]
    assert choices.language == "en"

    assert resident.say("1").kind is Kind.ANSWER
    assert resident.conversation.language is Language.ENGLISH


def test_kanji_alone_from_a_japanese_stay_japanese(resident) -> None:
    assert all(block.language == "ja" for block in resident.say("印鑑登録 必要書類").blocks)
