from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.tokens import Tokenizer

PLAIN = Tokenizer()


@pytest.fixture(scope="module")
def with_own_words(small_dictionary: Path) -> Tokenizer:
    return Tokenizer(small_dictionary)


def test_words_are_found_in_their_normal_form_without_the_empty_ones() -> None:
    words = PLAIN.analyse("住民票をもらいたいんですけど、いいですか").words

    assert "住民票" in words
    assert not {"を", "貰う", "良い", "です", "けど"} & set(words)


def test_ways_of_writing_one_word_are_one_word() -> None:
    assert PLAIN.analyse("引越し").words == PLAIN.analyse("引っ越し").words


def test_long_and_short_units_of_a_compound_are_both_there() -> None:
    words = PLAIN.analyse("国民健康保険").words

    assert "国民健康保険" in words
    assert {"国民", "健康", "保険"} <= set(words)


def test_a_word_stands_once_however_often_it_is_said() -> None:
    words = PLAIN.analyse("ごみ ごみ ごみ").words

    assert len(words) == len(set(words))


def test_the_reading_is_hiragana_without_marks() -> None:
    assert PLAIN.reading("住民票、ほしい!") == "じゅうみんひょうほしい"


def test_hiragana_becomes_the_word_as_the_knowledge_base_writes_it(with_own_words: Tokenizer) -> None:
    tokens = with_own_words.analyse("じゅうみんひょうほしい")

    assert tokens.text == "住民票ほしい"
    assert "住民票" in tokens.words
    assert tokens.written_in_hiragana


def test_katakana_becomes_no_other_word(with_own_words: Tokenizer) -> None:
    assert not with_own_words.analyse("住民票").written_in_hiragana


def test_the_knowledge_bases_own_name_is_one_word(with_own_words: Tokenizer) -> None:
    assert "子育て応援給付金" in with_own_words.analyse("子育て応援給付金のこと").words


def test_a_compound_that_sudachi_cuts_gets_into_the_dictionary_with_its_kana() -> None:
    words = PLAIN.dictionary_words(["赤ちゃん学級"])

    assert {(word.surface, word.normalised) for word in words} == {
        ("赤ちゃん学級", "赤ちゃん学級"),
        ("あかちゃんがっきゅう", "赤ちゃん学級"),
        ("アカチャンガッキュウ", "赤ちゃん学級"),
    }


def test_a_name_that_sudachi_knows_gets_only_its_kana() -> None:
    assert [word.surface for word in PLAIN.dictionary_words(["児童手当"])] == ["じどうてあて", "ジドウテアテ"]


def test_nouns_of_other_texts_are_known_in_hiragana_alone_and_joined() -> None:
    words = PLAIN.dictionary_words([], ["課税証明書はどこで取れるか"])

    assert {(word.surface, word.normalised) for word in words} >= {("かぜいしょうめいしょ", "課税証明書")}
    assert all(word.cost > 0 for word in words), "they win only where the kana make no ordinary words"


def test_a_particle_or_verb_of_other_texts_is_no_word_of_its_own() -> None:
    assert PLAIN.dictionary_words([], ["引っ越したので住みたい"]) == []


@pytest.mark.parametrize(
    "name", ["引っ越した", "赤ちゃん学級と住民票の写しと転入届", "住民票,写し", '住"民', "あ", "ぜい", ""]
)
def test_what_is_no_compound_noun_stays_out_of_the_dictionary(name: str) -> None:
    assert PLAIN.dictionary_words([name]) == []


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\x00住民票\x00", "😀", "\u202e", "\ud800", "ﷺ" * 500, "。。。", "a" * 10_000]
)
def test_odd_text_has_tokens_or_none_but_never_raises(text: str, with_own_words: Tokenizer) -> None:
    assert "\x00" not in with_own_words.analyse(text).text


@given(st.text(st.characters(exclude_categories=())))
def test_any_unicode_is_analysed(text: str) -> None:
    tokens = PLAIN.analyse(text)

    assert all(tokens.words)
    assert len(set(tokens.words)) == len(tokens.words)


def test_threads_that_ask_at_once_get_what_one_alone_gets() -> None:
    texts = ["住民票がほしい", "引っ越しの手続き", "粗大ごみを出したい", "児童手当の申請"] * 20
    alone = [PLAIN.analyse(text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(PLAIN.analyse, texts))

    assert together == alone
