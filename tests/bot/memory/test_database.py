from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

import bot.memory.database
from bot.memory.database import SCHEMA_VERSION, Database, DatabaseUnavailable, SchemaTooNew
from bot.memory.tables import schema_version

ROOT = Path(__file__).resolve().parents[3]

START = """
import os, sys
from bot.memory.database import Database
database = Database(sys.argv[1])
go, ready = os.pipe()
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        os.close(ready)
        os.read(go, 1)  # returns when the parent closes its end: for all at once
        database.create_tables()
        database.check()
        os._exit(0)
    children.append(child)
os.close(ready)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def test_several_processes_may_start_at_once_on_an_empty_database(empty_database_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", START, empty_database_url], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr.decode()


def test_making_the_tables_again_changes_nothing(database: Database) -> None:
    database.create_tables()
    database.check()


def test_a_database_from_a_newer_program_is_refused_with_a_clear_error(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(schema_version).values(version=SCHEMA_VERSION + 1))
    with pytest.raises(SchemaTooNew, match="start the newer program"):
        database.create_tables()
    with pytest.raises(SchemaTooNew):
        database.check()
    with database.writing() as connection:
        connection.execute(update(schema_version).values(version=SCHEMA_VERSION))


def test_the_check_fails_until_the_tables_are_made(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(DatabaseUnavailable, match="tables"):
        database.check()
    database.create_tables()
    database.check()
    database.dispose()


def test_the_directory_of_a_sqlite_file_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/var/annai.sqlite3")
    database.create_tables()
    assert (tmp_path / "var" / "annai.sqlite3").exists()
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


def test_sqlite_is_durable_and_lets_readers_in_while_somebody_writes(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/memory.sqlite3")
    database.create_tables()
    with database.reading() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        ]
    assert settings == ["wal", 2, 1, 5000, 1]
    with database.writing(), database.reading() as reader:
        assert reader.scalar(schema_version.select()) == SCHEMA_VERSION


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_usual_form_of_a_postgresql_url_means_psycopg(url: str) -> None:
    assert Database(url).engine.url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "url",
    ["mysql://u:s3cret@h/d", "u:s3cret@h", "", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://u:s3cret@h/d"],
)
def test_any_other_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as caught:
        Database(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_is_neither_in_the_name_of_a_database_nor_in_its_errors() -> None:
    database = Database("postgresql://annai:s3cret@127.0.0.1:1/annai?password=s3cret")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.check()
    assert "s3cret" not in repr(database) + str(caught.value) + str(caught.value.__cause__)


def test_a_locked_file_is_an_outage_and_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.memory.database, "BUSY_TIMEOUT", 0.05)
    database = Database(f"sqlite:///{tmp_path}/memory.sqlite3")
    database.create_tables()
    other = sqlite3.connect(tmp_path / "memory.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable, match="locked"), database.writing():
        pytest.fail("the writer must not get in")  # pragma: no cover
    database.check()  # readers do not mind
    other.execute("ROLLBACK")
    other.close()
    with database.writing():
        pass
    database.dispose()


def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    def delete_and_fail() -> None:
        with database.writing() as connection:
            connection.execute(schema_version.delete())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_and_fail()
    database.check()
