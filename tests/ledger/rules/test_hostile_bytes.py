"""Whatever bytes arrive as the next entry, a validator answers; and both validators answer the same."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.entries import encode_entry
from ledger.errors import EncodingError
from ledger.refusals import Refusal
from ledger.state import Waiting
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books
from tests.ledger.conftest import make_native
from tests.ledger.rules.tables import HOME, TABLES, stage

INTERESTING = bytes.fromhex("00017f8081909192939aa0c0c1c2c4c6cacccdcecfd0d3d4d9dcdddfe0ff")


def candidates(books: Books) -> list[bytes]:
    """Valid next entries of every kind."""
    return [encode_entry(books.now, table.transaction(books)) for table in TABLES]


BOOKS = stage()
CANDIDATES = candidates(BOOKS)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A valid entry with some bytes replaced, put in, or taken out."""
    entry = bytearray(draw(st.sampled_from(CANDIDATES)))
    for _ in range(draw(st.integers(1, 3))):
        if not entry:
            break
        position = draw(st.integers(0, len(entry) - 1))
        byte = draw(st.integers(0, 255) | st.sampled_from(INTERESTING))
        match draw(st.sampled_from(["replace", "insert", "remove"])):
            case "replace":
                entry[position] = byte
            case "insert":
                entry.insert(position, byte)
            case _:
                del entry[position]
    return bytes(entry)


def answers(validator: Validator, entry: bytes) -> Iterator[object]:
    """Of judging, of finding boundaries, and of replaying unless that would apply something."""
    verdict = validator.judge(HOME, entry)
    assert verdict is None or isinstance(verdict, Refusal | Waiting)
    yield verdict
    try:
        parts, head = validator.chain(HOME, entry)
    except EncodingError:
        assert verdict in (Refusal.ENTRY_MALFORMED, Refusal.ENTRY_TOO_LARGE)
        yield "no boundary"
        return
    yield parts, head
    if parts == 1 and verdict is not None:
        result = validator.replay(HOME, entry)
        assert result.count == result.consumed == 0
        assert verdict in (result.refusal, result.waiting)
        yield result


def single_mutants() -> Iterator[bytes]:
    for entry in CANDIDATES:
        for position in range(len(entry)):
            for byte in INTERESTING:
                yield entry[:position] + bytes([byte]) + entry[position + 1 :]


@given(mutants())
@settings(max_examples=300)
def test_a_changed_entry_gets_an_answer_and_changes_nothing(entry: bytes) -> None:
    before = BOOKS.validator.digest()
    assert list(answers(BOOKS.validator, entry))
    assert BOOKS.validator.digest() == before


@given(st.binary(max_size=100))
@settings(max_examples=200)
def test_any_bytes_get_an_answer_and_change_nothing(entry: bytes) -> None:
    before = BOOKS.validator.digest()
    assert list(answers(BOOKS.validator, entry))
    assert BOOKS.validator.digest() == before


@pytest.mark.needs_native
def test_both_validators_answer_the_same() -> None:
    native = stage(make_native).validator
    reference = stage(ReferenceValidator).validator
    seen = set()
    for entry in single_mutants():
        expected = list(answers(reference, entry))
        assert list(answers(native, entry)) == expected, entry.hex()
        seen.add(expected[0] if isinstance(expected[0], Refusal) else None)
    assert len(seen) > 15
    assert native.digest() == reference.digest()
