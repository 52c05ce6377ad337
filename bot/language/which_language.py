"""In which language an utterance is, decided by its script and by a few words that only one language has.

Statistical detectors (lingua, langid) are made for sentences; the texts here are two words long, full of names, and in
four languages of which three show themselves by their script. Where the script does not decide (「住民票」 is Japanese and
Chinese, "juminhyo" is no English) it is better to hear nothing than the wrong language: the conversation goes on in its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex


class Language(StrEnum):
    """A language that the bot can answer in; stored with a conversation by its value."""

    JAPANESE = "ja"
    PLAIN = "plain"
    """やさしい日本語."""
    ENGLISH = "en"
    CHINESE = "zh"
    KOREAN = "ko"

    @property
    def tag(self) -> str:
        """Return the BCP 47 tag."""
        return Language.JAPANESE.value if self is Language.PLAIN else self.value

    @classmethod
    def named(cls, value: object) -> Language | None:
        """Return the language with this value, or None when there is none."""
        return next((language for language in cls if language.value == value), None)


@dataclass(frozen=True, slots=True)
class Heard:
    """The language of one utterance."""

    language: Language
    sure: bool
    """Whether it also ends a conversation in another language: a word or two that others borrow does not."""


_LONGEST = 1000
"""Characters that are looked at."""
_ADDRESSES = regex.compile(r"https?://\S+|\S+@\S+")
_HANGUL = regex.compile(r"[가-힣]")
_HIRAGANA = regex.compile(r"\p{Hiragana}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_LATIN = regex.compile(r"\p{Latin}")
_LATIN_WORD = regex.compile(r"[\p{Latin}]+(?:['’]\p{Latin}+)?")
_READING = regex.compile(r"[\p{Han}々]+\p{Hiragana}*\s?[(（]\p{Hiragana}[\p{Hiragana}ー・ ]*[)）]")
"""住民票(じゅうみんひょう): kanji with how they are read."""
_PHRASES = 3
"""Phrases parted by spaces from which hiragana is written for easy reading; two are a search (ごみ だしかた)."""

_CHINESE_WORDS = regex.compile(
    "你|怎|甚麼|什麼|什么|我想|我要|我的|我是|我有|我在|我能|我可|請問|請教|如何|可以|沒有|有沒|是不是|多少錢|孩子|小孩"
    "|搬家|搬到|垃圾|免費|幾點|幾號|幾天|在哪|丢掉|早上好|晚上好|多謝|謝謝"
)
"""Words that a Japanese text without hiragana does not hold."""

_FUNCTION_WORDS = frozenset(
    """about after already am an and any anyone are at because been before by can cannot can't could did didn't does
    doesn't don't for from get give go had has have how i i'd i'm i've if in is isn't it its it's just must near need
    not of or our please should some than that the their them there these they this to tonight today tomorrow until was
    we were what what's when where where's which who whom whose why will with without won't would yesterday you your""".split()
)
"""my is none of them: My Number is Japanese."""
_CONTENT_WORDS = frozenset(
    """address allowance alien apartment apply application appointment baby bag benefit benefits bicycle birth book born
    bring broken bulky cancel cat certificate change child childcare children class classes clinic consultation cost
    daycare deadline dead death deposit disability disabled disaster divorce doctor documents dog earthquake elderly
    emergency english evacuation evacuate expired fee fees fever find fire flood forgot form foreign foreigner
    foreigners free furniture garbage graduate help hospital hours house husband immunization information injured
    insurance interpreter japanese kindergarten language learn library license lost lounge marriage married marry
    medical money move moved moving national newborn nursery office old open opening passport pay payment pension
    plastic pregnant procedure recycle recycling refuse register registered registration renew renewal residence
    resident residents rubbish saturday school seal shelter sick stolen stop submit sunday tax taxes throw translate
    trash travel vaccination vaccine visa want ward weekend widow wife""".split()
)
_OPENINGS = frozenset(
    "hello hi hey help thanks thank good nice morning evening afternoon bye goodbye welcome sorry".split()
)
"""With any of these a conversation may begin; Japanese use them in passing, too."""


def heard(text: str) -> Heard | None:
    """Return the language of `text`, or None when it could be any (「2」, "OK", "juminhyo", an emoji).

    Never raises. Han characters alone are Chinese only if they hold what Japanese does not use, and else no sure Japanese.
    """
    text = _ADDRESSES.sub(" ", text[:_LONGEST])
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if len(_HANGUL.findall(text)) > kana:
        return Heard(Language.KOREAN, sure=True)
    if (english := _english(text)) and len(_LATIN.findall(text)) > 2 * (kana + han):
        return english
    if han and not _HIRAGANA.search(text) and _is_chinese(text):
        return Heard(Language.CHINESE, sure=True)
    if kana:
        return Heard(Language.PLAIN if _is_plain(text) else Language.JAPANESE, sure=True)
    return Heard(Language.JAPANESE, sure=False) if han else None


def goes_on_in(language: Language, text: str, begun: bool) -> Language:
    """Return in which language a conversation in `language` goes on after `text`; `begun`: something was said before.

    Plain Japanese stays until another language is heard or ordinary Japanese is asked for.
    """
    now = heard(text)
    if now is None or not (now.sure or not begun):
        return language
    if language is Language.PLAIN and now.language is Language.JAPANESE:
        return language
    return now.language


def _english(text: str) -> Heard | None:
    words = [word.lower().replace("’", "'") for word in _LATIN_WORD.findall(text)]
    little = sum(word in _FUNCTION_WORDS for word in words)
    known = little + sum(word in _CONTENT_WORDS or word in _OPENINGS for word in words)
    if known >= 2 or (little and len(words) >= 3):
        return Heard(Language.ENGLISH, sure=True)
    # A word alone must be all that stands there: "LINE Pay" and 「港北OPEN FACTORY」 are names.
    return Heard(Language.ENGLISH, sure=False) if known == len(words) > little else None


def _is_chinese(text: str) -> bool:
    return bool(_CHINESE_WORDS.search(text)) or any(map(_is_only_chinese, _HAN.findall(text)))


@lru_cache(maxsize=4096)
def _is_only_chinese(character: str) -> bool:
    """Return whether `character` is of the Chinese character sets (GB 2312, Big5) and not of the Japanese one (CP932)."""
    return not _encodes(character, "cp932") and (_encodes(character, "gb2312") or _encodes(character, "big5"))


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(text: str) -> bool:
    """Return whether `text` is written as やさしい日本語 is: in phrases of kana, or with its kanji's readings."""
    if len(_READING.findall(text)) >= 2:
        return True
    phrases = [phrase for phrase in text.split() if _HIRAGANA.search(phrase)]
    return len(phrases) >= _PHRASES and not _HAN.search(text)
