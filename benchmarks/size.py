"""Bytes of a bare payment in the log, over a trade graph's payments spread over three coops.

And of the first of them by delegated keys.
"""

from benchmarks.delegated import till_sizes
from benchmarks.measuring import Options, check
from benchmarks.workload import Debt, generate_graph, read_graph
from ledger.codec import split
from ledger.entries import entry_kind
from ledger.transactions import Kind
from ledger.validators.choose import new_validator
from tests.builders import START, build_federation

COOPS = 3
LIMIT = 2**50
TILLS = 2_000


def run(options: Options) -> dict[str, object]:
    """Mean and largest size of a `pay` entry, signature included."""
    if options.small or options.graph is None:
        debts = generate_graph(members=200, payments=1_000)
    else:
        debts = read_graph(options.graph)
    if options.small:
        debts = debts[:500]
    sizes = payment_sizes(debts)
    check(len(sizes) == len(debts), "not every payment became an entry")
    tills = till_sizes(debts[:TILLS])
    return {
        "payments": len(sizes),
        "bytes_per_payment": round(sum(sizes) / len(sizes), 2),
        "largest": max(sizes),
        "bytes_per_delegated_payment": round(sum(tills) / len(tills), 2),
    }


def payment_sizes(debts: list[Debt]) -> list[int]:
    """The sizes of the entries that a coop's log gets from its members' payments to all coops."""
    federation = build_federation(
        seed="benchmark", coops=COOPS, stewards=1, threshold=1, clearing_limit=LIMIT
    )
    validator = new_validator(federation.founding)
    members = sorted({debt.payer for debt in debts} | {debt.payee for debt in debts})
    admissions = [federation.admit(1, number, limit=LIMIT) for number in members]
    validator.sequence(1, START, admissions)
    sequences = dict.fromkeys(members, 0)
    payments = []
    for debt in debts:
        sequences[debt.payer] += 1
        payments.append(
            federation.pay(
                1,
                payer=debt.payer,
                sequence=sequences[debt.payer],
                payee_coop=1,
                payee=debt.payee,
                amount=debt.amount,
            )
        )
    entries = split(validator.sequence(1, START, payments).entries)
    return [len(entry) for entry in entries if entry_kind(entry) == Kind.PAY]
