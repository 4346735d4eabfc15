"""Histories grown from seeds: invariants at every step, and one digest however they are replayed."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest

from ledger.founding import Founding
from ledger.invariants import find_violations
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, books_with_members, build_federation
from tests.histories import Happened, grow
from tests.ledger.conftest import make_native

Load = Callable[[Founding, bytes], Validator]

STEPS = 250
SEEDS = range(6)


def begin(seed: int, make_validator: MakeValidator = ReferenceValidator) -> Books:
    federation = build_federation(
        seed=f"grown {seed}", clearing_limit=3_000, witness_quorum=seed % 3
    )
    return books_with_members(federation, limit=2_000, make_validator=make_validator)


def replay_in_pieces(books: Books, replica: Validator, random: Random) -> None:
    """Every log in pieces of random size, each log going on wherever it does not have to wait."""
    rests = {coop: list(entries) for coop, entries in books.logs.items()}
    waiting: set[int] = set()
    while rests:
        assert waiting != set(rests), "all logs wait for one another"
        coop = random.choice(sorted(set(rests) - waiting))
        piece = rests[coop][: random.randint(1, 60)]
        result = replica.replay(coop, b"".join(piece))
        assert result.refusal is None
        assert result.consumed == sum(map(len, piece[: result.count]))
        rests[coop] = rests[coop][result.count :]
        if result.count:
            waiting.clear()
        if result.waiting is not None:
            waiting.add(coop)
        if not rests[coop]:
            del rests[coop]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_holds_together(seed: int, make_validator: MakeValidator) -> None:
    books, random = begin(seed, make_validator), Random(seed)

    def check() -> None:
        assert not find_violations(books.validator)

    grow(books, random, STEPS, after=check)
    for _ in range(3):
        replica = make_validator(books.federation.founding)
        replay_in_pieces(books, replica, random)
        assert replica.digest() == books.validator.digest()
        for coop in books.logs:
            assert replica.log(coop) == books.validator.log(coop)
            assert list(replica.accounts(coop)) == list(books.validator.accounts(coop))
            assert replica.in_transit(coop) == books.validator.in_transit(coop)
            assert replica.returnable(coop) == books.validator.returnable(coop)


def load_reference(founding: Founding, snapshot: bytes) -> Validator:
    return ReferenceValidator.load(founding, snapshot)


def load_native(founding: Founding, snapshot: bytes) -> Validator:
    native = pytest.importorskip("ledger.validators.native").NativeValidator
    validator: Validator = native.load(founding, snapshot)
    return validator


@pytest.mark.parametrize(
    "loads",
    [
        [load_reference],
        pytest.param([load_native], marks=pytest.mark.needs_native),
        pytest.param([load_native, load_reference], marks=pytest.mark.needs_native),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_restart_at_any_point_makes_no_difference(seed: int, loads: Sequence[Load]) -> None:
    """Also when the other validator goes on from the snapshot."""
    restarted, other = begin(seed), begin(seed)
    founding = restarted.federation.founding
    first, second = Random(seed), Random(seed)
    for turn in range(STEPS // 10):
        grow(restarted, first, 10)
        grow(other, second, 10)
        load = loads[turn % len(loads)]
        restarted.validator = load(founding, restarted.validator.snapshot())
        assert restarted.validator.digest() == other.validator.digest()
    assert restarted.logs == other.logs


@pytest.mark.needs_native
@pytest.mark.parametrize("seed", SEEDS)
def test_both_validators_write_the_same_logs(seed: int) -> None:
    reference, native = begin(seed), begin(seed, make_native)
    happened = [grow(books, Random(seed), STEPS) for books in (reference, native)]
    assert happened[0] == happened[1]
    assert native.logs == reference.logs
    assert native.validator.digest() == reference.validator.digest()


def test_everything_happens_in_these_histories() -> None:
    """Else the tests above would prove little."""
    happened: Happened = Counter()
    for seed in SEEDS:
        happened += grow(begin(seed), Random(seed), STEPS)
    expected = {
        "pay",
        "pay: account_closed",
        "pay: account_frozen",
        "pay: payee_is_payer",
        "pay: payee_unknown",
        "pay: payee_closed",
        "pay: limit_exceeded",
        "pay: clearing_limit_exceeded",
        "pay_again: sequence_used",
        "pay_again: sequence_gap",
        "admit",
        "admit: account_exists",
        "limit",
        "limit: account_closed",
        "limit: limit_dates_invalid",
        "status",
        "status: status_unchanged",
        "leave",
        "leave: balance_not_zero",
        "anchor",
        "anchor: anchor_not_ahead",
        "give_back",
    }
    assert expected <= set(happened)
    assert happened["give_back"] >= 10
