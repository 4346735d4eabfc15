"""Memberships that end in both validators, down to the last row; and nothing is lost or made by it."""

from random import Random

import pytest

from ledger.government.articles import Article
from ledger.transactions import Status, Step
from ledger.validators.interface import Validator
from tests.builders import START, build_federation
from tests.government_builders import adopt_bylaws
from tests.guarantee_builders import guarantee
from tests.leaving_builders import leave, settle
from tests.ledger.rules.leaving_tables import LEAVING_TABLES, stage_leaving
from tests.ledger.rules.tables import HOME
from tests.parity.both import Both

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of leaving", coops=1)
MEMBERS = 12
DAY = 86_400
CEILING = 150


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    books = stage_leaving()
    for table in LEAVING_TABLES:
        both = Both(books.federation.founding)
        both.replay(HOME, b"".join(books.logs[HOME]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


def total(validator: Validator) -> int:
    accounts = sum(account.balance for account in validator.accounts(HOME))
    return accounts + validator.log(HOME).commons


def closed(validator: Validator) -> int:
    return sum(account.status is Status.CLOSED for account in validator.accounts(HOME))


def offers(random: Random, both: Both, now: int) -> list[bytes]:
    """What people may try at once; about a half of it is refused."""
    account, other, third = random.sample(range(1, MEMBERS + 1), 3)
    found = both.ask(lambda validator: validator.account(HOME, account))
    assert found is not None
    revision, amount = found.revision + 1, random.randint(1, 60)
    pay = FEDERATION.pay(
        HOME,
        payer=account,
        sequence=found.next_sequence,
        payee_coop=HOME,
        payee=random.choice([0, other, third]),
        amount=amount,
    )
    debt = max(0, random.choice([0, 0, -1, 20]) - found.balance)
    step = random.choice(list(Step))
    ends = [
        leave(FEDERATION, HOME, account, revision=revision),
        leave(FEDERATION, HOME, account, revision=revision, payee=other),
        leave(FEDERATION, HOME, account, revision=revision, debt=debt, stewards=None),
    ]
    return [
        pay,
        guarantee(FEDERATION, HOME, account, other, amount, until=now + 90 * DAY),
        settle(FEDERATION, HOME, account, step, revision=revision),
        *(ends if random.random() < 0.15 else []),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_whoever_leaves_the_sum_stays(seed: int) -> None:
    random = Random(seed)
    both = Both(FEDERATION.founding)
    admitted = [FEDERATION.admit(HOME, number, limit=200) for number in range(1, MEMBERS + 1)]
    articles = {Article.COMMONS_DEBT.value: CEILING, Article.CLAIM_TERM.value: 5 * DAY}
    founded = [*admitted, adopt_bylaws(FEDERATION, HOME, articles)]
    entries = both.sequence(HOME, START, founded).entries
    now = START
    for _ in range(120):
        now += random.choice([0, 3_600, DAY])
        for data in offers(random, both, now):
            entries += both.sequence(HOME, now, [data]).entries
            assert both.ask(total) == 0
            assert both.ask(lambda validator: validator.log(HOME).commons) >= -CEILING
    both.check_state()
    assert both.ask(closed) >= 3
    again = Both(FEDERATION.founding)
    done = again.replay(HOME, entries)
    assert done is not None and done.refusal is None
    again.check_state()
    assert again.reference.digest() == both.reference.digest()
