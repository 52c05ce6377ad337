"""Texts are cut in LINE's units, where a reader would cut them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_api import clusters, utf16_units

from handlers.line import limits

ODD = st.text(st.one_of(st.characters(), st.sampled_from("🍎👨‍👩‍👧🇯🇵が゙́。\n… ")), max_size=120)
FAMILY = "👨‍👩‍👧"


def test_an_apple_is_two_utf16_units_and_a_family_is_one_character() -> None:
    assert limits.utf16("🍎") == 2
    assert limits.graphemes(FAMILY) == 1


def test_a_text_within_the_limit_stays_as_it_is() -> None:
    assert limits.shorten("手数料は300円です。", 5000) == "手数料は300円です。"


def test_a_long_text_ends_after_a_sentence() -> None:
    text = "手数料は300円です。窓口は2階です。本人確認書類をお持ちください。"
    assert limits.shorten(text, 24) == "手数料は300円です。窓口は2階です。…"


def test_a_text_without_sentences_is_cut_between_characters() -> None:
    assert limits.shorten(FAMILY * 10, 20) == FAMILY * 2 + "…"


def test_a_sentence_that_ends_early_does_not_throw_the_room_away() -> None:
    assert limits.shorten("はい。" + "あ" * 100, 50) == "はい。" + "あ" * 46 + "…"


def test_a_label_is_cut_in_characters() -> None:
    assert limits.label("マイナンバーカードの受け取りについて知りたい", 20) == "マイナンバーカードの受け取りについて知…"
    assert limits.label("🍎" * 20, 20) == "🍎" * 20


def test_a_label_stands_on_one_line() -> None:
    assert limits.label(" 転入\n届 ", 20) == "転入 届"


def test_what_nobody_can_see_is_empty() -> None:
    for text in ("", "  \n", "\u200b", "\x00\x07", "\u3000"):
        assert limits.clean(text) == ""


def test_half_a_surrogate_pair_is_replaced_and_a_split_pair_made_whole() -> None:
    assert limits.clean("あ\ud83c") == "あ\ufffd"
    assert limits.clean("\ud83c\udf4e") == "🍎"


@given(ODD, st.integers(2, 100))
def test_no_shortened_text_is_over_its_limit_or_broken(text: str, limit: int) -> None:
    short = limits.shorten(text, limit)

    assert utf16_units(short) <= limit
    short.encode()


@given(ODD, st.integers(2, 40))
def test_no_label_is_over_its_limit_or_broken(text: str, limit: int) -> None:
    label = limits.label(text, limit)

    assert len(clusters(label)) <= limit
    assert "\n" not in label
    label.encode()


def test_a_letter_under_a_thousand_marks_is_cut_all_the_same() -> None:
    assert utf16_units(limits.shorten("a" + "\u0301" * 1000, 50)) <= 50
    assert utf16_units(limits.label("a" + "\u0301" * 1000, 20)) <= 60


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://www.city.yokohama.lg.jp/kohoku/", "https://www.city.yokohama.lg.jp/kohoku/"),
        (
            "https://example.jp/手数料?種類=住民票#表",
            "https://example.jp/%E6%89%8B%E6%95%B0%E6%96%99?%E7%A8%AE%E9%A1%9E=%E4%BD%8F%E6%B0%91%E7%A5%A8#%E8%A1%A8",
        ),
        ("https://example.jp/%E3%81%82?a=100%", "https://example.jp/%E3%81%82?a=100%25"),
        ("HTTP://例え.jp:8080/a b", "http://xn--r8jz45g.jp:8080/a%20b"),
        ("tel:0455402323", "tel:0455402323"),
        ("tel:%237119", "tel:%237119"),
    ],
)
def test_an_address_is_sent_percent_encoded(url: str, sent: str) -> None:
    assert limits.uri(url) == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "/kohoku",
        "https://",
        "https://[",
        "https://city.example@other.example/",
        "http://a:b/",
        "tel:",
        "tel:045(代表)",
        "tel:0455402323と0455402324",
        "https://example.jp/" + "a" * 1000,
    ],
)
def test_an_address_that_line_would_refuse_is_left_out(url: str) -> None:
    assert limits.uri(url) is None


@given(st.text())
def test_any_address_is_either_whole_ascii_or_left_out(url: str) -> None:
    for candidate in (url, "https://" + url, "https://example.jp/" + url, "tel:" + url):
        made = limits.uri(candidate)
        assert made is None or (made.isascii() and made.isprintable() and " " not in made and len(made) <= 1000)
