"""Opening a database so that it keeps the promises of `Store`, and so that nobody else writes to it.

SQLite: write-ahead log, `synchronous=FULL`, one connection that writes and checkpoints, and a lock on
the file `<database>.lock` and one on the database, held for as long as the process lives, that refuse a
second node on one folder. PostgreSQL: the one connection holds an advisory lock; when the connection is
lost the lock is lost with it, and the store refuses all further work, so a standby can take over and two
never write.

A connection opened for reading only takes no lock and can't write; `fiado audit` may use one beside a
running node. This module creates no tables and knows none.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from node.errors import StorageFault, StoreInUse, StoreUnavailable
from node.store_urls import StoreUrlError, check_store_url

BUSY_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 10
JOURNAL_KEPT_BYTES = 64 * 1024 * 1024
POSTGRES_LOCK = 0x66696164  # "fiad": the first of the two numbers of our advisory locks

PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA checkpoint_fullfsync=ON",
    "PRAGMA fullfsync=ON",
    "PRAGMA cell_size_check=ON",
    "PRAGMA trusted_schema=OFF",
    # An erased memo is overwritten where it stood, not only forgotten.
    "PRAGMA secure_delete=FAST",
    f"PRAGMA journal_size_limit={JOURNAL_KEPT_BYTES}",
)
_LOCK_TRIES = 20
_LOCK_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection, and what gives it and its lock back."""

    connection: Connection
    close: Callable[[], None]


def open_database(address: str, *, read_only: bool) -> Opened:
    """Connect to `sqlite:///path` or `postgresql://…`, alone unless for reading only.

    Raises `StoreInUse` when another writer holds the lock, `StoreUnavailable` when there is no way to
    connect, `StorageFault` when a file is there but is not a readable database.
    """
    try:
        url = make_url(check_store_url(address))
    except (ArgumentError, StoreUrlError) as error:
        why = str(error) if isinstance(error, StoreUrlError) else "it can't be read"
        raise StoreUnavailable(f"the database's address is wrong: {why}") from error
    try:
        if url.get_backend_name() == "sqlite":
            return _open_sqlite(url, read_only=read_only)
        return _open_postgres(url, read_only=read_only)
    except OperationalError as error:
        raise StoreUnavailable(f"{_shown(url)}: {str(error.orig).strip()}") from error
    except DBAPIError as error:
        raise StorageFault(f"{_shown(url)}: {str(error.orig).strip()}") from error


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _close_all(connection: Connection, engine: Engine, locks: Sequence[int] = ()) -> None:
    try:
        connection.close()
    except DBAPIError:
        # Whatever was wrong with it, it is let go of; what was committed is on disk.
        connection.invalidate()
    finally:
        engine.dispose()
        _unlock(locks)


def _open_sqlite(url: URL, *, read_only: bool) -> Opened:
    path = Path(str(url.database))
    locks = [] if read_only else _lock_files(path)
    try:
        engine = _sqlite_engine(path, read_only=read_only)
        connection = engine.connect()
    except BaseException:
        _unlock(locks)
        raise
    return Opened(connection, lambda: _close_all(connection, engine, locks))


def _lock_files(path: Path) -> list[int]:
    """Lock `<path>.lock` and the database for this process; the system gives both back when it ends.

    Two, because either may be deleted or replaced under a running node, and the other then still tells. (The
    database's own locks, which SQLite takes and gives back, are of another kind and don't meet this one.)
    """
    locks: list[int] = []
    try:
        for name in (path.with_name(path.name + ".lock"), path):
            locks.append(_lock_file(name, path))
    except BaseException:
        _unlock(locks)
        raise
    return locks


def _lock_file(name: Path, path: Path) -> int:
    try:
        lock = os.open(name, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"can't write in the folder of {path}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StoreInUse(
            f"another process writes to {path}; stop it, or give this node a folder of its own"
        ) from error
    return lock


def _unlock(locks: Sequence[int]) -> None:
    for lock in locks:
        os.close(lock)


def _sqlite_engine(path: Path, *, read_only: bool) -> Engine:
    mode = "ro" if read_only else "rwc"

    def connect() -> sqlite3.Connection:
        # Python's driver begins transactions by guessing from the statement; with no isolation level
        # it does not, and the "begin" event below does it.
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode={mode}",
            uri=True,
            timeout=BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            journal = connection.execute(
                "PRAGMA journal_mode" if read_only else "PRAGMA journal_mode=WAL"
            ).fetchone()
        except BaseException:
            connection.close()
            raise
        if journal != ("wal",):
            connection.close()
            raise StoreUnavailable(f"{path} has no write-ahead log here; use a local disk")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _open_postgres(url: URL, *, read_only: bool) -> Opened:
    settings = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "fiado"}
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            connect_args={key: value for key, value in settings.items() if key not in url.query},
        )
    except (ImportError, NoSuchModuleError) as error:
        raise StoreUnavailable(
            "PostgreSQL needs the driver psycopg: pip install 'fiado[postgres]'"
        ) from error
    connection = engine.connect()
    try:
        _prepare_postgres(connection, url, read_only=read_only)
    except BaseException:
        _close_all(connection, engine)
        raise
    return Opened(connection, lambda: _close_all(connection, engine))


def _prepare_postgres(connection: Connection, url: URL, *, read_only: bool) -> None:
    """Settings and the writer's lock, for as long as this connection lives."""
    if read_only:
        connection.execute(text("SET default_transaction_read_only = on"))
        connection.commit()
        return
    if connection.execute(text("SHOW synchronous_commit")).scalar() == "off":
        connection.execute(text("SET synchronous_commit = on"))
    # One lock for each schema, so that several nodes can share a database server.
    # The server frees it a moment after whoever had it is gone, so one that starts again asks a few times.
    for _ in range(_LOCK_TRIES):
        locked = connection.execute(
            text("SELECT pg_try_advisory_lock(:ours, hashtext(current_schema()))"),
            {"ours": POSTGRES_LOCK},
        ).scalar()
        connection.commit()
        if locked:
            break
        time.sleep(_LOCK_PAUSE_SECONDS)
    else:
        raise StoreInUse(
            f"another process writes to {_shown(url)}; stop it, or give this node its own database"
        )
