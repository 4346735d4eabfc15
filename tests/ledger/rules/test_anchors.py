"""Anchors: what they take in, whose signatures they need, and what they wait for."""

import pytest

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.errors import DependencyMissing, EncodingError
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.state import Waiting
from ledger.validators.interface import Replayed
from tests.builders import (
    Books,
    MakeValidator,
    books_with_members,
    build_federation,
    open_books,
    replay_logs,
)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    return books_with_members(build_federation(seed="anchors"), make_validator=make_validator)


def test_an_anchor_delivers_up_to_its_length_in_order(books: Books) -> None:
    indexes = [books.pay(1, 1, 2, 2, amount) for amount in (1, 10, 100)]
    books.pay(1, 1, 3, 2, 1_000)
    books.anchor(2, 1, indexes[1])
    assert books.balance(2, 2) == 11
    assert [item.amount for item in books.validator.in_transit(1)] == [100, 1_000]
    books.anchor(2, 1)
    assert books.balance(2, 2) == 111
    assert [item.amount for item in books.validator.in_transit(1)] == [1_000]
    assert not find_violations(books.validator)


def test_the_anchored_length_only_rises(books: Books) -> None:
    books.pay(1, 1, 2, 2, 1)
    books.anchor(2, 1)
    length = len(books.logs[1])
    for again in (length, length - 1, 0):
        assert books.refusal(2, books.anchor_bytes(1, again)) is Refusal.ANCHOR_NOT_AHEAD
    assert books.validator.log(2).anchored[1] == length


@pytest.mark.parametrize("quorum", [0, 1, 2])
def test_an_anchor_needs_its_coop_and_the_witnesses(
    make_validator: MakeValidator, quorum: int
) -> None:
    federation = build_federation(coops=3, witness_quorum=quorum)
    books = open_books(federation, make_validator)
    books.admit(1, 1)
    head = books.head(1, 1)

    def found(*signers: int) -> Refusal | None:
        entry = federation.anchor(1, length=1, head=head, signers=signers)
        verdict = books.validator.judge(2, encode_entry(books.now, entry))
        assert not isinstance(verdict, Waiting)
        return verdict

    few = Refusal.WITNESSES_TOO_FEW
    assert found() is found(2) is found(2, 3) is Refusal.ANCHOR_UNSIGNED
    assert found(1) is (None if quorum == 0 else few)
    assert found(1, 2) is found(1, 3) is (None if quorum <= 1 else few)
    assert found(1, 2, 3) is None


def test_a_witness_signs_the_same_head_of_the_same_log(make_validator: MakeValidator) -> None:
    federation = build_federation(coops=3, witness_quorum=1)
    books = open_books(federation, make_validator)
    books.admit(1, 1)
    good = federation.anchor(1, length=1, head=books.head(1, 1), signers=[1, 3])
    for other in (
        federation.anchor(1, length=2, head=books.head(1, 1), signers=[1, 3]),
        federation.anchor(1, length=1, head=bytes(32), signers=[1, 3]),
        federation.anchor(2, length=1, head=books.head(1, 1), signers=[1, 3]),
    ):
        mixed = good[:-64] + other[-64:]
        assert books.refusal(2, mixed) is Refusal.SIGNATURE_INVALID
    books.append(2, good)


def test_replaying_waits_for_a_log_that_is_not_held(
    books: Books, make_validator: MakeValidator
) -> None:
    books.pay(1, 1, 2, 2, 70)
    books.anchor(2, 1)
    books.pay(2, 2, 3, 1, 70)
    length = len(books.logs[1])
    behind = replay_logs(
        books.federation,
        {**books.logs, 1: books.logs[1][:-1], 2: books.logs[2][:-2]},
        make_validator,
    )
    before = behind.digest()
    rest = b"".join(books.logs[2][-2:])
    signed = books.signed_head(1)
    waiting = Waiting(coop=1, length=length, head=signed.head, signature=signed.signature)
    assert behind.replay(2, rest) == Replayed(count=0, consumed=0, waiting=waiting)
    assert behind.judge(2, books.logs[2][-2]) == waiting
    assert behind.digest() == before
    behind.replay(1, books.logs[1][-1])
    assert behind.replay(2, rest) == Replayed(count=2, consumed=len(rest))
    assert behind.digest() == books.validator.digest()


def test_a_head_of_another_history_waits_and_carries_its_proof(books: Books) -> None:
    """Coop 1 showed another history to coop 2; a replica of the first waits before the anchor."""
    length = len(books.logs[1])
    books.pay(1, 1, 2, 2, 70)
    forked = books.federation.anchor(1, length=length + 1, head=bytes(range(32)))
    entry = encode_entry(books.now, forked)
    before = books.validator.digest()
    result = books.validator.replay(2, entry)
    assert result.count == 0
    assert result.waiting is not None
    signed = books.federation.signed_head(1, length=length + 1, head=bytes(range(32)))
    assert result.waiting.signature == signed.signature
    with pytest.raises(DependencyMissing):
        books.validator.sequence(2, books.now, [forked])
    assert books.validator.digest() == before


def test_sequencing_an_anchor_of_what_is_not_held_applies_nothing(books: Books) -> None:
    far = books.federation.anchor(1, length=99, head=bytes(32))
    pay = books.next_pay(2, 1, 2, 2, 5)
    before = books.validator.digest()
    with pytest.raises(DependencyMissing):
        books.validator.sequence(2, books.now, [pay, far])
    assert books.validator.digest() == before


def test_signatures_are_checked_before_an_anchor_waits(books: Books) -> None:
    far = books.federation.anchor(1, length=99, head=bytes(32))
    wrong = far[:-1] + bytes([far[-1] ^ 1])
    assert books.refusal(2, wrong) is Refusal.SIGNATURE_INVALID


def test_an_anchor_never_lifts_a_balance_past_the_largest_amount(
    make_validator: MakeValidator,
) -> None:
    federation = build_federation(clearing_limit=1_000)
    books = books_with_members(federation, limit=MAX, make_validator=make_validator)
    books.pay(1, 1, 1, 2, MAX - 30)
    books.pay(1, 3, 1, 0, MAX - 30)
    for payee in (2, 0):
        books.pay(2, 1, 1, payee, 20)
        books.pay(2, 2, 1, payee, 10)
    books.anchor(1, 2)
    assert books.balance(1, 2) == books.balance(1, 0) == MAX
    for payee in (2, 0):
        books.pay(3, 1, 1, payee, 1)
        assert books.refusal(1, books.anchor_bytes(3)) is Refusal.BALANCE_OUT_OF_RANGE
    books.pay(1, 2, 1, 1, 1)
    indexes = [item.number for item in books.validator.in_transit(3)]
    books.anchor(1, 3, indexes[0])  # the first of the two fits now, the second never
    assert books.refusal(1, books.anchor_bytes(3)) is Refusal.BALANCE_OUT_OF_RANGE
    assert not find_violations(books.validator)


def test_heads_are_kept_until_all_have_anchored_them(books: Books) -> None:
    for _ in range(40):
        books.pay(1, 1, 1, 2, 1)
        books.anchor(2, 1)
    newest = len(books.logs[1])
    anchored = books.validator.log(3).anchored[1]
    for length in range(anchored + 1, newest + 1):
        assert books.validator.head_at(1, length) == books.head(1, length)
    assert books.validator.head_at(1, newest + 1) is None
    books.anchor(3, 1, newest - 5)
    for length in range(newest - 4, newest + 1):
        assert books.validator.head_at(1, length) == books.head(1, length)
    books.anchor(3, 1)
    assert books.validator.head_at(1, newest) == books.head(1, newest)


def test_chaining_looks_ahead_and_applies_nothing(books: Books) -> None:
    before = books.validator.digest()
    entries = [b"\x01", b"\xa1x", b"\x92\x00\x90"]
    length, head = books.validator.chain(1, b"".join(entries))
    assert length == 3
    books.logs[1] += entries
    assert head == books.head(1, len(books.logs[1]))
    for blob in (b"\x01\x92\x00", b"\xc1"):
        with pytest.raises(EncodingError):
            books.validator.chain(1, blob)
        with pytest.raises(EncodingError):
            books.validator.replay(1, blob)
    assert books.validator.digest() == before


def test_a_replay_stops_at_the_first_refused_entry(books: Books) -> None:
    entries = [encode_entry(books.now, books.next_pay(1, payer, 1, 2, 5)) for payer in (1, 3)]
    wrong = encode_entry(books.now, books.next_pay(1, 2, 1, 2, 5))
    blob = b"".join([entries[0], wrong, entries[1]])
    result = books.validator.replay(1, blob)
    assert result == Replayed(count=1, consumed=len(entries[0]), refusal=Refusal.PAYEE_IS_PAYER)
    assert books.balance(1, 2) == 5
