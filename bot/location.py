"""Where a person or a place is, and how far and in which direction one lies from the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from geographiclib.geodesic import Geodesic

_PREFIX = "v1|location|"


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the earth (WGS 84). Where a resident is, is personal data: no log and no traceback shows it."""

    latitude: float = field(repr=False)
    """Degrees, -90 to 90, north positive."""
    longitude: float = field(repr=False)
    """Degrees, -180 to 180, east positive."""

    @classmethod
    def of(cls, latitude: object, longitude: object) -> Location | None:
        """Return the point at these degrees (numbers, or text that holds one), or None when they are no such point."""
        north, east = _degrees(latitude, 90), _degrees(longitude, 180)
        return None if north is None or east is None else cls(north, east)

    def encode(self) -> str:
        """Return the point as text that stands in the inbox where a tap would, until the event is answered."""
        return f"{_PREFIX}{self.latitude!r}|{self.longitude!r}"

    @classmethod
    def decode(cls, text: str) -> Location | None:
        """Return the point that `encode` wrote, or None for any other text."""
        if not text.startswith(_PREFIX):
            return None
        latitude, _, longitude = text.removeprefix(_PREFIX).partition("|")
        return cls.of(latitude, longitude)


@dataclass(frozen=True, slots=True)
class Way:
    """From one point to another, as the crow flies."""

    metres: float
    bearing: float
    """Degrees clockwise from north at the start, 0 to 360; 0 where both points are one."""


def way(start: Location, end: Location) -> Way:
    """Return distance and bearing along the geodesic of the WGS 84 ellipsoid from `start` to `end`.

    Solved by GeographicLib (C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87, 43-55, 2013), exact to nanometres.
    """
    found = Geodesic.WGS84.Inverse(
        start.latitude, start.longitude, end.latitude, end.longitude, Geodesic.DISTANCE | Geodesic.AZIMUTH
    )
    metres = float(found["s12"])
    # The remainder of a hair to the west of north is rounded to 360 itself, hence once more.
    return Way(metres, float(found["azi1"]) % 360 % 360 if metres else 0.0)


def _degrees(value: object, most: float) -> float | None:
    """Return `value` as degrees from -`most` to `most`; None for anything else (a bool is no number here)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None
