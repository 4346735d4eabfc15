"""Finding the payment for an order that another copy of this wallet made: the key on another machine, or
brought back from its words.

Such a payment carries a mark of the order's id (`orders`). The node's history is read once, from its newest
entry back to what was read before; the marks of what was found stay beside the wallet.
"""

from typing import Final

from ledger.errors import ProofError
from ledger.memos import memo_reference
from ledger.receipts import Receipt, decode_receipt
from ledger.transactions import Pay
from node.member.addresses import parse_address
from node.member.answers import Pages, decode_bytes, number, objects, read_bytes
from node.member.client import Json, NodeMisbehaved, path_of
from node.member.naming import check_name
from node.member.orders import Marks, PaidOrder
from node.member.paying.desk import Desk
from node.member.pending_journal import PaymentIntent
from node.member.sealing import open_salted

_PAGE: Final = 100
"""How many entries of the history are asked for at once."""


def find_elsewhere(desk: Desk, intent: PaymentIntent, order: str) -> PaidOrder | None:
    """How the order, a digest, was paid by the node's history; None when it was not. Needs a session.

    Its fingerprint is empty when it was paid with another memo. Raises `NodeMisbehaved` when the node can't
    prove the payment that its history has.
    """
    marks = _read_on(desk)
    salt = desk.orders.salt(order)
    memos = {
        desk.orders.reference(order): "",
        memo_reference(salt=salt, text=intent.memo): intent.memo,
    }
    for sign in (*memos, salt):
        number = marks.entries.get(desk.orders.mark(sign))
        if number is not None:
            return _proven(desk, intent, memos, number)
    return None


def _read_on(desk: Desk) -> Marks:
    """What was known of the history and what came since; it is kept once the history is whole."""
    client, known = desk.member.client, desk.orders.marks()
    entries, through = dict(known.entries), known.through
    before: str | int | None = None
    pages = Pages(client)
    while True:
        page = client.get("/v1/me/history", limit=_PAGE, before=before)
        for item in objects(client, page, "items"):
            if item.get("direction") != "out" or item.get("coop") != desk.member.coop.name:
                continue
            sequence = number(client, item, "sequence", least=1)
            if sequence <= known.through:
                break
            through = max(through, sequence)
            for sign in _signs(desk, item):
                entries[desk.orders.mark(sign)] = number(client, item, "number", least=1)
        else:
            before = pages.after(page)
            if before is not None:
                continue
        found = Marks(through=through, entries=entries)
        if through > known.through and page.get("complete") is not False:
            desk.orders.keep_marks(found)
        return found


def _signs(desk: Desk, item: Json) -> list[bytes]:
    """By which the order of a payment can be recognised: its reference, and the salt of its memo."""
    reference, sealed = item.get("reference"), item.get("memo")
    if not isinstance(reference, str):
        return []
    try:
        signs = [bytes.fromhex(reference)]
        if isinstance(sealed, str):
            seed = desk.member.wallet.seed
            opened = open_salted(read_bytes(sealed), seed=seed, reference=signs[0])
            signs += [opened[0]] if opened is not None else []
    except ValueError:
        return []
    return signs


def _proven(desk: Desk, intent: PaymentIntent, memos: dict[bytes, str], number: int) -> PaidOrder:
    """The payment at that place of the home log, by its receipt and not by what the node says of it."""
    receipt, pay = _payment(desk, number)
    coop = desk.member.charter.coops[pay.payee_coop].name
    paid = PaymentIntent(
        payee=_payee(desk, intent, pay, coop),
        amount=pay.amount,
        memo=memos.get(pay.reference or b"", ""),
        price=intent.price if pay.price is not None else "",
    )
    return PaidOrder(
        fingerprint=desk.orders.fingerprint(paid) if pay.reference in memos else "",
        payee=paid.payee,
        amount=paid.amount,
        price=paid.price,
        sequence=pay.sequence,
        receipt=receipt.encode(),
    )


def _payee(desk: Desk, intent: PaymentIntent, pay: Pay, coop: str) -> str:
    """Whom the payment is to, called as the order calls them if that is who it is.

    A node that can't ask the payee's home has a number in the place of the name, so the order's own is looked
    up then; the node refuses that for now (`home_not_asked`), and it passes for no other order.
    """
    wanted, numbered = parse_address(intent.payee), f"#{pay.payee}"
    if (wanted.handle, wanted.coop) == (numbered, coop):
        return intent.payee
    found = _account(desk, coop, pay.payee)
    handle = found.get("handle")
    if handle == numbered and wanted.coop == coop and not found.get("erased"):
        named = _account(desk, coop, f"@{wanted.handle}")
        handle = wanted.handle if named.get("account") == pay.payee else handle
    return f"{handle}@{coop}"


def _account(desk: Desk, coop: str, named: int | str) -> Json:
    found = desk.member.client.get(path_of("v1", "accounts", coop, named))
    check_name(desk.member.client, found, federation=desk.member.charter.federation)
    return found


def _payment(desk: Desk, number: int) -> tuple[Receipt, Pay]:
    member = desk.member
    answer = member.client.get(path_of("v1", "receipts", member.coop.name, number))
    try:
        receipt = decode_receipt(decode_bytes(member.client, answer, "receipt"))
        entry = receipt.check(member.charter)
    except ProofError as error:
        raise NodeMisbehaved(member.client.url, f"its receipt proves nothing: {error}") from error
    pay = entry.transaction
    is_home = receipt.coop == member.coop.number
    if not isinstance(pay, Pay) or pay.payer != member.account or not is_home:
        raise NodeMisbehaved(member.client.url, "its receipt is for something else")
    return receipt, pay
