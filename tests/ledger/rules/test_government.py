"""Bylaws, spending and levies: what they do, and what an entry can't be made to be refused for by itself."""

import pytest

from ledger.codec import MAX
from ledger.government.articles import ARTICLES, Article
from ledger.government.bylaws import Bylaws, contradictions
from ledger.refusals import Refusal
from ledger.rules.government.commons import levy_due, next_levy, spends
from ledger.rules.office import bylaws_in_force
from ledger.rules.powers import stewards_needed
from ledger.transactions import Limit, Status
from ledger.validators.interface import Validator
from ledger.validators.reading import LogReader
from ledger.validators.reference import ReferenceValidator
from tests.builders import REASON, Books, MakeValidator, build_federation, open_books
from tests.government_builders import TEXT, adopt_bylaws, govern, levy, spend
from tests.ledger.rules.government_tables import OWING, founded_stage
from tests.ledger.rules.tables import HOME


def small_books(make_validator: MakeValidator, articles: dict[int, int]) -> Books:
    """A coop with balances -500, 300, 150 and a commons of 50, and these bylaws."""
    books = open_books(build_federation(seed="small", coops=1), make_validator)
    books.admit(HOME, 1, 2, 3, 4)
    for payee, amount in ((2, 300), (3, 150), (0, 50)):
        books.pay(HOME, 1, HOME, payee, amount)
    govern(books, HOME, articles)
    return books


def balances(validator: Validator) -> list[int]:
    accounts = [account.balance for account in validator.accounts(HOME)]
    return [validator.log(HOME).commons, *accounts]


def test_the_founders_act_is_kept_with_its_time(make_validator: MakeValidator) -> None:
    books = small_books(make_validator, {Article.CONTRIBUTION: 1, Article.LEVY_PERIOD: 5})
    found = bylaws_in_force(LogReader(books.validator, HOME))
    assert found == Bylaws(version=1, articles={70: 1, 73: 5}, text=TEXT, adopted=books.now)
    assert found.value(Article.NOTICE) == ARTICLES[Article.NOTICE].default
    again = adopt_bylaws(books.federation, HOME, {}, version=1)
    assert books.refusal(HOME, again) is Refusal.BYLAWS_VERSION_WRONG
    next_one = adopt_bylaws(books.federation, HOME, {}, version=2)
    assert books.refusal(HOME, next_one) is Refusal.BYLAWS_VERSION_WRONG


def test_spending_moves_what_it_says_and_happens_once(make_validator: MakeValidator) -> None:
    books = small_books(make_validator, {Article.SPEND_AMOUNT: 40, Article.COMMONS_DEBT: 20})
    first = spend(books.federation, HOME, payee=4, amount=40)
    books.append(HOME, first)
    assert balances(books.validator) == [10, -500, 300, 150, 40]
    assert books.refusal(HOME, first) is Refusal.SPEND_NUMBER_WRONG
    assert books.refusal(HOME, spend(books.federation, HOME, number=2, payee=4, amount=31)) is (
        Refusal.COMMONS_TOO_LOW
    )
    books.append(HOME, spend(books.federation, HOME, number=2, payee=4, amount=30))
    assert balances(books.validator) == [-20, -500, 300, 150, 70]
    assert spends(LogReader(books.validator, HOME)) == 2


def test_what_is_held_is_not_there_to_be_spent(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="held", coops=2), make_validator)
    for coop in (1, 2):
        books.admit(coop, 1, 2)
    books.anchor(2, 1)
    books.anchor(1, 2)
    books.pay(2, 1, 1, 2, 70)
    books.set_status(1, 2, Status.CLOSED)
    books.anchor(1, 2)
    assert books.validator.log(1).commons == books.validator.log(1).held == 70
    govern(books, 1, {Article.SPEND_AMOUNT: 100})
    low = spend(books.federation, 1, payee=1, amount=1)
    assert books.refusal(1, low) is Refusal.COMMONS_TOO_LOW


def test_without_bylaws_spending_takes_a_vote(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="none", coops=1), make_validator)
    books.admit(HOME, 1)
    asked = spend(books.federation, HOME, payee=1, amount=1)
    assert books.refusal(HOME, asked) is Refusal.SPEND_NEEDS_VOTE
    assert books.refusal(HOME, levy()) is Refusal.LEVY_RATES_WRONG


def test_a_levy_is_collected_once_a_period(make_validator: MakeValidator) -> None:
    articles = {
        Article.LEVY_POSITIVE: 10_000,
        Article.LEVY_NEGATIVE: 7_000,
        Article.LEVY_PERIOD: 100,
    }
    books = small_books(make_validator, {int(key): value for key, value in articles.items()})
    log = LogReader(books.validator, HOME)
    adopted = books.now
    assert levy_due(log) == adopted + 100
    first = levy(number=1, positive=10_000, negative=7_000)
    books.now = adopted + 99
    assert books.refusal(HOME, first) is Refusal.LEVY_EARLY
    books.now = adopted + 350  # periods that were missed are not made up for
    books.append(HOME, first)
    assert balances(books.validator) == [50 + 3 + 3 + 1, -503, 297, 149, 0]
    assert books.refusal(HOME, first) is Refusal.LEVY_NUMBER_WRONG
    second = levy(number=2, positive=10_000, negative=7_000)
    assert books.refusal(HOME, second) is Refusal.LEVY_EARLY
    books.now += 99
    assert books.refusal(HOME, second) is Refusal.LEVY_EARLY
    books.now += 1
    found = next_levy(log)
    assert found is not None and found.number == 2
    books.append(HOME, second)


def test_a_levy_that_takes_a_balance_out_of_its_range_is_refused(
    make_validator: MakeValidator,
) -> None:
    books = founded_stage(make_validator)
    govern(books, HOME, {Article.LEVY_NEGATIVE: 1, Article.LEVY_PERIOD: 1})
    books.now += 1
    assert books.balance(HOME, OWING) == -MAX
    assert books.refusal(HOME, levy(negative=1)) is Refusal.BALANCE_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("limit", "after", "needed"), [(500, None, 1), (501, None, 3), (500, 501, 3), (0, 500, 1)]
)
def test_how_many_stewards_a_limit_takes(limit: int, after: int | None, needed: int) -> None:
    books = small_books(
        ReferenceValidator,
        {Article.LIMIT_SMALL: 1, Article.LIMIT_LARGE: 9, Article.LIMIT_AMOUNT: 500},
    )
    change = Limit(
        account=1,
        revision=1,
        limit=limit,
        from_=0,
        until=None if after is None else 9,
        after=after,
        reason=REASON,
    )
    assert stewards_needed(LogReader(books.validator, HOME), change) == needed


def test_more_stewards_than_are_in_office_are_never_asked_for(
    make_validator: MakeValidator,
) -> None:
    books = small_books(make_validator, {Article.FREEZE: 64})
    freeze = {"revision": 1, "status": Status.FROZEN}
    two = books.federation.status(HOME, 2, **freeze, stewards=(0, 1))  # type: ignore[arg-type]
    assert books.refusal(HOME, two) is Refusal.STEWARDS_TOO_FEW
    books.append(HOME, books.federation.status(HOME, 2, **freeze, stewards=(0, 1, 2)))  # type: ignore[arg-type]


def test_defaults_are_allowed_and_do_not_contradict() -> None:
    assert all(row.allows(row.default) for row in ARTICLES.values())
    assert not contradictions({})
    assert set(Article) <= set(ARTICLES)
