"""Numbers for the operator, in Prometheus' form. Labels come from closed lists, never from what residents write."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector


class Metrics:
    """One registry an app: two apps in one process (as in tests) don't mix."""

    def __init__(self, inbox_counts: Callable[[], dict[str, int]]) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter("annai_turns", "Turns answered", ["channel", "kind"], registry=self._registry)
        self._seconds = Histogram(
            "annai_turn_seconds",
            "How long a turn takes, in seconds",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self._registry,
        )
        self._events = Counter(
            "annai_events", "Channel events taken in", ["channel", "outcome"], registry=self._registry
        )
        self._registry.register(_InboxCollector(inbox_counts))

    def turn(self, channel: str, kind: str, seconds: float) -> None:
        """Count a turn."""
        self._turns.labels(channel, kind).inc()
        self._seconds.observe(seconds)

    def events(self, channel: str, outcome: str, number: int) -> None:
        """Count `number` events of `channel` that ended as `outcome` at the door."""
        self._events.labels(channel, outcome).inc(number)

    def exposed(self) -> bytes:
        """Return the text that Prometheus reads."""
        return generate_latest(self._registry)


class _InboxCollector(Collector):
    """The inbox as it is now, counted in the database when asked: true for all processes together."""

    def __init__(self, counts: Callable[[], dict[str, int]]) -> None:
        self._counts = counts

    def collect(self) -> list[GaugeMetricFamily]:
        family = GaugeMetricFamily("annai_inbox_events", "Events in the inbox by state", labels=["state"])
        for state, number in self._counts().items():
            family.add_metric([state], number)
        return [family]
