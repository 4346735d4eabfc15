"""Judges who answers for whom, and how memberships end: PROTOCOL sections 13.7 and 13.8.

How far a guarantee goes down depends on debts, which one log alone does not tell. What it tells is who signed
for how much at most, and that nobody answers for more.
"""

from typing import Final

from ledger.government.articles import Article
from ledger.government.guarantees import Guarantee, Lapse
from ledger.government.leaving import Leave, Settle, Step
from ledger.transactions import Status
from tests.simulation.minutes import Bond, Minutes

_STANDS_S: Final = 180 * 86_400
"""How long a claim stands beyond its term."""


def judge_guarantee(minutes: Minutes, entry: Guarantee) -> None:
    """By the guarantor, who is free to."""
    guarantor, member = minutes.person(entry.guarantor), minutes.person(entry.member)
    minutes.require(entry.guarantor != entry.member, "somebody answers for themselves")
    minutes.require(guarantor.status is Status.OPEN, "a guarantor is frozen or closed")
    minutes.require(member.status is not Status.CLOSED, "the member is closed")
    minutes.by_account(entry, entry.guarantor, entry.signature, "the guarantor")
    bond = minutes.bonds.setdefault((entry.guarantor, entry.member), Bond())
    minutes.require(entry.revision == bond.revision + 1, "a guarantee is taken twice")
    bond.revision = entry.revision
    bond.most = max(bond.most, entry.cap)


def judge_lapse(minutes: Minutes, entry: Lapse) -> None:
    """Of a guarantee that there is."""
    bond = minutes.bonds.get((entry.guarantor, entry.member), Bond())
    minutes.require(entry.revision == bond.revision >= 1, "what was not given lapses")


def judge_leave(minutes: Minutes, leave: Leave) -> None:
    """By the owner; by stewards too, where a debt is settled by it."""
    person = minutes.person(leave.account)
    minutes.require(person.status is Status.OPEN, "who leaves is frozen or closed")
    minutes.by_account(leave, leave.account, leave.signature, "who leaves")
    if leave.stewards:
        minutes.require(leave.payee is None, "who owes leaves something to somebody")
        minutes.by_stewards(leave, leave.stewards, Article.SETTLE)
    minutes.close(leave.account)


def judge_settle(minutes: Minutes, settle: Settle) -> None:
    """By stewards, and a debt only after it was claimed and the term has passed.

    The node gives up a claim by itself once nothing is owed; whether that was so is not worked out here.
    """
    minutes.require(minutes.person(settle.account).status is not Status.CLOSED, "it is closed")
    if settle.step is not Step.WITHDRAW or settle.stewards:
        minutes.by_stewards(settle, settle.stewards, Article.SETTLE)
    term = minutes.articles[Article.CLAIM_TERM]
    claimed = minutes.claims.get(settle.account)
    stands = claimed is not None and minutes.time < claimed + term + _STANDS_S
    if settle.step is Step.CLAIM:
        minutes.require(not stands, "it is claimed already")
        minutes.claims[settle.account] = minutes.time
        return
    minutes.require(stands, "nobody has claimed it")
    del minutes.claims[settle.account]
    if settle.step is Step.SETTLE:
        minutes.require(minutes.time >= (claimed or 0) + term, "it is settled before its term")
        minutes.close(settle.account)
