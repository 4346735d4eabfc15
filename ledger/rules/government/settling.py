"""How the debt of an account that closes is paid: its guarantors, then the commons. PROTOCOL section 13.8.

Whoever closes such an account asks here: its owner with stewards, stewards after a claim, or a vote.
"""

from dataclasses import replace
from typing import Protocol

from ledger.codec import MAX, encode
from ledger.effects import Effects, Row
from ledger.government.articles import Article
from ledger.government.guarantees import GUARANTEES_CHAPTER, pledges_for
from ledger.government.leaving import SETTLED_CHAPTER, Settlement, Waterfall, waterfall
from ledger.refusals import Refusal
from ledger.rules.closing import close
from ledger.rules.government.commons import CommonsState
from ledger.rules.office import bylaws_in_force
from ledger.state import Account


class SettlingState(CommonsState, Protocol):
    """What is seen of a log to settle a debt."""


def who_pays(account: Account, state: CommonsState) -> Waterfall:
    """Who would pay what an account owes, which is something, if it closed now."""
    pledges = pledges_for(state.rows(GUARANTEES_CHAPTER), account.number)
    return waterfall(-account.balance, {number: each.cap for number, each in pledges.items()})


def check_settling(account: Account, state: CommonsState) -> Refusal | None:
    """What stands against settling what an account owes, or None."""
    paid = who_pays(account, state)
    # 13.8.10, 13.8.22: beyond its ceiling the assembly has to decide first, by a levy or a higher one.
    if paid.commons:
        ceiling = bylaws_in_force(state).value(Article.COMMONS_DEBT)
        if state.commons - state.held - paid.commons < -ceiling:
            return Refusal.COMMONS_DEBT_CEILING
    # 13.8.11, 13.8.23
    if any(_known(number, state).balance - share < -MAX for number, share in paid.shares):
        return Refusal.BALANCE_OUT_OF_RANGE
    return None


def settle(account: Account, state: SettlingState, *, number: int, time: int) -> Effects:
    """The account closes by entry `number`, and what it owes is paid. For what was checked."""
    paid = who_pays(account, state)
    closing = close(account, state, number=number)
    guarantors = (
        replace(guarantor, balance=guarantor.balance - share)
        for guarantor, share in ((_known(number, state), share) for number, share in paid.shares)
    )
    settled = Row(
        chapter=SETTLED_CHAPTER,
        key=encode(account.number),
        value=Settlement(number=number, time=time, paid=paid).encoded(),
    )
    return replace(
        closing,
        accounts=(*closing.accounts, *guarantors),
        chapters=(*closing.chapters, settled),
        commons=-paid.commons,
    )


def _known(number: int, state: CommonsState) -> Account:
    account = state.account(number)
    assert account is not None, "who answers for others has an account"
    return account
