"""What was analysed once is not analysed again, and gives the same."""

from __future__ import annotations

from pathlib import Path

from bot.language.kept_analysis import KeptAnalysis
from bot.language.tokens import Tokenizer

NAMES, TEXTS = ["赤ちゃん学級", "住民票の写し"], ["課税証明書はどこで取れるか"]


def test_kept_names_are_those_that_were_read(tmp_path: Path) -> None:
    kept = KeptAnalysis(tmp_path)

    first = kept.names(NAMES, TEXTS)

    assert KeptAnalysis(tmp_path).names(NAMES, TEXTS) == first
    assert first[0] == Tokenizer().dictionary_words(NAMES, TEXTS)
    assert first[1] == Tokenizer().short_units(NAMES)


def test_kept_tokens_are_those_that_were_analysed(tmp_path: Path) -> None:
    kept, tokenizer = KeptAnalysis(tmp_path), Tokenizer()
    analysed = [tokenizer.remembered(text) for text in (*NAMES, *TEXTS)]
    kept.keep(tokenizer, "key")
    again = Tokenizer()

    kept.recall(again, "key")

    assert [again.held[text] for text in (*NAMES, *TEXTS)] == analysed
    assert not again.has_news


def test_another_dictionary_recalls_nothing(tmp_path: Path) -> None:
    kept, tokenizer = KeptAnalysis(tmp_path), Tokenizer()
    tokenizer.remembered("住民票")
    kept.keep(tokenizer, "key")
    other = Tokenizer()

    kept.recall(other, "another key")

    assert other.held == {}


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    kept = KeptAnalysis(tmp_path)
    first = kept.names(NAMES, TEXTS)
    for file in tmp_path.glob("*.json"):
        file.write_text("{", encoding="utf-8")

    assert kept.names(NAMES, TEXTS) == first
