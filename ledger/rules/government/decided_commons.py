"""What a vote decides about the bylaws and the commons: PROTOCOL sections 13.1, 13.9 and 13.10."""

from ledger.codec import MAX
from ledger.effects import Effects
from ledger.government.actions import AmendBylaws, DecideLevy, DecideSpend
from ledger.government.articles import ARTICLES, Article
from ledger.government.bylaws import check_articles
from ledger.government.commons import Rates
from ledger.refusals import Refusal
from ledger.rules.government.bylaws import adoption
from ledger.rules.government.commons import CommonsState, LevyState, collection, spending
from ledger.rules.office import OfficeState, bylaws_in_force


def check_amendment(action: AmendBylaws) -> Refusal | None:
    """The refusal that these bylaws earn, or None."""
    return check_articles(action.articles)


def amend(action: AmendBylaws, state: OfficeState, *, time: int, text: bytes) -> Effects:
    """They are in force from `time` on; `text`, the hash of the proposal's, is that of what people read."""
    version = bylaws_in_force(state).version + 1
    return adoption(version, action.articles, text, time)


def check_spending(action: DecideSpend, state: CommonsState) -> Refusal | None:
    """The refusal that spending earns, however much it is, or None."""
    # 13.3.14
    if not 1 <= action.amount <= MAX:
        return Refusal.AMOUNT_OUT_OF_RANGE
    effects = spending(state, action.payee, action.amount)
    return effects if isinstance(effects, Refusal) else None


def spend(action: DecideSpend, state: CommonsState) -> Effects:
    """The commons pays."""
    effects = spending(state, action.payee, action.amount)
    assert not isinstance(effects, Refusal), "what is carried out was checked"
    return effects


def check_collection(action: DecideLevy, state: LevyState) -> Refusal | None:
    """The refusal that a levy earns, or None."""
    # 13.3.15: as high as bylaws could have it, and something at all.
    rates = {Article.LEVY_POSITIVE: action.positive, Article.LEVY_NEGATIVE: action.negative}
    allowed = all(ARTICLES[article].allows(rate) for article, rate in rates.items())
    if not allowed or not any(rates.values()):
        return Refusal.LEVY_RATES_WRONG
    effects = collection(state, Rates(action.positive, action.negative))
    return effects if isinstance(effects, Refusal) else None


def collect(action: DecideLevy, state: LevyState) -> Effects:
    """Everybody pays the share."""
    effects = collection(state, Rates(action.positive, action.negative))
    assert not isinstance(effects, Refusal), "what is carried out was checked"
    return effects
