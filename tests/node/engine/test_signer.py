"""The signer signs nothing that does not continue what this key has signed, and nothing when it may not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.chain import SignedHead, extend, genesis
from node.engine.signer import Chained, Signer, SigningRefused
from tests.builders import build_federation

FEDERATION = build_federation(coops=2)
BEGINNING = genesis(federation=FEDERATION.charter.federation, coop=1)
ENTRIES = [b"\x92\x01\x90", b"\x92\x02\x90", b"\x92\x03\x90"]


def signer(*, may_sign: bool = True) -> Signer:
    """A signer of the first coop."""
    return Signer(FEDERATION.node_keys[1], lambda: FEDERATION.charter, 1, lambda: may_sign)


def chain(signer: Signer, first: int, entry: bytes, previous: bytes) -> Chained:
    """One entry, as the validator has appended it."""
    head = extend(previous, entry)
    return signer.chain(first=first, count=1, entries=entry, previous=previous, head=head)


def test_what_follows_is_signed() -> None:
    sign = signer()
    one = chain(sign, 1, ENTRIES[0], BEGINNING)
    two = chain(sign, 2, ENTRIES[1], one.head)
    head = sign.head(two)
    head.check(FEDERATION.charter)
    assert (head.length, head.head) == (2, two.head)
    # Another process, later:
    again = signer()
    again.begin_at(head)
    chain(again, 3, ENTRIES[2], head.head)


@pytest.mark.parametrize(
    ("first", "previous"), [(1, b"x" * 32), (2, BEGINNING), (0, BEGINNING), (1, b"")]
)
def test_what_continues_nothing_is_not(first: int, previous: bytes) -> None:
    with pytest.raises(SigningRefused, match="does not continue"):
        chain(signer(), first, ENTRIES[0], previous)


def test_the_same_place_is_not_signed_twice() -> None:
    sign = signer()
    chain(sign, 1, ENTRIES[0], BEGINNING)
    with pytest.raises(SigningRefused):
        chain(sign, 1, ENTRIES[1], BEGINNING)


def test_a_head_that_this_key_did_not_sign_is_no_beginning() -> None:
    head = FEDERATION.signed_head(1, length=7, head=b"h" * 32)
    for wrong in (
        replace(head, head=b"x" * 32),
        replace(head, length=6),
        replace(head, signature=bytes(64)),
    ):
        with pytest.raises(SigningRefused, match="the newest head"):
            signer().begin_at(wrong)
    signer().begin_at(head)


SIGNATURES: dict[str, Callable[[Signer], object]] = {
    "entries": lambda sign: chain(sign, 1, ENTRIES[0], BEGINNING),
    "a head": lambda sign: sign.head(_chained()),
    "receipts": lambda sign: sign.receipts(_chained()),
    "the empty log": lambda sign: sign.nothing(),
    "as a witness": lambda sign: sign.witness(_head_of(2)),
    "a content": lambda sign: sign.content(decision=1, number=1, content=b"\xc0"),
}


def _chained() -> Chained:
    return chain(signer(), 1, ENTRIES[0], BEGINNING)


def _head_of(coop: int) -> SignedHead:
    return FEDERATION.signed_head(coop, length=1, head=b"h" * 32)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_node_that_may_not_sign_signs_nothing(name: str) -> None:
    SIGNATURES[name](signer())
    with pytest.raises(SigningRefused, match="may not sign"):
        SIGNATURES[name](signer(may_sign=False))


def test_a_coop_is_no_witness_of_its_own_log() -> None:
    with pytest.raises(SigningRefused, match="not a witness"):
        signer().witness(_head_of(1))
