"""What the tests of the Slack door share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_api import SlackApi


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
def slack() -> Iterator[SlackApi]:
    """Slack's Web API; the test fails when a call broke one of its rules."""
    with SlackApi() as api:
        yield api
