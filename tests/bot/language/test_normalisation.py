from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalisation import LONGEST, folded, is_hiragana_only, normalise, to_hiragana, to_katakana

TYPED = st.text(st.one_of(st.characters(), st.sampled_from("あいアイ草笑wｗ〜ー-ｰ。!?()（）😀‍️\u200b\u202e ﾞﾟｶﾊ漢0０\n")))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("ｼﾞｭｳﾐﾝﾋｮｳ", "ジュウミンヒョウ"),
        ("住民票\u200bが\ufeffほしい", "住民票がほしい"),
        ("\u202e住民票\u202c", "住民票"),
        ("住民票が\x00ほしい", "住民票がほしい"),
        ("住民票がほしい🙏🏻✨", "住民票がほしい"),
        ("👨‍👩‍👧の手当", "の手当"),
        ("住民票　が\n\tほしい  ", "住民票 が ほしい"),
        ("すごーーーい〜〜〜", "すごーいー"),
        ("コ-ヒ−", "コーヒー"),
        ("えええええええ", "えええ"),
        ("住民票ほしいｗｗｗ", "住民票ほしい"),
        ("引っ越しました(笑)", "引っ越しました"),
        ("まじですか。草", "まじですか。"),
        ("がほしい", "がほしい"),
        ("ﾊﾞｽ", "バス"),
        ("か\u3099っこう", "がっこう"),
    ],
)
def test_one_form_is_read_for_what_residents_type_in_many(typed: str, read: str) -> None:
    assert normalise(typed) == read


@pytest.mark.parametrize("word", ["公園の除草", "煙草", "庭に生えた草", "雑草", "爆笑", "微笑", "www", "草"])
def test_a_word_that_ends_like_laughter_keeps_its_end(word: str) -> None:
    assert normalise(word) == word


@given(TYPED)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(TYPED)
def test_the_normal_form_has_no_mark_that_nobody_sees(text: str) -> None:
    read = normalise(text)

    assert read == read.strip()
    assert not {"\x00", "\u200b", "\u202e", "\ufeff", "\n", "\t", "  "} & {
        *read,
        *(read[i : i + 2] for i in range(len(read))),
    }


def test_a_very_long_message_is_read_from_its_beginning() -> None:
    assert normalise("住民票" * 5000) == ("住民票" * 5000)[:LONGEST]


@pytest.mark.parametrize("long", ["\ufdfa" * 3000, "İ" * 3000, "あ" * 100_000, "か\u3099" * 3000])
def test_text_that_grows_when_normalised_stays_within_the_limit(long: str) -> None:
    assert len(normalise(long)) <= LONGEST


@given(st.text(st.characters(min_codepoint=ord("ぁ"), max_codepoint=ord("ゖ"))))
def test_hiragana_survives_the_way_to_katakana_and_back(text: str) -> None:
    assert to_hiragana(to_katakana(text)) == text


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("じゅうみんひょうほしい", True),
        ("こーひー 2こ?", True),
        ("住民票ほしい", False),
        ("ジュウミンヒョウ", False),
        ("abc", False),
        ("123", False),
        ("", False),
    ],
)
def test_hiragana_alone_is_recognised(text: str, alone: bool) -> None:
    assert is_hiragana_only(normalise(text)) is alone


def test_folding_makes_equal_what_looks_alike() -> None:
    assert folded("ジュウミンヒョウ、ほしい！") == folded("じゅうみんひょう ほしい") == "じゅうみんひょうほしい"
