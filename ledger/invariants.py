"""The invariants of PROTOCOL section 7.10, by name; tests, the simulation and the audit share them.

`sequence_is_count` needs the logs themselves and is checked by the audit, which replays them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.codec import MAX
from ledger.validators.interface import Validator


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and where."""

    invariant: str
    detail: str


def find_violations(validator: Validator) -> list[Violation]:
    """All violations in the validator's state; none is the only good answer."""
    return [*_federation_violations(validator), *_log_violations(validator)]


def _federation_violations(validator: Validator) -> Iterator[Violation]:
    total = 0
    for coop in validator.coops:
        log = validator.log(coop)
        balances = log.commons + sum(account.balance for account in validator.accounts(coop))
        if balances != log.position:
            yield Violation(
                "position_is_sum", f"coop {coop}: position {log.position}, sum {balances}"
            )
        total += balances + sum(item.amount for item in validator.in_transit(coop))
    if total:
        yield Violation("sum_zero", f"balances and amounts in transit add up to {total}")


def _log_violations(validator: Validator) -> Iterator[Violation]:
    logs = {coop: validator.log(coop) for coop in validator.coops}
    for coop, log in logs.items():
        clearing_limit = validator.charter(coop).coops[coop].clearing_limit
        balances = [log.commons, *(account.balance for account in validator.accounts(coop))]
        if max(balances) > MAX or min(balances) < -MAX:
            yield Violation("balances_in_range", f"coop {coop}: {min(balances)}, {max(balances)}")
        if log.position - log.held < -clearing_limit:
            yield Violation("clearing_limit_holds", f"coop {coop}: position {log.position}")
        if log.commons < 0:
            yield Violation("commons_not_negative", f"coop {coop}: commons {log.commons}")
        held = sum(item.amount for item in validator.returnable(coop))
        if log.held != held or held < 0:
            yield Violation("held_is_returnable", f"coop {coop}: held {log.held}, owed {held}")
        for other, length in log.anchored.items():
            if length > logs[other].length:
                yield Violation("anchors_within_logs", f"coop {coop} anchors {other} at {length}")
        for item in validator.in_transit(coop):
            if item.number <= logs[item.payee_coop].anchored.get(coop, 0):
                yield Violation("transit_is_unanchored", f"coop {coop}, entry {item.number}")


def find_sequence_violations(
    validator: Validator, payments: dict[int, Counter[int]]
) -> Iterator[Violation]:
    """`sequence_is_count`, given how many payments of each account each log holds."""
    for coop, counts in payments.items():
        for account in validator.accounts(coop):
            if account.next_sequence != 1 + counts[account.number]:
                yield Violation("sequence_is_count", f"coop {coop}, account {account.number}")
