"""The whole house, and LINE on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House, Kohoku
from line_api import LineApi
from prism import Prism, what_is_missing

from bot.settings import Settings


@pytest.fixture(scope="session")
def description(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism | None]:
    """LINE's own description, as a server that judges; None where what it takes is missing."""
    if what_is_missing():
        yield None
        return
    with Prism(tmp_path_factory.mktemp("prism")) as prism:
        yield prism


@pytest.fixture(scope="session")
def prism(description: Prism | None) -> Prism:
    """The same, for a test that can't do without it and is skipped by name."""
    if description is None:
        pytest.skip(what_is_missing())
    return description


@pytest.fixture
def line(description: Prism | None) -> Iterator[LineApi]:
    """LINE. Whatever was sent to it in the test is held against LINE's own description, too."""
    with LineApi() as api:
        yield api
    if description:
        assert description.refusals(api.requests) == []


@pytest.fixture
def house(tmp_path: Path, line: LineApi, small_settings: Settings) -> Iterator[House]:
    """A house with little knowledge, which starts fast; empty of servers."""
    house = House(tmp_path, line, small_settings)
    yield house
    house.stop()


@pytest.fixture(scope="module")
def kohoku(
    tmp_path_factory: pytest.TempPathFactory, shipped_settings: Settings, description: Prism | None
) -> Iterator[Kohoku]:
    with LineApi() as line:
        house = House(tmp_path_factory.mktemp("kohoku"), line, shipped_settings)
        yield Kohoku(house, line, house.start(workers=2))
        house.stop()
    if description:
        assert description.refusals(line.requests) == []
