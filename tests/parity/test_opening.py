"""Coops that move in, in both validators, down to the last row; whatever comes between, all sums are 0."""

from random import Random

import pytest

from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, build_federation
from tests.ledger.rules.opening_tables import OPENING_TABLES
from tests.ledger.rules.tables import HOME
from tests.opening_builders import acknowledge, open_books_with
from tests.parity.both import Both

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of moving in", coops=1)
MEMBERS = 6


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    for table in OPENING_TABLES:
        books = table.stage(ReferenceValidator)
        both = Both(books.federation.founding)
        both.replay(HOME, b"".join(books.logs[HOME]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


def total(validator: Validator) -> int:
    accounts = sum(account.balance for account in validator.accounts(HOME))
    return accounts + validator.log(HOME).commons


def offers(random: Random, sequences: dict[int, int]) -> list[bytes]:
    """What people may try at once: most of it is refused."""
    parts = random.randint(1, 3)
    part = random.randint(1, parts)
    numbers = sorted(random.sample(range(1, MEMBERS + 2), random.randint(1, 3)))
    balances = [(number, random.choice((-20, -5, 0, 5, 20))) for number in numbers]
    commons = random.choice((None, 0, 5, -5))
    payer, payee = random.sample(range(1, MEMBERS + 1), 2)
    pay = FEDERATION.pay(
        HOME,
        payer=payer,
        sequence=sequences[payer],
        payee_coop=HOME,
        payee=payee,
        amount=random.randint(1, 30),
    )
    return [
        open_books_with(FEDERATION, HOME, balances, part=part, parts=parts, commons=commons),
        acknowledge(FEDERATION, HOME, payer, random.choice((-20, -5, 0, 5, 20))),
        *([pay] if random.random() < 0.1 else []),
    ]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_tried_both_answer_alike_and_sums_are_zero(seed: int) -> None:
    random, both = Random(seed), Both(FEDERATION.founding)
    admissions = [FEDERATION.admit(HOME, number) for number in range(1, MEMBERS + 1)]
    both.sequence(HOME, START, admissions)
    for step in range(40):
        sequences = both.ask(
            lambda each: {found.number: found.next_sequence for found in each.accounts(HOME)}
        )
        both.sequence(HOME, START + step, offers(random, sequences))
        assert both.ask(total) == 0
    both.check_state()
