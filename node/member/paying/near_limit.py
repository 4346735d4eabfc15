"""Telling a payer, before a payment is signed, that it comes near the credit limit.

What is near is said by the bylaws' soft limit, which stops nothing.
"""

from collections.abc import Callable

from ledger.government.limits import is_near_limit
from node.member.answers import integer, number
from node.member.client import Json
from node.member.membership import Membership


def tell_of_limit(
    member: Membership, me: Json, cost: int, tell: Callable[[int, int], None]
) -> None:
    """Tell what will be owed and the limit, where that is near.

    `me` is what `/v1/me` says, `cost` what is paid. An older node names no soft limit. Nothing is told of a
    payment that is beyond the limit: it is refused.
    """
    if "soft_limit" not in me:
        return
    balance = integer(member.client, me, "balance") - cost
    available = integer(member.client, me, "available") - cost
    soft = number(member.client, me, "soft_limit")
    if available >= 0 and is_near_limit(balance, soft=soft):
        tell(-balance, number(member.client, me, "limit"))
