"""A look at a transaction that may be rubbish, before the rules judge it together with others."""

from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import Pay, signed_part
from node.engine.core import Core


def is_new_payment(core: Core, transaction: bytes) -> bool:
    """Whether it is a payment of an account here, signed by its owner, that was not made before."""
    pay = decode_transaction(transaction)
    account = core.validator.account(core.coop, pay.payer) if isinstance(pay, Pay) else None
    if not isinstance(pay, Pay) or account is None or pay.sequence < account.next_sequence:
        return False
    body, federation = signed_part(pay), core.charter.federation
    message = signed_bytes(TAG_ENTRY, federation=federation, coop=core.coop, body=body)
    try:
        verify(public_key=account.key, message=message, signature=pay.signature)
    except SignatureInvalid:
        return False
    return True
