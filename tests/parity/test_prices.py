"""Payments with indexed prices, by the thousand: both validators take the same ones and end the same."""

from random import Random

import pytest

from ledger.codec import MAX
from ledger.index.conversion import units_from_price
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import Price
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, Federation, build_federation
from tests.index_builders import index_lines, index_of, official, source_change

native_validator = pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(
    seed="priced", coops=2, clearing_limit=10**13, index=index_lines(coops=2, quorum=2)
)
MEMBERS = 40
FIRST_PERIOD = 2025 * 12 + 10
FEBRUARY = 31
"""How many days after the beginning January is over."""


def both() -> tuple[Validator, Validator]:
    founding = FEDERATION.founding
    return ReferenceValidator(founding), native_validator.NativeValidator(founding)


def begin(federation: Federation) -> list[bytes]:
    """Members, and prints for the two months that are over."""
    admissions = [federation.admit(1, n, limit=10**12) for n in range(1, MEMBERS + 1)]
    prints = [official(federation, FIRST_PERIOD + n, 25 + 40 * n) for n in range(2)]
    return [*admissions, *prints]


def test_ten_thousand_prices_and_what_is_wrong_with_some_of_them() -> None:
    """Sequenced by both in batches over two months, every ninth of them with a fault."""
    reference, native = both()
    random = Random(20_260_101)
    for validator in (reference, native):
        assert min(validator.sequence(1, START, begin(FEDERATION)).outcomes) > 0
    sequences = dict.fromkeys(range(1, MEMBERS + 1), 1)
    refusals: set[int] = set()
    accepted = 0
    for batch in range(50):
        time = START + batch * SECONDS_IN_DAY + random.randrange(SECONDS_IN_DAY)
        transactions = []
        if batch == FEBRUARY:
            new = [official(FEDERATION, FIRST_PERIOD + 2, 105)]
            assert [each.sequence(1, time, new).count for each in (reference, native)] == [1, 1]
        index = index_of(reference, 1)
        for number in range(200):
            payer = random.randint(1, MEMBERS)
            minor = random.choice((random.randint(500, 10**9), 500 * random.randint(1, 9_999)))
            today = time // SECONDS_IN_DAY
            day = today - random.randint(0, 7)
            wrong = random.choice(("day", "stale", "ahead", "amount")) if number % 9 == 0 else ""
            if wrong == "stale":
                day = today - 8
            elif wrong == "ahead":
                day = today + 1
            amount = units_from_price(minor, index.value_on(day)) + (wrong == "amount")
            if wrong == "day":
                day = random.choice((0, index.parameters.base_day - 1, index.known_until + 1, MAX))
            transactions.append(
                FEDERATION.pay(
                    1,
                    payer=payer,
                    sequence=sequences[payer],
                    payee_coop=1,
                    payee=payer % MEMBERS + 1,
                    amount=max(amount, 1),
                    price=Price(minor=minor, day=day),
                )
            )
            sequences[payer] += not wrong
        ours = reference.sequence(1, time, transactions)
        theirs = native.sequence(1, time, transactions)
        assert ours == theirs
        refusals |= {-outcome for outcome in ours.outcomes if outcome < 0}
        accepted += ours.count
    assert refusals == {Refusal.PRICE_NOT_KNOWN, Refusal.PRICE_STALE, Refusal.PRICE_MISMATCH}
    assert accepted > 8_000
    assert reference.digest() == native.digest()
    assert reference.snapshot() == native.snapshot()


def priced_log(count: int) -> bytes:
    """The entries of a log with so many priced payments, an index entry among them now and then."""
    validator: Validator = native_validator.NativeValidator(FEDERATION.founding)
    entries = validator.sequence(1, START, begin(FEDERATION)).entries
    start = START + FEBRUARY * SECONDS_IN_DAY
    sequences = dict.fromkeys(range(1, MEMBERS + 1), 1)
    for number in range(count):
        time = start + 5 * number
        if number % 2_500 == 2_499:
            index = index_of(validator, 1)
            extra = official(FEDERATION, index.due_window.period, 30)
            if index.due_window.period > FIRST_PERIOD + 2:
                number_of = len(index.sources) + 1
                extra = source_change(FEDERATION, number_of, index.due_window.period + 1)
            entries += validator.sequence(1, time, [extra]).entries
        payer = number % MEMBERS + 1
        minor = 1_000 + 37 * number
        day = time // SECONDS_IN_DAY
        pay = FEDERATION.pay(
            1,
            payer=payer,
            sequence=sequences[payer],
            payee_coop=1,
            payee=payer % MEMBERS + 1,
            amount=units_from_price(minor, index_of(validator, 1).value_on(day)),
            price=Price(minor=minor, day=day),
        )
        sequences[payer] += 1
        done = validator.sequence(1, time, [pay])
        assert done.count == 1
        entries += done.entries
    return entries


def test_ten_thousand_are_replayed_to_the_same_digest() -> None:
    entries = priced_log(10_000)
    reference, native = both()
    for validator in (reference, native):
        replayed = validator.replay(1, entries)
        assert (replayed.refusal, replayed.consumed) == (None, len(entries))
    assert reference.digest() == native.digest()
    assert index_of(reference, 1) == index_of(native, 1)
    loaded = native_validator.NativeValidator.load(FEDERATION.founding, reference.snapshot())
    assert loaded.digest() == native.digest()
    assert index_of(loaded, 1) == index_of(native, 1)
