"""The memory store behaves as the database does, whatever is asked of them in whatever order.

Without this the simulation, which runs on the memory store, would prove nothing about a real node.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from node.errors import NodeFault, StorageFault, StoreMisuse
from node.store import (
    BookingPlace,
    BookingRow,
    Document,
    DocumentKind,
    Evidence,
    HistoryPlace,
    HistoryRow,
    Memo,
    Reason,
    Role,
    Snapshot,
    Store,
    Witnessed,
    Write,
)
from tests.node.store.logs import Log
from tests.node.store.places import MemoryPlace, SqlPlace, sqlite_place

COOPS = (1, 2)
HASHES = [bytes([number]) * 32 for number in range(3)]

coops = st.sampled_from(COOPS)
hashes = st.sampled_from(HASHES)
small = st.integers(0, 3)
texts = st.binary(max_size=3)
kinds = st.sampled_from(DocumentKind)
ids = st.sampled_from("ab")

writes = st.builds(
    Write,
    evidence=st.lists(
        st.builds(Evidence, digest=hashes, coop=coops, kind=st.just("fork"), data=texts), max_size=2
    ),
    witnessed=st.lists(st.builds(Witnessed, coop=coops, length=small, head=hashes), max_size=2),
    memos=st.lists(
        st.builds(Memo, reference=hashes, coop=coops, account=small, sealed=texts), max_size=2
    ),
    erased_memos=st.lists(st.tuples(hashes, coops, small), max_size=1),
    reasons=st.lists(st.builds(Reason, hash=hashes, salted_text=texts), max_size=2),
    documents=st.lists(
        st.builds(Document, kind=kinds, id=ids, created=small, data=texts), max_size=2
    ),
    dropped_documents=st.lists(st.tuples(kinds, ids), max_size=1),
    meta=st.dictionaries(st.sampled_from(["a", "b", "store.x"]), texts, max_size=2),
)

rows = st.builds(
    HistoryRow,
    coop=coops,
    account=small,
    time=small,
    log=coops,
    number=st.integers(1, 4),
    role=st.sampled_from([Role.PAYEE, Role.RETURN]),
)
payments = st.builds(
    lambda coop, account, number: HistoryRow(
        coop=coop,
        account=account,
        time=number,
        log=coop,
        number=number,
        role=Role.PAYER,
        sequence=number,
        digest=bytes([number]) * 16,
    ),
    coops,
    small,
    st.integers(1, 4),
)


booked = st.builds(
    BookingRow,
    account=small,
    place=st.builds(BookingPlace, small, small, small),
    amount=st.integers(-5, 5),
    balance=st.integers(-5, 5),
    role=st.sampled_from([None, Role.PAYEE, Role.LEFT]),
    log=small,
    entry=small,
    paid=small,
    cause=st.sampled_from(["", "levy"]),
    other=st.none() | small,
)


def outcome(act: Callable[[], object]) -> object:
    """What came of it: an answer, or the kind of fault."""
    try:
        return act()
    except NodeFault as fault:
        return type(fault)


class BothStores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="fiado-store-"))
        self.places: tuple[MemoryPlace, SqlPlace] = (MemoryPlace(), sqlite_place(self.folder))
        self.stores: list[Store] = [place.open() for place in self.places]
        self.logs = {coop: Log(coop) for coop in COOPS}

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def both(self, act: Callable[[Store], object]) -> object:
        """Do the same to both, and see that the same comes of it."""
        results = [outcome(lambda store=store: act(store)) for store in self.stores]  # type: ignore[misc]
        assert results[0] == results[1]
        return results[0]

    @rule(
        write=writes, grows=st.lists(st.tuples(coops, st.integers(1, 3), st.booleans()), max_size=3)
    )
    def commit(self, write: Write, grows: list[tuple[int, int, bool]]) -> None:
        before = {coop: log.length for coop, log in self.logs.items()}
        segments = [self.logs[coop].grow(count, signed=signed) for coop, count, signed in grows]
        result = self.both(lambda store: store.commit(replace(write, segments=segments)))
        assert result in (None, StoreMisuse)
        if result is StoreMisuse:
            for coop, length in before.items():
                self.shrink(coop, length)

    def shrink(self, coop: int, length: int) -> None:
        log = self.logs[coop]
        del log.entries[length:], log.heads[length + 1 :]

    @rule(coop=coops, at=small, is_right=st.booleans())
    def sign_later(self, coop: int, at: int, is_right: bool) -> None:
        log = self.logs[coop]
        head = log.signed_head(max(log.length - at, 0))
        if not is_right:
            head = replace(head, head=HASHES[0])
        self.both(lambda store: store.commit(Write(signatures=[head])))

    @rule(coop=coops, first=st.integers(-2, 2), previous=st.none() | hashes)
    def commit_misplaced(self, coop: int, first: int, previous: bytes | None) -> None:
        log = self.logs[coop]
        good = log.grow(1)
        self.shrink(coop, log.length - 1)
        bad = replace(good, first=good.first + first, previous=previous or good.previous)
        if bad != good and (log.length or first):
            assert self.both(lambda store: store.commit(Write(segments=[bad]))) is StoreMisuse

    @rule(added=st.lists(rows | payments, max_size=5), upto=st.dictionaries(coops, small))
    def add_history(self, added: list[HistoryRow], upto: dict[int, int]) -> None:
        self.both(lambda store: store.add_history(added, upto))

    @rule(added=st.lists(booked, max_size=5), upto=small)
    def add_bookings(self, added: list[BookingRow], upto: int) -> None:
        # One place once: which of two rows counts is nobody's concern.
        fresh = list({(row.account, row.place): row for row in added}.values())
        self.both(lambda store: store.add_bookings(fresh, upto))

    @rule()
    def drop_bookings(self) -> None:
        self.both(lambda store: store.drop_bookings())

    @rule(account=small, place=st.tuples(small, small, small), until=small, limit=st.integers(0, 4))
    def read_bookings(
        self, account: int, place: tuple[int, int, int], until: int, limit: int
    ) -> None:
        after = BookingPlace(*place)
        self.both(lambda store: store.bookings(account, after=after, until=until, limit=limit))
        self.both(lambda store: store.last_booking(account, until=until))

    @rule()
    def drop_history(self) -> None:
        self.both(lambda store: store.drop_history())

    @rule(number=small, state=texts)
    def save_snapshot(self, number: int, state: bytes) -> None:
        snapshot = Snapshot(lengths={1: number, 2: 1}, state=state)
        self.both(lambda store: store.save_snapshot(snapshot))

    @rule()
    def reopen(self) -> None:
        for store in self.stores:
            store.close()
        assert self.both(lambda store: store.meta("a")) is StorageFault
        self.stores = [place.open() for place in self.places]

    @rule(coop=coops, number=st.integers(-1, 12), max_bytes=st.integers(0, 300))
    def read_log(self, coop: int, number: int, max_bytes: int) -> None:
        log = self.logs[coop]
        self.both(lambda store: list(store.segments(coop, number)))
        self.both(lambda store: store.entries(coop, number, max_bytes=max_bytes))
        self.both(lambda store: store.signed_head(coop, number))
        entry = self.both(lambda store: store.entry(coop, number))
        assert entry == (log.entries[number - 1] if 1 <= number <= log.length else None)
        self.both(lambda store: store.entries_at(coop, [number, number + 1, 1]))
        head = self.both(lambda store: store.head_at(coop, number))
        assert head == (log.heads[number] if log.length and 0 <= number <= log.length else None)

    @rule(
        coop=coops,
        account=small,
        place=st.none() | st.tuples(small, coops, small),
        limit=st.integers(0, 4),
    )
    def read_history(
        self, coop: int, account: int, place: tuple[int, int, int] | None, limit: int
    ) -> None:
        before = place and HistoryPlace(time=place[0], log=place[1], number=place[2])
        self.both(
            lambda store: store.history(coop=coop, account=account, before=before, limit=limit)
        )
        asked = [(account, sequence) for sequence in range(limit)]
        self.both(lambda store: store.find_payments(coop, asked))

    @invariant()
    def both_answer_alike(self) -> None:
        logs = self.both(lambda store: store.logs())
        assert logs == {
            coop: (log.length, log.head()) for coop, log in self.logs.items() if log.length
        }
        self.both(lambda store: store.evidence())
        self.both(lambda store: store.newest_snapshot())
        self.both(lambda store: store.history_upto())
        self.both(lambda store: store.bookings_upto())
        for kind in DocumentKind:
            self.both(lambda store, kind=kind: store.documents(kind, limit=3))  # type: ignore[misc]
        for coop in COOPS:
            self.both(lambda store, coop=coop: store.witnessed(coop))  # type: ignore[misc]
            self.both(lambda store, coop=coop: store.newest_signed_head(coop))  # type: ignore[misc]
        for reference in HASHES:
            self.both(lambda store, r=reference: store.memo(r, coop=1, account=1))  # type: ignore[misc]
            self.both(lambda store, r=reference: store.reason(r))  # type: ignore[misc]


BothStores.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
TestBothStores = BothStores.TestCase
