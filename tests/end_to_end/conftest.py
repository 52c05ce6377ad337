"""The whole house, and LINE on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House
from line_api import LineApi

from bot.settings import Settings


@pytest.fixture
def line() -> Iterator[LineApi]:
    """LINE."""
    with LineApi() as api:
        yield api


@pytest.fixture
def house(tmp_path: Path, line: LineApi, small_settings: Settings) -> Iterator[House]:
    """A house with little knowledge, which starts fast; empty of servers."""
    house = House(tmp_path, line, small_settings.knowledge_dir, small_settings.cache_dir)
    yield house
    house.stop()


@pytest.fixture
def kohoku(tmp_path: Path, line: LineApi, shipped_settings: Settings) -> Iterator[House]:
    """The house with the knowledge that ships; empty of servers."""
    house = House(tmp_path, line, shipped_settings.knowledge_dir, shipped_settings.cache_dir)
    yield house
    house.stop()
