"""What a payment gives to the payer's commons on top, because the bylaws of that cooperative ask it."""

from ledger.entries import decode_entry
from ledger.government.articles import ARTICLES, Article
from ledger.government.commons import contribution_of
from ledger.receipts import Receipt
from ledger.refusals import Refusal
from ledger.state import COMMONS
from ledger.transactions import Pay
from node.member.answers import number
from node.member.client import Json, NodeMisbehaved
from node.member.membership import Membership


def owed_contribution(
    member: Membership, me: Json, amount: int, *, payee_coop: int, payee: int
) -> int:
    """What a payment of the member owes, in minor units, by the rate that `/v1/me` tells.

    An older node tells none. Raises `NodeMisbehaved` for a rate that no bylaws can have: more than a tenth.
    """
    rate = number(member.client, me, "contribution") if "contribution" in me else 0
    if not ARTICLES[Article.CONTRIBUTION].allows(rate):
        raise NodeMisbehaved(member.client.url, "it asks a contribution that no bylaws can ask")
    is_to_commons = (payee_coop, payee) == (member.coop.number, COMMONS)
    return contribution_of(amount, rate=rate, is_to_commons=is_to_commons)


def paid_contribution(receipt: Receipt) -> int:
    """What the payment of a receipt gave, in minor units."""
    entry = decode_entry(receipt.entry)
    pay = None if isinstance(entry, Refusal) else entry.transaction
    return pay.fee if isinstance(pay, Pay) else 0
