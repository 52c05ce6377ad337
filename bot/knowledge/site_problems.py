"""What is wrong with the places of places/*.yaml beside each other: ids that are there twice, points far from all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bot.knowledge.problem import Problem, Severity
from bot.knowledge.schema import Site
from bot.knowledge.yaml_text import Document
from bot.location import Location, way

FAR = 20_000
"""Metres from the middle of all places: no ward is that large, and one wrong digit of a degree leads farther."""
_ENOUGH = 3
"""Of two places that lie far apart nobody can tell which one is wrong."""


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """A place and where it is written."""

    site: Site
    document: Document
    number: int
    """Its position in the list, from 0."""

    def line(self, key: str) -> int:
        """Return the line of `key` of the place."""
        return self.document.line(("場所", self.number, key))


def site_problems(sites: Sequence[WrittenSite]) -> list[Problem]:
    """Return the ids that two places share, and a note on each place that lies far from all others."""
    return [*_shared_ids(sites), *_far_away(sites)]


def _shared_ids(sites: Sequence[WrittenSite]) -> Iterator[Problem]:
    first: dict[str, WrittenSite] = {}
    for written in sites:
        other = first.setdefault(written.site.id, written)
        if other is not written:
            where = f"{other.document.file}:{other.line('id')}"
            what = f"場所のid「{written.site.id}」が2回あります(「{other.site.name}」{where} と同じです)"
            yield Problem(written.document.file, written.line("id"), what, "別のidにしてください")


def _far_away(sites: Sequence[WrittenSite]) -> Iterator[Problem]:
    if len(sites) < _ENOUGH:
        return
    middle = Location(
        median(written.site.latitude for written in sites), median(written.site.longitude for written in sites)
    )
    for written in sites:
        site = written.site
        metres = way(middle, Location(site.latitude, site.longitude)).metres
        if metres > FAR:
            what = f"「{site.name}」の緯度・経度が、ほかの場所から{metres / 1000:.0f}kmはなれています"
            mend = "緯度と経度の数字を確かめてください。正しければ、このままでかまいません"
            yield Problem(written.document.file, written.line("緯度"), what, mend, Severity.NOTE)
