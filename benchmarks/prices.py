"""Indexed prices: what they cost the validator's replay, and that both validators decide them alike.

The same payments, of the same members and amounts and at the same time, are replayed without and with a
price each, a part of them at a time and in turn; the middle ratio of the rounds counts. Prices are of the
last eight days, so values are looked up all over the span that is allowed. Then a part of the priced
payments goes through the native and the reference validator, which must end with the same digest.
"""

from dataclasses import replace
from statistics import median
from typing import Final

from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import Load, entry_of, generate_graph, make_load
from ledger.entries import decode_transaction
from ledger.index.conversion import price_from_units
from ledger.index.table import Index
from ledger.rules.index import SECONDS_IN_DAY
from ledger.signatures import SigningKey
from ledger.transactions import Pay, Price, encode_transaction
from ledger.validators.choose import chosen_name, load_validator, new_validator
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import START
from tests.index_builders import index_lines, index_of, official

ROUNDS: Final = 25
COMPARED: Final = 10_000
DAYS: Final = 8
CHANGE: Final = 255
"""25.5 %, as in a bad month: every day has another value."""


def run(options: Options) -> dict[str, object]:
    """Payments a second without and with a price, and whether the two validators agree."""
    count = 500 if options.small else options.payments or 100_000
    members = 50 if options.small else 5_000
    graph = generate_graph(members=members, payments=count)
    load = make_load(graph, index=index_lines(coops=1, step_cap=CHANGE))
    validator = new_validator(load.federation.founding)
    _begin(validator, load)
    start = validator.snapshot()
    priced = [entry_of(transaction) for transaction in _priced(load, index_of(validator, 1))]
    bare = [entry_of(transaction) for transaction in load.payments]
    quick, slow = _in_turn(load, start, bare, priced)
    ratios = [one / two for one, two in zip(quick, slow, strict=True)]
    return {
        "validator": chosen_name(),
        "payments": count,
        "rounds": ROUNDS,
        "unpriced_per_second": round(count / sum(quick)),
        "priced_per_second": round(count / sum(slow)),
        "ratio_to_unpriced": round(median(ratios), 3),
        "bytes_more": round((len(b"".join(priced)) - len(b"".join(bare))) / count, 2),
        **_compare(load, start, priced[:COMPARED]),
    }


def _in_turn(
    load: Load, start: bytes, bare: list[bytes], priced: list[bytes]
) -> tuple[list[float], list[float]]:
    """The seconds of each round without and with prices; two validators go on side by side."""
    sides = [
        (load_validator(load.federation.founding, start), entries) for entries in (bare, priced)
    ]
    times: tuple[list[float], list[float]] = ([], [])
    size = len(bare) // ROUNDS
    for turn in range(ROUNDS):
        part = slice(turn * size, (turn + 1) * size if turn + 1 < ROUNDS else None)
        # Who goes second finds a warmer machine: they change places every round.
        for side in (0, 1) if turn % 2 else (1, 0):
            validator, entries = sides[side]
            times[side].append(_replay_seconds(validator, entries[part]))
    return times


def _begin(validator: Validator, load: Load) -> None:
    """Members, and one print, whose window the payments are in."""
    federation = load.federation
    period = index_of(validator, 1).due_window.period
    first = [*load.admissions, official(federation, period, CHANGE)]
    check(validator.sequence(1, START, first).count == len(first), "a beginning was refused")


def _priced(load: Load, index: Index) -> list[bytes]:
    """The load's payments, each with the price that is worth its amount on one of the last days."""
    federation = load.federation
    keys: dict[int, SigningKey] = {}
    today = START // SECONDS_IN_DAY
    transactions = []
    for place, bare in enumerate(load.payments):
        pay = decode_transaction(bare)
        if not isinstance(pay, Pay):
            raise TypeError("the load has something that is no payment")
        day = today - place % DAYS
        minor = price_from_units(pay.amount, index.value_on(day))
        pay = replace(pay, price=Price(minor=minor, day=day))
        if pay.payer not in keys:
            keys[pay.payer] = federation.member_key(1, pay.payer)
        signature = keys[pay.payer].sign(federation.message(1, pay))
        transactions.append(encode_transaction(replace(pay, signature=signature)))
    return transactions


def _replay_seconds(validator: Validator, entries: list[bytes]) -> float:
    blob = b"".join(entries)
    seconds, result = seconds_of(lambda: validator.replay(1, blob))
    check(result.count == len(entries), f"not all payments applied: {result.refusal}")
    return seconds


def _compare(load: Load, start: bytes, entries: list[bytes]) -> dict[str, object]:
    """Replay the entries with both validators; without the native one there is nothing to say."""
    try:
        from ledger.validators.native import NativeValidator
    except ImportError:
        return {"compared": 0}
    founding = load.federation.founding
    native, reference = (
        NativeValidator.load(founding, start),
        ReferenceValidator.load(founding, start),
    )
    before = reference.digest()
    for validator in (native, reference):
        _replay_seconds(validator, entries)
    digests = {native.digest(), reference.digest()}
    check(before not in digests, "the payments changed nothing")
    check(len(digests) == 1, "native and reference end with different digests")
    return {
        "compared": len(entries),
        "digests_equal": len(digests) == 1,
        "digest": reference.digest().hex(),
    }
