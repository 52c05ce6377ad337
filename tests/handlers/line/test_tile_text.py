"""A name in its tile: broken where a reader expects it, as large as it goes, never outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.line.tile_text import MOST_LINES, lines_of

SIZES = (120, 100, 80, 60)


def width(text: str, size: int) -> float:
    """Measure as a font whose every character is a square."""
    return len(text) * size


@pytest.mark.parametrize(
    ("name", "lines", "size"),
    [
        ("引っ越し", ["引っ越し"], 120),
        ("仕事・お金・税金", ["仕事・", "お金・税金"], 120),
        ("高齢の家族・障害のある方", ["高齢の家族・", "障害のある方"], 120),
        ("災害にそなえる", ["災害にそなえる"], 100),
        ("ごみ(粗大ごみなど)の出し方", ["ごみ(粗大", "ごみなど)", "の出し方"], 120),
    ],
)
def test_lines_break_after_words_at_the_largest_size_that_fits(name: str, lines: list[str], size: int) -> None:
    found, at = lines_of(name, width, 720, SIZES)

    assert at == size
    assert found == lines


@pytest.mark.parametrize(
    "name",
    [
        "あいうえおかきくけこさー",
        "ことばのさいごにまるがくる。",
        "あいうえ(かきくけこ)さしすせ",
        "マイナンバーカードポイント",
    ],
)
def test_no_line_begins_or_ends_with_what_may_not_stand_there(name: str) -> None:
    lines, _ = lines_of(name, width, 480, (80,))

    assert all(line[0] not in "ー。)っョ" and line[-1] not in "(" for line in lines)


def test_a_word_of_latin_letters_stays_whole() -> None:
    lines, _ = lines_of("DX推進とCOVID19のこと", width, 480, (80, 60))

    assert any("COVID19" in line for line in lines)


def test_what_is_far_too_long_is_cut() -> None:
    lines, size = lines_of("長" * 100, width, 700, SIZES)

    assert (lines, size) == (["長" * 10 + "…"], 60)


@given(st.text(min_size=1, max_size=24))
def test_whatever_the_name_it_stays_within_its_tile(name: str) -> None:
    lines, size = lines_of(name, width, 700, SIZES)

    assert size in SIZES
    assert len(lines) <= MOST_LINES
    assert all(width(line, size) <= 700 for line in lines)
