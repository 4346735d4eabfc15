"""Databases whose bytes are not what was written: found, never believed."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from node.errors import LogDamaged, NodeFault
from node.store import Snapshot, Store, Write
from node.store.sql import SqlStore
from node.store.tables import segments, snapshot_parts, snapshots
from tests.node.store.chains import ChainBroken, verify_chain
from tests.node.store.logs import Log, start
from tests.node.store.places import SqlPlace, sqlite_place


def filled(place: SqlPlace, *, commits: int, size: int = 40) -> Log:
    log = Log(7)
    with place.open() as store:
        for _ in range(commits):
            store.commit(Write(segments=[log.grow(5, size=size)]))
    return log


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("column", ["entries", "head", "previous"])
def test_a_flipped_byte_in_a_log_is_found_and_named(sql_place: SqlPlace, column: str) -> None:
    filled(sql_place, commits=6)
    with sql_place.open() as store, store._transaction() as connection:
        row = connection.execute(select(segments).where(segments.c.first == 11)).one()
        damaged = flip(row._mapping[column], 30)
        connection.execute(update(segments).where(segments.c.first == 11).values({column: damaged}))
    with sql_place.open() as store, pytest.raises(ChainBroken) as caught:
        verify_chain(store, 7, genesis=start(7))
    assert (caught.value.coop, caught.value.first, caught.value.last) == (7, 11, 15)


def test_every_byte_of_a_segment_counts(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    filled(place, commits=3, size=4)
    with place.open() as store:
        with store._transaction() as connection:
            good = connection.execute(
                select(segments.c.entries).where(segments.c.first == 6)
            ).scalar_one()
        for number in range(len(good)):
            with store._transaction() as connection:
                connection.execute(
                    update(segments).where(segments.c.first == 6).values(entries=flip(good, number))
                )
            with pytest.raises(ChainBroken):
                verify_chain(store, 7, genesis=start(7))


def test_a_missing_segment_is_damage(sql_place: SqlPlace) -> None:
    filled(sql_place, commits=6)
    with sql_place.open() as store, store._transaction() as connection:
        connection.execute(delete(segments).where(segments.c.first == 11))
    with sql_place.open() as store, pytest.raises(LogDamaged, match="entries 11 to 15 are damaged"):
        list(store.segments(7))


def test_a_log_of_another_federation_is_not_this_chain(sql_place: SqlPlace) -> None:
    filled(sql_place, commits=1)
    with sql_place.open() as store, pytest.raises(ChainBroken):
        verify_chain(store, 7, genesis=start(8))


def read_all(store: Store, log: Log) -> list[bytes]:
    verify_chain(store, log.coop, genesis=start(log.coop))
    return [part.entries for part in store.segments(log.coop)]


def test_a_flipped_byte_anywhere_in_the_file_is_a_fault_or_harmless(tmp_path: Path) -> None:
    log = filled(sqlite_place(tmp_path), commits=40, size=2000)
    path = tmp_path / "node.sqlite"
    good = path.read_bytes()
    whole = b"".join(log.entries)
    copies = tmp_path / "copies"
    copies.mkdir()
    chosen = random.Random("flipped bytes")
    faults = 0
    for place in sorted(chosen.sample(range(len(good)), 200)):
        (copies / "node.sqlite").write_bytes(flip(good, place))
        try:
            with sqlite_place(copies).open() as store:
                assert b"".join(read_all(store, log)) == whole, place
        except NodeFault:
            faults += 1
        for leftover in copies.iterdir():
            leftover.unlink()
    # Most of the file is the log, and each byte of that is found.
    assert faults > 100


def test_a_torn_write_ahead_log_loses_only_the_end(tmp_path: Path) -> None:
    """What a power cut may leave: the file, and a write-ahead log that ends anywhere."""
    place, log = sqlite_place(tmp_path), Log(7)
    copies = tmp_path / "copies"
    copies.mkdir()
    with place.open() as store:
        for _ in range(12):
            store.commit(Write(segments=[log.grow(5)]))
        journal = (tmp_path / "node.sqlite-wal").read_bytes()
        lengths = set()
        for end in range(0, len(journal), 1024):
            shutil.copy(tmp_path / "node.sqlite", copies / "node.sqlite")
            (copies / "node.sqlite-wal").write_bytes(journal[:end])
            with sqlite_place(copies).open() as torn:
                length, head = torn.logs().get(7, (0, start(7)))
                assert length % 5 == 0
                assert head == log.head(length)
                assert verify_chain(torn, 7, genesis=start(7)) == length
                lengths.add(length)
            for leftover in copies.iterdir():
                leftover.unlink()
    # Every one of the commits was the last whole one at some place.
    assert lengths == set(range(0, 60, 5)) | ({60} & lengths)


def damage_flip(store: SqlStore) -> None:
    with store._transaction() as connection:
        data = connection.execute(
            select(snapshot_parts.c.data).where(
                snapshot_parts.c.id == 2, snapshot_parts.c.part == 1
            )
        ).scalar_one()
        connection.execute(
            update(snapshot_parts)
            .where(snapshot_parts.c.id == 2, snapshot_parts.c.part == 1)
            .values(data=flip(data, 77))
        )


def damage_part(store: SqlStore) -> None:
    with store._transaction() as connection:
        connection.execute(
            delete(snapshot_parts).where(snapshot_parts.c.id == 2, snapshot_parts.c.part == 2)
        )


def damage_lengths(store: SqlStore) -> None:
    with store._transaction() as connection:
        connection.execute(update(snapshots).where(snapshots.c.id == 2).values(lengths=b"\x90"))


def damage_more(store: SqlStore) -> None:
    with store._transaction() as connection:
        connection.execute(insert(snapshot_parts), {"id": 2, "part": 3, "data": b"x"})


@pytest.mark.parametrize("damage", [damage_flip, damage_part, damage_lengths, damage_more])
def test_a_damaged_snapshot_is_passed_over(
    sql_place: SqlPlace, damage: Callable[[SqlStore], None]
) -> None:
    first = Snapshot(lengths={1: 10}, state=b"1" * 2_500_000)
    second = Snapshot(lengths={1: 20}, state=b"2" * 2_500_000)
    with sql_place.open() as store:
        store.save_snapshot(first)
        store.save_snapshot(second)
        assert store.newest_snapshot() == second
        damage(store)
        assert store.newest_snapshot() == first
        # The next one is kept beside the last, and both older ones make room in time.
        third = Snapshot(lengths={1: 30}, state=b"3")
        store.save_snapshot(third)
        assert store.newest_snapshot() == third
        with store._transaction() as connection:
            kept = connection.execute(select(snapshots.c.id)).scalars().all()
            parts = connection.execute(select(snapshot_parts.c.id).distinct()).scalars().all()
        assert set(kept) == set(parts) == {2, 3}
