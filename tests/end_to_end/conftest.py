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
def house(tmp_path: Path, line: LineApi, shipped_settings: Settings) -> Iterator[House]:
    """The house, empty of servers."""
    house = House(tmp_path, line, shipped_settings.cache_dir)
    yield house
    house.stop()
