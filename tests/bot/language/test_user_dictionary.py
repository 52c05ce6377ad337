"""Compiling takes seconds, so the session compiles one dictionary, by two processes at once (see conftest.py)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.language.user_dictionary import DictionaryWord, UserDictionary

WORD = DictionaryWord("住民票", "住民票", "ジュウミンヒョウ", -2000)
OTHER = DictionaryWord("転入届", "転入届", "テンニュウトドケ", -2000)


def test_two_processes_that_compile_at_once_leave_one_dictionary_and_no_rubbish(small_dictionary: Path) -> None:
    left = {path.name for path in small_dictionary.parent.iterdir()}

    assert left == {small_dictionary.name, "compiling.lock"}


def test_what_is_compiled_already_is_not_compiled_again(
    small_dictionary: Path, small_words: list[DictionaryWord]
) -> None:
    inode = small_dictionary.stat().st_ino

    again = UserDictionary(small_dictionary.parent).compile(small_words)

    assert again == small_dictionary
    assert again.stat().st_ino == inode


def test_a_dictionary_is_found_by_its_words_in_any_order(
    small_dictionary: Path, small_words: list[DictionaryWord]
) -> None:
    dictionaries = UserDictionary(small_dictionary.parent)

    assert dictionaries.exact(list(reversed(small_words))) == small_dictionary
    assert dictionaries.exact(small_words[:-1]) is None


def test_until_a_new_one_is_ready_the_one_used_last_serves(tmp_path: Path) -> None:
    dictionaries = UserDictionary(tmp_path)
    for age, name in enumerate(["newest", "older", "oldest"]):
        (tmp_path / f"{name}.dic").write_bytes(b"")
        os.utime(tmp_path / f"{name}.dic", (1_000_000 - age, 1_000_000 - age))

    assert dictionaries.exact([WORD]) is None
    assert dictionaries.newest() == tmp_path / "newest.dic"


def test_a_folder_that_does_not_exist_has_no_dictionary(tmp_path: Path) -> None:
    dictionaries = UserDictionary(tmp_path / "nowhere")

    assert dictionaries.exact([WORD]) is None
    assert dictionaries.newest() is None


def test_a_word_is_a_row_of_sudachis_lexicon() -> None:
    assert WORD.row() == "住民票,5146,5146,-2000,住民票,名詞,普通名詞,一般,*,*,*,ジュウミンヒョウ,住民票,*,A,*,*,*"


@pytest.mark.parametrize("words", [[WORD], [WORD, OTHER]])
def test_other_words_have_another_file(words: list[DictionaryWord], tmp_path: Path) -> None:
    (tmp_path / "x.dic").write_bytes(b"")

    assert UserDictionary(tmp_path).exact(words) is None
