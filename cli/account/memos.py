"""Memos of payments, opened with the wallet's key."""

from node.member.answers import read_bytes
from node.member.client import Json
from node.member.membership import Membership
from node.member.sealing import open_memo


def with_memo(member: Membership, item: Json) -> Json:
    """The item of a history with its memo opened, in the place of the sealed one; None where it can't be."""
    sealed, reference = item.get("memo"), item.get("reference")
    opened = None
    if isinstance(sealed, str) and isinstance(reference, str):
        try:
            opened = open_memo(
                read_bytes(sealed), seed=member.wallet.seed, reference=bytes.fromhex(reference)
            )
        except ValueError:
            opened = None
    return {**item, "memo": opened}
