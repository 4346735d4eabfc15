"""Where the stores of the contract test keep their data, and how each is opened there again."""

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import create_engine, text

from node.store import MemoryDisk, MemoryStore, RecordKind, Store
from node.store.sql import SqlStore
from tests.needs import postgres_programs


class Kept(RecordKind):
    """The records of a part that only these tests know."""

    LETTER = "invoice"  # (as the databases in `layouts` have it)
    PARCEL = "parcel"


class Place(ABC):
    """A disk, as one test sees it."""

    @abstractmethod
    def open(self) -> Store:
        """Open the store that is kept here."""


class MemoryPlace(Place):
    def __init__(self) -> None:
        self.disk = MemoryDisk()

    def open(self) -> MemoryStore:
        return MemoryStore(self.disk)


class SqlPlace(Place):
    def __init__(self, address: str) -> None:
        self.address = address

    def open(self, *, read_only: bool = False) -> SqlStore:
        return SqlStore(self.address, read_only=read_only)


def sqlite_place(folder: Path) -> SqlPlace:
    return SqlPlace(f"sqlite:///{folder / 'node.sqlite'}")


class Cluster:
    """A PostgreSQL of the tests' own, reached through a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schemas = 0

    def place(self) -> SqlPlace:
        """A new, empty schema."""
        self._schemas += 1
        name = f"test_{self._schemas}"
        address = f"postgresql://fiado@/postgres?host={self._folder}"
        engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        engine.dispose()
        return SqlPlace(f"{address}&options=-csearch_path%3D{name}")


@contextmanager
def run_cluster() -> Iterator[Cluster]:
    """Start a PostgreSQL in a short-lived folder, and stop it again."""
    programs = postgres_programs()
    assert programs is not None, "the caller skips where there is no PostgreSQL"
    # A socket's path may have 107 bytes at most, so not pytest's long temporary folder.
    folder = Path(mkdtemp(prefix="fiado-pg-"))
    user: str | None = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; its package brings a user of its own.
        user = "postgres"
        shutil.chown(folder, user)

    def run(program: str, *arguments: str, quiet: bool = False) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(
            command,
            check=True,
            cwd=folder,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            capture_output=quiet,
        )

    try:
        run("initdb", "-U", "fiado", "-A", "trust", quiet=True)
        options = f"-k {folder} -c listen_addresses='' -c max_connections=20"
        run("pg_ctl", "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            run("pg_ctl", "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
