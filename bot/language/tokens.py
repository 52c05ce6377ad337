"""SudachiPy tokens: the words of a text, in the long and the short unit, in one normalised form, with readings."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex
import sudachipy

from bot.language.normalisation import bare, is_hiragana_only, normalise, to_hiragana, to_katakana
from bot.language.user_dictionary import DictionaryWord

_CONTENT = ("名詞", "動詞", "形容詞", "形状詞", "副詞", "代名詞", "接頭辞", "接尾辞", "感動詞", "連体詞")
_MARKS = ("空白", "補助記号", "記号")
_WORDS_IN_NAMES = ("名詞", "接頭辞", "接尾辞", "形状詞")
_EMPTY_WORDS = frozenset(
    "為る 有る 居る 成る 出来る 下さる 頂く 貰う 呉れる 遣る 行く 来る 見る 言う 思う 事 物 所 時 様 為 方 訳 筈 そう こう どう それ これ あれ 此れ 其れ "
    "御 お ご さん さま 様 ちゃん 等 達 的 の ん 無い 良い 宜しい ちょっと とても もう まだ けど って 教える 知る 願う お願い 済みません すみません 御願い です ます".split()
)
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]+")
_HAN = regex.compile(r"\p{Han}")
_LATIN_OR_DIGITS = regex.compile(r"[a-z0-9]+")
_RECENT = 256
_USER_DICTIONARY = 1
"""Sudachi numbers the system dictionary 0 and user dictionaries from 1."""
_LONGEST_NAME = 14
_NAME_COST, _SPELLED_COST = -1500, 1500
"""Sudachi's word costs: names win against most readings of the same kana, other nouns only against unlikely ones."""
_SHORTEST_KANA = 4
"""A shorter hiragana spelling is too often part of another word (ぜい, ほけん would be 3)."""


def _noun_runs(units: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the nouns that stand side by side: 課税 証明書."""
    run: list[Any] = []
    for unit in units:
        part, kind = unit.part_of_speech()[:2]
        if part in _WORDS_IN_NAMES and kind not in ("数詞", "助数詞") and not unit.is_oov():
            run.append(unit)
        elif run:
            yield run
            run = []
    if run:
        yield run


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text, analysed once and read by every view."""

    text: str
    """Normalised, with the knowledge base's words in their own spelling."""
    bare: str
    """The same, katakana as hiragana, without spaces and marks."""
    words: tuple[str, ...]
    """Content words in normalised form, long and short units together, in order, without repetition."""
    reading: str
    """The whole text in hiragana."""
    written_in_hiragana: bool


class Tokenizer:
    """Thread-safe: Sudachi's tokenizers are kept one a thread."""

    def __init__(
        self, user_dictionary: Path | None = None, short_units: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Read the core dictionary, and the compiled user dictionary with it.

        `short_units` says of the user dictionary's words which short words they are made of: Sudachi knows them only
        as a whole. One dictionary is held open, not two: it is 200 MB of mapped file.
        """
        self._dictionary = (
            sudachipy.Dictionary(config=sudachipy.Config(system="core", user=[str(user_dictionary)]))
            if user_dictionary
            else sudachipy.Dictionary(dict="core")
        )
        self._short_units = short_units or {}
        self._local = threading.local()
        self._remembered: dict[str, Tokens] = {}
        self.has_news = False
        """Whether something is remembered that `remember` did not bring."""
        self._recent = lru_cache(_RECENT)(self._analyse)

    def analyse(self, raw: str) -> Tokens:
        """Return the tokens of `raw`; those of the last utterances are kept, for a turn looks at its text repeatedly."""
        return self._recent(raw)

    def _analyse(self, raw: str) -> Tokens:
        typed = normalise(raw)
        long_units = self._long_units(typed)
        text = "".join(self._spelling(unit) for unit in long_units)
        if text != typed:
            long_units = self._long_units(text)
        short_units = self._tokenizers()[1].tokenize(text)
        words = dict.fromkeys([*self._content(long_units), *self._short_content(short_units)])
        return Tokens(text, bare(text), tuple(words), self._reading(long_units), is_hiragana_only(typed))

    def remembered(self, raw: str) -> Tokens:
        """Return the tokens of a text that will be asked for again when the knowledge is read anew; they are kept."""
        held = self._remembered.get(raw)
        if held is None:
            held = self._remembered[raw] = self._analyse(raw)
            self.has_news = True
        return held

    @property
    def held(self) -> Mapping[str, Tokens]:
        """Return what is remembered, by the text as it was given."""
        return dict(self._remembered)

    def remember(self, analysed: Mapping[str, Tokens]) -> None:
        """Take in what the same dictionary gave before; what is remembered then is kept already."""
        self._remembered.update(analysed)
        self.has_news = False

    def reading(self, raw: str) -> str:
        """Return the reading of `raw` in hiragana."""
        return self._reading(self._long_units(normalise(raw)))

    def short_units(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return for each of `names`, normalised, the short words that it is made of.

        Only for a tokenizer without a user dictionary: with one, the names themselves would be the shortest units.
        """
        split = self._tokenizers()[1].tokenize
        return {name: tuple(self._content(split(name))) for name in map(normalise, names)}

    def dictionary_words(self, names: Iterable[str], texts: Iterable[str] = ()) -> list[DictionaryWord]:
        """Return what the user dictionary shall hold of `names`: noun compounds as one word, and their hiragana."""
        words: set[DictionaryWord] = set()
        for name in map(normalise, names):
            units = self._long_units(name)
            if not self._is_one_word(name, units):
                continue
            reading = to_katakana(self._reading(units))
            if len(units) > 1 and "," not in name:
                words.add(DictionaryWord(name, name, reading, cost=-2000))
            spelled = to_hiragana(reading)
            if len(spelled) >= _SHORTEST_KANA and _KANA.fullmatch(spelled):
                spellings = {spelled, to_katakana(spelled)} - {name}
                words |= {DictionaryWord(spelling, name, reading, cost=_NAME_COST) for spelling in spellings}
        named = {word.surface for word in words}
        return sorted(words | {word for word in self._spelled_in(texts) if word.surface not in named})

    def _spelled_in(self, texts: Iterable[str]) -> set[DictionaryWord]:
        """Return the nouns with kanji that stand in `texts`, as they are typed in hiragana, one by one and joined."""
        counts: Counter[tuple[str, str]] = Counter()
        for text in texts:
            for run in _noun_runs(self._long_units(normalise(text))):
                pieces = [run] if len(run) == 1 else [run, *([unit] for unit in run)]
                for piece in pieces:
                    name = "".join(unit.surface() for unit in piece)
                    counts[to_hiragana(self._reading(piece)), name] += 1
        best: dict[str, str] = {}
        for (spelled, name), _ in counts.most_common():
            if len(spelled) >= _SHORTEST_KANA and _KANA.fullmatch(spelled) and _HAN.search(name):
                best.setdefault(spelled, name)
        return {
            DictionaryWord(spelled, name, to_katakana(spelled), cost=_SPELLED_COST) for spelled, name in best.items()
        }

    def _tokenizers(self) -> tuple[Any, Any]:
        if not hasattr(self._local, "tokenizers"):
            self._local.tokenizers = (
                self._dictionary.tokenizer(mode=sudachipy.SplitMode.C),
                self._dictionary.tokenizer(mode=sudachipy.SplitMode.A),
            )
        return self._local.tokenizers  # type: ignore[no-any-return]

    def _long_units(self, text: str) -> Any:
        return self._tokenizers()[0].tokenize(text)

    @staticmethod
    def _spelling(unit: Any) -> str:
        """Return the knowledge base's spelling of a word that was typed in hiragana, else what was typed."""
        surface: str = unit.surface()
        if unit.dictionary_id() == _USER_DICTIONARY and _KANA.fullmatch(surface):
            return str(unit.normalized_form())
        return surface

    @staticmethod
    def _is_one_word(name: str, units: Sequence[Any]) -> bool:
        if not 2 <= len(name) <= _LONGEST_NAME or any(mark in name for mark in ' ,"\n'):
            return False
        return all(unit.part_of_speech()[0] in _WORDS_IN_NAMES and not unit.is_oov() for unit in units)

    def _short_content(self, units: Iterable[Any]) -> Iterable[str]:
        for unit in units:
            whole = unit.normalized_form() if unit.dictionary_id() == _USER_DICTIONARY else ""
            yield from self._short_units.get(whole, ()) or self._content([unit])

    @staticmethod
    def _content(units: Iterable[Any]) -> Iterable[str]:
        for unit in units:
            form = unit.normalized_form().lower()
            part = unit.part_of_speech()[0]
            is_content = part in _CONTENT and form.strip() and form not in _EMPTY_WORDS
            if is_content or _LATIN_OR_DIGITS.fullmatch(form):
                yield form

    @staticmethod
    def _reading(units: Iterable[Any]) -> str:
        parts: list[str] = []
        for unit in units:
            surface = unit.surface()
            if unit.part_of_speech()[0] in _MARKS:
                continue
            reading = surface if _KANA.fullmatch(surface) else unit.reading_form()
            parts.append(reading if _KANA.fullmatch(reading) else surface)
        return to_hiragana("".join(parts))
