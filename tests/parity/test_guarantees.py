"""Guarantees in both validators, down to the last row."""

from random import Random

import pytest

from ledger.government.guarantees import GUARANTEES_CHAPTER, pledge_key, pledge_of
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import START, build_federation
from tests.guarantee_builders import DAY, guarantee, lapse
from tests.ledger.rules.guarantee_tables import GUARANTEE_TABLES, stage_guarantees
from tests.ledger.rules.tables import HOME
from tests.parity.both import Both

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of guarantees", coops=1)
MEMBERS = range(1, 7)
IDLE = (5, 6)
"""Who neither pays nor is paid, and so can close."""


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    books = stage_guarantees()
    for table in GUARANTEE_TABLES:
        both = Both(books.federation.founding)
        both.replay(HOME, b"".join(books.logs[HOME]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


def offers(random: Random, both: Both, now: int) -> list[bytes]:
    """What may be tried at once: much of it is refused."""
    one, other = random.sample(MEMBERS, 2)
    account = both.reference.account(HOME, one)
    row = both.reference.row(HOME, GUARANTEES_CHAPTER, pledge_key(one, other))
    assert account is not None
    cap, pledge = random.choice([0, random.randint(1, 900)]), pledge_of(row)
    until = now + random.randint(1, 30) * DAY if cap else None
    given = guarantee(FEDERATION, HOME, one, other, cap, revision=pledge.revision + 1, until=until)
    payer, payee = random.sample([number for number in MEMBERS if number not in IDLE], 2)
    paying = both.reference.account(HOME, payer)
    assert paying is not None
    pay = FEDERATION.pay(
        HOME,
        payer=payer,
        sequence=paying.next_sequence,
        payee_coop=HOME,
        payee=payee,
        amount=random.randint(1, 900),
    )
    status = FEDERATION.status(
        HOME, one, revision=account.revision + 1, status=random.choice(list(Status)[:2])
    )
    return [given, given, pay, pay, lapse(one, other, pledge.revision), status]


@pytest.mark.parametrize("seed", range(4))
def test_any_history_of_guarantees_is_the_same_in_both(seed: int) -> None:
    random = Random(seed)
    both = Both(FEDERATION.founding)
    admitted = [FEDERATION.admit(HOME, number, limit=1_000) for number in MEMBERS]
    entries, now, taken = both.sequence(HOME, START, admitted).entries, START, 0
    for _ in range(120):
        now += random.choice([0, 3_600, DAY, 5 * DAY])
        for data in random.sample(offers(random, both, now), 3):
            done = both.sequence(HOME, now, [data])
            entries += done.entries
            taken += done.count
    for number in IDLE:
        account = both.reference.account(HOME, number)
        assert account is not None
        revision = account.revision + 1
        closed = FEDERATION.status(HOME, number, revision=revision, status=Status.CLOSED)
        done = both.sequence(HOME, now, [closed])
        needed = [-Refusal.LEAVE_WITH_PLEDGES.value]  # who answers for a debt doesn't close
        assert done.count == 1 or list(done.outcomes) == needed
        entries += done.entries
    check_closed(both)
    again = Both(FEDERATION.founding)
    again.replay(HOME, entries)
    check_closed(again)
    assert again.reference.digest() == both.reference.digest()
    assert taken > 40


def check_closed(both: Both) -> None:
    both.check_state()
    pledged = both.ask(
        lambda validator: {number: validator.pledged(HOME, number) for number in MEMBERS}
    )
    accounts = both.ask(
        lambda validator: {number: validator.account(HOME, number) for number in IDLE}
    )
    for number, account in accounts.items():
        assert account is not None
        assert account.status is not Status.CLOSED or pledged[number] == 0
