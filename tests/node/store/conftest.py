"""The places in which the contract test runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import missing_postgres
from tests.node.store.places import Cluster, MemoryPlace, Place, SqlPlace, run_cluster, sqlite_place

POSTGRES = pytest.param("postgres", marks=pytest.mark.needs_postgres)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster | None]:
    """One PostgreSQL for all tests; none where it is not installed, whose tests are skipped then."""
    if missing_postgres() is not None:
        yield None
        return
    with run_cluster() as running:
        yield running


def make_place(kind: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    if kind == "memory":
        return MemoryPlace()
    return make_sql_place(kind, folder, request)


def make_sql_place(kind: str, folder: Path, request: pytest.FixtureRequest) -> SqlPlace:
    if kind == "sqlite":
        return sqlite_place(folder)
    running: Cluster = request.getfixturevalue("cluster")
    return running.place()


@pytest.fixture(params=["memory", "sqlite", POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Every kind of store."""
    return make_place(request.param, tmp_path, request)


@pytest.fixture(params=["sqlite", POSTGRES])
def sql_place(request: pytest.FixtureRequest, tmp_path: Path) -> SqlPlace:
    """Every kind of store in a database."""
    return make_sql_place(request.param, tmp_path, request)
