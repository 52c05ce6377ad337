"""What the model is trained on: matters of municipal life, what residents type about them, and how they type it.

A matter is an entry of knowledge/ or a line of pairs/*.jsonl. 確認質問 are left out: they judge.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import regex
import sudachipy  # type: ignore[import-untyped, unused-ignore]

from bot.knowledge.loading import load
from bot.knowledge.schema import Entry
from bot.language.normalisation import to_hiragana
from bot.language.tokens import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
PAIRS = Path(__file__).with_name("pairs")
KNOWLEDGE = ROOT / "knowledge"
LANGUAGES = ("en", "zh", "ko", "easy")
SAME = {"w2-018": "w1-091", "w2-019": "w1-093", "w2-150": "w1-036"}
"""Lines about a matter that another line is about already."""
_KANJI = regex.compile(r"\p{Han}")


@dataclass
class Matter:
    """What the index would hold of it, and what residents type about it."""

    id: str
    name: str
    answer: str
    surfaces: list[str]
    """Short texts in Japanese as an entry has them, the name first."""
    asked: dict[str, list[str]] = field(default_factory=dict)
    """By kind: ja (these are augmented), as_is (kana, typos, long ones), and the languages."""
    twins: list[str] = field(default_factory=list)
    """The answer in other languages."""

    @property
    def passage(self) -> str:
        """Return the text of which the index embeds the answer."""
        return f"{self.name} {self.answer}"


def held_out(entry_id: str) -> bool:
    """Return whether an entry belongs to the fifth that the honest run never sees."""
    return hashlib.sha256(entry_id.encode()).digest()[0] % 5 == 0


def own_entries() -> dict[str, Entry]:
    """Return the entries of knowledge/."""
    return load(KNOWLEDGE, KNOWLEDGE).knowledge.entries


def own_matters() -> list[Matter]:
    """Return the matters of knowledge/, in the order of their ids."""
    matters = {entry_id: _own(entry_id, entry) for entry_id, entry in sorted(own_entries().items())}
    for row in _rows("own-languages-*.jsonl"):
        if row["entry"] in matters:
            _add(matters[row["entry"]], {language: row[language] for language in LANGUAGES})
    return list(matters.values())


def _own(entry_id: str, entry: Entry) -> Matter:
    surfaces = [entry.name, *entry.aliases, *entry.phrasings]
    matter = Matter(f"own-{entry_id}", entry.name, _one_line(entry.answer), surfaces, {"ja": surfaces})
    if entry.english:
        english = _one_line(entry.english.text)
        matter.twins.append(english)
        matter.asked["en"] = [english.split(". ")[0][:200]]
    if entry.plain:
        plain = _one_line(without_furigana(entry.plain.text))
        matter.twins.append(plain)
        matter.asked["easy"] = [plain.split("。")[0][:120]]
    return matter


def _one_line(text: str) -> str:
    return " ".join(text.split())


def without_furigana(text: str) -> str:
    """Return a text without the readings in brackets after its kanji."""
    return regex.sub(r"([(][ぁ-ゟー]+[)])", "", text)


def written_matters() -> list[Matter]:
    """Return the matters of pairs/*.jsonl."""
    found: dict[str, Matter] = {}
    for row in _rows("w*.jsonl"):
        other = SAME.get(row["id"])
        if other in found:
            _add(found[other], _written(row).asked)
        else:
            found[row["id"]] = _written(row)
    return list(found.values())


def _rows(names: str) -> Iterator[dict[str, Any]]:
    for path in sorted(PAIRS.glob(names)):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _written(row: dict[str, Any]) -> Matter:
    matter = Matter(row["id"], row["question"], row["answer"], [row["question"], *row["ja"]])
    matter.asked = {"ja": [row["question"], *row["ja"]], "as_is": []}
    for kind in ("kana", "typo", "long"):
        matter.asked["as_is"] += _texts(row.get(kind, []))
    _add(matter, {language: _texts(row[language]) for language in LANGUAGES})
    return matter


def _texts(value: str | list[str]) -> list[str]:
    """Return what a line has under a key: one text or several."""
    return [value] if isinstance(value, str) and value else list(value)


def _add(matter: Matter, asked: dict[str, list[str]]) -> None:
    for kind, texts in asked.items():
        matter.asked.setdefault(kind, []).extend(texts)


# How residents type


@dataclass(frozen=True)
class _Word:
    surface: str
    reading: str
    kind: str


_EASY_READ = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]+")
_SLIPS = {
    "か": "が",
    "が": "か",
    "は": "ば",
    "ょ": "よ",
    "っ": "つ",
    "ゅ": "ゆ",
    "ー": "-",
    "し": "しs",
    "い": "いi",
    "す": "sう",
}
_BEFORE = (
    "すみません、",
    "こんにちは。",
    "お世話になります。",
    "はじめまして ",
    "あの、",
    "教えてください。",
    "質問です。",
    "こんばんは!",
    "夜分にすみません ",
)
_AFTER = (
    "よろしくお願いします",
    "。ありがとうございます",
    " お願いします",
    "🙏",
    "😭",
    "!",
    "??",
    " 教えて",
    "。助けてください",
    "…",
    "笑",
    " です",
)


class Typing:
    """Turns a clean utterance into one as typed on a telephone; every chance comes from the one generator given."""

    def __init__(self, texts: Sequence[str], hiragana: float) -> None:
        """`texts` are those whose kanji may stand for one another; `hiragana` is the share turned to hiragana."""
        self._hiragana_share = hiragana
        self._tokenizer = sudachipy.Dictionary(dict="core").tokenizer(mode=sudachipy.SplitMode.C)
        self._readings = Tokenizer()
        self.words = cache(self._words)
        self.reading: Callable[[str], str] = cache(self._readings.reading)
        self._homophones = self._like_sounding(texts)

    def _words(self, text: str) -> tuple[_Word, ...]:
        return tuple(
            _Word(unit.surface(), _reading(unit.surface(), unit.reading_form()), unit.part_of_speech()[0])
            for unit in self._tokenizer.tokenize(text)
        )

    def _like_sounding(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Return words and single kanji by others that are read alike."""
        by_reading: dict[str, set[str]] = {}
        for text in texts:
            for word in self.words(text):
                if word.kind == "名詞" and _KANJI.search(word.surface):
                    by_reading.setdefault(word.reading, set()).add(word.surface)
            for kanji in _KANJI.findall(text):
                (first, *_) = self.words(kanji)
                by_reading.setdefault("1" + first.reading, set()).add(kanji)
        alike: dict[str, list[str]] = {}
        for group in by_reading.values():
            for one in group:
                others = sorted(group - {one})
                if others:
                    alike.setdefault(one, []).extend(others)
        return alike

    def typed(self, text: str, chance: random.Random) -> str:
        """Return `text` as a resident may type it."""
        words = list(self.words(text))
        if len(words) > 3 and chance.random() < 0.1:
            words = self._keywords(words)
        elif chance.random() < 0.25:
            words = [word for word in words if word.kind != "助詞" or chance.random() < 0.4]
        if chance.random() < self._hiragana_share:
            text = self.in_hiragana(words, chance)
        else:
            text = "".join(word.surface for word in words)
            if chance.random() < 0.12:
                text = self._misconverted(words, chance)
        if chance.random() < 0.12:
            text = slipped(text, chance)
        return _surrounded(text, chance)

    @staticmethod
    def _keywords(words: Sequence[_Word]) -> list[_Word]:
        kept = [word for word in words if word.kind in {"名詞", "動詞", "形容詞", "接尾辞"}]
        spaced: list[_Word] = []
        for word in kept or words:
            if spaced and word.kind != "接尾辞":
                spaced.append(_Word(" ", " ", "空白"))
            spaced.append(word)
        return spaced

    @staticmethod
    def in_hiragana(words: Sequence[_Word], chance: random.Random) -> str:
        """Return the words' readings, sometimes with spaces between phrases, katakana sometimes left."""
        spaces, katakana, marks = chance.random() < 0.45, chance.random() < 0.25, chance.random() < 0.5
        parts: list[str] = []
        for word in words:
            if word.kind in {"補助記号", "記号", "空白"}:
                parts.append(word.surface if marks else " ")
                continue
            if spaces and parts and word.kind not in {"助詞", "助動詞", "接尾辞"}:
                parts.append(" ")
            left = katakana and regex.fullmatch(r"[\p{Katakana}ー]+", word.surface)
            parts.append(word.surface if left else word.reading)
        return " ".join("".join(parts).split())

    def _misconverted(self, words: Sequence[_Word], chance: random.Random) -> str:
        """Return the text with one word, or one of its kanji, replaced by another that is read alike."""
        places = [number for number, word in enumerate(words) if _KANJI.search(word.surface)]
        surfaces = [word.surface for word in words]
        if places:
            place = chance.choice(places)
            surface = surfaces[place]
            if surface in self._homophones and len(surface) > 1:
                surfaces[place] = chance.choice(self._homophones[surface])
            else:
                at = chance.choice([number for number, char in enumerate(surface) if _KANJI.match(char)])
                others = self._homophones.get(surface[at], [surface[at]])
                surfaces[place] = surface[:at] + chance.choice(others) + surface[at + 1 :]
        return "".join(surfaces)


def _reading(surface: str, reading: str) -> str:
    if surface == "私":
        return "わたし"
    return to_hiragana(reading if _EASY_READ.fullmatch(reading) and not _EASY_READ.fullmatch(surface) else surface)


def slipped(text: str, chance: random.Random) -> str:
    """Return `text` with one slip of the finger."""
    if len(text) < 4:
        return text
    at = chance.randrange(len(text) - 1)
    kind = chance.randrange(5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 3:
        return text[: at + 1] + chance.choice("kstnmhr") + text[at + 1 :]
    return text[:at] + _SLIPS.get(text[at], text[at]) + text[at + 1 :]


def _surrounded(text: str, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.06:
        text = chance.choice(_BEFORE) + text
    if drawn < 0.03 or drawn > 0.93:
        text = text.rstrip("。?？") + chance.choice(_AFTER)
    return text
