"""The places of places/*.yaml by where they lie: the nearest ones, and the towns in their addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from bot.knowledge.schema import Site
from bot.location import Location, Way, way

_TOWN = regex.compile(r"(?:.+?市)?(?:.+?区)?(\D+)")
"""What stands in an address between the city (and ward) and the first number: 横浜市港北区【下田町】4-10-1."""
_PARTS_OF_TOWN = ("本町", "上町", "町", "東", "西", "南", "北", "台")
"""What residents leave away: 綱島 for 綱島西 and 綱島東, 日吉 for 日吉 and 日吉本町."""
_SHORTEST_NAME = 2
"""Of 樽町 nobody leaves 樽: a name of one character would be found everywhere."""


@dataclass(frozen=True, slots=True)
class Near:
    """A place and the way to it."""

    site: Site
    way: Way


def usable(sites: Iterable[Site], kinds: Collection[str] = (), hazard: str = "") -> tuple[Site, ...]:
    """Return the sites that are of one of `kinds` (empty: of any) and that are there for `hazard` (empty: for any)."""
    return tuple(
        site
        for site in sites
        if (not kinds or not set(kinds).isdisjoint(site.kinds)) and (not hazard or hazard in site.hazards)
    )


def nearest(sites: Iterable[Site], start: Location, count: int = 3) -> tuple[Near, ...]:
    """Return the `count` sites that are nearest to `start`, the nearest first; fewer when there are fewer."""
    ways = [Near(site, way(start, Location(site.latitude, site.longitude))) for site in sites]
    return tuple(sorted(ways, key=lambda near: (near.way.metres, near.site.id))[:count])


def point_of_compass(bearing: float, points: int = 8) -> int:
    """Return which of `points` points of the compass `bearing` (degrees) is nearest to: 0 north, then clockwise."""
    return round(bearing / (360 / points)) % points


def town_of(site: Site) -> str:
    """Return the town in the site's address, without its number; the whole address when it can't be told."""
    found = _TOWN.match(site.address)
    return found.group(1).strip() if found else site.address


def towns_by_name(sites: Iterable[Site]) -> Mapping[str, tuple[str, ...]]:
    """Return for each name that residents give a town or a group of towns (日吉, 綱島) the towns that it means."""
    towns = dict.fromkeys(map(town_of, sites))
    named: dict[str, list[str]] = {}
    for town in towns:
        for name in dict.fromkeys((town, *map(town.removesuffix, _PARTS_OF_TOWN))):
            if len(name) >= _SHORTEST_NAME:
                named.setdefault(name, []).append(town)
    return {name: tuple(meant) for name, meant in named.items()}


def around(sites: Sequence[Site], towns: Collection[str], hazard: str = "", count: int = 3) -> tuple[Site, ...]:
    """Return the sites for `hazard` in `towns`, then up to `count` altogether those nearest to the middle of the towns.

    The middle is that of all sites in the towns: their borders are not known. None of the sites in the towns is left
    out, even where there are more than `count`; towns without any site give nothing.
    """
    inside = [site for site in sites if town_of(site) in towns]
    if not inside:
        return ()
    middle = Location(
        sum(site.latitude for site in inside) / len(inside), sum(site.longitude for site in inside) / len(inside)
    )
    ours = usable(inside, hazard=hazard)
    others = [site for site in usable(sites, hazard=hazard) if site not in inside]
    return (*ours, *(near.site for near in nearest(others, middle, max(0, count - len(ours)))))
