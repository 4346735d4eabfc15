"""Under which power an act of stewards falls, so how many of them it takes."""

import pytest

from ledger.government.articles import Article
from ledger.government.bylaws import Bylaws
from ledger.rules.powers import power_of
from ledger.transactions import Limit

BYLAWS = Bylaws(version=1, articles={Article.LIMIT_AMOUNT: 1_000})


@pytest.mark.parametrize(
    ("limit", "after", "power"),
    [
        (1_000, None, Article.LIMIT_SMALL),
        (1_001, None, Article.LIMIT_LARGE),
        (1_000, 1_000, Article.LIMIT_SMALL),
        (1_000, 1_001, Article.LIMIT_LARGE),
        (1_001, 0, Article.LIMIT_LARGE),
    ],
)
def test_a_limit_is_as_large_as_it_ever_becomes(
    limit: int, after: int | None, power: Article
) -> None:
    until = None if after is None else 2_000
    change = Limit(
        account=1, revision=0, limit=limit, from_=0, until=until, after=after, reason=bytes(32)
    )
    assert power_of(change, BYLAWS) is power
