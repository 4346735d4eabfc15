"""No reader takes a longer form of an integer, a length or an array header than the shortest."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codec import MAX, Value, decode, encode
from ledger.entries import decode_entry, decode_transaction, encode_entry
from ledger.errors import EncodingError, ProofError
from ledger.evidence import decode_evidence
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from tests.builders import Books, MakeValidator, books_with_members, build_federation
from tests.index_builders import (
    index_lines,
    index_of,
    official,
    source_change,
    surveyed,
    wait_until_over,
)
from tests.ledger.rules.tables import HOME, TABLES, Table, stage
from tests.ledger.test_vectors import load
from tests.vectors.longer_forms import longer_forms

VALUES = st.recursive(
    st.none() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=20),
    max_leaves=30,
)


@given(VALUES)
def test_every_longer_form_is_the_same_value_to_a_lenient_reader_and_refused_by_ours(
    value: Value,
) -> None:
    data = encode(value)
    for form in longer_forms(data):
        assert msgpack.unpackb(form.of(data)) == msgpack.unpackb(data)
        with pytest.raises(EncodingError, match="shortest"):
            decode(form.of(data))


EDGES: list[Value] = [
    *(0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, 0x1_0000_0000, MAX),
    *(-1, -0x20, -0x21, -0x80, -0x81, -0x8000, -0x8001, -0x8000_0000),
    *("a" * size for size in (0, 0x1F, 0x20, 0xFF, 0x100)),
    *(bytes(size) for size in (0, 0x1F, 0x20, 0xFF, 0x100)),
    *([0] * size for size in (0, 0xF, 0x10, 0xFF, 0x100)),
]
"""The last value of each form, and the first of the next."""


@pytest.mark.parametrize("value", EDGES, ids=lambda value: repr(value)[:12])
def test_at_its_edge_each_form_is_the_only_one(value: Value, make_validator: MakeValidator) -> None:
    """In an entry of a kind that nobody knows, which may hold any value."""
    books = books_with_members(build_federation(), make_validator=make_validator)
    transaction = encode([100, value])
    assert books.refusal(HOME, transaction) is Refusal.KIND_UNKNOWN
    at = 1 + len(encode(100))  # behind the header and the kind
    forms = [form for form in longer_forms(transaction) if form.at >= at]
    assert forms
    for form in forms:
        assert books.refusal(HOME, form.of(transaction)) is Refusal.ENTRY_MALFORMED, form


def check_entry(books: Books, coop: int, transaction: bytes) -> None:
    """The entry is valid, and in a longer form anywhere it is malformed, whoever is asked."""
    validator = books.validator
    entry = encode_entry(books.now, transaction)
    assert validator.judge(coop, entry) is None
    before, log = validator.digest(), validator.log(coop)
    forms = longer_forms(entry)
    # Of an entry's own header, its time, and of everything in its transaction.
    assert {form.at for form in forms} >= {0, 1, len(entry) - len(transaction)}
    for form in forms:
        longer = form.of(entry)
        assert decode_entry(longer) is Refusal.ENTRY_MALFORMED, form
        assert validator.judge(coop, longer) is Refusal.ENTRY_MALFORMED, form
        assert validator.replay(coop, longer).refusal is Refusal.ENTRY_MALFORMED, form
    wrong = [form.of(transaction) for form in longer_forms(transaction)]
    done = validator.sequence(coop, books.now, wrong)
    assert done.outcomes == [-Refusal.ENTRY_MALFORMED] * len(wrong)
    assert (validator.digest(), validator.log(coop)) == (before, log)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_an_entry_has_one_form(table: Table, make_validator: MakeValidator) -> None:
    books = stage(make_validator)
    check_entry(books, HOME, table.transaction(books))


def test_a_payment_of_every_size_has_one_form(make_validator: MakeValidator) -> None:
    """Integers of every width, and everything that may be left out."""
    federation = build_federation()
    books = books_with_members(federation, limit=2**40, make_validator=make_validator)
    for amount, fee in ((1, 0), (127, 5), (128, 128), (256, 255), (65_536, 256), (2**32, 65_536)):
        pay = federation.pay(
            HOME,
            payer=1,
            sequence=1,
            payee_coop=1,
            payee=2,
            amount=amount,
            fee=fee,
            reference=bytes(32),
        )
        check_entry(books, HOME, pay)


def test_an_index_entry_has_one_form(make_validator: MakeValidator) -> None:
    federation = build_federation(seed="forms", index=index_lines(stand_in_limit=1))
    books = books_with_members(federation, make_validator=make_validator)
    november = 2025 * 12 + 10
    check_entry(books, 1, official(federation, november, -7))
    books.append(1, official(federation, november, 25))
    books.append(1, official(federation, november + 1, 25, is_stand_in=True))
    wait_until_over(books, index_of(books.validator, 1))
    check_entry(books, 1, official(federation, november + 2, 300, late={november + 1: 31}))
    check_entry(books, 1, source_change(federation, 1, MAX))
    survey = build_federation(
        seed="forms", index=index_lines("survey", base_day="2025-12-21", observations_needed=2)
    )
    books = books_with_members(survey, make_validator=make_validator)
    check_entry(books, 1, surveyed(survey, 2_920, {1: 1_001_000_000, 2: 1_003_000_001}))


@pytest.mark.parametrize("name", ["receipts.json", "evidence.json"])
def test_a_proof_has_one_form(name: str) -> None:
    field, read = {
        "receipts.json": ("receipt", decode_receipt),
        "evidence.json": ("evidence", decode_evidence),
    }[name]
    for case in load(name)["valid"]:
        data = bytes.fromhex(case[field])
        read(data)
        for form in longer_forms(data):
            with pytest.raises(ProofError):
                read(form.of(data))


def test_the_vectors_are_refused_one_by_one() -> None:
    for case in load("longer_forms.json")["cases"]:
        data = bytes.fromhex(case["bytes"])
        decode(data)
        assert case["forms"], case["note"]
        for at, length, put in case["forms"]:
            longer = data[:at] + bytes.fromhex(put) + data[at + length :]
            with pytest.raises(EncodingError):
                decode(longer)
            if case["kind"] == "entry":
                assert decode_entry(longer) is Refusal.ENTRY_MALFORMED
            if case["kind"] == "transaction":
                assert decode_transaction(longer) is Refusal.ENTRY_MALFORMED
