"""A look at a transaction that may be rubbish, before the rules judge it together with others.

And at a payment that they refuse though it may have been recorded long ago.
"""

from typing import Final

from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.refusals import Refusal
from ledger.rules.government.recoveries import key_matters
from ledger.rules.owning import check_payment_signature, next_sequence_of
from ledger.transactions import Pay, signed_part
from ledger.validators.reading import LogReader
from node.engine.core import Core

_MAYBE_RECORDED: Final = frozenset(
    {Refusal.DAY_FULL, Refusal.ACCOUNT_CLOSED, Refusal.ACCOUNT_FROZEN, Refusal.SEQUENCE_USED}
)
_BY_OTHER_KEYS: Final = frozenset(
    {
        Refusal.SIGNATURE_INVALID,
        Refusal.DELEGATE_UNKNOWN,
        Refusal.ACCOUNT_IS_JOINT,
        Refusal.ACCOUNT_NOT_JOINT,
        Refusal.OWNER_UNKNOWN,
        Refusal.OWNERS_TOO_FEW,
    }
)
"""What a payment earns whose account has other keys by now."""


def may_be_recorded(core: Core, refusal: Refusal, transaction: bytes) -> bool:
    """Whether a payment may earn this refusal because it was recorded long ago: look before saying so.

    A signature that was right then is not any more once the account has another key. Of accounts that never
    changed it, and of numbers that are not used yet, this is known without looking.
    """
    if refusal not in _BY_OTHER_KEYS:
        return refusal in _MAYBE_RECORDED
    pay = decode_transaction(transaction)
    account = core.validator.account(core.coop, pay.payer) if isinstance(pay, Pay) else None
    if not isinstance(pay, Pay) or account is None:
        return False
    log = LogReader(core.validator, core.coop)
    if pay.sequence >= next_sequence_of(log, account, pay.place):
        return False
    matters = key_matters(log, pay.payer)
    return matters.revision + matters.recoveries > 0


def is_new_payment(core: Core, transaction: bytes) -> bool:
    """Whether it is a payment of an account here, signed by those who may, that was not made before."""
    pay = decode_transaction(transaction)
    account = core.validator.account(core.coop, pay.payer) if isinstance(pay, Pay) else None
    if not isinstance(pay, Pay) or account is None:
        return False
    log = LogReader(core.validator, core.coop)
    if pay.sequence < next_sequence_of(log, account, pay.place):
        return False
    body, federation = signed_part(pay), core.charter.federation
    message = signed_bytes(TAG_ENTRY, federation=federation, coop=core.coop, body=body)
    return check_payment_signature(log, account, pay, message) is None
