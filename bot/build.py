"""Knowledge → guide: the tokenizer with the knowledge base's own words, the index, the engine."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from threadpoolctl import threadpool_limits

from bot.guide import Guide, documents_of, names_of, synonym_groups_of, texts_of
from bot.knowledge.base import KnowledgeBase
from bot.language.kept_analysis import KeptAnalysis
from bot.language.tokens import Tokenizer
from bot.language.user_dictionary import UserDictionary
from bot.matching.danger import DangerView
from bot.matching.embedder import MODEL_FOLDER, Embedder, ModelUnavailable, RecentVectors, VectorCache
from bot.matching.engine import Engine, Thresholds
from bot.matching.index import Index
from bot.matching.meaning import Meaning
from bot.matching.ranker import Ranker
from bot.settings import Settings
from bot.turn import MOST_CHOICES

log = structlog.get_logger("annai.matching")

AT_ONCE = 150
"""Texts that are embedded before a guide serves (about a second); more of them wait, and the words serve meanwhile."""

MOST_CORES = 2
"""A short text is no faster in more."""

DictionaryRefused = subprocess.CalledProcessError


@dataclass(frozen=True, slots=True)
class Built:
    """A guide, and whether it is all that it can be."""

    guide: Guide
    complete: bool
    """False: the dictionary or the vectors are still to be made; `GuideBuilder.complete` makes them."""


class GuideBuilder:
    """Builds guides from knowledge; what takes long is kept on disk."""

    def __init__(self, settings: Settings, model_folder: Path = MODEL_FOLDER) -> None:
        """Load the model; without it `model_problem` says why, and the words alone decide."""
        # A product of a vector and a small matrix is no work for several threads, which would wait for each other.
        threadpool_limits(limits=1, user_api="blas")
        self._settings = settings
        self._analysis = KeptAnalysis(settings.cache_dir / "analysis")
        self._last: tuple[str, Tokenizer] | None = None
        self._dictionaries = UserDictionary(settings.cache_dir / "dictionary")
        self.model_problem = ""
        self.meaning: Meaning | None = None
        if not settings.meaning:
            self.model_problem = "off: MEANING=0"
            return
        try:
            embedder = Embedder.load(model_folder, cores=_cores(settings.workers))
        except ModelUnavailable as error:
            self.model_problem = str(error)
            log.error("model not loaded", reason=str(error))
            return
        self.meaning = Meaning(VectorCache(settings.cache_dir / "vectors", embedder), RecentVectors(embedder))

    def build(self, knowledge: KnowledgeBase, at_once: int = AT_ONCE) -> Built:
        """Return the best guide that can be had soon.

        It has the newest dictionary there is, and the meaning view if at most `at_once` texts must be embedded for it.
        """
        tokenizer, exact = self._tokenizer(knowledge)
        meaning = self.meaning
        if meaning:
            documents = documents_of(knowledge)
            surfaces = [tokenizer.remembered(text) for each in documents for text in each.surfaces]
            if meaning.missing(documents, surfaces) > at_once:
                meaning = None
        return Built(self._guide(knowledge, tokenizer, meaning), exact and meaning is self.meaning)

    def complete(self, knowledge: KnowledgeBase) -> Guide:
        """Return the guide that has everything: compiles the dictionary and embeds what is new (up to a minute).

        Raises DictionaryRefused when Sudachi refuses the words.
        """
        return self._guide(knowledge, self.exact_tokenizer(knowledge), self.meaning)

    def exact_tokenizer(self, knowledge: KnowledgeBase) -> Tokenizer:
        """Return the tokenizer with the dictionary of `knowledge`, compiled if need be; raises DictionaryRefused."""
        words, _ = self._analysis.names(names_of(knowledge), texts_of(knowledge))
        if words:
            self._dictionaries.compile(words)
        return self._tokenizer(knowledge)[0]

    def foresee(self, guide: Guide, utterances: Sequence[str]) -> None:
        """Have the vectors of `utterances` ready, from the cache where it holds them: for many that are known before."""
        if self.meaning:
            texts = [guide.engine.index.tokenizer.analyse(text).text for text in utterances]
            self.meaning.utterances.learn(texts, self.meaning.entries.embed(texts))

    def _tokenizer(self, knowledge: KnowledgeBase) -> tuple[Tokenizer, bool]:
        """Return the tokenizer with the newest dictionary, and whether that is the exact one."""
        words, short_units = self._analysis.names(names_of(knowledge), texts_of(knowledge))
        exact = self._dictionaries.exact(words) if words else None
        dictionary = (exact or self._dictionaries.newest()) if words else None
        key = json.dumps([str(dictionary and dictionary.name), short_units])
        if self._last is None or self._last[0] != key:
            tokenizer = Tokenizer(dictionary, short_units)
            self._analysis.recall(tokenizer, key)
            self._last = (key, tokenizer)
        return self._last[1], exact is not None or not words

    def _guide(self, knowledge: KnowledgeBase, tokenizer: Tokenizer, meaning: Meaning | None) -> Guide:
        index = Index(
            documents_of(knowledge), tokenizer, synonym_groups_of(knowledge), meaning, knowledge.words.outside
        )
        settings = self._settings
        thresholds = Thresholds(
            settings.answer_confidence, settings.choose_confidence, settings.shown_confidence, MOST_CHOICES
        )
        if self._last and self._last[1] is tokenizer:
            self._analysis.keep(tokenizer, self._last[0])
        rankers = Ranker.fitted(index.feature_names), Ranker.fitted(index.word_feature_names)
        engine = Engine(index, rankers[0], thresholds, word_ranker=rankers[1])
        return Guide(knowledge, engine, settings.conversation_lasts, _danger(knowledge, index, meaning))


def _cores(workers: int) -> int:
    """Return in how many cores the model may work at one text, so that the workers do not fight for them."""
    return max(1, min(MOST_CORES, (os.cpu_count() or 1) // max(workers, 1)))


def _danger(knowledge: KnowledgeBase, index: Index, meaning: Meaning | None) -> DangerView | None:
    """Return the second look for danger, which needs the model."""
    if meaning is None:
        return None
    situations = knowledge.urgent.situations
    ordinary = [text for situation in situations for text in situation.not_examples]
    return DangerView({each.id: each.examples for each in situations}, ordinary, index, meaning)
