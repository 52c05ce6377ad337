"""What all tests share: no way out to the network, one small ward to ask, and the shipped knowledge, built once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from small_ward import SmallWard

from bot.build import GuideBuilder
from bot.clock import TOKYO
from bot.conversation import Conversation, Utterance
from bot.guide import Guide, names_of, texts_of
from bot.knowledge.loading import load
from bot.language.tokens import Tokenizer
from bot.language.user_dictionary import DictionaryWord, UserDictionary
from bot.live import complete_guide
from bot.reply import Reply
from bot.settings import ROOT, Settings

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)

_HERE = ("127.0.0.1", "::1", "localhost", "")


class OutsideNetwork(Exception):
    """A test tried to leave this machine."""


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = (arguments[0],)
    else:
        return
    host = address[0] if isinstance(address, tuple) else None  # a unix socket's address is a path
    if host is not None and (host.decode() if isinstance(host, bytes) else str(host)) not in _HERE:
        raise OutsideNetwork(f"tests must not reach {host}")


sys.addaudithook(_stay_here)

# In CI the same examples each time, so that a change is judged and not its luck; at a desk new ones each time.
hypothesis.settings.register_profile(
    "annai", deadline=None, max_examples=60, print_blob=True, derandomize="CI" in os.environ
)
hypothesis.settings.load_profile("annai")


@dataclass
class Talk:
    """One conversation with a guide, as a resident leads it."""

    guide: Guide
    conversation: Conversation = Conversation()
    now: datetime = NOW

    def say(self, text: str, masked: tuple[str, ...] = ()) -> Reply:
        """Say `text` and return the reply."""
        return self._take(Utterance(text, masked=masked))

    def tap(self, action: Any) -> Reply:
        """Tap `action` and return the reply."""
        return self._take(Utterance(action=action))

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)

    def _take(self, utterance: Utterance) -> Reply:
        turn = self.guide.turn(utterance, self.conversation, self.now)
        self.conversation = turn.conversation
        return turn.reply


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of this session, with the dictionaries and vectors that are made already (making them takes long)."""
    folder = tmp_path_factory.mktemp("cache")
    for made in ("dictionary", "vectors"):
        (folder / made).mkdir()
        if (Settings.from_environment().cache_dir / made).is_dir():
            shutil.copytree(Settings.from_environment().cache_dir / made, folder / made, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a small ward that no test changes; it does without a dictionary, and its words alone decide."""
    ward = SmallWard(tmp_path_factory.mktemp("small-ward") / "knowledge")
    return Settings(knowledge_dir=ward.folder, cache_dir=tmp_path_factory.mktemp("no-dictionary"), meaning=False)


@pytest.fixture(scope="session")
def small_guide(small_settings: Settings) -> Guide:
    """The guide of the small ward."""
    return _guide(small_settings)


@pytest.fixture(scope="session")
def small_words(small_settings: Settings) -> list[DictionaryWord]:
    """What the dictionary of the small ward holds."""
    knowledge = load(small_settings.knowledge_dir, small_settings.knowledge_defaults).knowledge
    return Tokenizer().dictionary_words(names_of(knowledge), texts_of(knowledge))


@pytest.fixture(scope="session")
def small_dictionary(
    small_words: list[DictionaryWord], cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small ward's dictionary, asked for by two processes at once, alone in its folder; also in the cache."""
    folder = tmp_path_factory.mktemp("small-dictionary")
    with ThreadPoolExecutor(2) as pool:  # each call starts a process of its own and waits for it
        first, second = pool.map(UserDictionary(folder).compile, [small_words, small_words])
    assert first == second
    shutil.copy2(first, cache_dir / "dictionary")
    return first


@pytest.fixture
def ward(tmp_path: Path) -> SmallWard:
    """A small ward of one's own, to break."""
    return SmallWard(tmp_path / "knowledge")


@pytest.fixture
def guide_of(small_settings: Settings) -> Callable[[SmallWard], Guide]:
    """Build the guide of a ward."""
    return lambda ward: _guide(replace(small_settings, knowledge_dir=ward.folder))


@pytest.fixture
def talk(small_guide: Guide) -> Talk:
    """A new conversation with the small ward."""
    return Talk(small_guide)


@pytest.fixture
def talk_with() -> Callable[[Guide], Talk]:
    """Begin a conversation with a guide."""
    return Talk


@pytest.fixture
def now() -> datetime:
    """The moment in which tests live."""
    return NOW


@pytest.fixture(scope="session")
def shipped_settings(cache_dir: Path) -> Settings:
    """Settings of the knowledge that ships."""
    return Settings(knowledge_dir=ROOT / "knowledge", cache_dir=cache_dir)


@pytest.fixture(scope="session")
def shipped_guide(shipped_settings: Settings) -> Guide:
    """The guide of the knowledge that ships, complete: with its dictionary and with meaning."""
    return complete_guide(shipped_settings)


@pytest.fixture
def resident(shipped_guide: Guide) -> Talk:
    """A resident who has just begun a conversation about the real ward."""
    return Talk(shipped_guide)


def _guide(settings: Settings) -> Guide:
    return GuideBuilder(settings).build(load(settings.knowledge_dir, settings.knowledge_defaults).knowledge).guide
