"""What waits for a coop's people is told: an election that is due, a result that nobody has attested."""

from ledger.government.actions import Elect, Recall
from ledger.transactions import Status
from ledger.validators.reading import LogReader
from node.engine.health.troubles import TroubleKind
from node.engine.supervision.governing import governing_troubles
from tests.builders import Books, build_federation, open_books
from tests.voting_builders import (
    DAY,
    ELECTION,
    NOTICE,
    SECOND_CALL,
    YES,
    attest,
    cast,
    close,
    open_vote,
    proposal_of,
)


def voting_books() -> Books:
    books = open_books(build_federation(seed="governing", coops=1))
    books.admit(1, 1, 2)
    return books


def told(books: Books) -> list[TroubleKind]:
    log = LogReader(books.validator, 1)
    return [trouble.kind for trouble in governing_troubles(log, now=books.now)]


def test_an_election_is_due_when_terms_have_ended() -> None:
    books = voting_books()
    assert told(books) == []
    until = books.now + NOTICE + SECOND_CALL + DAY
    number = open_vote(books, action=Elect(seats=((1, until), (2, until + DAY)), threshold=1))
    cast(books, number, (1, YES))
    close(books, number)
    assert told(books) == []
    books.now = until
    assert told(books) == [TroubleKind.OFFICE_OVER]
    (trouble,) = governing_troubles(LogReader(books.validator, 1), now=books.now + 5)
    assert (trouble.seconds, trouble.values) == (5, {"names": "member1"})


def test_nobody_in_office_is_told() -> None:
    books = voting_books()
    number = open_vote(books, action=Recall(places=(0, 1, 2)))
    cast(books, number, (1, YES))
    close(books, number)
    assert told(books) == [TroubleKind.OFFICE_EMPTY]


def test_too_few_who_can_sign_are_told() -> None:
    books = voting_books()
    until = books.now + NOTICE + SECOND_CALL + DAY
    number = open_vote(books, action=Elect(seats=((1, until), (2, until)), threshold=2))
    cast(books, number, (1, YES))
    books.set_status(1, 1, Status.FROZEN)
    close(books, number)
    (trouble,) = governing_troubles(LogReader(books.validator, 1), now=books.now)
    assert trouble.kind is TroubleKind.OFFICE_SHORT
    assert trouble.values == {"able": 1, "needed": 2}


def test_a_result_is_due_from_the_end_of_the_vote_until_it_is_attested() -> None:
    books = voting_books()
    number = open_vote(books, ballot=ELECTION)
    books.now = proposal_of(books, number).second - 1
    assert told(books) == []
    books.now += 1
    assert told(books) == [TroubleKind.RESULT_DUE]
    books.append(1, attest(books.federation, 1, number, yes=1))
    assert told(books) == []
