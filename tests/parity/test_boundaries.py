"""Where values end in concatenated bytes: both readers find the same boundaries, or both none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.codec import split
from ledger.errors import EncodingError

native = pytest.importorskip("ledger._native")
pytestmark = pytest.mark.needs_native

HEADERS = [bytes([first]) for first in range(256)]
BLOBS = st.one_of(
    st.binary(max_size=60),
    # Mostly headers of containers and of sized values, which random bytes seldom complete.
    st.lists(st.sampled_from(HEADERS) | st.binary(max_size=5), max_size=40).map(b"".join),
)


def by_reference(blob: bytes) -> list[bytes] | None:
    try:
        return split(blob)
    except EncodingError:
        return None


def by_native(blob: bytes) -> list[bytes] | None:
    try:
        entries = native.Entries(blob)
    except EncodingError:
        return None
    return [entries.entry(place) for place in range(len(entries))]


@given(BLOBS)
@example(b"\xd4\x01")
@example(b"\xc9\xff\xff\xff\xff\x01")
@example(b"\x91\xc9\xff\xff\xff\xff\x01")
@example(b"\xc7\x00\x05")
@example(b"\xdd\x00\x00\x00\x00\xdf\x00\x00\x00\x00")
def test_both_find_the_same_boundaries(blob: bytes) -> None:
    assert by_native(blob) == by_reference(blob)


@pytest.mark.parametrize("depth", [7, 8, 9, 1_021, 1_022, 1_023, 1_024, 1_025, 1_026])
@pytest.mark.parametrize("opening", [b"\x91", b"\xdc\x00\x01", b"\x81\x01"])
@pytest.mark.parametrize("inmost", [b"\x01", b"\x90", b"\x80", b"\x91\x01", b"\xc4\x00", b"\xa1a"])
def test_both_go_down_to_the_same_depth(depth: int, opening: bytes, inmost: bytes) -> None:
    blob = opening * depth + inmost + b"\xc0"
    assert by_native(blob) == by_reference(blob)
    assert (by_reference(blob) is None) == (depth > 1_024 - (inmost[0] >> 5 == 0b100))
