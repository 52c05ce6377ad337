"""Where a message may fall into two: 「印鑑登録と、犬の登録もしたい」 「住民票がほしいです。粗大ごみの出し方は?」."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.language.normalisation import normalise

_LONGEST = 150
"""A longer message tells one story; its sentences are not questions of their own."""
_SHORTEST = 2
_BETWEEN_WORDS = regex.compile(
    r"[と、]*(?:それと|それから|ついでに|そして|あわせて|および|及び|ならびに|あとは?|また)、?|[とや]、|、| and "
)
_BETWEEN_NOUNS = regex.compile(r"(?<=[\p{Han}\p{Katakana}ー])と(?=[\p{Han}\p{Katakana}])")
_BETWEEN_SENTENCES = regex.compile(r"[。?!\n]+")
_ADDS = regex.compile(r"も|両方|それぞれ|と、|それと|それから|ついでに|そして|あわせて|および|及び|あと| and |also|too")
_ASKS = regex.compile(
    r"たい|ほしい|欲しい|ください|教えて|おしえて|知りた|いくら|どこ|いつ|どう|何|なに|ですか|ますか|方法|方は|かた|とり方|\?|how|where|what|when"
)


def halves(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two parts of `text` on either side of each place where a second matter may begin."""
    said = normalise(text.replace("\n", "。"))
    if len(said) > _LONGEST:
        return
    yield from _parted(said, _BETWEEN_NOUNS)
    if _ADDS.search(said):
        yield from _parted(said, _BETWEEN_WORDS)
    for left, right in _parted(said, _BETWEEN_SENTENCES):
        if _ASKS.search(left) and _ASKS.search(right):
            yield left, right


def _parted(said: str, joint: regex.Pattern[str]) -> Iterator[tuple[str, str]]:
    for found in joint.finditer(said):
        left, right = said[: found.start()], said[found.end() :]
        if found.group().strip() in {"?", "!"}:
            left += found.group().strip()
        if len(left) >= _SHORTEST and len(right) >= _SHORTEST:
            yield left, right
