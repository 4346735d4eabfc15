"""The invariants of PROTOCOL section 7.10, by name; tests, the simulation and the audit share them.

`sequence_is_count` needs the logs themselves and is checked by the audit, which replays them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from ledger.account_keys import DELEGATES_CHAPTER, delegate_key, delegated_of
from ledger.charter import Coop
from ledger.codec import MAX, decode, encode
from ledger.government.articles import Article
from ledger.government.bylaws import BYLAWS_CHAPTER, bylaws_of_row
from ledger.government.opening import OPENING_CHAPTER, opened_books
from ledger.rules.losses import FORKS_CHAPTER
from ledger.state import Transit
from ledger.validators.interface import Validator


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and where."""

    invariant: str
    detail: str


def find_violations(validator: Validator) -> list[Violation]:
    """All violations in the validator's state; none is the only good answer."""
    return [*_federation_violations(validator), *_log_violations(validator)]


def fork_loss(validator: Validator) -> int:
    """What all logs together lost by forks and nobody was charged yet, in minor units (7.11)."""
    return sum(loss_of(validator, coop) for coop in validator.coops)


def loss_of(validator: Validator, coop: int) -> int:
    """What the standing branch of that log lost by forks, less what was charged to its commons for one."""
    branch = validator.standing(coop)
    settled = settled_losses(validator, coop, branch=branch)
    return sum(lost - charge for lost, charge in settled) + sum(
        validator.fork_loss(coop, other=other, branch=branch)
        for other in validator.coops
        if other != coop and len(validator.branches(other)) > 1
    )


def settled_losses(validator: Validator, coop: int, *, branch: int = 0) -> list[tuple[int, int]]:
    """Of each decision about a fork what the log lost by it, and what was charged to its commons."""
    rows = (decode(value) for _, value in validator.rows(coop, FORKS_CHAPTER, branch=branch))
    return [(lost, charge) for _, lost, charge in cast("Iterator[list[int]]", rows)]


def commons_debt(validator: Validator, coop: int, *, branch: int = 0) -> int:
    """The most that any bylaws of the log have let its commons owe, in minor units."""
    rows = validator.rows(coop, BYLAWS_CHAPTER, branch=branch)
    adopted = (bylaws_of_row(key, value) for key, value in rows)
    return max((bylaws.value(Article.COMMONS_DEBT) for bylaws in adopted), default=0)


def debt_at_opening(validator: Validator, coop: int, *, branch: int = 0) -> int:
    """What the commons owed when the books were opened with balances, in minor units (section 16)."""
    row = validator.row(coop, OPENING_CHAPTER, encode(0), branch=branch)
    books = opened_books(row)
    return 0 if books is None else max(0, -books.commons)


def _federation_violations(validator: Validator) -> Iterator[Violation]:
    total = 0
    for coop in validator.coops:
        for branch in validator.branches(coop):
            log = validator.log(coop, branch=branch)
            accounts = validator.accounts(coop, branch=branch)
            balances = log.commons + sum(account.balance for account in accounts)
            if balances != log.position:
                yield Violation(
                    "position_is_sum", f"coop {coop}: position {log.position}, sum {balances}"
                )
            if branch == validator.standing(coop):
                total += balances + under_way(validator, coop)
    loss = fork_loss(validator)
    if total != loss:
        detail = f"balances and amounts in transit add up to {total}, the loss by forks is {loss}"
        yield Violation("sum_zero", detail)


def under_way(validator: Validator, coop: int) -> int:
    """What the standing branch of `coop`'s log has sent and the payees' standing ones have not taken in."""
    return sum(item.amount for item in items_under_way(validator, coop))


def items_under_way(validator: Validator, coop: int, *, branch: int | None = None) -> list[Transit]:
    """The payments of a branch of `coop`'s log, by default the standing one, that have not arrived.

    Of a payee whose log has forked the branch that stands is asked. Others may lack a payment for ever, so
    that `Validator.in_transit` goes on to list it.
    """
    of = validator.standing(coop) if branch is None else branch
    items = validator.in_transit(coop, branch=of)
    taken = {
        payee: validator.taken_in(payee, other=coop, branch=validator.standing(payee), of=of)
        for payee in {item.payee_coop for item in items}
    }
    return [item for item in items if item.number > taken[item.payee_coop]]


def _log_violations(validator: Validator) -> Iterator[Violation]:
    for coop in validator.coops:
        for branch in validator.branches(coop):
            yield from _violations_of(validator, coop, branch)
            yield from _transit_violations(validator, coop, branch)
    yield from _anchor_violations(validator)


def _violations_of(validator: Validator, coop: int, branch: int) -> Iterator[Violation]:
    log = validator.log(coop, branch=branch)
    most_owed = _most_owed(validator.charter(coop, branch=branch).coops.get(coop))
    accounts = validator.accounts(coop, branch=branch)
    balances = [log.commons, *(account.balance for account in accounts)]
    if max(balances) > MAX or min(balances) < -MAX:
        yield Violation("balances_in_range", f"coop {coop}: {min(balances)}, {max(balances)}")
    charged = sum(charge for _, charge in settled_losses(validator, coop, branch=branch))
    if log.position - log.held < -most_owed - charged:
        yield Violation("clearing_limit_holds", f"coop {coop}: position {log.position}")
    allowed = charged + commons_debt(validator, coop, branch=branch)
    allowed += debt_at_opening(validator, coop, branch=branch)
    if log.commons - log.held < -allowed:
        yield Violation("commons_not_negative", f"coop {coop}: commons {log.commons}")
    held = sum(item.amount for item in validator.returnable(coop, branch=branch))
    if log.held != held or held < 0:
        yield Violation("held_is_returnable", f"coop {coop}: held {log.held}, owed {held}")


def _anchor_violations(validator: Validator) -> Iterator[Violation]:
    logs = {
        (coop, branch): validator.log(coop, branch=branch)
        for coop in validator.coops
        for branch in validator.branches(coop)
    }
    for (coop, branch), log in logs.items():
        for other, length in log.anchored.items():
            of = validator.gone_by(coop, other=other, branch=branch)
            if length > logs[other, of].length:
                yield Violation("anchors_within_logs", f"coop {coop} anchors {other} at {length}")


def _transit_violations(validator: Validator, coop: int, branch: int) -> Iterator[Violation]:
    items = validator.in_transit(coop, branch=branch)
    taken = {
        payee: min(
            validator.taken_in(payee, other=coop, branch=each, of=branch)
            for each in validator.branches(payee)
        )
        for payee in {item.payee_coop for item in items}
    }
    for item in items:
        if item.number <= taken[item.payee_coop]:
            yield Violation("transit_is_unanchored", f"coop {coop}, entry {item.number}")


def _most_owed(coop: Coop | None) -> int:
    """The most that a coop may ever have come to owe the others; nothing before it is admitted."""
    return 0 if coop is None else max(coop.clearing_limit, coop.highest_limit)


def find_sequence_violations(
    validator: Validator, payments: dict[int, Counter[int]]
) -> Iterator[Violation]:
    """`sequence_is_count`, given how many payments of each account each log holds."""
    for coop, counts in payments.items():
        for account in validator.accounts(coop):
            if account.next_sequence != 1 + counts[account.number]:
                yield Violation("sequence_is_count", f"coop {coop}, account {account.number}")


def find_delegate_violations(
    validator: Validator, payments: dict[int, Counter[tuple[int, int]]]
) -> Iterator[Violation]:
    """`sequence_is_count` for delegated keys, given how many payments each place of an account has made.

    Of an account that has closed no log remembers its places.
    """
    for coop, counts in payments.items():
        rows = dict(validator.rows(coop, DELEGATES_CHAPTER))
        for (account, place), count in counts.items():
            value = rows.get(delegate_key(account, place))
            if value is not None and delegated_of(value).next_sequence != 1 + count:
                yield Violation("sequence_is_count", f"coop {coop}, account {account}, key {place}")
