"""A coop that joins may anchor heads that all others have left behind, which validators don't keep."""

from dataclasses import replace

from ledger.entries import encode_entry
from ledger.invariants import find_violations
from ledger.state import Waiting
from tests.builders import Books, MakeValidator, build_federation

FOUNDED = build_federation(seed="recalled", coops=3)
GROWN = build_federation(seed="recalled", coops=4)
PEOPLE = replace(
    GROWN,
    founding=replace(FOUNDED.founding, genesis=replace(FOUNDED.charter, coops=GROWN.charter.coops)),
)


def books_with_a_late_coop(make_validator: MakeValidator) -> Books:
    """The log of coop 3 has 40 entries, all of which the others have anchored; then coop 4 comes."""
    books = Books(PEOPLE, make_validator(FOUNDED.founding))
    for coop in (1, 2, 3):
        books.admit(coop, 1)
    for _ in range(39):
        books.pay(3, 1, 3, 0, 1)
    for coop in (1, 2):
        books.anchor(coop, 3)
    grown = replace(FOUNDED.charter, coops=GROWN.charter.coops)
    for coop in (1, 4):
        books.validator.go_by(coop, grown)
    books.logs.setdefault(4, [])
    return books


def old_anchor(books: Books) -> bytes:
    """An anchor of the log of coop 3 as it was long ago."""
    return PEOPLE.anchor(3, length=2, head=books.head(3, 2))


def test_a_head_that_all_have_left_behind_is_waited_for_until_it_is_recalled(
    make_validator: MakeValidator,
) -> None:
    books = books_with_a_late_coop(make_validator)
    assert books.validator.head_at(3, 2) is None
    late = encode_entry(books.validator.log(4).time, old_anchor(books))
    assert isinstance(books.validator.judge(4, late), Waiting)
    books.validator.recall_head(3, 2, books.head(3, 2))
    assert books.validator.judge(4, late) is None
    assert books.validator.replay(4, late).count == 1
    assert books.validator.log(4).anchored[3] == 2
    assert find_violations(books.validator) == []


def test_a_recalled_head_is_that_of_its_length_alone(make_validator: MakeValidator) -> None:
    books = books_with_a_late_coop(make_validator)
    books.validator.recall_head(3, 2, books.head(3, 2))
    assert books.validator.head_at(3, 2) == books.head(3, 2)
    assert books.validator.head_at(3, 1) is None
    assert books.validator.head_at(3, 40) == books.head(3, 40)
