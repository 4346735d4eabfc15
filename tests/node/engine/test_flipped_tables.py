"""A bit of any column of a real database changes: the node starts, signs nothing false, accuses nobody.

What can't be read any more is answered with a fault of its own; it never takes the node down.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, update

from ledger.codec import split
from ledger.errors import ProofError
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Pay
from node.engine.answers import Failed, NotReady, Recorded, Refused
from node.engine.engine import Engine
from node.engine.events import Ask, Event, Submit
from node.engine.health.status import Readiness
from node.engine.settings import EngineSettings
from node.engine.view import View
from node.errors import LogDamaged, StorageFault, StoreUnavailable
from node.mark import FileMark
from node.merchant.merchants import Merchants
from node.merchant.settings import MerchantSettings
from node.store import Document, DocumentKind, Memo, Reason, Write
from node.store.sql import SqlStore
from node.store.tables import metadata
from tests.builders import START, build_federation

FEDERATION = build_federation(coops=1)
NOW_MS = START * 1000
LEFT_OUT = {"records"}  # (a merchant's: nothing there is signed, and the merchants' part reads it)


class Place:
    """A folder with a database and a mark, and the engine on it."""

    def __init__(self, folder: Path) -> None:
        self.address = f"sqlite:///{folder / 'node.db'}"
        self.mark = folder / "node.mark"
        self.now_ms = NOW_MS

    def open(self, *, alone: bool = False) -> tuple[Engine, SqlStore]:
        """Start an engine."""
        store = SqlStore(self.address)
        engine = Engine(
            EngineSettings(recovery_wait_ms=0, check_interval_ms=1),
            FEDERATION.founding,
            1,
            FEDERATION.node_keys[1],
            store,
            self.now_ms,
            (Merchants(MerchantSettings()),),
            mark=FileMark(self.mark),
            alone=alone,
        )
        return engine, store

    def tick(self, engine: Engine, *events: Event) -> list[Any]:
        """Let a second pass."""
        self.now_ms += 1_000
        return [reply.result for reply in engine.tick(self.now_ms, events).replies]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A node's folder with a row in most tables, and the entries of its log."""
    folder = tmp_path_factory.mktemp("filled")
    place = Place(folder)
    engine, store = place.open(alone=True)
    place.tick(engine)
    for transaction in (
        FEDERATION.admit(1, 1, limit=1_000),
        FEDERATION.admit(1, 2),
        *(
            FEDERATION.pay(1, payer=1, sequence=each, payee_coop=1, payee=2, amount=each)
            for each in (1, 2, 3)
        ),
    ):
        (answer,) = place.tick(engine, Submit(1, transaction))
        assert isinstance(answer, Recorded)
    place.tick(engine)
    document = Document(kind=DocumentKind.MEMO, id="2/1/" + "00" * 32, created=1, data=b"sealed")
    store.commit(
        Write(
            memos=[Memo(reference=b"r" * 32, coop=1, account=1, sealed=b"sealed")],
            reasons=[Reason(hash=b"h" * 32, salted_text=b"s" * 16 + b"text")],
            documents=[document],
        )
    )
    engine.end()
    store.close()
    entries = []
    with SqlStore(place.address) as again:
        for segment in again.segments(1):
            entries += split(segment.entries)
    return folder, entries


def _columns() -> Iterator[Any]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if table.name not in LEFT_OUT:
                yield pytest.param(table, column, id=f"{table.name}.{column.name}")


def _flipped(value: Any) -> Any:
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\x01"
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    return None if value is None else value ^ 1


def _flip(address: str, table: Table, column: Column[Any], row_number: int) -> bool:
    """Change that column in one row; whether there is such a row."""
    with SqlStore(address) as store, store._transaction() as connection:
        rows = connection.execute(select(table)).all()
        if len(rows) <= row_number:
            return False
        row = rows[row_number]._mapping
        same = [each == row[each.name] for each in table.primary_key.columns]
        changed = _flipped(row[column.name])
        if changed is None:
            return False
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        if table.name == "snapshots" and column.name == "id":
            return False  # the database itself minds that
        connection.execute(update(table).where(*same).values({column.name: changed}))
    return True


@pytest.mark.parametrize(("table", "column"), list(_columns()))
@pytest.mark.parametrize("row_number", [0, 2])
def test_a_flipped_bit_takes_nothing_down_and_gets_no_signature(
    filled: tuple[Path, list[bytes]],
    tmp_path: Path,
    table: Table,
    column: Column[Any],
    row_number: int,
) -> None:
    folder, entries = filled
    # (Renamed, not copied: a copy of a mark is known for one.)
    place = Place(tmp_path)
    shutil.copy(folder / "node.db", tmp_path)
    mark = FileMark(folder / "node.mark").read()
    assert not isinstance(mark, str)
    FileMark(place.mark).write(mark)
    try:
        if not _flip(place.address, table, column, row_number):
            return
    except Exception as error:
        pytest.skip(f"the database does not take it: {type(error).__name__}")
    try:
        engine, store = place.open()
    except (StoreUnavailable, StorageFault):
        assert table.name == "meta", "only the layout's version is worth refusing"
        return
    with store:
        for _ in range(30):
            place.tick(engine)
        for number, entry in enumerate(entries, 1):
            (answer,) = place.tick(engine, Ask(1, partial(_receipt, number)))
            assert _is_true(answer, entry), answer
        transaction = FEDERATION.pay(1, payer=1, sequence=4, payee_coop=1, payee=2, amount=1)
        (answer,) = place.tick(engine, Submit(1, transaction))
        for sequence in (1, 2, 3):
            for amount in (sequence, 9):
                repeated = FEDERATION.pay(
                    1, payer=1, sequence=sequence, payee_coop=1, payee=2, amount=amount
                )
                (said,) = place.tick(engine, Submit(2, repeated))
                assert _is_told_truly(said, sequence, is_recorded=amount == sequence), said
        status = engine.status()
        assert status.accused == ()
        if status.lengths[1] < len(entries):
            assert status.readiness is not Readiness.READY
        assert isinstance(answer, Recorded) == (status.readiness is Readiness.READY)


def _receipt(number: int, view: View) -> bytes | None:
    return view.engine.receipt(1, number)


def _is_true(answer: Any, entry: bytes) -> bool:
    """Whether an answer about a receipt is none, says that it can't be given, or is right."""
    if answer is None or (isinstance(answer, Failed) and isinstance(answer.error, LogDamaged)):
        return True
    if not isinstance(answer, bytes):
        return False
    receipt = decode_receipt(answer)
    try:
        receipt.check(FEDERATION.charter)
    except ProofError:
        return False
    return receipt.entry == entry


def _is_told_truly(answer: Any, sequence: int, *, is_recorded: bool) -> bool:
    """Whether a repeated payment gets its own receipt and other bytes are refused, or neither is said."""
    if isinstance(answer, NotReady) or (
        isinstance(answer, Failed) and isinstance(answer.error, LogDamaged)
    ):
        return True
    if is_recorded:
        return isinstance(answer, Recorded) and answer.repeated and _has(answer.receipt, sequence)
    return bool(answer == Refused(Refusal.SEQUENCE_USED))


def _has(receipt: bytes, sequence: int) -> bool:
    entry = decode_receipt(receipt).check(FEDERATION.charter)
    return isinstance(entry.transaction, Pay) and entry.transaction.sequence == sequence
