"""Loads for benchmarks: a coop with members and signed payments, from a trade graph or generated.

Deterministic: the same load has the same bytes every time.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ledger.codec import split
from ledger.signatures import SigningKey
from ledger.validators.interface import Validator
from tests.builders import START, Federation, build_federation

ENOUGH = 2**50
"""A credit limit that no load reaches, in minor units."""


@dataclass(frozen=True, slots=True)
class Debt:
    """One line of a trade graph: amounts in minor units."""

    payer: int
    payee: int
    amount: int


@dataclass(frozen=True, slots=True)
class Load:
    """Everything to fill one coop's log: `admissions` and `payments` are transactions."""

    federation: Federation
    members: int
    admissions: list[bytes]
    payments: list[bytes]


def read_graph(path: Path) -> list[Debt]:
    """A trade graph's lines, `payer payee amount`, members renumbered from 1; amounts of at least 0.01."""
    numbers: dict[str, int] = {}
    debts = []
    for line in path.read_text(encoding="utf-8").splitlines():
        payer, payee, amount = line.split()
        minor = max(1, int(Decimal(amount) * 100))
        places = [numbers.setdefault(name, len(numbers) + 1) for name in (payer, payee)]
        debts.append(Debt(places[0], places[1], minor))
    return debts


def generate_graph(*, members: int, payments: int, seed: int = 1) -> list[Debt]:
    """Random payments among `members`, a few of whom trade much and many little."""
    source = random.Random(seed)
    debts = []
    for _ in range(payments):
        payer = 1 + int(members * source.random() ** 2)
        payee = 1 + int(members * source.random() ** 2)
        if payee == payer:
            payee = payer % members + 1
        debts.append(Debt(payer, payee, source.randint(1, 100_000)))
    return debts


def make_load(debts: list[Debt], *, coops: int = 1, index: Sequence[str] = ()) -> Load:
    """A load for coop 1 of a federation of `coops`: all members there, all payments local.

    `index`: the lines of the charter's `[index]`.
    """
    federation = build_federation(
        seed="benchmark", coops=coops, stewards=1, threshold=1, clearing_limit=ENOUGH, index=index
    )
    members = max(max(debt.payer, debt.payee) for debt in debts)
    keys = [federation.member_key(1, number) for number in range(members + 1)]
    admissions = [
        federation.admit(1, number, limit=ENOUGH, key=keys[number])
        for number in range(1, members + 1)
    ]
    return Load(federation, members, admissions, list(_payments(federation, debts, keys)))


def _payments(
    federation: Federation, debts: Iterable[Debt], keys: list[SigningKey]
) -> Iterator[bytes]:
    sequences: dict[int, int] = {}
    for debt in debts:
        sequence = sequences.get(debt.payer, 0) + 1
        sequences[debt.payer] = sequence
        yield federation.pay(
            1,
            payer=debt.payer,
            sequence=sequence,
            payee_coop=1,
            payee=debt.payee,
            amount=debt.amount,
            signed_by=keys[debt.payer],
        )


def admit_all(validator: Validator, load: Load) -> bytes:
    """Admit the load's members; the entries."""
    done = validator.sequence(1, START, load.admissions)
    if done.count != load.members:
        raise AssertionError("a member of the load was refused")
    return done.entries


def entry_of(transaction: bytes) -> bytes:
    """The transaction as an entry at the load's time."""
    return b"\x92\xce" + START.to_bytes(4, "big") + transaction


def signed_messages(load: Load, entries: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """(public key, message, signature) of each payment in `entries`."""
    federation = load.federation
    keys = [federation.member_key(1, number).public_key for number in range(load.members + 1)]
    context = b"fiado1.entry".ljust(16, b"\0") + federation.id + (1).to_bytes(4, "big")
    triples = []
    for transaction in load.payments:
        payer = _payer(transaction)
        triples.append((keys[payer], context + transaction[:-66], transaction[-64:]))
    if len(split(entries)) != len(triples):
        raise AssertionError("not every payment of the load became an entry")
    return triples


def _payer(transaction: bytes) -> int:
    """The payer's number: the integer after the array header and the kind."""
    first = transaction[2]
    if first < 0x80:
        return first
    size = {0xCC: 1, 0xCD: 2, 0xCE: 4}[first]
    return int.from_bytes(transaction[3 : 3 + size], "big")
