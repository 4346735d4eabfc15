"""Loads of payments by delegated keys: each payer has a till, and the till pays in the owner's place."""

from dataclasses import dataclass
from statistics import median

from benchmarks.measuring import check, seconds_of
from benchmarks.workload import ENOUGH, Debt, Load, admit_all, entry_of, make_load
from ledger.codec import split
from ledger.validators.choose import new_validator
from ledger.validators.interface import Validator
from tests.builders import START
from tests.owning_builders import delegate, pay_delegated, till_key

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class TillLoad:
    """The same payments by owners and by tills. All are transactions of coop 1."""

    owners: Load
    delegations: list[bytes]
    payments: list[bytes]


def make_till_load(debts: list[Debt]) -> TillLoad:
    """The payments of a trade graph, each by the till of its payer."""
    load = make_load(debts)
    payers = sorted({debt.payer for debt in debts})
    keys = {payer: till_key(0, payer) for payer in payers}
    delegations = [
        delegate(
            load.federation,
            1,
            payer,
            public_key=keys[payer].public_key,
            per_payment=ENOUGH,
            per_day=ENOUGH,
        )
        for payer in payers
    ]
    sequences = dict.fromkeys(payers, 0)
    payments = []
    for debt in debts:
        sequences[debt.payer] += 1
        payments.append(
            pay_delegated(
                load.federation,
                1,
                debt.payer,
                sequence=sequences[debt.payer],
                payee=debt.payee,
                amount=debt.amount,
                signed_by=keys[debt.payer],
            )
        )
    return TillLoad(load, delegations, payments)


def till_sizes(debts: list[Debt]) -> list[int]:
    """The sizes of the entries that tills' payments become."""
    load = make_till_load(debts)
    validator = _ready(load)
    entries = split(validator.sequence(1, START, load.payments).entries)
    check(len(entries) == len(debts), "not every payment of a till became an entry")
    return [len(entry) for entry in entries]


def measure_tills(debts: list[Debt]) -> dict[str, object]:
    """How fast tills' payments are replayed, beside the same payments by owners, in turn."""
    load = make_till_load(debts)
    blobs = [
        b"".join(entry_of(transaction) for transaction in transactions)
        for transactions in (load.owners.payments, load.payments)
    ]
    seconds: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for times, blob in zip(seconds, blobs, strict=True):
            validator = _ready(load)
            taken, result = seconds_of(lambda v=validator, b=blob: v.replay(1, b))  # type: ignore[misc]
            check(result.count == len(debts), "not all payments applied")
            times.append(taken)
    owners, tills = (round(len(debts) / median(times)) for times in seconds)
    ratio = median(a / b for a, b in zip(*seconds, strict=True))
    return {
        "payments": len(debts),
        "tills": len(load.delegations),
        "owners_per_second": owners,
        "payments_per_second": tills,
        "ratio_to_owners": round(ratio, 3),
    }


def _ready(load: TillLoad) -> Validator:
    validator = new_validator(load.owners.federation.founding)
    admit_all(validator, load.owners)
    done = validator.sequence(1, START, load.delegations)
    check(done.count == len(load.delegations), "a key of the load was refused")
    return validator
