"""Numbers of payments that a wallet may use again, because its payments under them fell with a fork.

A wallet signs one payment under each number. When the cooperative's node has signed several histories, and
the one that stands lacks payments of this account, its next number is one that was used already. Then the
wallet goes by proof: the receipt of each such payment, signed by this account, in a history of which the
charter says that it does not stand. Two payments under one number are never both recorded.
"""

from collections.abc import Iterator

from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.receipts import Receipt, decode_receipt
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import Pay, signed_part
from node.member.answers import decode_bytes, integer, objects, text
from node.member.client import Json, NodeProblem, path_of
from node.member.membership import Membership
from node.member.paying.desk import Desk

MOST_PAGES = 10


def let_go_of_fallen(desk: Desk, next_sequence: int) -> None:
    """Free the numbers from `next_sequence` on, if all payments that this wallet made under them have fallen.

    Nothing happens when one of them has no proof: then the payment is refused as its number was used.
    """
    last = desk.journal.last_recorded
    if next_sequence > last or desk.journal.pending() is not None:
        return
    proven = {pay.sequence: number for pay, number in _proven(desk.member)}
    used = range(next_sequence, last + 1)
    if len(used) <= len(proven) and all(sequence in proven for sequence in used):
        desk.journal.let_go(next_sequence, entries={proven[sequence] for sequence in used})


def _proven(member: Membership) -> Iterator[tuple[Pay, int]]:
    """This account's payments that are proven to have fallen, each with its entry's number."""
    for item in _listed(member):
        try:
            proof = member.client.get(
                path_of("v1", "federation", "fallen", text(member.client, item, "head"))
            )
            receipt = decode_receipt(decode_bytes(member.client, proof, "receipt"))
            pay = receipt.entry_signed(member.charter).transaction
            standing = (
                None
                if proof.get("standing") is None
                else decode_receipt(decode_bytes(member.client, proof, "standing"))
            )
            if not isinstance(pay, Pay) or not _is_own(member, receipt, pay):
                continue
            if _has_fallen(receipt, standing, member.charter):
                yield pay, receipt.length
        except ProofError:
            continue


def _listed(member: Membership) -> Iterator[Json]:
    after = 0
    for _ in range(MOST_PAGES):
        try:
            page = member.client.get("/v1/me/fallen", after=after, limit=200)
        except NodeProblem as problem:
            if problem.code == "not_found":
                return  # a node that is too old to know any
            raise
        yield from objects(member.client, page, "payments")
        if page.get("next") is None:
            return
        after = integer(member.client, page, "next")


def _is_own(member: Membership, receipt: Receipt, pay: Pay) -> bool:
    if (receipt.coop, pay.payer) != (member.coop.number, member.account):
        return False
    message = signed_bytes(
        TAG_ENTRY, federation=receipt.federation, coop=receipt.coop, body=signed_part(pay)
    )
    try:
        verify(public_key=member.key.public_key, message=message, signature=pay.signature)
    except SignatureInvalid:
        return False
    return True


def _has_fallen(receipt: Receipt, standing: Receipt | None, charter: Charter) -> bool:
    if receipt.stands(charter) is False:
        return True
    if standing is None:
        return False
    standing.check(charter)
    return receipt.is_beside(standing, charter)
