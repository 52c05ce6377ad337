"""The nearest places, the compass, and towns in addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.schema import Site
from bot.location import Location, way
from bot.places import around, nearest, point_of_compass, town_of, towns_by_name, usable


def site(name: str, address: str, latitude: float, longitude: float, *hazards: str, kind: str = "避難所") -> Site:
    """Return a place."""
    values = {"id": name, "名称": name, "種別": [kind], "住所": address, "緯度": latitude, "経度": longitude}
    return Site.model_validate(
        {**values, "災害": {hazard: [] for hazard in hazards}, "出典": "https://www.example.jp", "確認日": "2026-01-10"}
    )


MINAMI = site("minami", "横浜市港町区港西1-2", 35.50, 139.60, "地震", "洪水")
KITA = site("kita", "横浜市港町区港東町33", 35.52, 139.60, "地震")
YAMA = site("yama", "横浜市港町区山本町4-1", 35.50, 139.63, "洪水")
LIBRARY = site("library", "横浜市港町区山本町5", 35.50, 139.631, kind="図書館")
ALL = (MINAMI, KITA, YAMA, LIBRARY)

somewhere = st.builds(Location, st.floats(35, 36), st.floats(139, 140))
places = st.lists(somewhere, max_size=8).map(
    lambda points: [site(f"s{n}", "港1", p.latitude, p.longitude) for n, p in enumerate(points)]
)


def test_the_nearest_come_first_with_the_way_to_them() -> None:
    first, second = nearest(ALL, Location(35.51, 139.60), 2)

    assert {first.site.id, second.site.id} == {"minami", "kita"}
    assert first.way.metres == pytest.approx(1109, abs=2)
    assert sorted([first.way.bearing, second.way.bearing]) == [pytest.approx(0), pytest.approx(180)]


@given(places, somewhere, st.integers(0, 5))
def test_none_that_is_left_out_is_nearer(sites: list[Site], start: Location, count: int) -> None:
    found = nearest(sites, start, count)
    metres = [near.way.metres for near in found]

    assert len(found) == min(count, len(sites))
    assert metres == sorted(metres)
    left = [way(start, Location(s.latitude, s.longitude)).metres for s in sites if s not in [n.site for n in found]]
    assert not found or all(each >= metres[-1] for each in left)


def test_only_what_is_for_the_hazard_is_usable() -> None:
    assert usable(ALL, hazard="洪水") == (MINAMI, YAMA)
    assert usable(ALL, kinds=["避難所"]) == (MINAMI, KITA, YAMA)
    assert usable(ALL, ["図書館"], "地震") == ()
    assert usable(ALL) == ALL


@pytest.mark.parametrize(
    ("bearing", "point"),
    [(0, 0), (22, 0), (23, 1), (90, 2), (135, 3), (180, 4), (270, 6), (337, 7), (338, 0), (359.9, 0)],
)
def test_a_bearing_is_the_nearest_of_eight_points(bearing: float, point: int) -> None:
    assert point_of_compass(bearing) == point


def test_a_town_is_what_stands_before_the_number() -> None:
    assert [town_of(each) for each in ALL] == ["港西", "港東町", "山本町", "山本町"]
    assert town_of(site("x", "港町1", 35, 139)) == "港町"


def test_towns_are_found_by_the_names_that_residents_give_them() -> None:
    named = towns_by_name([*ALL, site("x", "横浜市港町区日吉1", 35, 139), site("y", "横浜市港町区日吉本町1", 35, 139)])

    assert named["山本町"] == ("山本町",)
    assert named["山本"] == ("山本町",)
    assert named["日吉"] == ("日吉", "日吉本町")
    assert "港" not in named


def test_around_a_town_its_own_places_come_first() -> None:
    assert around(ALL, ["港西"], count=3) == (MINAMI, KITA, YAMA)
    assert around(ALL, ["山本町"], count=1) == (YAMA, LIBRARY)
    assert around(ALL, ["港東町"], "洪水") == (MINAMI, YAMA)
    assert around(ALL, ["海"]) == ()
