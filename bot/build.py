"""Knowledge → guide: the tokenizer with the knowledge base's own words, the index, the engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.guide import MOST_CHOICES, Guide, documents_of, names_of, synonym_groups_of
from bot.knowledge.base import KnowledgeBase
from bot.language.tokens import Tokenizer
from bot.language.user_dictionary import UserDictionary
from bot.matching.engine import Engine, Thresholds
from bot.matching.index import Index
from bot.matching.meaning import TextEmbedder
from bot.matching.ranker import Ranker
from bot.settings import Settings


class GuideBuilder:
    """Builds guides; the user dictionary is compiled once for each list of words."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._dictionaries = UserDictionary(settings.cache_dir / "dictionary")
        self.embedder: TextEmbedder | None = None
        """The meaning view's model; None when it does not load, and the words alone decide."""

    def build(self, knowledge: KnowledgeBase) -> tuple[Guide, bool]:
        """Return a guide, and whether its dictionary is the exact one; else `compile_dictionary` and build again."""
        plain, names = Tokenizer(), names_of(knowledge)
        words = plain.dictionary_words(names)
        if not words:
            return self._guide(knowledge, plain), True
        exact = self._dictionaries.exact(words)
        dictionary = exact or self._dictionaries.newest()
        tokenizer = Tokenizer(dictionary, plain.short_units(names)) if dictionary else plain
        return self._guide(knowledge, tokenizer), exact is not None

    def compile_dictionary(self, knowledge: KnowledgeBase) -> Path | None:
        """Compile the dictionary of `knowledge` (some seconds); return it, or None when there are no words for it.

        Raises DictionaryRefused when Sudachi refuses the words.
        """
        words = Tokenizer().dictionary_words(names_of(knowledge))
        return self._dictionaries.compile(words) if words else None

    def _guide(self, knowledge: KnowledgeBase, tokenizer: Tokenizer) -> Guide:
        index = Index(documents_of(knowledge), tokenizer, synonym_groups_of(knowledge), self.embedder)
        settings = self._settings
        thresholds = Thresholds(
            settings.answer_confidence,
            settings.choose_confidence,
            settings.shown_confidence,
            MOST_CHOICES,
        )
        engine = Engine(index, Ranker.fitted(index.feature_names), thresholds)
        return Guide(knowledge, engine, settings.conversation_lasts)


DictionaryRefused = subprocess.CalledProcessError
