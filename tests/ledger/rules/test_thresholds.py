"""Nothing but what the bylaws state moves a limit or an amount, whatever they are and whoever signs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.government.actions import DecideLimit, DecideSpend
from ledger.government.articles import Article
from ledger.government.tally import Outcome
from ledger.refusals import Refusal
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, build_federation, open_books
from tests.government_builders import govern, spend
from tests.voting_builders import ABSTAIN, DAY, NO, YES, cast, close, open_vote

FEDERATION = build_federation(seed="thresholds of votes", coops=1, stewards=3, threshold=2)
MEMBERS = 6
LIMIT = 77
RICH = 1_000


def stage(articles: dict[int, int]) -> Books:
    """Books of a coop with these bylaws, whose commons has something."""
    books = open_books(FEDERATION, ReferenceValidator)
    books.admit(1, MEMBERS + 1, limit=RICH)
    books.admit(1, *range(1, MEMBERS + 1), limit=LIMIT)
    books.pay(1, MEMBERS + 1, 1, 0, RICH)
    govern(books, 1, articles)
    return books


@given(
    power=st.integers(0, 5),
    most=st.sampled_from([0, 10, 500]),
    amount=st.sampled_from([0, 1, 10, 11, 500, 1_000, 1_001]),
    signers=st.sets(st.integers(0, 2)),
)
@settings(max_examples=150, deadline=None)
def test_stewards_spend_what_the_bylaws_let_so_many_of_them(
    power: int, most: int, amount: int, signers: set[int]
) -> None:
    books = stage({Article.SPEND.value: power, Article.SPEND_AMOUNT.value: most})
    needed = min(power or 2, 3)  # the charter's threshold; never more than are in office
    refusal = books.refusal(
        1, spend(FEDERATION, 1, payee=1, amount=amount, stewards=sorted(signers))
    )
    if amount < 1:
        assert refusal is Refusal.AMOUNT_OUT_OF_RANGE
    elif amount > most:
        assert refusal is Refusal.SPEND_NEEDS_VOTE
    else:
        assert refusal is (None if len(signers) >= needed else Refusal.STEWARDS_TOO_FEW)
    moved = amount if refusal is None else 0
    assert (books.balance(1, 1), books.balance(1, 0)) == (moved, RICH - moved)


choices = st.sampled_from([YES, NO, ABSTAIN])


@given(
    said=st.dictionaries(st.integers(2, MEMBERS + 1), choices),
    first_quorum=st.integers(0, 1000),
    second_quorum=st.integers(0, MEMBERS + 1),
    is_limit=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_vote_moves_a_limit_or_an_amount_with_its_majority_and_quorum_alone(
    said: dict[int, object], first_quorum: int, second_quorum: int, is_limit: bool
) -> None:
    books = stage(
        {
            Article.FIRST_QUORUM.value: first_quorum,
            Article.SECOND_QUORUM.value: second_quorum,
            Article.LATE_WINDOW.value: 0,
        }
    )
    raised = DecideLimit(account=1, limit=5_000, from_=0, until=None, after=None)
    action = raised if is_limit else DecideSpend(payee=1, amount=RICH)
    number = open_vote(books, action=action, about=(1,))
    cast(books, number, *said.items())  # type: ignore[arg-type]
    votes = list(said.values())
    at_first = len(votes) * 1000 > MEMBERS * first_quorum
    passes = votes.count(YES) > votes.count(NO) and (at_first or len(votes) >= second_quorum)
    ended = close(books, number)
    assert ended.outcome is (Outcome.ENACTED if passes else Outcome.REJECTED)
    account = books.validator.account(1, 1)
    assert account is not None
    books.now += DAY
    moved = (5_000, 0) if is_limit else (LIMIT, RICH)
    assert (account.limit_at(books.now), account.balance) == (moved if passes else (LIMIT, 0))
