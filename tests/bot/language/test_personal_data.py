from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.personal_data import MASK, is_my_number, mask

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
"""P1 … P11 of 総務省令第85号 第5条, from the first digit on."""


def with_check_digit(body: str) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + str(0 if rest <= 1 else 11 - rest)


def luhn(body: str) -> str:
    """Return `body` with the digit that makes it pass, found by trying."""
    for last in "0123456789":
        digits = [int(digit) for digit in body + last]
        doubled = [sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
        if sum(doubled) % 10 == 0:
            return body + last
    raise AssertionError("one of ten digits always passes")


DIGITS = st.text("0123456789", min_size=11, max_size=11)


@given(DIGITS)
def test_a_number_with_its_check_digit_is_a_my_number(body: str) -> None:
    assert is_my_number(with_check_digit(body))


@given(DIGITS, st.integers(1, 9))
def test_a_number_with_another_check_digit_is_none(body: str, off: int) -> None:
    right = with_check_digit(body)

    assert not is_my_number(body + str((int(right[-1]) + off) % 10))


@given(DIGITS, st.sampled_from(["", " ", "-", "－", "　"]))
def test_a_my_number_is_masked_however_it_is_written(body: str, gap: str) -> None:
    number = with_check_digit("9" + body[1:])
    written = gap.join([number[:4], number[4:8], number[8:]])

    masked = mask(f"番号は{written}です")

    assert masked.text == f"番号は{MASK}です"
    assert masked.kinds == ("my-number",)


@given(st.text("0123456789", min_size=14, max_size=14), st.sampled_from(["", " ", "-"]))
def test_a_card_that_passes_luhn_is_masked(body: str, gap: str) -> None:
    number = luhn("4" + body)
    written = gap.join(number[place : place + 4] for place in range(0, 16, 4))

    assert mask(f"カード {written} で払う").text == f"カード {MASK} で払う"


def test_a_long_number_that_is_neither_stays() -> None:
    assert mask("受付番号 4000000000000001 です").kinds == ()


@pytest.mark.parametrize(
    "phone",
    [
        "090-1234-5678",
        "09012345678",
        "090 1234 5678",
        "０９０－１２３４－５６７８",
        "０９０ー１２３４ー５６７８",
        "090−1234−5678",
        "045-123-4567",
        "045(123)4567",
        "+81 90-1234-5678",
        "+819012345678",
    ],
)
def test_a_phone_number_is_masked_however_it_is_written(phone: str) -> None:
    masked = mask(f"折り返しは{phone}まで")

    assert masked.text == f"折り返しは{MASK}まで"
    assert masked.kinds == ("phone",)


@pytest.mark.parametrize("phone", ["0120-000-000", "0570-000-000", "0800-000-0000", "0120000000"])
def test_the_number_of_a_public_desk_is_not_personal(phone: str) -> None:
    assert mask(f"{phone}にかけた").text == f"{phone}にかけた"


@pytest.mark.parametrize("mail", ["taro.yamada+ku@example.co.jp", "ＴＡＲＯ＠example.jp", "a@b.jp"])
def test_a_mail_address_is_masked(mail: str) -> None:
    assert mask(f"{mail} に送って").text == f"{MASK} に送って"


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("大豆戸町26-1に引っ越した", f"大豆戸町{MASK}に引っ越した"),
        ("日吉3丁目12番5号です", f"日吉{MASK}です"),
        ("綱島東１−２−３", f"綱島東{MASK}"),
        ("菊名4-5-6 203号室", f"菊名{MASK} {MASK}"),
        ("新横浜二丁目1の2", f"新横浜二丁目{MASK}"),
    ],
)
def test_the_numbers_of_an_address_are_masked(typed: str, masked: str) -> None:
    assert mask(typed).text == masked


@pytest.mark.parametrize("said", ["氏名は山田太郎です", "本名は山田 太郎と申します", "名前は山田太郎、よろしく"])
def test_a_name_that_someone_gives_as_theirs_is_masked(said: str) -> None:
    masked = mask(said)

    assert "山田" not in masked.text
    assert masked.kinds == ("name",)


@pytest.mark.parametrize(
    "ordinary",
    [
        "2026-11-24に引っ越します",
        "2026/11/24",
        "11月24-25日は開いてますか",
        "平日8-17時に行けます",
        "午前9-12時",
        "0-2歳の保育園",
        "保育園0-2歳",
        "令和7-8年度",
        "手数料は1,200円?",
        "手数料300-450円",
        "20261124",
        "第2・第4土曜日",
        "小学校1-2年生",
        "一人10-15分",
        "3丁目の公園",
        "児童手当15000円",
        "24時間",
        "#7119",
        "119",
        "名前を変えたい",
        "名前は?",
    ],
)
def test_dates_times_ages_and_fees_are_not_personal(ordinary: str) -> None:
    assert mask(ordinary).text == ordinary


def test_several_kinds_are_all_masked_and_named_once() -> None:
    masked = mask("a@b.jp と c@d.jp、090-1234-5678")

    assert masked.text == f"{MASK} と {MASK}、{MASK}"
    assert masked.kinds == ("mail", "phone")


@given(st.text())
def test_text_without_digits_at_or_names_stays_as_it_was_typed(text: str) -> None:
    if not any(mark.isnumeric() or mark in "@＠﹫" for mark in text) and "名" not in text and "私" not in text:
        assert mask(text).text == text


@given(st.text(st.one_of(st.characters(), st.sampled_from("0123456789-ー@.町丁目番地号()+ 　"))))
def test_any_text_is_masked_without_an_exception_and_masking_again_finds_nothing_new(text: str) -> None:
    masked = mask(text)

    assert (masked.text == text) or masked.kinds
