from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.secret_key import secret_key


def test_a_given_key_is_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_key("mine", tmp_path / "data") == b"mine"
    assert not (tmp_path / "data").exists()


def test_a_made_key_stays_the_same_and_is_for_our_eyes_only(tmp_path: Path) -> None:
    first = secret_key("", tmp_path / "data")

    assert secret_key("", tmp_path / "data") == first
    assert len(first) == 64
    (kept,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_two_places_have_two_keys(tmp_path: Path) -> None:
    assert secret_key("", tmp_path / "a") != secret_key("", tmp_path / "b")


def test_several_that_begin_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key("", tmp_path / "data"), range(16)))

    assert len(keys) == 1


def test_a_key_that_was_left_half_made_is_an_error_and_no_empty_key(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()

    with pytest.raises(OSError, match="is empty"):
        secret_key("", tmp_path)
