"""Distances and bearings against published values, and what is no location."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.location import Location, way

points = st.builds(Location, st.floats(-89, 89), st.floats(-179, 179))


def test_a_geodesic_of_which_the_length_is_published() -> None:
    # Wellington → Salamanca, the example in GeographicLib's documentation (Inverse(-41.32, 174.81, 40.96, -5.50)).
    found = way(Location(-41.32, 174.81), Location(40.96, -5.50))

    assert found.metres == pytest.approx(19_959_679.267, abs=0.001)
    assert found.bearing == pytest.approx(161.06766998616, abs=1e-9)


def test_one_degree_along_the_equator_and_a_meridian() -> None:
    # WGS 84: 6378137 m * pi / 180 along the equator, 110574.4 m from the equator to latitude 1.
    east, north = way(Location(0, 0), Location(0, 1)), way(Location(0, 0), Location(1, 0))

    assert (east.metres, east.bearing) == (pytest.approx(111_319.491, abs=0.001), pytest.approx(90))
    assert (north.metres, north.bearing) == (pytest.approx(110_574.389, abs=0.001), pytest.approx(0))


@given(points, points)
def test_there_is_as_far_as_back(start: Location, end: Location) -> None:
    there, back = way(start, end), way(end, start)

    assert there.metres == pytest.approx(back.metres, abs=1e-6)
    assert 0 <= there.metres <= 20_003_932
    assert 0 <= there.bearing < 360


@given(points)
def test_from_a_point_to_itself_is_no_way(point: Location) -> None:
    assert way(point, point).metres == 0


@given(points)
def test_what_is_encoded_comes_back(point: Location) -> None:
    assert Location.decode(point.encode()) == point


@pytest.mark.parametrize(
    "text", ["", "v1|menu", "v1|location", "v1|location|35", "v1|location|91|0", "v1|location|nan|0"]
)
def test_other_text_holds_no_location(text: str) -> None:
    assert Location.decode(text) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (90.1, 0),
        (-90.1, 0),
        (0, 180.1),
        (float("nan"), 0),
        (0, float("inf")),
        (True, 0),
        (None, 0),
        ("north", 0),
        ([], {}),
    ],
)
def test_what_is_no_point_on_the_earth_is_no_location(latitude: object, longitude: object) -> None:
    assert Location.of(latitude, longitude) is None


def test_where_somebody_is_is_never_shown() -> None:
    assert "35" not in repr(Location(35.51, 139.63))
