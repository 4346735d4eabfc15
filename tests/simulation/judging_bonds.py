"""Judges who answers for whom: PROTOCOL section 13.7.

How far a guarantee goes down depends on debts, which one log alone does not tell. What it tells is who signed
for how much at most, and that nobody answers for more.
"""

from ledger.government.guarantees import Guarantee, Lapse
from ledger.transactions import Status
from tests.simulation.minutes import Bond, Minutes


def judge_guarantee(minutes: Minutes, entry: Guarantee) -> None:
    """By the guarantor, who is free to."""
    guarantor, member = minutes.person(entry.guarantor), minutes.person(entry.member)
    minutes.require(entry.guarantor != entry.member, "somebody answers for themselves")
    minutes.require(guarantor.status is Status.OPEN, "a guarantor is frozen or closed")
    minutes.require(member.status is not Status.CLOSED, "the member is closed")
    minutes.signed(entry, guarantor.key, entry.signature, "the guarantor")
    bond = minutes.bonds.setdefault((entry.guarantor, entry.member), Bond())
    minutes.require(entry.revision == bond.revision + 1, "a guarantee is taken twice")
    bond.revision = entry.revision
    bond.most = max(bond.most, entry.cap)


def judge_lapse(minutes: Minutes, entry: Lapse) -> None:
    """Of a guarantee that there is."""
    bond = minutes.bonds.get((entry.guarantor, entry.member), Bond())
    minutes.require(entry.revision == bond.revision >= 1, "what was not given lapses")
