"""Personal data in a message, masked before anything is written down."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import regex

MASK = "＊＊＊"

_DASHES = r"\-‐‑‒–—―−ー"
_DIGITS = rf"(?:\d[\s{_DASHES}]?)"
_MAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = regex.compile(rf"(?<!\d){_DIGITS}{{13,15}}\d(?!\d)")
_MY_NUMBER = regex.compile(rf"(?<!\d){_DIGITS}{{11}}\d(?!\d)")
_PHONE = regex.compile(
    rf"(?<!\d)(?:\+81[\s{_DASHES}]?\d{{1,4}}|0\d{{1,4}})[\s(){_DASHES}]{{0,2}}\d{{1,4}}[\s(){_DASHES}]{{0,2}}\d{{3,4}}(?!\d)"
)
_ADDRESS = regex.compile(
    rf"(?<=[\p{{Han}}ヶケ町丁目])\s?\d{{1,3}}(?:\s?(?:丁目|番地?|号|の|[{_DASHES}])\s?\d{{1,4}}){{1,3}}+"
    r"(?:\s?(?:番地?|号室?|室))?+(?!\s?[年月日時分歳才円人回個件枚階%])"
)
"""Not what counts something: 11月24-25日, 平日8-17時, 0-2歳."""
_ROOM = regex.compile(r"\d{3,4}号室")
_NAME = regex.compile(
    r"(?:名前は|氏名は?|本名は|私は)[\s::]*([\p{Han}]{2,6}[\s ]?[\p{Han}\p{Hiragana}]{0,4}?)(?=と申|です|といい|、|。|\s|$)"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its personal data, and which kinds were taken out."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Return `text` (as NFKC where something was masked) with My Numbers, cards, mails, phones and addresses masked.

    A My Number counts only with its true check digit, a card only if it passes Luhn, so that other numbers stay.
    """
    plain = unicodedata.normalize("NFKC", text)
    kinds: list[str] = []

    def hide(kind: str, pattern: regex.Pattern[str], holds: object = None) -> None:
        nonlocal plain

        def replacement(found: regex.Match[str]) -> str:
            digits = regex.sub(r"\D", "", found.group())
            if callable(holds) and not holds(digits):
                return found.group()
            kinds.append(kind)
            return MASK

        plain = pattern.sub(replacement, plain)

    hide("mail", _MAIL)
    hide("card", _CARD, _is_card)
    hide("my-number", _MY_NUMBER, is_my_number)
    hide("phone", _PHONE, _is_phone)
    hide("address", _ADDRESS)
    hide("address", _ROOM)
    hide("name", _NAME)
    return Masked(plain, tuple(dict.fromkeys(kinds))) if kinds else Masked(text, ())


def is_my_number(digits: str) -> bool:
    """Return whether `digits` are a My Number: 12 digits whose last one is the check digit (総務省令第85号 第5条)."""
    if len(digits) != 12 or not digits.isascii() or not digits.isdigit():
        return False
    body = [int(digit) for digit in reversed(digits[:11])]
    total = sum(digit * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(body, start=1))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def _is_card(digits: str) -> bool:
    """Return whether `digits` pass the Luhn check (ISO/IEC 7812-1)."""
    if not 14 <= len(digits) <= 16:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def _is_phone(digits: str) -> bool:
    """Return whether `digits` are as long as a Japanese phone number; public desks' numbers are not personal."""
    return len(digits) in (10, 11, 12) and not digits.startswith(("0120", "0570", "0800"))
