"""A typed answer to a list of choices (「2」, 「2番目」, 「転出のほう」): it works like a tap."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from bot.language.normalisation import folded

_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBERED = regex.compile(
    r"(\d{1,2}|[一二三四五六七八九十])(?:番目?|つ目|つめ|個目|ばんめ?)?(?:のほう|の方|で|です|お願いします|かな)*"
)
_TAIL = regex.compile(
    r"(?:のほう|の方|のこと|の件|について|です|でお願いします|をお願いします|お願いします|かな|だと思う|のやつ|で)+$"
)


def chosen(text: str, labels: Sequence[str], none_label: str) -> int | None:
    """Return the position of the label that `text` chooses, -1 for 「どれでもない」, or None when it chooses nothing."""
    typed = folded(text)
    bare = _TAIL.sub("", typed)
    if not bare or not labels:
        return None
    if bare.startswith(_TAIL.sub("", folded(none_label))) or bare in (
        "ちがう",
        "違う",
        "ない",
        "どれもちがう",
        "どれも違う",
    ):
        return -1
    if numbered := _NUMBERED.fullmatch(typed):
        number = _NUMBERS.get(numbered.group(1)) or int(numbered.group(1))
        return number - 1 if 1 <= number <= len(labels) else -1 if number == len(labels) + 1 else None
    exact = [place for place, label in enumerate(labels) if folded(label) == bare]
    within = exact or [place for place, label in enumerate(labels) if len(bare) >= 2 and bare in folded(label)]
    return within[0] if len(within) == 1 else None
