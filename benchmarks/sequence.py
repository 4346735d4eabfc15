"""Sequencing: what a home node's validator does with submitted payments, in batches and one by one."""

from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import admit_all, generate_graph, make_load, signed_messages
from ledger.signatures import verify
from ledger.validators.choose import chosen_name, load_validator, new_validator
from tests.builders import START

SINGLES = 2_000


def run(options: Options) -> dict[str, object]:
    """Payments a second in batches of a thousand, and the time of a single one."""
    count = 500 if options.small else options.payments or 100_000
    load = make_load(generate_graph(members=50 if options.small else 5_000, payments=count))
    validator = new_validator(load.federation.founding)
    admit_all(validator, load)
    start = validator.snapshot()

    def in_batches() -> int:
        return sum(
            validator.sequence(1, START, load.payments[place : place + 1000]).count
            for place in range(0, count, 1000)
        )

    batch_seconds, accepted = seconds_of(in_batches)
    check(accepted == count, "a payment was refused")
    singles = load.payments[: min(SINGLES, count)]
    alone = load_validator(load.federation.founding, start)

    def one_by_one() -> int:
        return sum(alone.sequence(1, START, [payment]).count for payment in singles)

    single_seconds, accepted = seconds_of(one_by_one)
    check(accepted == len(singles), "a payment was refused")
    triples = signed_messages(load, b"".join(_entries(load.payments)))[: len(singles)]

    def verify_all() -> None:
        for key, message, signature in triples:
            verify(public_key=key, message=message, signature=signature)

    verify_seconds, _ = seconds_of(verify_all)
    return {
        "validator": chosen_name(),
        "payments_per_second": round(count / batch_seconds),
        "single_microseconds": round(single_seconds / len(singles) * 1e6, 1),
        "single_ratio_to_verification": round(single_seconds / verify_seconds, 2),
    }


def _entries(payments: list[bytes]) -> list[bytes]:
    return [b"\x92\x00" + payment for payment in payments]
