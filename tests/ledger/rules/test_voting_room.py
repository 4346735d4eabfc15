"""How many proposals are open at once, and that nobody's keep those of others out: PROTOCOL 13.3.2."""

import pytest

from ledger.codec import MAX_ARRAY
from ledger.refusals import Refusal
from ledger.rules.government import proposals
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.voting_builders import (
    NOTICE,
    SECOND_CALL,
    close,
    open_vote,
    proposal_of,
    propose,
    register,
)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    """A coop of ten members and no vote."""
    books = open_books(build_federation(seed="room for votes", coops=1), make_validator)
    books.admit(1, *range(1, 11))
    return books


def one_more(books: Books, *members: int) -> bytes:
    """A proposal beside those that are open, by these members, or by stewards."""
    first = books.now + NOTICE
    number = register(books).last + 1
    second = first + SECOND_CALL
    return propose(books.federation, 1, number, first=first, second=second, members=members)


def test_stewards_have_at_most_32_open_and_shut_no_member_out(books: Books) -> None:
    for _ in range(32):
        open_vote(books)
    assert books.refusal(1, one_more(books)) is Refusal.PROPOSALS_TOO_MANY
    open_vote(books, members=(1,))
    close(books, 1)
    books.append(1, one_more(books))
    assert books.refusal(1, one_more(books)) is Refusal.PROPOSALS_TOO_MANY


def test_one_member_demands_at_most_8_and_shuts_nobody_out(books: Books) -> None:
    for _ in range(8):
        assert proposal_of(books, open_vote(books, members=(1, 2))).demanded == (1, 2)
    assert books.refusal(1, one_more(books, 1)) is Refusal.PROPOSALS_TOO_MANY
    assert books.refusal(1, one_more(books, 2, 3)) is Refusal.PROPOSALS_TOO_MANY
    assert proposal_of(books, open_vote(books)).demanded == ()
    open_vote(books, members=(3,))
    close(books, 1)
    books.append(1, one_more(books, 1, 2))


def test_members_together_have_the_room_that_stewards_leave(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proposals.MOST_BY_STEWARDS + proposals.MOST_DEMANDED == MAX_ARRAY == 256
    monkeypatch.setattr(proposals, "MOST_DEMANDED", 9)
    for account in (*[1] * 8, 2):
        open_vote(books, members=(account,))
    assert books.refusal(1, one_more(books, 3)) is Refusal.PROPOSALS_TOO_MANY
    open_vote(books)
    close(books, 1)
    books.append(1, one_more(books, 3))
