"""The one way to the database: SQLite in a file, or PostgreSQL. Nothing else of the program knows which it is."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, inspect, make_url, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.memory.tables import by_message, feedback, metadata, schema_version

SCHEMA_VERSION = 3
"""The form of the tables that this program knows. A change to tables.py raises it and adds a step below."""

BUSY_TIMEOUT = 5.0
"""Seconds that a connection waits for SQLite's single writer; our write transactions last milliseconds."""

_SCHEMA_LOCK = 4_005_403_230
"""Any number, as long as it is ours: PostgreSQL processes that start at once queue up on it."""


class DatabaseUnavailable(Exception):
    """The database can't be reached or is locked. Trying again later may help. The message holds no stored text."""


class SchemaTooNew(Exception):
    """The database was written by a newer program than this one."""


class Database:
    """A SQLite file or a PostgreSQL database. Making one opens nothing; it may be made before a fork."""

    def __init__(self, url: str) -> None:
        """Take `sqlite:///path`, `postgresql://…` or `postgres://…`; raises ValueError for anything else."""
        self._url = _parse(url)
        self.engine: Engine = _sqlite_engine(self._url) if self.is_sqlite else _postgresql_engine(self._url)
        self._writer = self.engine.execution_options(writes=True)
        self._turn = threading.Lock()
        _opened.add(self)

    def __repr__(self) -> str:
        """Return what an operator may see: never the user or the password."""
        return f"Database({self._url.get_backend_name()}, {self._url.host or ''}/{self._url.database})"

    @property
    def is_sqlite(self) -> bool:
        """Return whether this is the embedded engine."""
        return self._url.get_backend_name() == "sqlite"

    def exists(self) -> bool:
        """Return whether there is anything to read: a SQLite file that was never made holds nothing."""
        return not self.is_sqlite or Path(self._url.database or "").exists()

    def create_tables(self) -> None:
        """Make the tables, or bring older ones up to this program; any number of processes may do so at once.

        Raises SchemaTooNew when a newer program has been here, DatabaseUnavailable when there is no way in.
        """
        if self.is_sqlite:
            # The file holds what residents wrote: a directory made here is the owner's alone.
            Path(self._url.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.writing() as connection:  # on SQLite this holds the write lock from here on
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")
            found = _read_version(connection) if inspect(connection).has_table(schema_version.name) else None
            if found is None:
                metadata.create_all(connection)
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
            elif found < SCHEMA_VERSION:
                for version in range(found + 1, SCHEMA_VERSION + 1):
                    _STEPS[version](connection)
                connection.execute(update(schema_version).values(version=SCHEMA_VERSION))
        self.engine.dispose()  # so that nothing is open when a server forks after this

    def check(self) -> None:
        """Return when the database answers and its tables fit; raises DatabaseUnavailable or SchemaTooNew."""
        with self.reading() as connection:
            found = _read_version(connection) if inspect(connection).has_table(schema_version.name) else None
            if found != SCHEMA_VERSION:
                raise DatabaseUnavailable("the tables have not been made yet, or not brought up to this program")

    def dispose(self) -> None:
        """Close every connection. The next use opens new ones."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Return a transaction that only reads; raises DatabaseUnavailable."""
        with _unavailable(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Return a transaction that may write, committed at the end of the block; raises DatabaseUnavailable."""
        with self._our_turn(), _unavailable(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        """Let the threads of this process write to SQLite one after the other, which it would make them do anyway.

        Waiting for a lock of ours ends the moment it is free; SQLite's own waiting sleeps up to 0.1 s at a time.
        """
        if not self.is_sqlite:
            yield
            return
        turn = self._turn
        if not turn.acquire(timeout=BUSY_TIMEOUT):
            raise DatabaseUnavailable("other threads are waiting for the locked database")
        try:
            yield
        finally:
            turn.release()

    def after_fork(self) -> None:
        """Start afresh in a child: the connections and the lock it was born with are its parent's."""
        self.engine.dispose(close=False)
        self._turn = threading.Lock()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that knows the engine's ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)


def _add_feedback(connection: Connection) -> None:
    feedback.create(connection)


def _add_message_keys(connection: Connection) -> None:
    for table in ("inbox", "questions"):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN message_key TEXT NOT NULL DEFAULT ''")
    for index in by_message:
        index.create(connection)


_STEPS: dict[int, Callable[[Connection], None]] = {2: _add_feedback, 3: _add_message_keys}
"""Version → what makes it of the one before, in one transaction with all other steps."""

_opened: weakref.WeakSet[Database] = weakref.WeakSet()


def _after_fork() -> None:
    for database in _opened:
        database.after_fork()


os.register_at_fork(after_in_child=_after_fork)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # "from None", and no word of the URL: it may hold a password.
        raise ValueError("DATABASE_URL can't be read; it must look like sqlite:///file or postgresql://…") from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ValueError(f"DATABASE_URL names {parsed.drivername}; only sqlite and postgresql are supported")
    if parsed.get_backend_name() != "sqlite":
        return parsed
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("DATABASE_URL must name a file (sqlite:///file): an inbox in memory would lose messages")
    # Absolute, so that it stays the same file when the process changes its directory.
    return parsed.set(database=os.path.abspath(str(parsed.database)))


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(
        url,
        isolation_level="READ COMMITTED",  # the inbox relies on each statement seeing what is committed by then
        hide_parameters=True,  # an error message must never carry what a resident wrote
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={"connect_timeout": 5, "tcp_user_timeout": 10_000, "application_name": "kohoku-annai"},
    )


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None  # sqlite3 must not begin transactions by itself: we do, below
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what was blanked is gone from the file, not just unlinked
        _enter_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")  # once we answered 200, not even a power cut loses the event

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once. A transaction that reads first and writes later fails when another wrote
        # in between, without waiting.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging: readers and the writer do not wait for each other."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            # SQLite does not wait for this one lock by itself when several processes meet on a new file.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _read_version(connection: Connection) -> int | None:
    found = connection.scalar(select(schema_version.c.version))
    if found is not None and found > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"the database has schema version {found}, this program knows {SCHEMA_VERSION}: "
            "start the newer program, or give DATABASE_URL another database"
        )
    return found


@contextmanager
def _unavailable() -> Iterator[None]:
    """Turn what the driver raises for an outage into DatabaseUnavailable; mistakes of ours pass unchanged."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("no free connection") from error
    except DBAPIError as error:
        if not (isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated):
            raise
        # Only the first line: the driver's further lines (DETAIL) may quote a row.
        lines = str(error.orig).splitlines() or [type(error.orig).__name__]
        raise DatabaseUnavailable(lines[0]) from error
