"""The dictionary of the small ward, compiled once."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.guide import names_of
from bot.knowledge.loading import load
from bot.language.tokens import Tokenizer
from bot.language.user_dictionary import DictionaryWord, UserDictionary
from bot.settings import Settings


@pytest.fixture(scope="session")
def small_words(small_settings: Settings) -> list[DictionaryWord]:
    knowledge = load(small_settings.knowledge_dir, small_settings.knowledge_defaults).knowledge
    return Tokenizer().dictionary_words(names_of(knowledge))


@pytest.fixture(scope="session")
def small_dictionary(
    small_words: list[DictionaryWord], cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The compiled dictionary, asked for by two processes at once, alone in its folder."""
    folder = tmp_path_factory.mktemp("small-dictionary")
    with ThreadPoolExecutor(2) as pool:  # each call starts a process of its own and waits for it
        first, second = pool.map(UserDictionary(folder).compile, [small_words, small_words])
    assert first == second
    shutil.copy2(first, cache_dir / "dictionary")
    return first
