"""Requests to join: what is signed, what is refused, and when one is forgotten."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import Value, encode
from ledger.errors import ProofError
from ledger.signatures import SigningKey
from node.join_requests import (
    MOST_REQUEST_BYTES,
    REQUEST_S,
    JoinRequest,
    check_request,
    read_request,
    sign_request,
)

FEDERATION = bytes(range(32))
KEY = SigningKey(b"\x07" * 32)
CHANGE: list[Value] = [
    *(1, 4, "este", "Cooperativa Este", KEY.public_key, 5_000_000, 1),
    [["eva", SigningKey(b"\x08" * 32).public_key]],
    None,
]
NOW = 1_790_000_000


def asked(change: list[Value] = CHANGE, **changes: Any) -> JoinRequest:
    given: dict[str, Any] = {"federation": FEDERATION, "url": "http://este.example", "time": NOW}
    return sign_request(KEY, change, **given | changes)


def test_a_request_comes_back_as_it_was_made() -> None:
    request = asked()
    read = read_request(request.encode())
    check_request(read, federation=FEDERATION)
    assert read == request
    assert (read.number, read.name, read.node_key) == (4, "este", KEY.public_key)
    assert read.id == request.id


def test_a_node_that_has_no_address_yet_may_ask() -> None:
    assert read_request(asked(url=None).encode()).url is None


def test_a_request_is_for_one_federation() -> None:
    with pytest.raises(ProofError, match="not signed"):
        check_request(asked(), federation=bytes(32))


@pytest.mark.parametrize("field", ["url", "time"])
def test_what_is_beside_the_change_is_signed_too(field: str) -> None:
    other: dict[str, Any] = {"url": "http://thief.example", "time": NOW + 1}
    with pytest.raises(ProofError, match="not signed"):
        check_request(replace(asked(), **{field: other[field]}), federation=FEDERATION)


def test_nobody_asks_with_a_key_that_is_not_theirs() -> None:
    foreign: list[Value] = [*CHANGE[:4], SigningKey(b"\x09" * 32).public_key, *CHANGE[5:]]
    with pytest.raises(ProofError, match="not signed"):
        asked(foreign)


def test_a_key_that_can_sign_for_anybody_is_refused() -> None:
    small: list[Value] = [*CHANGE[:4], b"\x01" + bytes(31), *CHANGE[5:]]
    with pytest.raises(ProofError, match="can't be used"):
        asked(small)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [CHANGE, None, NOW],
        [CHANGE[:8], None, NOW, bytes(64)],
        [[2, *CHANGE[1:]], None, NOW, bytes(64)],
        [[1, 0, *CHANGE[2:]], None, NOW, bytes(64)],
        [[1, 2**32, *CHANGE[2:]], None, NOW, bytes(64)],
        [CHANGE, "ftp://este.example", NOW, bytes(64)],
        [CHANGE, None, -1, bytes(64)],
        [CHANGE, None, 2**50, bytes(64)],
        [CHANGE, None, NOW, bytes(63)],
    ],
)
def test_another_shape_is_no_request(value: Value) -> None:
    with pytest.raises(ProofError, match="not a request"):
        read_request(encode(value))


def test_bytes_that_are_no_value_are_no_request() -> None:
    with pytest.raises(ProofError, match="not a request"):
        read_request(b"\xc1")


def test_a_request_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(ProofError, match="at most"):
        read_request(bytes(MOST_REQUEST_BYTES + 1))


def test_a_request_is_forgotten_ninety_days_after_its_time() -> None:
    assert not asked().is_over(NOW + REQUEST_S)
    assert asked().is_over(NOW + REQUEST_S + 1)
