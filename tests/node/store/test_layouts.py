"""Databases of older layouts: brought forward to exactly what a new one is, with all that was in them.

`layouts/N_sqlite.sql` and `layouts/N_postgresql.sql` are databases as the programs of layout N wrote them.
Today's is among them: whoever changes a table without a step finds that it opens no more.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect

from node.errors import StorageFault, StoreVersionUnknown
from node.store import HistoryRow, Role, layouts
from node.store.connect import open_database
from tests.node.store.places import SqlPlace
from tests.node.store.test_contract import check_everything
from tests.node.store.test_kill import open_after_kill

FOLDER = Path(__file__).parent / "layouts"
OLD = range(layouts.OLDEST_LAYOUT, layouts.NEWEST_LAYOUT)
ALL = range(layouts.OLDEST_LAYOUT, layouts.NEWEST_LAYOUT + 1)

LAYOUT_OF_THE_STATE = 4
"""Snapshots of older layouts lack what a log's state has today, and fall away."""


def write_old(place: SqlPlace, layout: int) -> None:
    """Make the place what a program of that layout left behind."""
    opened = open_database(place.address, read_only=False)
    name = opened.connection.dialect.name
    with opened.connection.begin():
        for statement in (FOLDER / f"{layout}_{name}.sql").read_text().split(";\n"):
            if statement.strip():
                opened.connection.exec_driver_sql(statement)
    opened.close()


def shape(place: SqlPlace) -> dict[str, Any]:
    """All that the database says of its tables, but for the order of their columns."""
    opened = open_database(place.address, read_only=True)
    seen = inspect(opened.connection)
    found: dict[str, Any] = {}
    for table in seen.get_table_names():
        columns = {
            column["name"]: (str(column["type"]), column["nullable"])
            for column in seen.get_columns(table)
        }
        indexes = {
            str(index["name"]): (index["column_names"], index["unique"], _where(index))
            for index in seen.get_indexes(table)
        }
        keys = seen.get_pk_constraint(table)["constrained_columns"], seen.get_foreign_keys(table)
        found[table] = columns, indexes, str(keys)
    opened.close()
    return found


def _where(index: Any) -> list[str]:
    return sorted(
        f"{key}: {text}" for key, text in index["dialect_options"].items() if "where" in key
    )


def stored_layout(place: SqlPlace) -> bytes | None:
    opened = open_database(place.address, read_only=True)
    query = "SELECT value FROM meta WHERE key = 'store.schema'"
    version: bytes | None = opened.connection.exec_driver_sql(query).scalar()
    opened.close()
    return version


@pytest.mark.parametrize("layout", ALL)
def test_a_database_of_any_layout_becomes_what_a_new_one_is(
    layout: int, sql_place: SqlPlace, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    write_old(sql_place, layout)
    with sql_place.open() as store:
        check_everything(store)
    with sql_place.open() as store:  # and it is one of today's from then on
        check_everything(store)
        snapshot = store.newest_snapshot()
        assert (snapshot is None) is (layout < LAYOUT_OF_THE_STATE)
        assert snapshot is None or snapshot.state == b"state"
        row = HistoryRow(
            coop=7,
            account=1,
            time=1,
            log=7,
            number=1,
            role=Role.PAYER,
            amount=-250,
            sequence=1,
            digest=b"d" * 16,
        )
        store.add_history([row], {7: 4})
        assert store.history(coop=7, account=1, limit=9) == [row]
    new = request.getfixturevalue("cluster").place() if "postgres" in sql_place.address else None
    new = new or SqlPlace(f"sqlite:///{tmp_path / 'new.sqlite'}")
    new.open().close()
    assert shape(sql_place) == shape(new)
    assert stored_layout(sql_place) == str(layouts.NEWEST_LAYOUT).encode()


def test_what_is_built_from_the_logs_is_built_again(sql_place: SqlPlace) -> None:
    """The history of layout 2 lacks what the index knows a payment's bytes by."""
    write_old(sql_place, 2)
    with sql_place.open() as store:
        assert store.history_upto() == {}
        assert store.history(coop=1, account=5, limit=9) == []


def test_the_history_of_todays_layout_is_kept(sql_place: SqlPlace) -> None:
    write_old(sql_place, layouts.NEWEST_LAYOUT)
    with sql_place.open() as store:
        assert store.history_upto() == {7: 3}
        assert [row.number for row in store.history(coop=1, account=5, limit=9)] == [3, 2, 1]


@pytest.mark.parametrize("layout", OLD)
def test_a_step_that_fails_leaves_the_older_layout(
    layout: int, sql_place: SqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    write_old(sql_place, layout)
    before = shape(sql_place)
    with monkeypatch.context() as patch:
        patch.setattr(layouts, "STEPS", (*layouts.STEPS, fail))
        with pytest.raises(StorageFault):
            sql_place.open()
    assert shape(sql_place) == before
    assert stored_layout(sql_place) == str(layout).encode()
    with sql_place.open() as store:
        check_everything(store)


@pytest.mark.parametrize("layout", OLD)
def test_a_process_killed_between_the_steps_leaves_the_older_layout(
    layout: int, sql_place: SqlPlace
) -> None:
    write_old(sql_place, layout)
    before = shape(sql_place)
    command = [sys.executable, "-m", "tests.node.store.forward_process", sql_place.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"all steps but the last are taken\n"
        process.kill()
    # (A file's readers are let in at once; a server's wait until it has seen that the other end is gone.)
    assert stored_layout(sql_place) == str(layout).encode()
    assert shape(sql_place) == before
    with open_after_kill(sql_place) as store:
        check_everything(store)
    assert stored_layout(sql_place) == str(layouts.NEWEST_LAYOUT).encode()


@pytest.mark.parametrize("layout", OLD)
def test_a_reader_changes_no_layout(layout: int, sql_place: SqlPlace) -> None:
    write_old(sql_place, layout)
    with pytest.raises(StoreVersionUnknown, match=f"older layout {layout}"):
        sql_place.open(read_only=True)
    assert stored_layout(sql_place) == str(layout).encode()


def test_a_newer_layout_is_refused_in_words_and_left_as_it_is(sql_place: SqlPlace) -> None:
    newer = layouts.NEWEST_LAYOUT + 1
    write_old(sql_place, layouts.NEWEST_LAYOUT)
    with sql_place.open() as store, store._transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE witnessed ADD COLUMN doubted BIGINT")
        store._writer.put_meta({"store.schema": str(newer).encode()})
    before = shape(sql_place)
    for read_only in (False, True):
        with pytest.raises(StoreVersionUnknown) as refused:
            sql_place.open(read_only=read_only)
        assert str(refused.value) == (
            f"the database has layout {newer}, this program knows layouts 2 to "
            f"{layouts.NEWEST_LAYOUT}: use the version of the program that wrote it, or a newer one"
        )
    assert shape(sql_place) == before
    assert stored_layout(sql_place) == str(newer).encode()


@pytest.mark.parametrize("version", [b"1", b"", b"-2", b"2.5", b"\xb2", b"9" * 5000])
def test_a_layout_that_is_none_is_refused(version: bytes) -> None:
    with pytest.raises(StoreVersionUnknown):
        layouts.layout_of(version)
