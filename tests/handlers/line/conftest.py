"""What the tests of the LINE door share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from line_api import OPENAPI, LineApi, official


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        """Stand at the moment when the test events were sent."""
        self.now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line() -> Iterator[LineApi]:
    """LINE's API; the test fails when a request broke one of its rules."""
    with LineApi() as api:
        yield api


@pytest.fixture(scope="session")
def official_description() -> None:
    """Skip, by name, a test that can't do without LINE's API description."""
    if official("ReplyMessageRequest") is None:
        pytest.skip(f"LINE's API description is not at ../{OPENAPI.parent.name}/{OPENAPI.name}")
