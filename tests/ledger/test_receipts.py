"""Receipts verify offline, and a change of any byte is detected."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import extend
from ledger.codec import MAX, Value, decode, encode
from ledger.entries import encode_entry
from ledger.errors import ProofError
from ledger.receipts import MAX_RECEIPT_BYTES, Receipt, ReferenceIssuer, decode_receipt
from ledger.transactions import Pay
from tests.builders import Books, books_with_members, build_federation


def paid() -> tuple[Books, Receipt]:
    books = books_with_members(build_federation(seed="receipts"))
    return books, books.receipt(1, books.pay(1, 1, 2, 2, 1_250))


BOOKS, RECEIPT = paid()
CHARTER = BOOKS.federation.charter
LOG = BOOKS.logs[1]
LENGTH = len(LOG)
PATH = BOOKS.receipt(1, 2, signed_at=LENGTH)
"""Of an entry in the middle: the coop's signature is over the head of the whole log only."""


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


@pytest.mark.parametrize("receipt", [RECEIPT, PATH], ids=["direct", "path"])
def test_a_change_of_any_bit_is_detected(receipt: Receipt) -> None:
    data = receipt.encode()
    for position in range(len(data)):
        for bit in range(8):
            wrong = bytearray(data)
            wrong[position] ^= 1 << bit
            assert not does_verify(bytes(wrong)), f"bit {bit} of byte {position}"


@pytest.mark.parametrize("receipt", [RECEIPT, PATH], ids=["direct", "path"])
def test_every_cut_and_every_addition_is_detected(receipt: Receipt) -> None:
    data = receipt.encode()
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


def test_a_previous_head_of_another_length_is_refused_even_where_the_rest_fits() -> None:
    """The end of an entry may look like an entry: then only the length tells."""
    previous = RECEIPT.previous + b"the beginning"
    head = extend(previous, RECEIPT.entry)
    signed = BOOKS.federation.signed_head(1, length=RECEIPT.length, head=head)
    wrong = replace(RECEIPT, previous=previous, signature=signed.signature)
    with pytest.raises(ProofError, match="a head has 32 bytes, not 45"):
        wrong.check(CHARTER)


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


def test_the_path_to_any_later_signed_head_proves_an_entry() -> None:
    assert LENGTH > 3
    for index in range(1, LENGTH + 1):
        direct = BOOKS.receipt(1, index)
        for signed_at in range(index, LENGTH + 1):
            receipt = decode_receipt(BOOKS.receipt(1, index, signed_at=signed_at).encode())
            assert receipt.following == tuple(LOG[index:signed_at])
            assert (receipt.length, receipt.entry) == (index, LOG[index - 1])
            assert receipt.check(CHARTER) == direct.check(CHARTER)


def test_a_receipt_without_a_path_has_seven_elements() -> None:
    """What was handed out before there were paths keeps its bytes."""
    assert RECEIPT.encode() == encode(
        [
            "fiado1.receipt",
            CHARTER.federation,
            1,
            RECEIPT.length,
            RECEIPT.previous,
            RECEIPT.entry,
            RECEIPT.signature,
        ]
    )
    assert len(elements(PATH)) == 8


def elements(receipt: Receipt) -> list[Value]:
    """The elements of the receipt's array."""
    value = decode(receipt.encode())
    assert isinstance(value, list)
    return value


@pytest.mark.parametrize(
    "rest",
    [[[]], [None], [b""], [[1]], [[b"", None]], [[[b""]]], [[b""], [b""]], [b"".join(LOG[2:])]],
    ids=repr,
)
def test_one_proof_has_one_form(rest: list[Value]) -> None:
    """An empty path is left out; a path is one array of binaries and the last element."""
    with pytest.raises(ProofError, match="not a receipt"):
        decode_receipt(encode([*elements(RECEIPT), *rest]))


@given(st.data())
def test_a_path_proves_only_as_it_is(data: st.DataObject) -> None:
    """Entries left out, put in, swapped or cut elsewhere: the chain ends at another head."""
    number = data.draw(st.integers(1, LENGTH - 1))
    signed_at = data.draw(st.integers(number + 1, LENGTH))
    right = BOOKS.receipt(1, number, signed_at=signed_at)
    pieces = st.one_of(st.sampled_from(LOG), st.binary(max_size=40))
    mixed = st.lists(pieces, max_size=LENGTH + 1)
    following = tuple(data.draw(st.one_of(st.permutations(right.following), mixed)))
    wrong = replace(right, following=following)
    assert does_verify(wrong.encode()) == (following == right.following)


def test_a_path_that_was_cut_lengthened_or_reordered_is_refused() -> None:
    first, *rest = PATH.following
    assert rest
    for following in (
        (),
        PATH.following[:-1],
        PATH.following[1:],
        (*PATH.following, first),
        (first, *PATH.following),
        PATH.following[::-1],
        (b"", *PATH.following),
        (*PATH.following, b""),
        (first + rest[0], *rest[1:]),
        (first[:-1], first[-1:] + rest[0], *rest[1:]),
    ):
        assert not does_verify(replace(PATH, following=following).encode())


def test_the_proven_entry_is_the_one_at_its_number() -> None:
    """The signed head fixes the number of every entry below it."""
    joined = PATH.entry + PATH.following[0]
    for wrong in (
        replace(PATH, length=PATH.length + 1),
        replace(PATH, length=PATH.length - 1),
        replace(PATH, entry=PATH.following[0], following=PATH.following[1:]),
        replace(PATH, entry=joined, following=PATH.following[1:]),
        replace(PATH, previous=PATH.previous + PATH.entry, entry=PATH.following[0],
                following=PATH.following[1:], length=PATH.length + 1),
    ):  # fmt: skip
        assert not does_verify(wrong.encode())


def test_the_bytes_hashed_into_the_empty_logs_head_are_no_entry() -> None:
    """The chain could be followed back to what stands before entry 1, but that is number 0."""
    first = BOOKS.receipt(1, 1)
    tag = b"fiado1.log".ljust(16, b"\0")
    seed = tag + CHARTER.federation + (1).to_bytes(4, "big")
    before = replace(first, length=0, previous=seed[:32], entry=seed[32:], following=(first.entry,))
    assert extend(before.previous, before.entry) == first.previous
    with pytest.raises(ProofError, match=r"^not a receipt$"):
        decode_receipt(before.encode())


def test_a_signed_entry_that_is_none_proves_nothing_with_a_path_either() -> None:
    entry = encode_entry(BOOKS.now, b"\x92\x05\x00")
    head = extend(extend(PATH.previous, entry), RECEIPT.entry)
    signed = BOOKS.federation.signed_head(1, length=PATH.length + 1, head=head)
    wrong = replace(PATH, entry=entry, signature=signed.signature, following=(RECEIPT.entry,))
    with pytest.raises(ProofError, match="breaks the protocol"):
        wrong.check(CHARTER)


def test_the_length_of_a_receipt_is_bounded() -> None:
    """By its bytes, and a path by its entries too."""
    room = MAX_RECEIPT_BYTES - len(replace(PATH, following=(b"x" * 70_000,)).encode()) + 70_000
    largest = replace(PATH, following=(b"x" * room,))
    assert len(largest.encode()) == MAX_RECEIPT_BYTES
    assert decode_receipt(largest.encode()) == largest
    with pytest.raises(ProofError, match="at most 1310720 bytes"):
        decode_receipt(replace(PATH, following=(b"x" * (room + 1),)).encode())
    with pytest.raises(ProofError, match="not a receipt"):
        decode_receipt(replace(PATH, following=(b"",) * 65_536).encode())


def test_a_path_of_thousands_of_entries_verifies() -> None:
    following = (RECEIPT.entry,) * 10_000
    head = RECEIPT.previous
    for entry in (RECEIPT.entry, *following):
        head = extend(head, entry)
    length = RECEIPT.length + len(following)
    signed = BOOKS.federation.signed_head(1, length=length, head=head)
    data = replace(RECEIPT, signature=signed.signature, following=following).encode()
    assert len(data) < MAX_RECEIPT_BYTES
    assert does_verify(data)


def test_no_log_is_longer_than_numbers_go() -> None:
    for receipt in (replace(RECEIPT, length=MAX + 1), replace(PATH, length=MAX)):
        with pytest.raises(ProofError, match="no log is that long"):
            decode_receipt(receipt.encode())
