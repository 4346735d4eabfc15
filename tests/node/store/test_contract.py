"""The promises of `Store`, kept by every store: memory, SQLite and PostgreSQL."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.chain import SignedHead
from node.errors import StorageFault, StoreInUse, StoreMisuse
from node.store import (
    BookingPlace,
    BookingRow,
    Document,
    DocumentKind,
    Evidence,
    FoundPayment,
    HistoryPlace,
    HistoryRow,
    Memo,
    Reason,
    Record,
    Role,
    Segment,
    Snapshot,
    Store,
    Witnessed,
    Write,
)
from node.store.sql import PAGE_BYTES
from tests.node.store.chains import verify_chain
from tests.node.store.logs import Log, start
from tests.node.store.places import Kept, Place

MAX = 2**53 - 1
TOP = 2**32 - 1


def evidence_of(coop: int, data: bytes) -> Evidence:
    return Evidence(digest=sha256(data).digest(), coop=coop, kind="fork", data=data)


def head_of(coop: int, length: int) -> Witnessed:
    return Witnessed(coop=coop, length=length, head=sha256(bytes([length])).digest())


def everything() -> Write:
    """A write with something in each group."""
    return Write(
        segments=[Log(7).grow(3)],
        evidence=[evidence_of(7, b"proof")],
        witnessed=[head_of(9, 4)],
        memos=[Memo(reference=b"r" * 32, coop=7, account=1, sealed=b"sealed")],
        reasons=[Reason(hash=b"h" * 32, salted_text=b"why")],
        documents=[Document(kind=DocumentKind.DRAFT, id="d", created=5, data=b"draft")],
        new_records=[Record(kind=Kept.LETTER, id="i", shelf="1", created=5, data=b"bread")],
        meta={"restored": b"yes"},
    )


def check_everything(store: Store) -> None:
    assert store.logs() == {7: (3, log_head(7, 3))}
    assert [row.data for row in store.evidence()] == [b"proof"]
    assert store.witnessed(9) == head_of(9, 4)
    assert store.memo(b"r" * 32, coop=7, account=1) == b"sealed"
    assert store.reason(b"h" * 32) == b"why"
    assert [row.id for row in store.documents(DocumentKind.DRAFT, limit=9)] == ["d"]
    assert [row.data for row in store.records(Kept.LETTER, "1", limit=9)] == [b"bread"]
    assert store.meta("restored") == b"yes"


def check_nothing(store: Store) -> None:
    assert store.logs() == {}
    assert list(store.segments(7)) == []
    assert store.evidence() == []
    assert store.witnessed(9) is None
    assert store.memo(b"r" * 32, coop=7, account=1) is None
    assert store.reason(b"h" * 32) is None
    assert store.documents(DocumentKind.DRAFT, limit=9) == []
    assert store.records(Kept.LETTER, "1", limit=9) == []
    assert store.meta("restored") is None


def log_head(coop: int, length: int) -> bytes:
    log = Log(coop)
    log.grow(length)
    return log.head()


def test_an_empty_store_has_nothing(place: Place) -> None:
    with place.open() as store:
        check_nothing(store)
        assert store.entry(7, 1) is None
        assert store.entries_at(7, [1]) == {}
        assert store.entries(7, 1, max_bytes=100) is None
        assert store.head_at(7, 0) is None
        assert store.signed_head(7, 0) is None
        assert store.newest_signed_head(7) is None
        assert store.document(DocumentKind.JOIN, "d") is None
        assert store.newest_snapshot() is None
        assert store.history_upto() == {}
        assert store.history(coop=7, account=1, limit=9) == []
        assert store.find_payments(7, [(1, 1)]) == {}


def test_a_commit_is_there_at_once_and_after_opening_again(place: Place) -> None:
    with place.open() as store:
        store.commit(everything())
        check_everything(store)
    with place.open() as store:
        check_everything(store)


def test_an_empty_commit_changes_nothing(place: Place) -> None:
    with place.open() as store:
        store.commit(Write())
        check_nothing(store)


def test_logs_are_read_back_byte_for_byte_from_any_entry(place: Place) -> None:
    logs = [Log(1), Log(2), Log(TOP)]
    with place.open() as store:
        for count in (1, 5, 2, 3):
            store.commit(Write(segments=[log.grow(count) for log in logs]))
    with place.open() as store:
        assert store.logs() == {log.coop: (11, log.head()) for log in logs}
        for log in logs:
            for first in range(1, 12):
                read = list(store.segments(log.coop, first))
                assert b"".join(part.entries for part in read) == b"".join(log.entries[first - 1 :])
                assert read[0].first == first
                assert [part.previous for part in read] == [
                    log.head(part.first - 1) for part in read
                ]
                assert [part.head for part in read] == [log.head(part.last) for part in read]
                assert store.entry(log.coop, first) == log.entries[first - 1]
                assert store.head_at(log.coop, first) == log.head(first)
            assert store.head_at(log.coop, 0) == start(log.coop)
            assert list(store.segments(log.coop, 12)) == []
            assert store.entry(log.coop, 0) is None
            for asked in ([], [5], [0, 12], [11, 1, 2, 2, 12, 7], range(1, 12)):
                held = {each: log.entries[each - 1] for each in asked if 1 <= each <= 11}
                assert store.entries_at(log.coop, asked) == held
            assert store.entry(log.coop, 12) is None
            assert store.head_at(log.coop, 12) is None
            assert verify_chain(store, log.coop, genesis=start(log.coop)) == 11


def test_several_segments_of_one_log_in_one_commit(place: Place) -> None:
    log = Log(3)
    with place.open() as store:
        store.commit(Write(segments=[log.grow(2), log.grow(1), log.grow(4)]))
        assert store.logs() == {3: (7, log.head())}
        assert [part.count for part in store.segments(3)] == [2, 1, 4]


def test_a_range_is_cut_at_entries_and_bounded(place: Place) -> None:
    log = Log(3)
    with place.open() as store:
        for count in (3, 1, 4):
            store.commit(Write(segments=[log.grow(count, size=10 * count)]))
        for first in range(1, 9):
            for max_bytes in range(0, 400, 7):
                found = store.entries(3, first, max_bytes=max_bytes)
                assert found is not None
                assert (found.coop, found.first) == (3, first)
                assert found.count >= 1
                assert found.previous == log.head(first - 1)
                end = first - 1 + found.count
                assert found.entries == b"".join(log.entries[first - 1 : end])
                assert found.count == 1 or len(found.entries) <= max_bytes
                # It could not have held one more.
                more = log.entries[end : end + 1]
                assert not more or len(found.entries) + len(more[0]) > max_bytes
        assert store.entries(3, 9, max_bytes=400) is None
        assert store.entries(4, 1, max_bytes=400) is None


def test_reading_goes_on_over_many_small_and_some_large_segments(place: Place) -> None:
    log = Log(3)
    sizes = [10] * 300 + [PAGE_BYTES // 2] * 5 + [10] * 300
    with place.open() as store:
        store.commit(Write(segments=[log.grow(1, size=size) for size in sizes]))
        read = [part.entries for part in store.segments(3)]
        assert read == log.entries


def test_a_reader_may_commit_between_two_segments(place: Place) -> None:
    log = Log(3)
    with place.open() as store:
        for _ in range(9):
            store.commit(Write(segments=[log.grow(1)]))
        seen = 0
        for part in store.segments(3):
            assert part.entries == log.entries[part.first - 1]
            seen += 1
            if seen < 5:
                store.commit(Write(segments=[log.grow(1)]))
        assert 9 <= seen <= log.length


@pytest.mark.parametrize(
    "change",
    [
        {"first": 4},
        {"first": 2},
        {"first": 1},
        {"previous": b"x" * 32},
        {"count": 0},
        {"entries": b""},
        {"head": b"short"},
        {"previous": b"short"},
    ],
    ids=str,
)
def test_a_segment_that_does_not_continue_its_log_is_refused(
    place: Place, change: dict[str, object]
) -> None:
    log = Log(7)
    with place.open() as store:
        store.commit(Write(segments=[log.grow(2)]))
        good = log.grow(1)
        bad: Segment = replace(good, **change)  # type: ignore[arg-type]
        with pytest.raises(StoreMisuse):
            store.commit(Write(segments=[bad], meta={"restored": b"yes"}))
        # Nothing was written, and the store is fine.
        assert store.logs() == {7: (2, log.head(2))}
        assert store.meta("restored") is None
        store.commit(Write(segments=[good]))
        assert store.logs() == {7: (3, log.head())}


def test_a_new_log_begins_at_its_first_entry(place: Place) -> None:
    with place.open() as store:
        with pytest.raises(StoreMisuse):
            store.commit(Write(segments=[replace(Log(7).grow(2), first=2)]))
        assert store.logs() == {}


def test_signed_heads_are_found_by_length(place: Place) -> None:
    log = Log(7)
    with place.open() as store:
        for count, signed in ((2, True), (3, False), (1, False), (4, True), (2, False)):
            store.commit(Write(segments=[log.grow(count, signed=signed)]))
        expected = {0: 2, 1: 2, 2: 2, 3: 10, 5: 10, 6: 10, 7: 10, 10: 10}
        for at_least, length in expected.items():
            assert store.signed_head(7, at_least) == log.signed_head(length), at_least
        assert store.signed_head(7, 11) is None
        assert store.signed_head(7, 12) is None
        assert store.signed_head(7, 13) is None
        assert store.signed_head(8, 1) is None
        assert store.newest_signed_head(7) == log.signed_head(10)


def test_a_signature_may_come_after_its_entries(place: Place) -> None:
    log = Log(7)
    with place.open() as store:
        store.commit(Write(segments=[log.grow(2, signed=False)]))
        store.commit(Write(segments=[log.grow(2, signed=False)]))
        # One for a stored segment, one in the middle of it, one beyond the log.
        beyond = SignedHead(coop=7, length=9, head=b"x" * 32, signature=b"y" * 64)
        store.commit(Write(signatures=[log.signed_head(2), log.signed_head(3), beyond]))
        assert store.newest_signed_head(7) == log.signed_head(2)
        # One for a segment of the same write.
        store.commit(Write(segments=[log.grow(1, signed=False)], signatures=[log.signed_head(5)]))
        assert store.newest_signed_head(7) == log.signed_head(5)
        # The first signature stays.
        store.commit(Write(signatures=[replace(log.signed_head(5), signature=b"z" * 64)]))
        assert store.newest_signed_head(7) == log.signed_head(5)


def test_a_signature_for_another_head_is_refused(place: Place) -> None:
    log = Log(7)
    with place.open() as store:
        store.commit(Write(segments=[log.grow(2, signed=False)]))
        other = replace(log.signed_head(2), head=b"x" * 32)
        with pytest.raises(StoreMisuse):
            store.commit(Write(signatures=[other], meta={"restored": b"yes"}))
        assert store.meta("restored") is None
        new = log.grow(1, signed=False)
        with pytest.raises(StoreMisuse):
            store.commit(
                Write(segments=[new], signatures=[replace(log.signed_head(3), head=b"x" * 32)])
            )
        assert store.logs() == {7: (2, log.head(2))}
        store.commit(Write(segments=[new], signatures=[log.signed_head(3)]))
        assert store.logs() == {7: (3, log.head())}


def test_a_witness_never_goes_back(place: Place) -> None:
    with place.open() as store:
        store.commit(Write(witnessed=[head_of(9, 4), head_of(9, 6), head_of(2, 1)]))
        store.commit(Write(witnessed=[head_of(9, 6)]))
        for bad in (head_of(9, 5), replace(head_of(9, 6), head=b"x" * 32)):
            with pytest.raises(StoreMisuse):
                store.commit(Write(witnessed=[bad], meta={"restored": b"yes"}))
        with pytest.raises(StoreMisuse):
            store.commit(Write(witnessed=[head_of(9, 8), head_of(9, 7)]))
    with place.open() as store:
        assert store.witnessed(9) == head_of(9, 6)
        assert store.witnessed(2) == head_of(2, 1)
        assert store.meta("restored") is None


def test_evidence_and_reasons_are_kept_once(place: Place) -> None:
    first, second = evidence_of(1, b"one"), evidence_of(2, b"two")
    with place.open() as store:
        store.commit(Write(evidence=[first, second, first]))
        store.commit(Write(evidence=[replace(first, kind="invalid")]))
        assert store.evidence() == sorted([first, second], key=lambda row: row.digest)
        assert store.evidence(2) == [second]
        assert store.evidence(3) == []
        store.commit(Write(reasons=[Reason(hash=b"h" * 32, salted_text=b"why")]))
        store.commit(Write(reasons=[Reason(hash=b"h" * 32, salted_text=b"not")]))
        assert store.reason(b"h" * 32) == b"why"


def test_an_erased_memo_does_not_come_back(place: Place) -> None:
    memo = Memo(reference=b"r" * 32, coop=1, account=TOP, sealed=b"sealed")
    other = replace(memo, account=2, sealed=b"other")
    with place.open() as store:
        store.commit(Write(memos=[memo, other, replace(memo, sealed=b"again")]))
        assert store.memo(memo.reference, coop=1, account=TOP) == b"sealed"
        store.commit(Write(erased_memos=[(memo.reference, 1, TOP), (b"u" * 32, 1, 1)]))
        store.commit(Write(memos=[memo, replace(memo, reference=b"u" * 32, account=1)]))
        assert store.memo(memo.reference, coop=1, account=TOP) is None
        assert store.memo(b"u" * 32, coop=1, account=1) is None
        assert store.memo(memo.reference, coop=1, account=2) == b"other"


def test_documents_are_replaced_and_dropped(place: Place) -> None:
    rows = [
        Document(kind=DocumentKind.DRAFT, id=name, created=created, data=b"")
        for name, created in (("c", 1), ("a", 2), ("b", 1))
    ]
    join = Document(kind=DocumentKind.JOIN, id="a", created=MAX, data=b"let me in")
    with place.open() as store:
        store.commit(Write(documents=[*rows, join]))
        ids = [row.id for row in store.documents(DocumentKind.DRAFT, limit=9)]
        assert ids == ["b", "c", "a"]
        assert store.documents(DocumentKind.DRAFT, limit=1) == [rows[2]]
        changed = replace(rows[1], data=b"two signatures")
        store.commit(Write(documents=[changed], dropped_documents=[(DocumentKind.DRAFT, "c")]))
        assert store.document(DocumentKind.DRAFT, "a") == changed
        assert store.document(DocumentKind.DRAFT, "c") is None
        assert store.document(DocumentKind.JOIN, "a") == join


def test_a_document_that_is_put_and_dropped_in_one_write_is_gone(place: Place) -> None:
    rows = [
        Document(kind=DocumentKind.MEMO, id=f"2/{account}/00", created=5, data=b"sealed")
        for account in (1, TOP)
    ]
    with place.open() as store:
        store.commit(Write(documents=rows, dropped_documents=[(DocumentKind.MEMO, rows[0].id)]))
    with place.open() as store:
        assert store.documents(DocumentKind.MEMO, limit=2**31 - 1) == rows[1:]
        # What is not there can be dropped.
        store.commit(Write(dropped_documents=[(DocumentKind.MEMO, row.id) for row in rows]))
        assert store.documents(DocumentKind.MEMO, limit=2**31 - 1) == []


def test_meta_is_replaced_and_the_stores_own_is_safe(place: Place) -> None:
    with place.open() as store:
        store.commit(Write(meta={"one": b"1", "two": b""}))
        store.commit(Write(meta={"one": b"uno"}))
        assert (store.meta("one"), store.meta("two")) == (b"uno", b"")
        with pytest.raises(StoreMisuse):
            store.commit(Write(meta={"store.schema": b"99"}))


def test_the_newest_snapshot_counts(place: Place) -> None:
    sizes = (0, 1, 1024 * 1024, 3 * 1024 * 1024 + 5)
    with place.open() as store:
        for number, size in enumerate(sizes):
            snapshot = Snapshot(lengths={1: number, TOP: MAX}, state=bytes([number]) * size)
            store.save_snapshot(snapshot)
            assert store.newest_snapshot() == snapshot
    with place.open() as store:
        assert store.newest_snapshot() == snapshot


def rows_of_history() -> list[HistoryRow]:
    """Account 5 of coop 1: 60 payments at 20 different times, from two logs."""
    paid = [
        HistoryRow(
            coop=1,
            account=5,
            time=index // 3,
            log=1,
            number=index,
            role=Role.PAYER,
            sequence=index,
            digest=bytes([index]) * 16,
        )
        for index in range(1, 41)
    ]
    received = [
        HistoryRow(coop=1, account=5, time=index // 2, log=2, number=index, role=Role.PAYEE)
        for index in range(1, 20)
    ]
    back = HistoryRow(coop=1, account=5, time=MAX, log=2, number=MAX, role=Role.RETURN)
    other = HistoryRow(coop=2, account=5, time=1, log=2, number=1, role=Role.PAYER, sequence=1)
    return [*paid, *received, back, other]


def test_history_is_paged_newest_first(place: Place) -> None:
    rows = rows_of_history()
    with place.open() as store:
        store.add_history(rows[::-1], {1: 40, 2: 30})
    with place.open() as store:
        mine = [row for row in rows if row.coop == 1]
        expected = sorted(mine, key=lambda row: row.place, reverse=True)
        read: list[HistoryRow] = []
        before: HistoryPlace | None = None
        while page := store.history(coop=1, account=5, before=before, limit=7):
            assert len(page) <= 7
            read += page
            before = page[-1].place
        assert read == expected
        assert store.history(coop=1, account=6, limit=7) == []
        assert store.history_upto() == {1: 40, 2: 30}


def test_payments_are_found_by_their_sequence_number(place: Place) -> None:
    with place.open() as store:
        store.add_history(rows_of_history(), {1: 40, 2: 30})
        assert store.find_payments(1, [(5, 33), (5, 41), (6, 33), (5, 1)]) == {
            (5, 33): FoundPayment(number=33, digest=bytes([33]) * 16),
            (5, 1): FoundPayment(number=1, digest=bytes([1]) * 16),
        }
        other = FoundPayment(number=1, digest=None)
        assert store.find_payments(2, [(5, 1), (5, 2)]) == {(5, 1): other}
        assert store.find_payments(2, []) == {}
        many = [(5, sequence) for sequence in range(1, 3000)]
        assert set(store.find_payments(1, many)) == {(5, sequence) for sequence in range(1, 41)}


def rows_of_statement() -> list[BookingRow]:
    """Forty rows of one account, several of some entries, and one of another account."""
    rows, balance = [], 0
    for index in range(40):
        place, balance = BookingPlace(100 + index // 5, 1 + index // 2, index % 2), balance - index
        rows.append(
            BookingRow(
                account=5,
                place=place,
                amount=-index,
                balance=balance,
                role=Role.PAYER if index % 3 else None,
                log=1,
                entry=index,
                paid=index,
                cause="" if index % 3 else "levy",
                other=None if index % 2 else 7,
            )
        )
    return [*rows, replace(rows[3], account=6)]


def test_a_statement_is_paged_oldest_first(place: Place) -> None:
    rows = rows_of_statement()
    with place.open() as store:
        assert (store.bookings_upto(), store.last_booking(5, until=MAX)) == (0, None)
        store.add_bookings(rows[:20], 10)
        store.add_bookings(rows[20:], 21)
    with place.open() as store:
        assert store.bookings_upto() == 21
        read: list[BookingRow] = []
        after = BookingPlace(0, 0, 0)
        while page := store.bookings(5, after=after, until=MAX, limit=7):
            assert len(page) <= 7
            read += page
            after = page[-1].place
        assert read == rows[:40]
        within = [row for row in rows[:40] if 103 <= row.place.time < 105]
        assert store.bookings(5, after=BookingPlace(103, 0, 0), until=105, limit=99) == within
        assert store.last_booking(5, until=105) == within[-1]
        assert store.last_booking(5, until=100) is None
        assert store.last_booking(6, until=MAX) == rows[40]
        with pytest.raises(StoreMisuse):
            store.add_bookings([], 20)
        store.add_bookings([replace(rows[39], balance=0)], 21)
        assert store.last_booking(5, until=MAX) == replace(rows[39], balance=0)
        store.drop_bookings()
        assert (store.bookings_upto(), store.last_booking(5, until=MAX)) == (0, None)


def test_history_may_be_added_twice_but_never_covers_less(place: Place) -> None:
    rows = rows_of_history()
    with place.open() as store:
        store.add_history(rows, {1: 40})
        store.add_history(rows, {1: 40, 2: 30})
        assert len(store.history(coop=1, account=5, limit=999)) == len(rows) - 1
        new = HistoryRow(coop=3, account=1, time=1, log=3, number=1, role=Role.PAYEE)
        with pytest.raises(StoreMisuse):
            store.add_history([new], {3: 1, 2: 29})
        assert store.history(coop=3, account=1, limit=9) == []
        store.add_history([], {3: 4})
        assert store.history_upto() == {1: 40, 2: 30, 3: 4}
        store.drop_history()
        assert store.history_upto() == {}
        assert store.history(coop=1, account=5, limit=9) == []
        assert store.find_payments(1, [(5, 33)]) == {}


def test_a_second_writer_is_refused(place: Place) -> None:
    with place.open() as store:
        with pytest.raises(StoreInUse):
            place.open()
        # The first one is not disturbed.
        store.commit(everything())
    with place.open() as store:
        check_everything(store)


def test_a_closed_store_does_nothing_more(place: Place) -> None:
    store = place.open()
    reading = store.segments(7)
    store.close()
    store.close()
    for act in (
        store.logs,
        lambda: store.commit(Write()),
        lambda: store.meta("one"),
        lambda: store.segments(7),
        lambda: store.signed_head(7, 1),
        lambda: store.save_snapshot(Snapshot(lengths={}, state=b"")),
    ):
        with pytest.raises(StorageFault):
            act()
    del reading


def record(id_: str, *, created: int = 1, due: int | None = None, shelf: str = "7") -> Record:
    return Record(
        kind=Kept.LETTER,
        id=id_,
        shelf=shelf,
        created=created,
        data=id_.encode(),
        due=due,
        mark=id_.encode().ljust(32),
    )


def test_records_are_listed_newest_first_by_shelf(place: Place) -> None:
    with place.open() as store:
        rows = [record("b", created=2), record("a", created=2), record("c", created=1)]
        store.commit(Write(new_records=[*rows, record("d", created=9, shelf="70")]))
    with place.open() as store:
        assert store.records(Kept.LETTER, "7", limit=9) == rows
        assert store.records(Kept.LETTER, "7", before=(2, "b"), limit=1) == [rows[1]]
        assert store.records(Kept.PARCEL, "7", limit=9) == []
        assert store.record(Kept.LETTER, "c") == rows[2]
        assert sorted(store.record_ids(Kept.LETTER)) == ["a", "b", "c", "d"]
        assert list(store.record_ids(Kept.PARCEL)) == []
        assert store.record(Kept.PARCEL, "c") is None


def test_records_are_due_until_they_are_not(place: Place) -> None:
    with place.open() as store:
        store.commit(
            Write(new_records=[record("late", due=9), record("soon", due=3), record("never")])
        )
        due = store.due_records(Kept.LETTER, "7", upto=9, limit=9)
        assert [row.id for row in due] == ["soon", "late"]
        assert store.due_records(Kept.LETTER, "7", upto=8, limit=9) == due[:1]
        assert store.due_records(Kept.LETTER, "7", upto=9, limit=1) == due[:1]
        assert store.due_records(Kept.LETTER, "8", upto=9, limit=9) == []
        assert sorted(store.pending_records(Kept.LETTER)) == [
            ("late", "7", 9, b"late".ljust(32)),
            ("soon", "7", 3, b"soon".ljust(32)),
        ]
        store.commit(Write(records=[record("late")], dropped_records=[(Kept.LETTER, "soon")]))
        assert store.pending_records(Kept.LETTER) == []
        assert store.record(Kept.LETTER, "soon") is None


def test_a_new_record_that_is_there_already_stops_the_whole_write(place: Place) -> None:
    with place.open() as store:
        store.commit(Write(new_records=[record("a")]))
        for new in ([record("b"), record("a")], [record("b"), record("b")]):
            with pytest.raises(StoreMisuse):
                store.commit(Write(segments=[Log(7).grow(1)], new_records=new))
            assert store.logs() == {}
            assert store.record(Kept.LETTER, "b") is None
        store.commit(Write(new_records=[record("b")]))
