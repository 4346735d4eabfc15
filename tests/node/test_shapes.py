"""Shapes read what fits them and nothing else, say which field is wrong, and write what they read."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta

from ledger.codec import MAX
from node.shapes import Shape, ValueMalformed, describe_shapes, read, to_json, to_plain
from node.spellings import (
    Binary,
    Count,
    Hash,
    Json,
    Minor,
    SignedMinor,
    Text,
    from_base64url,
    one_of,
    to_base64url,
    within,
)


class Power(StrEnum):
    READ = "read"
    WRITE = "write"


class Short(Text):
    longest = 3
    expected = "a short text"


class Inner(Shape, frozen=True):
    amount: Minor
    scale: Literal[2]


class Whole(Shape, frozen=True):
    hash: Hash
    count: Count
    class_: Annotated[str, one_of("a", "b")] = msgspec.field(name="class")
    inner: Inner | None = None
    data: Binary | None = None
    short: Short | None = None
    powers: Annotated[list[Power], Meta(max_length=2)] | None = None
    places: Annotated[list[Count], Meta(min_length=1, max_length=2)] | None = None
    texts: (
        Annotated[
            dict[Annotated[str, within(2)], Annotated[str, Meta(max_length=2)]], Meta(max_length=1)
        ]
        | None
    ) = None


GOOD: Json = {"hash": "0f" * 32, "count": 5, "class": "a"}

WRONG: dict[str, tuple[Json, str, str]] = {
    "upper case": ({"hash": "0F" * 32}, "/hash", "64 hex digits in lower case"),
    "short": ({"hash": "0f" * 31}, "/hash", "64 hex digits in lower case"),
    "a line feed after it": ({"hash": "0f" * 32 + "\n"}, "/hash", "64 hex digits"),
    "no text": ({"hash": 5}, "/hash", "64 hex digits in lower case"),
    "null": ({"hash": None}, "/hash", "64 hex digits in lower case"),
    "negative": ({"count": -1}, "/count", f"an integer from 0 to {MAX}"),
    "too large": ({"count": MAX + 1}, "/count", f"an integer from 0 to {MAX}"),
    "a boolean": ({"count": True}, "/count", f"an integer from 0 to {MAX}"),
    "a number as text": ({"count": "5"}, "/count", f"an integer from 0 to {MAX}"),
    "no object": ({"inner": []}, "/inner", "an object"),
    "deeper": ({"inner": {"amount": "01", "scale": 2}}, "/inner/amount", "an integer in minor"),
    "a sign": ({"inner": {"amount": "-1", "scale": 2}}, "/inner/amount", "an integer in minor"),
    "another scale": ({"inner": {"amount": "1", "scale": 3}}, "/inner/scale", "must be 2"),
    "missing": ({"inner": {"scale": 2}}, "/inner/amount", "an integer in minor units, as text"),
    "padding": ({"data": "AA=="}, "/data", "must be 1 or more bytes in base64url"),
    "no bytes": ({"data": ""}, "/data", "must be 1 or more bytes in base64url"),
    "a second spelling": ({"data": "AB"}, "/data", "must be 1 or more bytes in base64url"),
    "an empty text": ({"short": ""}, "/short", "a short text"),
    "a long text": ({"short": "abcd"}, "/short", "a short text"),
    "no such power": ({"powers": ["fly"]}, "/powers", 'must be "read" or "write"'),
    "too many": ({"powers": ["read"] * 3}, "/powers", "an array of at most 2 items"),
    "too few": ({"places": []}, "/places", "an array of 1 to 2 items"),
    "too many digits": (
        {"inner": {"amount": "1" * 17, "scale": 2}},
        "/inner/amount",
        "as text of at most 16 digits",
    ),
    "an item": (
        {"texts": {"a": "abc"}},
        "/texts",
        "an object of at most 1 items, each item a text of 0 to 2 characters",
    ),
    "its name": ({"texts": {"abc": "a"}}, "/texts", "each name a text of 1 to 2 characters"),
    "unknown": ({"more": 1}, "/more", "more: there is no such field."),
    "unknown within": (
        {"inner": {"amount": "1", "scale": 2, "a/b": 1}},
        "/inner/a~1b",
        "a/b: there is no such field.",
    ),
    "a forged complaint": ({"x` - at `$.inner": 1}, "/x` - at `$.inner", "there is no such field"),
    "a forged value": ({"powers": ["x' - at `$.count`"]}, "/powers", 'must be "read" or "write"'),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named(case: str) -> None:
    changes, pointer, words = WRONG[case]
    with pytest.raises(ValueMalformed) as wrong:
        read(GOOD | changes, Whole)
    assert wrong.value.pointer == pointer
    assert words in wrong.value.detail


class Keyed(Shape, frozen=True):
    p256dh: Binary


def test_a_field_with_a_digit_in_its_name_is_named() -> None:
    with pytest.raises(ValueMalformed) as wrong:
        read({"p256dh": "AB"}, Keyed)
    assert wrong.value.pointer == "/p256dh"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueMalformed) as wrong:
        read({"hash": "0f" * 32, "class": "a"}, Whole)
    assert (wrong.value.pointer, wrong.value.detail) == (
        "/count",
        f"count: must be an integer from 0 to {MAX}.",
    )


def whole() -> Iterator[Json]:
    yield GOOD
    yield GOOD | {"inner": {"amount": "12", "scale": 2}, "data": "AA", "short": "abc"}
    yield GOOD | {"powers": ["read", "write"], "texts": {"ab": ""}}


@pytest.mark.parametrize("content", list(whole()), ids=str)
def test_what_is_read_is_written_again(content: Json) -> None:
    found = read(content, Whole)
    absent = dict.fromkeys(("inner", "data", "short", "powers", "places", "texts"))
    assert to_plain(found) == absent | content
    assert json.loads(to_json(found)) == absent | content


def test_spellings_are_values() -> None:
    found = read(GOOD | {"inner": {"amount": "12", "scale": 2}, "data": "AA"}, Whole)
    assert found.hash == bytes.fromhex("0f" * 32)
    assert found.inner is not None and found.inner.amount + 1 == 13
    assert found.data == b"\0"


def test_an_amount_below_zero_is_written_so() -> None:
    assert to_json([Minor(5), SignedMinor(-5)]) == b'["5","-5"]'


@pytest.mark.parametrize("content", [*whole(), *(GOOD | each[0] for each in WRONG.values())])
def test_the_description_says_the_same(content: Json) -> None:
    """What JSON Schema takes is what is read, but for what its patterns can't say."""
    (schema,), components = describe_shapes([Whole])
    document: dict[str, Any] = {**schema, "components": {"schemas": components}}
    is_described = Draft202012Validator(document).is_valid(content)
    try:
        read(content, Whole)
        is_read = True
    except ValueMalformed:
        is_read = False
    beyond_schemas = {"a line feed after it", "a second spelling"}
    if not any(content == GOOD | WRONG[name][0] for name in beyond_schemas):
        assert is_described is is_read


def test_nothing_is_written_that_has_no_spelling() -> None:
    with pytest.raises(TypeError, match="object is not a value of the interface"):
        to_json({"surprise": object()})


def test_every_enumeration_has_its_type_and_no_field_is_null_by_default() -> None:
    _, components = describe_shapes([Whole])
    assert components["Power"]["type"] == "string"
    assert components["Inner"]["properties"]["scale"]["type"] == "integer"
    assert all("default" not in each for each in components["Whole"]["properties"].values())


def test_base64url_has_one_spelling() -> None:
    for length in range(5):
        data = bytes(range(250, 250 + length))
        assert from_base64url(to_base64url(data)) == data
    for text in ("A", "AA=", "AB", "A+AA", "AA\n", "A A"):
        assert from_base64url(text) is None, text
