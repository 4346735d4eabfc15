"""One value has one encoding, and hostile bytes cost little."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import codec
from ledger.codec import MAX_ARRAY, MAX_DEPTH, Value, decode, encode, parts, split
from ledger.errors import EncodingError

integers = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([sign * 2**power + step for power in (5, 7, 8, 15, 16, 31, 32, 53, 63)
                     for sign in (1, -1) for step in (-1, 0, 1)]).filter(
        lambda number: -(2**63) <= number < 2**64
    ),
)  # fmt: skip
scalars = st.one_of(
    st.none(),
    integers,
    st.binary(max_size=300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=70),
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars, lambda children: st.lists(children, max_size=20), max_leaves=30
).filter(lambda value: depth_of(value) <= MAX_DEPTH)


def depth_of(value: Value) -> int:
    if not isinstance(value, list):
        return 0
    return 1 + max(map(depth_of, value), default=0)


def sized(prefix: int, size: int, width: int) -> bytes:
    return bytes([prefix]) + size.to_bytes(width, "big")


def all_forms(value: Value) -> set[bytes]:
    """Every MessagePack encoding of a scalar or of the header of an array of scalars."""
    if value is None:
        return {b"\xc0"}
    if isinstance(value, int):
        return integer_forms(value)
    if isinstance(value, bytes):
        heads = headers(len(value), (0xC4, 1), (0xC5, 2), (0xC6, 4))
        return {head + value for head in heads}
    if isinstance(value, str):
        data = value.encode("utf-8")
        heads = headers(len(data), (0xD9, 1), (0xDA, 2), (0xDB, 4))
        if len(data) < 32:
            heads.add(bytes([0xA0 | len(data)]))
        return {head + data for head in heads}
    heads = headers(len(value), (0xDC, 2), (0xDD, 4))
    if len(value) < 16:
        heads.add(bytes([0x90 | len(value)]))
    return {head + b"".join(encode(item) for item in value) for head in heads}


def headers(size: int, *forms: tuple[int, int]) -> set[bytes]:
    return {sized(prefix, size, width) for prefix, width in forms if size < 256**width}


def integer_forms(value: int) -> set[bytes]:
    forms = set()
    prefixes = ((1, 0xCC, 0xD0), (2, 0xCD, 0xD1), (4, 0xCE, 0xD2), (8, 0xCF, 0xD3))
    for width, unsigned, signed in prefixes:
        if 0 <= value < 256**width:
            forms.add(bytes([unsigned]) + value.to_bytes(width, "big"))
        if -(256**width) // 2 <= value < 256**width // 2:
            forms.add(bytes([signed]) + value.to_bytes(width, "big", signed=True))
    if -32 <= value < 128:
        forms.add(value.to_bytes(1, "big", signed=True))
    return forms


@given(values)
def test_what_was_encoded_decodes_to_the_same(value: Value) -> None:
    assert decode(encode(value)) == value


@given(scalars | st.lists(scalars, max_size=20))
def test_of_all_forms_of_a_value_the_shortest_alone_is_taken(value: Value) -> None:
    forms = all_forms(value)
    shortest = encode(value)
    assert shortest in forms
    assert len(shortest) == min(map(len, forms))
    for form in forms - {shortest}:
        with pytest.raises(EncodingError):
            decode(form)
        with pytest.raises(EncodingError):
            decode(b"\x92\x01" + form)  # inside an array as well


@given(values, st.binary(min_size=1, max_size=9))
def test_nothing_may_follow_or_be_missing(value: Value, more: bytes) -> None:
    data = encode(value)
    with pytest.raises(EncodingError):
        decode(data + more)
    with pytest.raises(EncodingError):
        decode(data[:-1])


@given(st.binary(max_size=60))
def test_bytes_are_refused_or_are_the_encoding_of_what_they_decode_to(data: bytes) -> None:
    try:
        value = decode(data)
    except EncodingError:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("nothing", b""),
        ("a byte without meaning", b"\xc1"),
        ("false", b"\xc2"),
        ("true", b"\xc3"),
        ("a float of 32 bits", b"\xca" + bytes(4)),
        ("a float of 64 bits", b"\xcb" + bytes(8)),
        ("a map", b"\x80"),
        ("a map of 16 bits", b"\xde\0\0"),
        ("an extension", b"\xd4\x05\x00"),
        ("a time, which is an extension too", b"\xd6\xff" + bytes(4)),
        ("a long extension", b"\xc7\x00\x05"),
        ("text that is not UTF-8", b"\xa1\xff"),
        ("a lone surrogate", b"\xa3\xed\xa0\x80"),
        ("an overlong UTF-8 form", b"\xa2\xc0\x80"),
    ],
)
def test_other_types_are_refused_at_any_depth(what: str, data: bytes) -> None:
    with pytest.raises(EncodingError):
        decode(data)
    with pytest.raises(EncodingError):
        decode(b"\x91\x91" + data)


def test_arrays_nest_eight_deep_and_no_deeper() -> None:
    assert decode(b"\x91" * 7 + b"\x90") == [[[[[[[[]]]]]]]]
    with pytest.raises(EncodingError):
        decode(b"\x91" * 8 + b"\x90")
    for depth in (500, 2_000, 100_000):
        with pytest.raises(EncodingError):
            decode(b"\x91" * depth + b"\x90")


def test_arrays_have_256_elements_and_no_more_unless_the_message_says_so() -> None:
    assert decode(encode([1] * MAX_ARRAY)) == [1] * MAX_ARRAY
    more = encode([1] * (MAX_ARRAY + 1))
    with pytest.raises(EncodingError):
        decode(more)
    assert decode(more, max_array=MAX_ARRAY + 1) == [1] * (MAX_ARRAY + 1)


@pytest.mark.parametrize("prefix", [0xDD, 0xC6, 0xDB])
def test_a_claim_of_more_than_there_is_is_refused(prefix: int) -> None:
    claim = sized(prefix, 2**32 - 1, 4)
    for data in (claim, claim * 1_000, claim + bytes(32)):
        with pytest.raises(EncodingError):
            decode(data)


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, [2**64], "\ud800"])
def test_what_has_no_encoding_raises(value: Value) -> None:
    with pytest.raises(EncodingError):
        encode(value)


@given(st.lists(values, max_size=10))
def test_splitting_finds_the_boundaries(items: list[Value]) -> None:
    each = [encode(item) for item in items]
    assert split(b"".join(each)) == each


def test_splitting_ends_when_there_are_too_many() -> None:
    assert split(b"\x01" * 3, most=3) == [b"\x01"] * 3
    assert split(b"", most=0) == []
    with pytest.raises(EncodingError, match="more than 3 values"):
        split(b"\x01" * 4, most=3)


def test_what_is_behind_the_parts_asked_for_is_not_looked_at() -> None:
    assert next(parts(b"\x01\xc1")) == b"\x01"
    assert next(parts(b"\x01" + codec._TOO_LONG)) == b"\x01"
    with pytest.raises(EncodingError):
        list(parts(b"\x01\xc1"))


def test_splitting_keeps_forms_that_decoding_refuses() -> None:
    assert split(b"\xcc\x01\x80\xca\0\0\0\0") == [b"\xcc\x01", b"\x80", b"\xca\0\0\0\0"]


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_splitting_refuses_a_blob_that_ends_within_a_value(
    items: list[Value], data: st.DataObject
) -> None:
    last = encode(items[-1])
    cut = data.draw(st.integers(1, max(len(last) - 1, 1)))
    blob = b"".join(encode(item) for item in items[:-1]) + last[:-cut]
    if len(last) > 1:
        with pytest.raises(EncodingError):
            split(blob)


def split_slowly(blob: bytes) -> list[bytes]:
    """By our own reader, whatever is in the bytes."""
    return list(codec._parts_slowly(blob))


def split_or_none(split: Callable[[bytes], list[bytes]], blob: bytes) -> list[bytes] | None:
    try:
        return split(blob)
    except EncodingError:
        return None


@given(
    st.binary(max_size=40)
    | st.lists(
        st.sampled_from([bytes([first]) for first in range(256)]) | st.binary(max_size=4),
        max_size=30,
    ).map(b"".join)
)
@example(b"\x91" * 1024 + b"\x90")
@example(b"\x91" * 1024 + b"\x01")
@example(b"\x81\xc0" * 1024 + b"\x80")
@example(b"\xdd\xff\xff\xff\xff")
def test_the_slow_way_to_split_finds_the_same_boundaries(blob: bytes) -> None:
    assert split_or_none(split_slowly, blob) == split_or_none(split, blob)


@pytest.mark.parametrize(
    ("blob", "parts"),
    [
        (b"\xc9\xff\xff\xff\xff", None),
        (b"\xc9\xff\xff\xff\xff\x01", None),
        (b"\x91\xc9\xff\xff\xff\xff\x01", None),
        (b"\xc9\xff\xff\xff\xfe\x01", None),
        (b"\xc4\x05\xc9\xff\xff\xff\xff\x01", [b"\xc4\x05\xc9\xff\xff\xff\xff", b"\x01"]),
        (
            b"\xc7\x05\x01\xc9\xff\xff\xff\xff\x91\x90",
            [b"\xc7\x05\x01\xc9\xff\xff\xff\xff", b"\x91\x90"],
        ),
    ],
)
def test_an_extension_of_four_gibibytes_is_not_taken_for_an_empty_one(
    blob: bytes, parts: list[bytes] | None
) -> None:
    assert split_or_none(split, blob) == parts


@pytest.mark.parametrize("blob", [b"\xc1", b"\x01\xc1", b"\xdd\xff\xff\xff\xff", b"\x91" * 100_000])
def test_splitting_refuses_what_has_no_boundary(blob: bytes) -> None:
    with pytest.raises(EncodingError):
        split(blob)
