"""Calls with so many payments that threads and batches work: the reference's answer all the same."""

from functools import lru_cache
from random import Random

import pytest

from ledger.entries import encode_entry
from tests.builders import START, Federation, build_federation
from tests.parity.both import Both

pytestmark = pytest.mark.needs_native

MEMBERS = 20
PAYMENTS = 1_500


@lru_cache
def load() -> tuple[Federation, list[bytes], list[bytes]]:
    """A federation of one coop, its admissions, and payments among its members."""
    federation = build_federation(seed="large", coops=1, stewards=1, threshold=1)
    admissions = [federation.admit(1, number, limit=10_000_000) for number in range(1, MEMBERS + 1)]
    random = Random(7)
    sequences = [0] * (MEMBERS + 1)
    payments = []
    for _ in range(PAYMENTS):
        payer, payee = random.sample(range(1, MEMBERS + 1), 2)
        sequences[payer] += 1
        payments.append(
            federation.pay(
                1,
                payer=payer,
                sequence=sequences[payer],
                payee_coop=1,
                payee=payee,
                amount=random.randint(1, 100),
            )
        )
    return federation, admissions, payments


def spoil(payments: list[bytes], *positions: int) -> list[bytes]:
    """The payments, those at some positions with a bad signature."""
    return [
        payment[:-1] + bytes([payment[-1] ^ 1]) if at in positions else payment
        for at, payment in enumerate(payments)
    ]


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize(
    "positions", [(), (0,), (1,), (700,), (1_499,), (1_200, 300), tuple(range(0, 1_500, 7))]
)
def test_bad_signatures_in_a_large_call(positions: tuple[int, ...], threads: int) -> None:
    federation, admissions, payments = load()
    offered = spoil(payments, *positions)
    entries = b"".join(encode_entry(START, payment) for payment in offered)
    replayed = Both(federation.founding, threads=threads)
    replayed.sequence(1, START, admissions)
    done = replayed.replay(1, entries)
    assert done is not None
    assert done.count == min(positions, default=PAYMENTS)
    replayed.check_state()
    sequenced = Both(federation.founding, threads=threads)
    sequenced.sequence(1, START, admissions)
    outcomes = sequenced.sequence(1, START, offered).outcomes
    refused = {at for at, outcome in enumerate(outcomes) if outcome == -6}
    assert refused >= set(positions[:1])
    sequenced.check_state()


def test_admissions_and_payments_mixed_in_one_call() -> None:
    federation, admissions, payments = load()
    offered = list(payments)
    for at, admission in enumerate(admissions):
        offered.insert(37 * at, admission)
    both = Both(federation.founding)
    both.sequence(1, START, offered)
    both.check_state()
