"""One form for what residents type in many: width, case, invisible characters, long vowels, emoji."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

LONGEST = 2000
"""Characters of a message that are read; what stands after them is left out."""

_INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}--\t\n\r]", regex.VERSION1)
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}|[\uFE0E\uFE0F\u20E3]")
_WAVES = regex.compile(r"[〜～~∼]+")
_LONG_MARKS = regex.compile(r"(?<=[\p{Hiragana}\p{Katakana}ー])[-‐‑‒–—―−ｰー]+")
_REPEATED = regex.compile(r"(.)\1{3,}")
_IN_BRACKETS = regex.compile(r"\(笑\)")
_LAUGHTER = regex.compile(
    r"(?:(?<=[\p{Han}\p{Hiragana}\p{Katakana}。!?])w+|(?<=[\p{Hiragana}\p{Katakana}。!?w])笑+|(?<=[。!?w])草+)+$"
)
"""草 and 笑 only where they can't be a word's last character: 除草, 煙草, 生えた草, 爆笑 stay."""
_SPACES = regex.compile(r"\s+")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_HIRAGANA_TO_KATAKANA = {low: high for high, low in _KATAKANA_TO_HIRAGANA.items()}


def normalise(text: str) -> str:
    """Return `text` in the form that everything after this reads: NFKC, lower case, one space between words.

    Invisible characters (zero width, directional marks, lone surrogates), emoji and trailing laughter are taken out,
    runs of long-vowel marks become one, a character repeated more than three times is kept three times.
    """
    text = _INVISIBLE.sub("", text[: LONGEST * 2])
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()[:LONGEST]  # lower case can be longer
    text = _IN_BRACKETS.sub(" ", text)
    text = _WAVES.sub("ー", text)
    text = _LONG_MARKS.sub("ー", text)
    text = _EMOJI.sub(" ", text)
    text = _REPEATED.sub(r"\1\1\1", text)
    text = _SPACES.sub(" ", text).strip()
    return _LAUGHTER.sub("", text)


def to_hiragana(text: str) -> str:
    """Return `text` with katakana as hiragana; the long-vowel mark stays."""
    return text.translate(_KATAKANA_TO_HIRAGANA)


def to_katakana(text: str) -> str:
    """Return `text` with hiragana as katakana."""
    return text.translate(_HIRAGANA_TO_KATAKANA)


_NOT_KANA = regex.compile(r"[\p{Han}\p{Katakana}\p{Latin}\p{Hangul}]")
_HIRAGANA = regex.compile(r"\p{Hiragana}")


def is_hiragana_only(text: str) -> bool:
    """Return whether `text` (normalised) is written in hiragana alone, apart from digits and marks."""
    return bool(_HIRAGANA.search(text)) and not _NOT_KANA.search(text.replace("ー", ""))


_MARKS = regex.compile(r"[\s\p{P}\p{S}]+")


def folded(text: str) -> str:
    """Return `text` for comparing by eye: normalised, katakana as hiragana, without spaces and marks."""
    return bare(normalise(text))


@lru_cache(maxsize=20_000)
def folded_phrase(text: str) -> str:
    """Return `folded` of a text that staff wrote; kept, for reading the knowledge anew asks for thousands again."""
    return folded(text)


def bare(normalised: str) -> str:
    """Return a text that is normalised already, katakana as hiragana, without spaces and marks."""
    return _MARKS.sub("", to_hiragana(normalised))
