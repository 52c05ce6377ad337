"""Every test here runs on a real SQLite file and on a private PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox, NewEvent
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.tables import metadata, schema_version

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@dataclass
class HandClock:
    """A clock that is moved by hand."""

    now: datetime = field(default=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the time that it was set to."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Server:
    """A private PostgreSQL server, reached through a socket in its own directory."""

    socket: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"test_{next(self.numbers)}"
        with psycopg.connect(host=str(self.socket), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy".encode())
        return f"postgresql://postgres@/{name}?host={self.socket}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not programs:
        if os.environ.get("CI") == "true":
            pytest.fail("postgresql is not installed, and CI must not skip it")
        pytest.skip("postgresql")
    home = Path(tempfile.mkdtemp(prefix="annai-pg-"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(programs[-1] / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, timeout=60)

    options = f"-k {home} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--wal-segsize=1")
        run("pg_ctl", "start", "-w", "-l", str(home / "log"), "-o", options)
        yield Server(home)
    finally:
        if (home / "data" / "postmaster.pid").exists():
            run("pg_ctl", "stop", "-w", "-m", "fast")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/memory.sqlite3"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


def with_tables(url: str) -> str:
    database = Database(url)
    database.create_tables()
    database.dispose()
    return url


@pytest.fixture(scope="session")
def postgresql_with_tables(postgresql: Server) -> str:
    return with_tables(postgresql.new_database())


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a database with empty tables. They were made once, which takes longer than most tests."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "memory.sqlite3")
        return f"sqlite:///{tmp_path}/memory.sqlite3"
    url: str = request.getfixturevalue("postgresql_with_tables")
    database = Database(url)
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            if table is not schema_version:
                connection.execute(table.delete())
    database.dispose()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def inbox(database: Database, clock: HandClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def conversations(database: Database, clock: HandClock) -> Conversations:
    return Conversations(database, clock)


@pytest.fixture
def questions(database: Database) -> QuestionLog:
    return QuestionLog(database)


@pytest.fixture
def new_event(clock: HandClock) -> Callable[..., NewEvent]:
    def make(event_id: str, conversation_key: str = "someone", text: str = "住民票がほしい") -> NewEvent:
        return NewEvent("line", event_id, conversation_key, text, "v1|menu", "token", clock.now, ("phone",))

    return make


@pytest.fixture
def new_question(clock: HandClock) -> Callable[..., QuestionRecord]:
    def make(conversation_key: str = "someone", text: str = "住民票がほしい") -> QuestionRecord:
        candidates = (("juminhyo", 0.93), ("koseki", 0.04))
        return QuestionRecord(
            clock.now, "line", conversation_key, text, "answer", candidates, "juminhyo", 12.5, "rev-1"
        )

    return make
