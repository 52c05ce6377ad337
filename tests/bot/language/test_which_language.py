from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.which_language import Heard, Language, goes_on_in, heard

JA, PLAIN, EN, ZH, KO = (
    Language.JAPANESE,
    Language.PLAIN,
    Language.ENGLISH,
    Language.CHINESE,
    Language.KOREAN,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("住民票がほしい", JA),
        ("マイナンバーカード 申請", JA),
        ("粗大ごみの申し込みはwebのformからですか", JA),
        ("LINEで予約できる?", JA),
        ("住民票を英語で How do I say?って聞かれた、どう答える", JA),
        ("ごみ だしかた", JA),
        ("よぼうせっしゅの よしんひょう なくした", PLAIN),
        ("べつの まちに ひっこします。 かみ いりますか", PLAIN),
        ("住民票(じゅうみんひょう)が 欲(ほ)しいです", PLAIN),
        ("港北(こうほく)区の住民票がほしい", JA),
        ("How can I register my dog?", EN),
        ("dog registration", EN),
        ("can i get juminhyo for my wife", EN),
        ("How do I get a 在留カード?", EN),
        ("please tell me about 児童手当", EN),
        ("我想办理国民健康保险", ZH),
        ("健保費繳不出來怎麼辦", ZH),
        ("日吉的地震避難所在哪裡", ZH),
        ("旧柜子不要了怎么扔", ZH),
        ("我想要住民票", ZH),
        ("怎么办マイナンバーカード", ZH),
        ("주민표는 어디에서 받을 수 있나요?", KO),
        ("住民票(주민표) 떼고 싶어요", KO),
    ],
)
def test_the_language_of_an_utterance_is_heard(text: str, language: Language) -> None:
    assert heard(text) == Heard(language, sure=True)


@pytest.mark.parametrize(
    "text",
    ["住民票", "印鑑登録 必要書類", "怪我", "公的年金 減免", "在留期間 更新", "國學院大學", "予約不要", "電力需要"],
)
def test_kanji_alone_are_japanese_but_end_no_conversation_in_another_language(text: str) -> None:
    assert heard(text) == Heard(JA, sure=False)
    assert goes_on_in(ZH, text, begun=True) is ZH
    assert goes_on_in(JA, text, begun=True) is JA


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2",
        "OK",
        "👍",
        "juminhyo",
        "my number",
        "my number card",
        "LINE",
        "LINE Pay",
        "AED",
        "iPhone",
        "3R",
        "#7119",
    ],
)
def test_what_could_be_any_language_is_none(text: str) -> None:
    assert heard(text) is None


def test_an_address_is_no_language() -> None:
    assert heard("https://www.example.jp/how/to/register/your/dog you@example.jp") is None


@pytest.mark.parametrize("word", ["hello", "garbage", "Thanks!"])
def test_an_english_word_alone_counts_only_before_anything_else_was_said(word: str) -> None:
    assert goes_on_in(JA, word, begun=False) is EN
    assert goes_on_in(JA, word, begun=True) is JA


@pytest.mark.parametrize("before", [EN, ZH, KO])
def test_japanese_brings_a_conversation_back(before: Language) -> None:
    assert goes_on_in(before, "住民票がほしい", begun=True) is JA


def test_plain_japanese_stays_until_another_language_is_heard() -> None:
    assert goes_on_in(PLAIN, "住民票がほしい", begun=True) is PLAIN
    assert goes_on_in(PLAIN, "How can I register my dog?", begun=True) is EN


@given(st.text())
def test_any_text_is_heard_without_complaint(text: str) -> None:
    said = heard(text)

    assert said is None or said.language in Language
    assert goes_on_in(KO, text, begun=True) in Language


@given(st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3096), min_size=1))
def test_hiragana_is_japanese(text: str) -> None:
    assert goes_on_in(EN, text, begun=True) is JA


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1))
def test_hangul_is_korean(text: str) -> None:
    assert goes_on_in(JA, text, begun=True) is KO
