"""The whole house, and LINE on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House, Kohoku
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
    house = House(tmp_path, line, small_settings)
    yield house
    house.stop()


@pytest.fixture(scope="module")
def kohoku(tmp_path_factory: pytest.TempPathFactory, shipped_settings: Settings) -> Iterator[Kohoku]:
    with LineApi() as line:
        house = House(tmp_path_factory.mktemp("kohoku"), line, shipped_settings)
        yield Kohoku(house, line, house.start(workers=2))
        house.stop()
