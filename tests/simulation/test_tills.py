"""Tills and joint accounts in simulation: what the judges of section 14 find, and that they can find it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import decode
from ledger.kinds import read_transaction
from ledger.transactions import Status, encode_transaction
from node.engine.engine import Engine
from tests.builders import START
from tests.guarantee_builders import guarantee
from tests.owning_builders import (
    DAY,
    delegate,
    owner_key,
    owner_keys,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    till_key,
)
from tests.recovery_builders import recover, rekey, restore
from tests.simulation import broken_keys as broken
from tests.simulation.plan import seeds_from
from tests.simulation.simulation import Simulation
from tests.simulation.test_government import governed
from tests.simulation.test_minutes import C, F, Said, read
from tests.simulation.world import Failure

KINDS = ("delegate", "pay_delegated", "owners")
CODES = (
    "delegate_unknown",
    "delegate_expired",
    "delegate_payment_cap",
    "delegate_day_cap",
    "delegate_payee",
    "owners_too_few",
    "account_is_joint",
)
STRANGER = till_key(nth=99)


@pytest.fixture(autouse=True)
def _reference_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    monkeypatch.delenv("FIADO_REQUIRE_NATIVE", raising=False)


def till(**more: object) -> bytes:
    return delegate(F, C, 1, **more)  # type: ignore[arg-type]


def paid(sequence: int = 1, amount: int = 90, fee: int = 10, **more: object) -> bytes:
    return pay_delegated(F, C, 1, sequence=sequence, payee=2, amount=amount, fee=fee, **more)  # type: ignore[arg-type]


def jointly(*owners: int, **more: object) -> bytes:
    return pay_jointly(F, C, 1, sequence=1, payee=2, fee=1, owners=owners, **more)  # type: ignore[arg-type]


def by_one(data: bytes) -> bytes:
    """The same with the signature of the first owner alone, as if there were no others."""
    bare: Any = read_transaction(decode(data))
    signature = owner_key(1, 0).sign(F.message(C, bare))
    return encode_transaction(replace(bare, signature=signature))


GIVEN = (0, till())
SHARED = (0, set_owners(F, C, 1))
FROZEN = (0, F.status(C, 1, revision=1, status=Status.FROZEN))
TAKEN = (0, revoke(F, C, 1, revision=2))


def test_what_tills_may_is_followed() -> None:
    minutes = read(GIVEN, (0, paid()), (0, paid(2, 45, 5)), (DAY, paid(3)), FROZEN, TAKEN)
    assert minutes.paid == {(1, 0): [(START, 100), (START, 50), (START + DAY, 100)]}
    assert not minutes.tills
    again = (1, till(revision=3))
    assert read(GIVEN, (0, paid()), TAKEN, again, (1, paid(2, 45, 5))).tills


def test_what_owners_sign_is_followed() -> None:
    others = set_owners(F, C, 1, revision=2, needed=3, owners=(1, 2))
    minutes = read(GIVEN, (0, set_owners(F, C, 1, revision=2)), (0, jointly(0, 2)))
    assert minutes.owners == {1: (2, owner_keys(1))}
    assert not minutes.tills
    assert read(SHARED, (0, others)).owners[1][0] == 3
    alone = set_owners(F, C, 1, revision=2, needed=1, keys=owner_keys(1, 1), owners=(0, 1))
    assert read(SHARED, (0, alone)).owners == {}
    lost = [SHARED, (0, recover(F, C, 1)), (10, restore(1))]
    assert read(*lost).owners == {}


UNLAWFUL: list[tuple[str, Sequence[Said], str]] = [
    ("too much at once", [GIVEN, (0, paid(1, 91, 10))], "a till pays 101 of 100"),
    ("too much in a day", [GIVEN, (0, paid()), (9, paid(2, 46, 5))], "pays 151 in a day of 150"),
    (
        "the day again with another key",
        [GIVEN, (0, paid()), TAKEN, (0, till(revision=3)), (0, paid(2))],
        "pays 200 in a day of 150",
    ),
    ("after its time", [(0, till(until=START + 5)), (5, paid())], "a till pays after its time"),
    ("another payee", [(0, till(payees=((C, 3),))), (0, paid())], "pays somebody else"),
    ("no contribution", [GIVEN, (0, paid(1, 100, 0))], "the fee is 0, and 1 is due"),
    ("another's key", [GIVEN, (0, paid(signed_by=STRANGER))], "the till has not signed"),
    ("twice", [GIVEN, (0, paid()), (0, paid(1, 9, 1))], "a till's payment again"),
    ("a place without a key", [(0, paid())], "no till pays at place 0"),
    ("after it was taken away", [GIVEN, TAKEN, (0, paid())], "no till pays at place 0"),
    ("after a new key", [GIVEN, (0, rekey(F, C, 1, revision=2)), (0, paid())], "no till pays"),
    ("while it is lost", [GIVEN, (0, recover(F, C, 1)), (1, paid())], "frozen or closed"),
    (
        "after it was found",
        [GIVEN, (0, recover(F, C, 1)), (10, restore(1)), (11, paid())],
        "no till pays at place 0",
    ),
    (
        "after others own it",
        [GIVEN, (0, set_owners(F, C, 1, revision=2)), (0, paid())],
        "no till pays at place 0",
    ),
    ("a till by a stranger", [(0, till(signed_by=STRANGER))], "who delegates has not signed"),
    ("a till while frozen", [FROZEN, GIVEN], "the account is frozen or closed"),
    ("a till while lost", [(0, recover(F, C, 1)), GIVEN], "a recovery runs"),
    ("a till said twice", [GIVEN, TAKEN, GIVEN], "said twice"),
    ("two caps", [GIVEN, (0, till(revision=2, place=1, public_key=till_key().public_key))], "two"),
    ("impossible caps", [(0, till(per_payment=151))], "a till has impossible caps"),
    ("no time", [(0, till(until=START))], "a till has no time"),
    ("nothing taken away", [(0, revoke(F, C, 1, revision=1))], "taken away where none is"),
    ("one owner pays", [SHARED, (0, jointly(1))], "signs by 1 of 2 owners"),
    ("one owner as if alone", [SHARED, (0, by_one(jointly(0, 1)))], "signs by 0 of 2 owners"),
    ("no owner", [SHARED, (0, jointly(0, 2, signed_by=STRANGER))], "owner 2 has not signed"),
    ("several of one", [(0, jointly(0, 1))], "the payer has one key, and several signed"),
    (
        "one owner changes owners",
        [SHARED, (0, set_owners(F, C, 1, revision=2, needed=1, owners=(0,)))],
        "who says whose it is signs by 1 of 2 owners",
    ),
    (
        "one owner gives a key",
        [SHARED, (0, till(revision=2, owners=(2,)))],
        "who delegates signs by 1 of 2 owners",
    ),
    (
        "the former key answers for somebody",
        [SHARED, (0, guarantee(F, C, 1, 2, 9))],
        "the guarantor signs by 0 of 2 owners",
    ),
    ("more than there are", [(0, set_owners(F, C, 1, needed=4))], "impossible owners"),
    ("a key of none", [SHARED, (0, rekey(F, C, 1, revision=2))], "no key to replace"),
]


@pytest.mark.parametrize(
    ("entries", "found"), [row[1:] for row in UNLAWFUL], ids=[row[0] for row in UNLAWFUL]
)
def test_what_nobody_let_them_is_found(entries: Sequence[Said], found: str) -> None:
    with pytest.raises(Failure, match=found):
        read(*entries)


@pytest.mark.parametrize(
    ("make_engine", "first", "found"),
    [
        (broken.ForgetsWhatTillsSpent, 2, r"a till pays \d+ in a day of"),
        (broken.AsksOneOwnerLess, 0, r"signs by \d of \d owners"),
        (broken.KeepsTillsOfLostKeys, 0, "no till pays at place|has the tills"),
    ],
)
def test_an_engine_that_lets_others_pay_is_caught(
    make_engine: type[Engine], first: int, found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in seeds_from(first):
            Simulation(governed(seed), make_engine=make_engine).run()


def test_tills_pay_and_whoever_goes_too_far_is_refused() -> None:
    seen, injected = Counter[str](), Counter[str]()
    for seed in (1, 2, 3, 4, 5):
        simulation = Simulation(governed(seed, coops=3, members=4))
        simulation.run()
        seen += simulation.watch.seen
        injected += simulation.world.injected
    assert min(seen[f"entries {kind}"] for kind in KINDS) > 10, seen
    assert min(seen[f"refused {code}"] for code in CODES) > 0, seen
    assert sum(name.startswith("misdeeds: owner") for name in injected) == 2, injected
