from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memory.pseudonym import Pseudonym

people = st.lists(st.text(max_size=4), min_size=1, max_size=4).map(tuple)


@given(people, people)
def test_two_people_have_the_same_name_only_when_they_are_one(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    of = Pseudonym(b"secret").of
    assert (of(*first) == of(*second)) is (first == second)


@given(people)
def test_another_secret_makes_everybody_a_stranger(person: tuple[str, ...]) -> None:
    assert Pseudonym(b"one").of(*person) != Pseudonym(b"two").of(*person)


def test_a_name_is_32_hexadecimal_characters_and_shows_neither_id_nor_secret() -> None:
    pseudonym = Pseudonym(b"s3cret")
    assert re.fullmatch(r"[0-9a-f]{32}", pseudonym.of("line", "U" + "0" * 32))
    assert "s3cret" not in repr(pseudonym)


def test_a_name_stays_the_same_from_one_version_to_the_next() -> None:
    # Changing the recipe would make every resident a stranger and orphan what forget() must find.
    assert Pseudonym(b"secret").of("line", "U1", "G1") == "bf42e0266ca4530e19ef3b85b16154d5"


def test_half_a_surrogate_pair_in_an_id_is_no_error() -> None:
    assert Pseudonym(b"secret").of("slack", "\ud83d")


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        Pseudonym(b"")
