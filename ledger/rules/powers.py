"""Which power of the bylaws an act of stewards falls under, PROTOCOL section 13.1."""

from typing import assert_never

from ledger.government.articles import Article
from ledger.government.bylaws import Bylaws
from ledger.rules.office import OfficeState, bylaws_in_force, stewards_in_office
from ledger.transactions import (
    Admit,
    AdoptBylaws,
    Attest,
    Leave,
    Limit,
    OpenBooks,
    Propose,
    Recover,
    SetStatus,
    Settle,
    Spend,
    Stewarded,
)


def power_of(transaction: Stewarded, bylaws: Bylaws) -> Article | None:
    """The power that says how many stewards must sign; None when it takes all who are in office."""
    match transaction:
        case Admit():
            return Article.ADMIT
        case Limit():
            highest = max(transaction.limit, transaction.after or 0)
            is_small = highest <= bylaws.value(Article.LIMIT_AMOUNT)
            return Article.LIMIT_SMALL if is_small else Article.LIMIT_LARGE
        case SetStatus():
            return Article.FREEZE
        case Spend():
            return Article.SPEND
        case Leave() | Settle():
            return Article.SETTLE
        case Recover():
            return Article.RECOVER
        case AdoptBylaws() | OpenBooks():
            return None
        case Propose() | Attest():
            return Article.PROPOSE
        case _:
            assert_never(transaction)


def stewards_needed(state: OfficeState, transaction: Stewarded) -> int:
    """How many stewards must sign a transaction for this log, as it is now."""
    bylaws = bylaws_in_force(state)
    return max(1, stewards_in_office(state).needed(power_of(transaction, bylaws), bylaws))
