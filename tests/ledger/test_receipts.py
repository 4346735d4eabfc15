"""Receipts verify offline, and a change of any byte is detected."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import extend
from ledger.errors import ProofError
from ledger.receipts import Receipt, ReferenceIssuer, decode_receipt
from ledger.transactions import Pay, encode_entry
from tests.builders import Books, books_with_members, build_federation


def paid() -> tuple[Books, Receipt]:
    books = books_with_members(build_federation(seed="receipts"))
    return books, books.receipt(1, books.pay(1, 1, 2, 2, 1_250))


BOOKS, RECEIPT = paid()
CHARTER = BOOKS.federation.charter


def does_verify(data: bytes) -> bool:
    try:
        decode_receipt(data).check(CHARTER)
    except ProofError:
        return False
    return True


def test_a_receipt_proves_the_entry() -> None:
    receipt = decode_receipt(RECEIPT.encode())
    assert receipt == RECEIPT
    entry = receipt.check(CHARTER)
    assert entry.time == BOOKS.now
    assert isinstance(entry.transaction, Pay)
    assert entry.transaction.amount == 1_250


def test_every_entry_of_a_log_has_its_receipt() -> None:
    for coop, log in BOOKS.logs.items():
        for index in range(1, len(log) + 1):
            assert does_verify(BOOKS.receipt(coop, index).encode())


def test_an_issuer_makes_the_receipt_of_each_entry() -> None:
    key, federation = BOOKS.federation.node_keys[1], CHARTER.federation
    issuer = ReferenceIssuer(key, federation=federation, coop=1)
    log = BOOKS.logs[1]
    first = BOOKS.receipt(1, 1)
    receipts = issuer.issue(b"".join(log), 1, first.previous)
    expected = [BOOKS.receipt(1, index).encode() for index in range(1, len(log) + 1)]
    assert receipts == expected
    assert issuer.sign_head(1, extend(first.previous, first.entry)) == first.signature


def test_a_change_of_any_bit_is_detected() -> None:
    data = RECEIPT.encode()
    for position in range(len(data)):
        for bit in range(8):
            wrong = bytearray(data)
            wrong[position] ^= 1 << bit
            assert not does_verify(bytes(wrong)), f"bit {bit} of byte {position}"


def test_every_cut_and_every_addition_is_detected() -> None:
    data = RECEIPT.encode()
    assert not any(does_verify(data[:length]) for length in range(len(data)))
    assert not does_verify(data + b"\0")
    assert not does_verify(data + data)


@given(st.binary(max_size=200))
def test_garbage_is_no_receipt(data: bytes) -> None:
    with pytest.raises(ProofError):
        decode_receipt(data)


def test_a_receipt_is_of_one_federation() -> None:
    with pytest.raises(ProofError, match="another federation"):
        RECEIPT.check(build_federation(seed="other").charter)


def test_the_boundary_between_previous_head_and_entry_is_fixed() -> None:
    """Both are hashed one after the other, so a longer 'head' could hide the beginning of an entry."""
    joined = RECEIPT.previous + RECEIPT.entry
    for cut in range(len(joined)):
        shifted = replace(RECEIPT, previous=joined[:cut], entry=joined[cut:])
        assert extend(shifted.previous, shifted.entry) == extend(RECEIPT.previous, RECEIPT.entry)
        assert does_verify(shifted.encode()) == (cut == 32)


def test_a_signed_entry_that_is_none_proves_nothing() -> None:
    entry = encode_entry(BOOKS.now, b"\x92\x05\x00")
    head = extend(RECEIPT.previous, entry)
    signed = BOOKS.federation.signed_head(1, length=RECEIPT.length, head=head)
    with pytest.raises(ProofError, match="breaks the protocol"):
        replace(RECEIPT, entry=entry, signature=signed.signature).check(CHARTER)


@pytest.mark.parametrize("fields", [{"length": 0}, {"coop": 9}, {"length": 2**64 - 1}])
def test_a_wrong_number_is_no_receipt(fields: dict[str, int]) -> None:
    wrong = replace(
        RECEIPT, coop=fields.get("coop", RECEIPT.coop), length=fields.get("length", RECEIPT.length)
    )
    assert not does_verify(wrong.encode())
