"""Guarantees go down by the node's own entries: once their day has come, or as debts are paid off."""

import pytest

from ledger.government.guarantees import GUARANTEES_CHAPTER, Lapse, pledge_key, pledge_of
from ledger.transactions import encode_transaction
from ledger.validators.reading import LogReader
from node.engine.recording.lapses import MOST_AT_ONCE, PAUSE_S, Lapses
from tests.builders import Books, build_federation, open_books
from tests.guarantee_builders import DAY, guarantee, next_guarantee, pledge_in
from tests.node.engine.inside import core_of
from tests.node.engine.recording.test_duties import transactions
from tests.node.engine.rig import Rig

GIVER, MEMBER, SECOND = 1, 2, 3
HOUR = 3_600


@pytest.fixture
def rig() -> Rig:
    federation = build_federation(seed="lapses", coops=1)
    made = Rig(1, federation=federation)
    made.ready()
    made.admit(1, GIVER, MEMBER, SECOND)
    return made


def give(rig: Rig, cap: int, *, revision: int = 1, until_s: int = 10 * DAY) -> None:
    until = rig.now_ms // 1000 + until_s if cap else None
    data = guarantee(rig.federation, 1, GIVER, MEMBER, cap, revision=revision, until=until)
    rig.submit(1, data)


def pay(rig: Rig, payer: int, payee: int, amount: int, sequence: int = 1) -> bytes:
    return rig.federation.pay(
        1, payer=payer, sequence=sequence, payee_coop=1, payee=payee, amount=amount
    )


def cap(rig: Rig) -> int:
    row = core_of(rig.engines[1]).validator.row(1, GUARANTEES_CHAPTER, pledge_key(GIVER, MEMBER))
    return pledge_of(row).cap


def lapses(rig: Rig) -> int:
    return sum(isinstance(each, Lapse) for each in transactions(rig))


def pass_by(rig: Rig, seconds: int) -> None:
    """With a tick of a node that wakes soon, and one at the end."""
    soon = min(PAUSE_S, seconds)
    rig.advance(1000 * soon)
    rig.tick(1)
    rig.advance(1000 * (seconds - soon))
    rig.tick(1)


def test_a_guarantee_ends_when_its_day_has_come(rig: Rig) -> None:
    give(rig, 500, until_s=DAY)
    pass_by(rig, DAY - 2)
    assert (cap(rig), lapses(rig)) == (500, 0)
    pass_by(rig, 3)
    assert (cap(rig), lapses(rig)) == (0, 1)
    pass_by(rig, DAY)
    assert lapses(rig) == 1


def test_a_node_that_was_off_ends_it_when_it_is_back(rig: Rig) -> None:
    give(rig, 500, until_s=DAY)
    rig.advance(3_000 * DAY)
    rig.start(1)
    rig.ready()
    rig.tick(1)
    assert (cap(rig), lapses(rig)) == (0, 1)


def test_a_withdrawn_one_follows_the_debt_once_an_hour_and_ends_at_once(rig: Rig) -> None:
    give(rig, 500)
    rig.submit(1, pay(rig, MEMBER, SECOND, 400))
    give(rig, 0, revision=2)
    assert cap(rig) == 400
    pass_by(rig, HOUR)
    for sequence in (1, 2, 3):
        rig.submit(1, pay(rig, SECOND, MEMBER, 50, sequence))
        pass_by(rig, HOUR // 4)
    assert (cap(rig), lapses(rig)) == (350, 1)
    pass_by(rig, HOUR // 4 + PAUSE_S)
    assert (cap(rig), lapses(rig)) == (250, 2)
    rig.submit(1, pay(rig, SECOND, MEMBER, 250, 4))
    pass_by(rig, PAUSE_S)
    assert (cap(rig), lapses(rig)) == (0, 3)


def test_one_that_debt_needs_stays_after_its_day(rig: Rig) -> None:
    give(rig, 500, until_s=DAY)
    rig.submit(1, pay(rig, MEMBER, SECOND, 500))
    for _ in range(5):
        pass_by(rig, DAY)
    assert (cap(rig), lapses(rig)) == (500, 0)


def test_the_node_wakes_for_the_day_of_a_guarantee(rig: Rig) -> None:
    give(rig, 500, until_s=DAY)
    reader, looking = LogReader(core_of(rig.engines[1]).validator, 1), Lapses()
    now = rig.now_ms // 1000
    assert looking.find(reader, now) == []
    assert looking.look_at == now + DAY
    assert looking.find(reader, now + 1) == []
    assert looking.look_at == now + PAUSE_S
    assert looking.find(reader, now + DAY) == [Lapse(guarantor=GIVER, member=MEMBER, revision=1)]


def books_of_many(members: range) -> Books:
    books = open_books(build_federation(seed="many lapses", coops=1))
    books.admit(1, 1, 2, *members)
    for member in members:
        books.append(1, next_guarantee(books, 1 + member % 2, member, 10, until=books.now + DAY))
    return books


def test_all_that_one_look_finds_is_taken_one_after_the_other() -> None:
    books = books_of_many(range(3, 9))
    books.append(1, next_guarantee(books, 2, 4, 10, until=books.now + DAY))
    books.pay(1, 4, 1, 3, 15)
    books.now += DAY
    found = Lapses().find(LogReader(books.validator, 1), books.now)
    books.append(1, *map(encode_transaction, found))
    assert [pledge_in(books, each, 4).cap for each in (1, 2)] == [5, 10]
    assert sum(pledge_in(books, 1 + each % 2, each).cap for each in range(3, 9)) <= 10


def test_one_look_finds_a_bounded_number_and_soon_looks_again() -> None:
    members = range(3, 3 + MOST_AT_ONCE + 2)
    books = books_of_many(members)
    books.now += DAY
    looking = Lapses()
    found = looking.find(LogReader(books.validator, 1), books.now)
    assert len(found) == MOST_AT_ONCE
    assert looking.look_at == books.now + PAUSE_S
