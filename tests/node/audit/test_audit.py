"""The audit accepts whole logs, and names what is wrong with any byte that is not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from ledger.charter_changes import SetNodeKey
from ledger.entries import LAST_TIME, encode_entry
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from node.audit import AuditReport, Fault, KeptBranch, Piece, SourceFault, run_audit
from node.audit.store import audit_store
from node.store import (
    Evidence,
    MemoryStore,
    Reason,
    Segment,
    Snapshot,
    Write,
)
from tests.builders import START, Books, books_with_members, build_federation, signing_key
from tests.charter_builders import Union, open_union
from tests.index_builders import official
from tests.node.audit.stores import fill_store

PIECE = 4
OTHER_KEY = signing_key("another node key")


class Pieces:
    """A source in memory that cuts every log into pieces of `PIECE` entries, heads signed."""

    def __init__(self, books: Books, logs: Mapping[int, Sequence[bytes]] | None = None) -> None:
        self.books = books
        self.entries = dict(logs or books.logs)
        self.announced = {
            coop: (len(entries), books.head(coop, len(entries)))
            for coop, entries in books.logs.items()
            if entries
        }
        self.changes: dict[tuple[int, int], dict[str, object]] = {}
        self.ends: dict[int, int] = {}

    def logs(self) -> Mapping[int, tuple[int, bytes]]:
        return self.announced

    def branches(self) -> Sequence[KeptBranch]:
        return []

    def branch_pieces(self, branch: KeptBranch) -> Iterator[Piece]:
        raise KeyError(branch)

    def pieces(self, coop: int) -> Iterator[Piece]:
        entries = self.entries[coop]
        for first in range(1, len(entries) + 1, PIECE):
            if first > self.ends.get(coop, len(entries)):
                raise SourceFault("the disk is gone")
            part = entries[first - 1 : first - 1 + PIECE]
            last = first + len(part) - 1
            signed = self.books.signed_head(coop, last)
            piece = Piece(
                first=first,
                entries=b"".join(part),
                count=len(part),
                previous=self.books.head(coop, first - 1),
                head=signed.head,
                signature=signed.signature,
            )
            yield replace(piece, **self.changes.get((coop, first), {}))  # type: ignore[arg-type]


@pytest.fixture
def books() -> Books:
    """Three coops with members, payments within and between them, and everything delivered."""
    books = books_with_members()
    books.now += 60
    for amount in (500, 700, 1_100):
        books.pay(1, 1, 1, 2, amount)
        books.pay(1, 2, 2, 1, amount, fee=5)
        books.pay(2, 3, 3, 2, amount)
    books.anchor_all()
    books.pay(3, 1, 1, 1, 250)
    return books


def audit(books: Books, source: Pieces | None = None) -> AuditReport:
    return run_audit(source or Pieces(books), ReferenceValidator(books.federation.founding))


def audit_of_union(union: Union) -> AuditReport:
    """The audit of books whose charter has changed; all heads are signed with the keys of today."""
    validator = ReferenceValidator(union.federation.founding)
    for coop in union.books.logs:
        validator.open_log(coop)
    return run_audit(Pieces(union.books), validator)


def test_logs_whose_charter_changes_hold() -> None:
    union = open_union()
    for coop in (1, 2, 3):
        union.books.admit(coop, *range(1, 7))
    union.join_fourth()
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=0))
    union.with_key(2, OTHER_KEY)
    union.books.admit(2, *range(7, 12))
    union.books.anchor(1, 2)
    union.books.pay(1, 1, 2, 1, 10)
    union.books.anchor(2, 1)
    report = audit_of_union(union)
    assert report.findings == []
    assert report.digest == union.books.validator.digest()
    assert all(log.signed == log.length for log in report.logs)


def test_a_head_by_a_key_that_the_node_never_had_is_found_at_the_end() -> None:
    union = open_union()
    union.books.admit(2, *range(1, 7))
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=PIECE))
    union.with_key(2, signing_key("nobody's"))
    report = audit_of_union(union)
    (finding,) = report.findings
    assert (finding.fault, finding.coop, finding.first) == (Fault.HEAD_FORGED, 2, PIECE)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_whole_logs_hold(books: Books) -> None:
    done: list[int] = []
    validator = ReferenceValidator(books.federation.founding)
    report = run_audit(Pieces(books), validator, progress=done.append)
    assert report.findings == []
    assert report.holds
    assert report.digest == books.validator.digest()
    assert report.total == 0
    assert report.entries == sum(done) == sum(len(log) for log in books.logs.values())
    assert report.payments == 10
    assert [log.in_transit_amount for log in report.logs] == [0, 0, 250]
    assert [log.paid for log in report.logs] == [4_600, 2_300, 250]
    assert [log.members for log in report.logs] == [3, 3, 3]
    assert all(log.signed == log.length == log.replayed for log in report.logs)


def test_empty_logs_hold() -> None:
    federation = build_federation()
    empty = Books(federation=federation, validator=ReferenceValidator(federation.founding))
    assert audit(empty).holds


def test_a_log_that_grew_meanwhile_is_read_up_to_where_it_was(books: Books) -> None:
    source = Pieces(books)
    digest = books.validator.digest()
    books.pay(3, 2, 3, 3, 1)
    assert source.announced[3][0] % PIECE, "the piece at the end has to be cut"
    source.entries = dict(books.logs)
    report = audit(books, source)
    assert report.holds
    assert report.digest == digest


def test_every_flipped_byte_is_found_in_its_piece(books: Books) -> None:
    for coop, entries in books.logs.items():
        for entry_number, entry in enumerate(entries, start=1):
            for place in range(0, len(entry), 7):
                logs = {number: list(log) for number, log in books.logs.items()}
                logs[coop][entry_number - 1] = flipped(entry, place)
                report = audit(books, Pieces(books, logs))
                assert report.digest is None
                finding = report.findings[0]
                assert finding.coop == coop
                assert finding.fault in (Fault.CHAIN_BROKEN, Fault.NOT_ENTRIES)
                assert finding.first is not None
                assert finding.last is not None
                first = (entry_number - 1) // PIECE * PIECE + 1
                assert first <= finding.first <= finding.last <= first + PIECE - 1


def test_a_flipped_byte_of_a_payment_is_found_at_its_entry(books: Books) -> None:
    logs = {number: list(log) for number, log in books.logs.items()}
    entry_number = 6
    logs[1][entry_number - 1] = flipped(
        logs[1][entry_number - 1], len(logs[1][entry_number - 1]) - 1
    )
    finding = audit(books, Pieces(books, logs)).findings[0]
    assert (finding.first, finding.last) == (entry_number, entry_number)
    assert finding.refusal is Refusal.SIGNATURE_INVALID
    assert finding.piece_first == 5
    assert finding.byte == len(logs[1][4])


@pytest.mark.parametrize("part", ["previous", "head", "signature"])
def test_a_changed_hash_or_signature_is_found(books: Books, part: str) -> None:
    source = Pieces(books)
    piece = next(iter(source.pieces(2)))
    source.changes[2, 1] = {part: flipped(getattr(piece, part), 3)}
    finding = audit(books, source).findings[0]
    expected = {
        "previous": Fault.CHAIN_BROKEN,
        "head": Fault.HEAD_DAMAGED,
        "signature": Fault.HEAD_FORGED,
    }
    assert finding.fault is expected[part]
    assert (finding.coop, finding.clause) == (2, "5")


def test_an_announced_head_that_is_not_the_logs_is_found(books: Books) -> None:
    source = Pieces(books)
    length, head = source.announced[3]
    source.announced[3] = (length, flipped(head, 0))
    assert audit(books, source).findings[0].fault is Fault.CHAIN_BROKEN


def forged(books: Books, coop: int, entry: bytes) -> Pieces:
    """The books with one more entry in a log, hashed and signed by its coop as if it were right."""
    books.logs[coop].append(entry)
    return Pieces(books)


def test_an_entry_that_breaks_a_rule_is_named_with_its_clause(books: Books) -> None:
    pay = books.next_pay(2, 1, 2, 2, 10_000_000)
    number = len(books.logs[2]) + 1
    report = audit(books, forged(books, 2, encode_entry(books.now, pay)))
    (finding,) = report.findings
    assert finding.fault is Fault.ENTRY_REFUSED
    assert finding.refusal is Refusal.LIMIT_EXCEEDED
    assert (finding.coop, finding.first, finding.clause) == (2, number, "7.2")


@pytest.mark.parametrize(
    ("make", "clause"),
    [
        (lambda books: encode_entry(START - 1, books.next_pay(1, 1, 1, 2, 1)), "7.1"),
        (lambda books: encode_entry(books.now, books.federation.admit(1, 9, stewards=[0])), "7.5"),
        (lambda books: encode_entry(books.now, books.federation.admit(1, 1)), "7.3"),
        (lambda books: encode_entry(books.now, books.anchor_bytes(2, 1)), "7.6"),
        (lambda books: encode_entry(books.now, books.federation.give_back(2, 1)), "7.7"),
        (lambda books: encode_entry(LAST_TIME + 1, books.federation.admit(1, 1)), "7.1"),
        (
            lambda books: encode_entry(
                books.now, books.federation.limit(1, 9, revision=1, limit=5)
            ),
            "7.4",
        ),
        (
            lambda books: encode_entry(
                books.now, books.federation.status(1, 9, revision=1, status=Status.OPEN)
            ),
            "7.4",
        ),
        (
            lambda books: encode_entry(
                books.now, official(books.federation, 24_312, 25, signers=[1])
            ),
            "9.3",
        ),
    ],
    ids=["time", "stewards", "admit", "anchor", "return", "time range", "limit", "status", "index"],
)
def test_the_clause_is_that_of_the_broken_rule(
    books: Books, make: Callable[[Books], bytes], clause: str
) -> None:
    assert audit(books, forged(books, 1, make(books))).findings[0].clause == clause


def test_an_anchor_of_another_history_is_a_fork(books: Books) -> None:
    books.pay(2, 1, 2, 2, 1)
    length = len(books.logs[2])
    books.pay(2, 1, 2, 2, 1)
    anchor = books.federation.anchor(2, length=length, head=b"f" * 32)
    report = audit(books, forged(books, 3, encode_entry(books.now, anchor)))
    assert [finding.fault for finding in report.findings] == [Fault.FORK]


def test_an_anchor_of_entries_that_are_not_there_is_named(books: Books) -> None:
    length = len(books.logs[2]) + 5
    anchor = books.federation.anchor(2, length=length, head=b"f" * 32)
    report = audit(books, forged(books, 3, encode_entry(books.now, anchor)))
    (finding,) = report.findings
    assert (finding.fault, finding.coop) == (Fault.NOT_HELD, 3)
    assert report.digest is None


def test_who_waits_for_a_damaged_log_is_not_blamed(books: Books) -> None:
    source = Pieces(books)
    source.ends[2] = 0
    report = audit(books, source)
    assert [(finding.fault, finding.coop) for finding in report.findings] == [(Fault.UNREADABLE, 2)]
    assert report.digest is None


def stored(books: Books) -> MemoryStore:
    """A store with the books."""
    store = MemoryStore()
    fill_store(store, books)
    return store


def test_a_store_holds_with_and_without_a_snapshot(books: Books) -> None:
    store = stored(books)
    assert audit_store(store, books.federation.founding).holds
    lengths = {coop: len(log) for coop, log in books.logs.items()}
    snapshot = Snapshot(lengths=lengths, state=books.validator.snapshot())
    store.save_snapshot(snapshot)
    report = audit_store(store, books.federation.founding)
    assert report.holds
    assert report.digest == books.validator.digest()


def test_a_snapshot_of_another_state_is_found(books: Books) -> None:
    store = stored(books)
    other = books_with_members(build_federation(clearing_limit=1_000_000), limit=100_001)
    for state in (other.validator.snapshot(), b"nonsense"):
        store.save_snapshot(Snapshot(lengths={1: 1}, state=state))
        report = audit_store(store, books.federation.founding)
        assert [finding.fault for finding in report.findings] == [Fault.RECORD_DAMAGED]
        assert report.digest == books.validator.digest()


def test_a_changed_reason_and_changed_evidence_are_found(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=50_000))
    store = stored(books)
    store.commit(
        Write(
            reasons=[Reason(hash=b"\x01" * 32, salted_text=b"another, that no entry carries")],
            evidence=[Evidence(digest=b"\x02" * 32, coop=2, kind="fork", data=b"not evidence")],
        )
    )
    report = audit_store(store, books.federation.founding)
    assert [(finding.fault, finding.coop) for finding in report.findings] == [
        (Fault.RECORD_DAMAGED, 2)
    ]


class Growing(MemoryStore):
    """A store whose node goes on, saving a snapshot, once the audit has begun."""

    def __init__(self, books: Books) -> None:
        super().__init__()
        fill_store(self, books)
        self._books = books
        self._before = self.logs()
        self.is_running = False

    def logs(self) -> dict[int, tuple[int, bytes]]:
        """As a store opened for reading, the lengths from when it was opened."""
        return self._before if getattr(self, "is_running", False) else super().logs()

    def grow(self) -> None:
        """One more payment, and a snapshot that covers it."""
        books = self._books
        number = books.pay(1, 1, 1, 2, 9)
        signed = books.signed_head(1)
        segment = Segment(
            coop=1,
            first=number,
            count=1,
            entries=books.logs[1][-1],
            previous=books.head(1, number - 1),
            head=signed.head,
            signature=signed.signature,
        )
        self.commit(Write(segments=[segment]))
        lengths = {coop: len(log) for coop, log in books.logs.items()}
        self.save_snapshot(Snapshot(lengths=lengths, state=books.validator.snapshot()))
        self.is_running = True


def test_a_node_that_goes_on_meanwhile_is_not_suspected(books: Books) -> None:
    store = Growing(books)
    digest = books.validator.digest()
    store.grow()
    report = audit_store(store, books.federation.founding)
    assert report.holds
    assert report.digest == digest
