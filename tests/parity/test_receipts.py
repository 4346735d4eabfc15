"""Receipts and signed heads, made by both issuers: the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codec import encode
from ledger.errors import EncodingError
from ledger.receipts import Issuer, ReferenceIssuer
from ledger.signatures import SigningKey

native = pytest.importorskip("ledger._native")
pytestmark = pytest.mark.needs_native

HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, 2**32 - 1)
LENGTHS = st.integers(1, 2**53 - 1)
ENTRIES = st.lists(st.binary(max_size=300).map(encode), max_size=12)


def both(seed: bytes, federation: bytes, coop: int) -> tuple[Issuer, Issuer]:
    reference = ReferenceIssuer(SigningKey(seed), federation=federation, coop=coop)
    return reference, native.Issuer(seed, federation, coop)


REFERENCE, NATIVE = both(bytes(range(32)), b"f" * 32, 3)


@given(HASHES, HASHES, NUMBERS, LENGTHS, HASHES, ENTRIES)
def test_both_issue_the_same_receipts(
    seed: bytes, federation: bytes, coop: int, first: int, previous: bytes, entries: list[bytes]
) -> None:
    reference, fast = both(seed, federation, coop)
    blob = b"".join(entries)
    receipts = reference.issue(blob, first, previous)
    assert fast.issue(blob, first, previous) == receipts
    assert len(receipts) == len(entries)


@given(HASHES, HASHES, NUMBERS, LENGTHS, HASHES)
def test_both_sign_the_same_head(
    seed: bytes, federation: bytes, coop: int, length: int, head: bytes
) -> None:
    reference, fast = both(seed, federation, coop)
    assert fast.sign_head(length, head) == reference.sign_head(length, head)


@pytest.mark.parametrize("size", [0, 251, 252, 253, 254, 255, 256, 32_760])
def test_an_entry_of_any_size_that_a_log_has(size: int) -> None:
    entry = encode(b"x" * size)
    assert len(entry) <= 32_768
    assert NATIVE.issue(entry, 1, b"p" * 32) == REFERENCE.issue(entry, 1, b"p" * 32)


@pytest.mark.parametrize("issuer", [REFERENCE, NATIVE], ids=["reference", "native"])
def test_entries_that_end_too_soon_get_no_receipt(issuer: Issuer) -> None:
    whole = encode([1, b"entry"])
    with pytest.raises(EncodingError):
        issuer.issue(whole + whole[:-1], 1, b"p" * 32)


@pytest.mark.parametrize("issuer", [REFERENCE, NATIVE], ids=["reference", "native"])
@pytest.mark.parametrize(
    ("entries", "first", "previous"),
    [
        (b"\x01", 0, b"p" * 32),
        (b"\x01", 2**53, b"p" * 32),
        (b"", 2**64 - 1, b"p" * 32),
        (b"\x01", 1, b"p" * 31),
    ],
    ids=["number 0", "number too large", "the largest that native code takes", "no head"],
)
def test_what_no_careful_caller_passes_is_an_error(
    issuer: Issuer, entries: bytes, first: int, previous: bytes
) -> None:
    with pytest.raises(ValueError, match=r"counted from 1|bytes expected"):
        issuer.issue(entries, first, previous)
