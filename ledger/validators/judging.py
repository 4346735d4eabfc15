"""Judging one entry from a validator's views, by the reference rules, applying nothing.

For a validator that checks and applies in one stroke. The few records that the rules for this entry look
at are copied into a small state of their own, and the reference validator decides there. Evidence is
judged so: rarely, and then by the executable specification.
"""

from ledger.entries import Entry, decode_entry
from ledger.refusals import Refusal
from ledger.state import Log, State
from ledger.transactions import (
    Admit,
    Anchor,
    IndexEntry,
    Limit,
    Pay,
    Return,
    SetStatus,
    Transaction,
)
from ledger.validators.interface import Validator, Waiting
from ledger.validators.reference import ReferenceValidator


def judge(validator: Validator, coop: int, entry: bytes) -> Refusal | Waiting | None:
    """See `Validator.judge`."""
    decoded = decode_entry(entry)
    if not isinstance(decoded, Entry):
        return decoded
    state = {number: _copy_log(validator, number) for number in validator.coops}
    _copy_records(validator, coop, decoded.transaction, state)
    return ReferenceValidator(validator.founding, state).judge(coop, entry)


def _copy_log(validator: Validator, coop: int) -> Log:
    """All but accounts, items in transit and items to be returned."""
    view = validator.log(coop)
    return Log(
        coop=coop,
        charter=validator.charter(coop),
        heads=[view.head],
        heads_from=view.length,
        time=view.time,
        position=view.position,
        held=view.held,
        commons=view.commons,
        anchored=dict(view.anchored),
        index=validator.index(coop),
        payments_today=view.payments_today,
        others_today=view.others_today,
    )


def _copy_records(validator: Validator, coop: int, transaction: Transaction, state: State) -> None:
    """What the rules for `transaction`, as the next of the log of `coop`, look at besides."""
    match transaction:
        case Pay():
            _copy_account(validator, coop, transaction.payer, state)
            _copy_account(validator, transaction.payee_coop, transaction.payee, state)
        case Admit():
            _copy_account(validator, coop, transaction.account, state)
            holder = validator.account_named(coop, transaction.handle)
            if holder is not None:
                state[coop].handles[transaction.handle] = holder
        case Limit() | SetStatus():
            _copy_account(validator, coop, transaction.account, state)
        case Anchor():
            _copy_arriving(validator, coop, transaction, state)
        case Return():
            state[coop].returnable = {
                (item.coop, item.index): item for item in validator.returnable(coop)
            }
        case IndexEntry():
            pass  # it looks at the log's index only


def _copy_account(validator: Validator, coop: int, number: int, state: State) -> None:
    account = validator.account(coop, number) if coop in state else None
    if account is not None:
        state[coop].accounts[number] = account


def _copy_arriving(validator: Validator, coop: int, anchor: Anchor, state: State) -> None:
    """The head that is anchored, if it is held, and what would be delivered, to whom."""
    other = state.get(anchor.coop)
    if other is None or anchor.coop == coop:
        return
    head = validator.head_at(anchor.coop, anchor.length)
    if head is not None:
        other.heads, other.heads_from = [head], anchor.length
    queue = [item for item in validator.in_transit(anchor.coop) if item.payee_coop == coop]
    other.transit[coop] = queue
    for item in queue:
        _copy_account(validator, coop, item.payee, state)
