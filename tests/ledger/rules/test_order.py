"""Checks run in the order of the protocol page, and a refusal changes nothing."""

from itertools import pairwise

import pytest

from ledger.codec import MAX
from ledger.entries import LAST_TIME, MAX_ENTRY_BYTES, encode_entry
from ledger.refusals import Refusal
from ledger.validators.interface import Replayed
from tests.builders import Books, MakeValidator
from tests.ledger.rules.government_tables import GOVERNMENT_TABLES
from tests.ledger.rules.tables import HOME, NEVER_TOGETHER, TABLES, Table, stage

tables = pytest.mark.parametrize(
    "table", (*TABLES, *GOVERNMENT_TABLES), ids=lambda table: str(table.name)
)

NOT_YET = {
    Refusal.PRICE_STALE,
    Refusal.PRICE_MISMATCH,
    Refusal.COOP_QUARANTINED,
    Refusal.COOP_LEFT,
    Refusal.COOP_NOT_ADMITTED,
} | {refusal for refusal in Refusal if refusal >= Refusal.INDEX_NOT_CHARTERED}
"""The federation of these tables has no index, no changes of its charter and no bylaws: test_index.py,
test_charter.py and government_tables.py have their order."""


def refusals_of(books: Books, transaction: bytes, time: int) -> set[Refusal | None]:
    """What sequencing, judging and replaying say; none of them may change anything."""
    validator = books.validator
    before, log = validator.digest(), validator.log(HOME)
    entry = encode_entry(time, transaction)
    found: set[Refusal | None] = set()
    if time >= books.now:
        sequenced = validator.sequence(HOME, time, [transaction])
        assert sequenced.count == 0
        assert sequenced.entries == b""
        assert (sequenced.length, sequenced.head) == (log.length, log.head)
        found |= {Refusal(-outcome) for outcome in sequenced.outcomes}
    judged = validator.judge(HOME, entry)
    assert judged is None or isinstance(judged, Refusal)
    found.add(judged)
    replayed = validator.replay(HOME, entry)
    assert replayed == Replayed(count=0, consumed=0, refusal=replayed.refusal)
    found.add(replayed.refusal)
    assert validator.digest() == before
    assert validator.log(HOME) == log
    return found


@tables
def test_without_a_fault_the_transaction_is_accepted(
    table: Table, make_validator: MakeValidator
) -> None:
    books = table.stage(make_validator)
    entry = encode_entry(books.now, table.transaction(books))
    before = books.validator.digest()
    assert books.validator.judge(HOME, entry) is None
    assert books.validator.digest() == before
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = table.stage(make_validator)
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = table.stage(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@tables
def test_every_pair_of_neighbours_is_among_the_pairs(table: Table) -> None:
    order = list(dict.fromkeys(fault.refusal for fault in table.faults))
    tested = {(earlier.refusal, later.refusal) for earlier, later in table.pairs()}
    assert set(pairwise(order)) <= tested | NEVER_TOGETHER


@tables
def test_what_is_asked_of_every_entry_is_asked_first(
    table: Table, make_validator: MakeValidator
) -> None:
    books = table.stage(make_validator)
    for fault in table.faults:
        transaction = table.transaction(books, fault)
        cut = transaction[:-1]
        header = bytes([transaction[0] + 1])
        longer = header + transaction[1:] + b"\xc0"
        too_large = header + transaction[1:] + b"\xc5\xff\xff" + bytes(2**16 - 1)
        assert len(too_large) > MAX_ENTRY_BYTES
        unknown = transaction[:1] + b"\x63" + transaction[2:]
        for time in (books.now, books.now - 1, LAST_TIME + 1):
            assert refusals_of(books, too_large, time) == {Refusal.ENTRY_TOO_LARGE}
            assert refusals_of(books, longer, time) == {Refusal.ENTRY_MALFORMED}
            assert refusals_of(books, unknown, time) == {Refusal.KIND_UNKNOWN}
            judged = books.validator.judge(HOME, encode_entry(time, cut))
            assert judged is Refusal.ENTRY_MALFORMED
        assert refusals_of(books, transaction, books.now - 1) == {Refusal.TIME_FALLS}
        for time in (LAST_TIME + 1, MAX):
            assert refusals_of(books, transaction, time) == {Refusal.TIME_OUT_OF_RANGE}


@tables
def test_an_entry_may_have_any_second_up_to_the_end_of_the_year_9999(
    table: Table, make_validator: MakeValidator
) -> None:
    books = table.stage(make_validator)
    transaction = table.transaction(books)
    for time in (LAST_TIME + 1, MAX):
        assert refusals_of(books, transaction, time) == {Refusal.TIME_OUT_OF_RANGE}
    books.now = LAST_TIME
    books.append(HOME, transaction)
    assert books.validator.log(HOME).time == LAST_TIME


def test_every_refusal_is_in_a_table_or_asked_of_every_entry() -> None:
    in_tables = {fault.refusal for table in TABLES for fault in table.faults}
    of_entries = {
        Refusal.ENTRY_TOO_LARGE,
        Refusal.ENTRY_MALFORMED,
        Refusal.KIND_UNKNOWN,
        Refusal.TIME_OUT_OF_RANGE,
        Refusal.TIME_FALLS,
        Refusal.DAY_FULL,
    }
    assert in_tables | of_entries | NOT_YET == set(Refusal)
    assert not in_tables & (of_entries | NOT_YET)


def test_sequencing_takes_each_transaction_by_itself(make_validator: MakeValidator) -> None:
    """In a batch of good and bad ones, the good ones are appended as if alone."""
    books, alone = stage(make_validator), stage(make_validator)
    batch: list[bytes] = []
    expected: list[int] = []
    number = books.validator.log(HOME).length
    for table in TABLES:
        for fault in table.faults:
            batch.append(table.transaction(books, fault))
            expected.append(-fault.refusal.value)
    for table in (TABLES[0], TABLES[2], TABLES[4], TABLES[5]):
        number += 1
        batch.insert(len(batch) // 2, table.transaction(books))
        expected.insert(len(expected) // 2, number)
    outcomes = books.offer(HOME, *batch)
    assert [outcome > 0 for outcome in outcomes].count(True) == 4
    for transaction, outcome in zip(batch, outcomes, strict=True):
        (single,) = alone.offer(HOME, transaction)
        assert single == outcome
    assert alone.validator.digest() == books.validator.digest()
