"""`anchor`: how one coop's log takes in another's, PROTOCOL section 7.6."""

from collections import Counter
from collections.abc import Iterator
from itertools import dropwhile, takewhile

from ledger.chain import head_message
from ledger.charter import Charter, Standing
from ledger.codec import MAX
from ledger.refusals import Refusal
from ledger.rules.branches import (
    all_logs,
    branch_to_anchor,
    go_by_branch,
    is_forked,
    taken_in,
)
from ledger.rules.charter import check_anchored
from ledger.rules.payments import credit
from ledger.signatures import SignatureInvalid, verify
from ledger.state import COMMONS, Log, Returnable, State, Transit, Waiting
from ledger.transactions import Anchor, Status


def check_anchor(state: State, log: Log, anchor: Anchor) -> Refusal | Waiting | None:
    """What stands against `anchor` as the next entry of `log`: a refusal, a log not held, or nothing."""
    charter = log.charter
    # 7.6.1
    refusal = None if anchor.coop == log.coop else check_anchored(charter, anchor.coop)
    if refusal is not None:
        return refusal
    # 7.6.2
    if anchor.coop == log.coop:
        return Refusal.ANCHOR_OF_SELF
    # 7.6.3
    if anchor.length <= log.anchored.get(anchor.coop, 0):
        return Refusal.ANCHOR_NOT_AHEAD
    # 7.6.4: nobody else bears witness; of some there is not even a key.
    signatures = dict(anchor.signatures)
    if not all(charter.is_member(coop) for coop in signatures if coop != anchor.coop):
        return Refusal.WITNESS_UNKNOWN
    # 7.6.5: should the head be of another history, this signature proves the fork (7.6.8).
    if anchor.coop not in signatures:
        return Refusal.ANCHOR_UNSIGNED
    # 7.6.6
    if len(signatures) - 1 < charter.witness_quorum:
        return Refusal.WITNESSES_TOO_FEW
    # 7.6.7
    message = head_message(
        federation=charter.federation, coop=anchor.coop, length=anchor.length, head=anchor.head
    )
    try:
        for coop, signature in anchor.signatures:
            verify(public_key=_key(charter, coop, anchor), message=message, signature=signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    # 7.6.8: no refusal, for what a replica holds is not a fault of the entry.
    held = branch_to_anchor(state, log, anchor)
    if held is None:
        return Waiting(
            coop=anchor.coop,
            length=anchor.length,
            head=anchor.head,
            signature=signatures[anchor.coop],
        )
    # 7.6.9: else the coop could go on to be paid here, and nothing would bring it back.
    is_left = charter.coops[anchor.coop].standing is Standing.LEFT
    if is_end(held, anchor.length) and not is_left:
        return Refusal.ANCHOR_OF_THE_END
    return _check_balances(state, log, held, anchor)


def _key(charter: Charter, signer: int, anchor: Anchor) -> bytes:
    """By which key a signer's signature is verified: a witness has one, the log's coop one at a time."""
    coop = charter.coops[signer]
    return coop.key_at(anchor.length) if signer == anchor.coop else coop.node_key


def _check_balances(state: State, log: Log, held: Log, anchor: Anchor) -> Refusal | None:
    # 7.6.10: all that is credited to an account counts together, since it all comes by this entry.
    credits: Counter[int] = Counter()
    for item in _arriving(log, held, anchor):
        credits[_credited(log, item)] += item.amount
    if is_end(held, anchor.length):
        for item in _stranded(state, log, held):
            credits[_back_to(log, item)] += item.amount
    for number, amount in credits.items():
        balance = log.commons if number == COMMONS else log.accounts[number].balance
        if balance + amount > MAX:
            return Refusal.BALANCE_OUT_OF_RANGE
    return None


def _arriving(log: Log, held: Log, anchor: Anchor) -> Iterator[Transit]:
    """What `anchor` delivers, in order. `held` is the branch that it takes in."""
    # Where logs have forked, the queue may still have what has been delivered (7.11).
    taken = log.anchored.get(anchor.coop, 0)
    queue = dropwhile(lambda item: item.number <= taken, held.transit.get(log.coop, []))
    return takewhile(lambda item: item.number <= anchor.length, queue)


def _credited(log: Log, item: Transit) -> int:
    """The number of the account that `item` credits: its payee, or the commons when it can't be credited.

    It can't when it has closed; or is not there, because another branch of the log has opened it (7.11).
    """
    account = log.accounts.get(item.payee)
    if account is None or account.status is Status.CLOSED:
        return COMMONS
    return item.payee


def apply_anchor(state: State, log: Log, anchor: Anchor) -> None:
    """Carry out a checked anchor: deliver what it takes in."""
    held = branch_to_anchor(state, log, anchor)
    assert held is not None, "what a checked anchor takes in is held"
    arriving = list(_arriving(log, held, anchor))
    go_by_branch(log, held)
    log.anchored[anchor.coop] = anchor.length
    for item in arriving:
        _deliver(log, anchor.coop, item)
    if is_end(held, anchor.length):
        _bring_back(state, log, held)
    if is_forked(state, anchor.coop):
        log.received.setdefault(anchor.coop, []).extend(
            (item.number, item.amount) for item in arriving
        )
        return
    if not is_forked(state, log.coop):
        del held.transit.get(log.coop, [])[: len(arriving)]
    forget_heads(state, held)


def is_end(log: Log, length: int) -> bool:
    """Whether `log` has ended with its entry `length`, because its coop has left and is settled."""
    coop = log.charter.coops.get(log.coop)
    has_left = coop is not None and coop.standing is Standing.LEFT
    return has_left and length == log.length and log.is_settled()


def _stranded(state: State, log: Log, ended: Log) -> list[Transit]:
    """What `log` has sent to a coop whose log has ended without taking it in."""
    taken = taken_in(state, ended, log)
    return [item for item in log.transit.get(ended.coop, []) if item.number > taken]


def _back_to(log: Log, item: Transit) -> int:
    """The number of the account that what comes back of `item` credits: its payer, or the commons."""
    account = log.accounts.get(item.payer)
    return COMMONS if account is None or account.status is Status.CLOSED else item.payer


def _bring_back(state: State, log: Log, ended: Log) -> None:
    """Credit what is stranded to those who sent it, and keep what could only be given back there."""
    stranded = _stranded(state, log, ended)
    for item in stranded:
        log.position += item.amount
        credit(log, _back_to(log, item), item.amount)
    if stranded:
        del log.transit[ended.coop][-len(stranded) :]
    for key in [key for key in log.returnable if key[0] == ended.coop]:
        log.held -= log.returnable.pop(key).amount


def _deliver(log: Log, payer_coop: int, item: Transit) -> None:
    number = _credited(log, item)
    log.position += item.amount
    credit(log, number, item.amount)
    if number != item.payee and not item.is_return:
        # (What comes back to a closed account stays with its commons.)
        log.held += item.amount
        log.returnable[payer_coop, item.number] = Returnable(
            coop=payer_coop, number=item.number, account=item.payer, amount=item.amount
        )


def forget_heads(state: State, log: Log) -> None:
    """Drop the heads of `log`, which has not forked, that no other log can anchor any more."""
    floor = min(
        (other.anchored.get(log.coop, 0) for other in all_logs(state) if other is not log),
        default=log.length,
    )
    surplus = floor - log.heads_from
    # Dropping from the front of a list costs its length, so let some gather first.
    if surplus > len(log.heads) // 2:
        del log.heads[:surplus]
        log.heads_from = floor
