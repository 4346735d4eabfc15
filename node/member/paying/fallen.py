"""Payments of a wallet that fell with a fork: what is proven of them, and which numbers are free again.

A wallet signs one payment under each number. When the cooperative's node has signed several histories, and
the one that stands lacks payments of this account, its next number is one that was used already. Then the
wallet goes by proof: the receipt of each such payment, signed by this account, in a history of which the
charter says that it does not stand. Two payments under one number are never both recorded. A wallet whose key
the account got later, by a recovery, has signed only from some number on, and needs proof from there on.

The wallet has the receipts of what it paid itself, so it needs no node that remembers those payments; what it
paid from another device, a node may list.
"""

from collections.abc import Iterator

from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.receipts import Receipt, decode_receipt
from ledger.signatures import is_by
from ledger.transactions import Pay, signed_part
from node.member.answers import decode_bytes, integer, objects, text
from node.member.client import Json, NodeClient, NodeProblem, path_of
from node.member.membership import Membership
from node.member.orders import Marks
from node.member.paying.desk import Desk
from node.member.paying.kept_receipts import receipts_of

MOST_PAGES = 10


def let_go_of_fallen(desk: Desk, next_sequence: int) -> None:
    """Free the numbers from `next_sequence` on, if all payments that this wallet made under them have fallen.

    Nothing happens when one of them has no proof: then the payment is refused as its number was used.
    """
    last = desk.journal.last_recorded
    if next_sequence > last or desk.journal.pending() is not None:
        return
    # What an earlier key of the account has signed is no business of this one: it never signs there twice.
    first = max(next_sequence, desk.journal.first_signed)
    proven: dict[int, int] = {}
    wanted = last + 1 - first
    if wanted <= 0:
        desk.journal.let_go(next_sequence, entries=())
        return
    for pay, number in _proven(desk.member, first):
        if pay.sequence <= last:
            proven.setdefault(pay.sequence, number)
        if len(proven) == wanted:
            desk.journal.let_go(next_sequence, entries=set(proven.values()))
            # What was read of the history before is of one that does not stand.
            desk.orders.keep_marks(Marks())
            return


def fallen_by_receipts(member: Membership) -> list[tuple[Receipt, Pay]]:
    """What this wallet paid and has fallen, by the receipts that it keeps, the newest first.

    Once one of them stands all before it do, so no more is asked of the node than has fallen.
    """
    coop = member.coop
    if coop.stands is None and not coop.earlier_keys:
        return []
    found = []
    kept = receipts_of(member.wallet.path, member.charter, coop)
    for receipt in sorted(kept, key=lambda each: each.length, reverse=True):
        pay = _own(member, receipt)
        if pay is None:
            continue
        if has_fallen(member, receipt):
            found.append((receipt, pay))
        elif coop.stands is not None and receipt.length <= coop.stands.length:
            break
    return found


def has_fallen(member: Membership, receipt: Receipt) -> bool:
    """`is_beaten`, asking the member's node."""
    return is_beaten(member.client, member.charter, receipt)


def is_beaten(client: NodeClient, charter: Charter, receipt: Receipt) -> bool:
    """Whether it is proven that another history than that of `receipt` stands; the node may have to help.

    Raises what the client raises when the node does not answer.
    """
    stands = receipt.stands(charter)
    decided = charter.coops[receipt.coop].stands
    if stands is not None or decided is None or receipt.length > decided.length:
        return stands is False
    try:
        # It shows one entry only, so what stands in its place has to be shown beside it.
        path = path_of("v1", "receipts", charter.coops[receipt.coop].name, receipt.length)
        found = client.get(path, reach=decided.length)
        return _is_beside(charter, receipt, decode_receipt(decode_bytes(client, found, "receipt")))
    except (NodeProblem, ProofError):
        return False


def _is_beside(charter: Charter, receipt: Receipt, standing: Receipt) -> bool:
    standing.check(charter)
    return receipt.is_beside(standing, charter)


def _proven(member: Membership, first: int) -> Iterator[tuple[Pay, int]]:
    """This account's payments from that number on that are proven to have fallen, and each one's entry."""
    for receipt in receipts_of(member.wallet.path, member.charter, member.coop):
        pay = _own(member, receipt)
        if pay is not None and pay.sequence >= first and has_fallen(member, receipt):
            yield pay, receipt.length
    for item in _listed(member):
        try:
            proof = member.client.get(
                path_of("v1", "federation", "fallen", text(member.client, item, "head"))
            )
            receipt = decode_receipt(decode_bytes(member.client, proof, "receipt"))
            pay = _own(member, receipt)
            if pay is None or pay.sequence < first:
                continue
            standing = proof.get("standing")
            if receipt.stands(member.charter) is False or (
                standing is not None
                and _is_beside(
                    member.charter,
                    receipt,
                    decode_receipt(decode_bytes(member.client, proof, "standing")),
                )
            ):
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


def _own(member: Membership, receipt: Receipt) -> Pay | None:
    """The payment of this account that the home cooperative signed there; None if it is none such."""
    try:
        pay = receipt.entry_signed(member.charter).transaction
    except ProofError:
        return None
    is_own = isinstance(pay, Pay) and (receipt.coop, pay.payer) == (
        member.coop.number,
        member.account,
    )
    if not isinstance(pay, Pay) or not is_own:
        return None
    message = signed_bytes(
        TAG_ENTRY, federation=receipt.federation, coop=receipt.coop, body=signed_part(pay)
    )
    key, signature = member.key.public_key, pay.signature
    signed = [signature] if isinstance(signature, bytes) else [each for _, each in signature]
    return pay if any(is_by(key, message, each) for each in signed) else None
