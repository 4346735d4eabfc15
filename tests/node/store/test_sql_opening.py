"""Opening databases: wrong addresses, other versions, other writers, readers beside a writer."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from node.errors import (
    StorageFault,
    StoreInUse,
    StoreMisuse,
    StoreUnavailable,
    StoreVersionUnknown,
)
from node.store import Memo, Write
from node.store.sql import SqlStore
from tests.node.store.chains import verify_chain
from tests.node.store.logs import Log, start
from tests.node.store.places import SqlPlace, sqlite_place
from tests.node.store.test_contract import check_everything, everything


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no address",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://localhost/fiado",
        "sqlite:////nowhere/at/all/node.sqlite",
        "postgresql://fiado:secret@127.0.0.1:1/fiado",
    ],
)
def test_an_address_that_leads_nowhere_says_so(address: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        SqlStore(address)
    assert str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite"
    path.write_bytes(b"not a database, but somebody's" * 1000)
    with pytest.raises(StorageFault):
        sqlite_place(tmp_path).open()
    assert path.read_bytes() == b"not a database, but somebody's" * 1000


def test_another_programs_tables_are_refused(sql_place: SqlPlace) -> None:
    with sql_place.open() as store, store._transaction() as connection:
        connection.execute(text("DELETE FROM meta"))
    with pytest.raises(StoreVersionUnknown):
        sql_place.open()


def test_a_reader_sees_what_is_committed_and_writes_nothing(sql_place: SqlPlace) -> None:
    log = Log(5)
    with sql_place.open() as writer:
        writer.commit(Write(segments=[log.grow(3)], meta={"two": b"2"}))
        with sql_place.open(read_only=True) as reader:
            assert reader.meta("two") == b"2"
            # The writer is not held up, and a reader opened later sees the rest.
            writer.commit(Write(segments=[log.grow(2)]))
            with sql_place.open(read_only=True) as later:
                assert verify_chain(later, 5, genesis=start(5)) == 5
            # What came after it was opened is no damage to the first.
            assert verify_chain(reader, 5, genesis=start(5)) == 3
            with pytest.raises((StorageFault, StoreMisuse)):
                reader.commit(Write(meta={"one": b"1"}))
        assert writer.meta("one") is None
    with sql_place.open(read_only=True) as alone:
        assert alone.logs() == {5: (5, log.head())}


def test_a_reader_needs_something_to_read(sql_place: SqlPlace) -> None:
    with pytest.raises(StoreUnavailable):
        sql_place.open(read_only=True)


def test_a_writer_in_another_process_is_refused(sql_place: SqlPlace) -> None:
    program = (
        "import sys; from node.errors import StoreInUse; from node.store.sql import SqlStore\n"
        "try: SqlStore(sys.argv[1])\n"
        "except StoreInUse: sys.exit(3)\n"
    )
    command = [sys.executable, "-c", program, sql_place.address]
    with sql_place.open():
        assert subprocess.run(command, check=False).returncode == 3
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize("removed", ["node.db.lock", "node.db"])
def test_one_file_removed_under_a_running_node_lets_no_second_one_in(
    tmp_path: Path, removed: str
) -> None:
    address = f"sqlite:///{tmp_path / 'node.db'}"
    with SqlStore(address):
        (tmp_path / removed).unlink()
        with pytest.raises(StoreInUse):
            SqlStore(address)


@pytest.mark.needs_postgres
def test_a_lost_connection_ends_the_use_and_frees_the_lock(
    request: pytest.FixtureRequest,
) -> None:
    place: SqlPlace = request.getfixturevalue("cluster").place()
    other: SqlPlace = request.getfixturevalue("cluster").place()
    store = place.open()
    store.commit(everything())
    with pytest.raises(StoreInUse):
        place.open()
    with other.open() as killer, killer._transaction() as connection:
        # A schema of its own is a store of its own, on the same server.
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND application_name = 'fiado'"
            )
        )
    with pytest.raises(StorageFault):
        store.commit(Write(meta={"one": b"1"}))
    # It would be easy to connect again in silence, without the lock.
    with pytest.raises(StorageFault):
        store.commit(Write(meta={"one": b"1"}))
    with place.open() as standby:
        check_everything(standby)
        assert standby.meta("one") is None
        with pytest.raises(StorageFault):
            store.meta("one")
    store.close()


def test_sqlite_is_as_durable_as_it_can_be(tmp_path: Path) -> None:
    with sqlite_place(tmp_path).open() as store, store._transaction() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_an_erased_memo_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    word = b"sealed"
    memos = [
        Memo(reference=bytes([number]) * 32, coop=1, account=1, sealed=word * 80)
        for number in range(9)
    ]
    with sqlite_place(tmp_path).open() as store:
        store.commit(Write(memos=memos))
    written = (tmp_path / "node.sqlite").read_bytes().count(word * 80)
    assert written == len(memos)
    with sqlite_place(tmp_path).open() as store:
        store.commit(Write(erased_memos=[(memo.reference, 1, 1) for memo in memos]))
    # The word is a column's name too, so look for two in a row.
    assert word * 2 not in (tmp_path / "node.sqlite").read_bytes()
