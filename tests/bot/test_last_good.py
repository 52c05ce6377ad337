from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.last_good import LastGood


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    (folder / "services").mkdir(parents=True)
    os.utime(folder, (1_000_000, 1_000_000))  # a folder does not get younger when a file below it changes
    return folder


def content(last_good: LastGood) -> str | None:
    found = last_good.find()
    return (found / "services" / "a.yaml").read_text(encoding="utf-8") if found else None


def keep(last_good: LastGood, knowledge: Path, revision: str) -> None:
    (knowledge / "services" / "a.yaml").write_text(revision, encoding="utf-8")
    last_good.keep(knowledge, revision)


def test_nothing_was_kept_yet(tmp_path: Path) -> None:
    assert LastGood(tmp_path / "nowhere").find() is None


@pytest.mark.parametrize("history", ["A", "AB", "ABA", "ABCA", "ABCD", "AABB", "ABCDABCDB"])
def test_what_served_last_is_found_whatever_served_before(tmp_path: Path, knowledge: Path, history: str) -> None:
    last_good = LastGood(tmp_path / "kept")

    for revision in history:
        keep(last_good, knowledge, revision)

    assert content(last_good) == history[-1]


def test_old_copies_are_not_kept_for_ever(tmp_path: Path, knowledge: Path) -> None:
    last_good = LastGood(tmp_path / "kept")

    for revision in "ABCDEFG":
        keep(last_good, knowledge, revision)

    assert len([path for path in (tmp_path / "kept").iterdir() if path.is_dir()]) == 2


def test_a_copy_that_someone_deleted_is_not_found(tmp_path: Path, knowledge: Path) -> None:
    last_good = LastGood(tmp_path / "kept")
    keep(last_good, knowledge, "A")

    (tmp_path / "kept" / "A").rename(tmp_path / "gone")

    assert last_good.find() is None


def test_a_plain_list_is_not_copied(tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_text("{}", encoding="utf-8")

    LastGood(tmp_path / "kept").keep(file, "A")

    assert not (tmp_path / "kept").exists()
