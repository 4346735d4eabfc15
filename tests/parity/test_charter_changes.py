"""Histories in which the charter changes, whole and damaged, replayed by both validators.

Logs take changes in at different times: coops join, get other keys and limits, are shut out and readmitted,
while people pay. `FIADO_PARITY_CASES` sets how many damaged ones are tried.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.charter import Standing
from ledger.charter_changes import (
    Change,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
)
from ledger.entries import encode_entry
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.validators.interface import Replayed
from tests.builders import Books, signing_key
from tests.charter_builders import FOURTH, Union, open_union
from tests.histories import grow
from tests.parity.both import Both
from tests.parity.test_mutated_histories import CASES, History, damage_bytes, replay_all

pytestmark = pytest.mark.needs_native

SEEDS = 4
ROUNDS = 30


@dataclass
class Changing:
    """A federation that grows a history in which its charter changes."""

    union: Union
    random: Random
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def books(self) -> Books:
        return self.union.books

    def next_change(self) -> tuple[Change, SigningKey | None]:
        """Something to decide, and the key that a node then has."""
        random, charter = self.random, self.union.charter
        coop = random.choice(list(charter.coops.values()))
        log = self.books.validator.log(coop.number)
        key = signing_key("changing", coop.number, charter.version)
        if coop.standing is Standing.QUARANTINED:
            return Readmit(
                coop=coop.number,
                key=key.public_key,
                limit=random.choice([500, 9_000]),
                length=log.length,
                head=log.head,
            ), key
        others: list[Change] = [
            SetClearingLimit(coop=coop.number, limit=random.choice([0, 500, 9_000])),
            SetQuorums(
                witness_quorum=random.choice([0, 1]),
                decision_quorum=random.choice([2, 3]),
            ),
            SetEntriesPerDay(entries_per_day=random.choice([None, 5_000])),
            Quarantine(coop=coop.number),
        ]
        if random.random() < 0.4:
            return SetNodeKey(coop=coop.number, key=key.public_key, length=log.length), key
        return random.choice(others), None

    def decide(self) -> None:
        """Decide something, and let one log take it in."""
        change, key = self.next_change()
        transaction = self.union.next(change)
        log = self.random.choice(sorted(self.books.logs))
        self.catch_up(log)
        (outcome,) = self.books.offer(log, transaction)
        if outcome > 0:
            self.happened[type(change).__name__] += 1
            self.union.versions.append(transaction)
            if key is not None:
                assert isinstance(change, SetNodeKey | Readmit)
                self.union.with_key(change.coop, key)

    def catch_up(self, log: int) -> None:
        """Let a log take in what it lacks."""
        taken = self.books.validator.charter(log).version
        self.books.offer(log, *self.union.versions[taken:])

    def go_on(self) -> None:
        """People go on with what they do; a log or two catch up."""
        grow(self.books, self.random, 8)
        for log in self.random.sample(sorted(self.books.logs), 2):
            self.catch_up(log)


@lru_cache
def changing(seed: int) -> Changing:
    """A whole history."""
    union = open_union(seed=f"changing {seed}", witness_quorum=seed % 2)
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    history = Changing(union, Random(seed))
    for number in range(ROUNDS):
        if number == ROUNDS // 3:
            union.join_fourth()
            union.books.admit(FOURTH, 1, 2)
        history.decide()
        history.go_on()
    return history


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_history_with_changes(seed: int) -> None:
    history = changing(seed)
    both = Both(history.union.federation.founding)
    both.open_logs(history.books.logs)
    replay_all(both, {coop: b"".join(log) for coop, log in history.books.logs.items()})
    both.check_state()
    assert both.reference.digest() == history.books.validator.digest()
    assert find_violations(both.reference) == []
    for validator in (both.reference, both.native):
        loaded = type(validator).load(validator.founding, validator.snapshot())  # type: ignore[attr-defined]
        assert loaded.snapshot() == validator.snapshot()
        assert [loaded.charter(coop) for coop in loaded.coops] == [
            validator.charter(coop) for coop in validator.coops
        ]


def test_everything_happens() -> None:
    happened: Counter[str] = Counter()
    for seed in range(SEEDS):
        happened += changing(seed).happened
    assert set(happened) == {
        each.__name__
        for each in (
            Quarantine,
            Readmit,
            SetClearingLimit,
            SetEntriesPerDay,
            SetNodeKey,
            SetQuorums,
        )
    }


def with_two_keys() -> tuple[Union, bytes, bytes]:
    """Coop 2's node has got another key, and log 1 has taken that in. Anchors of its log by each."""
    union = open_union(seed="two keys")
    books, key = union.books, signing_key("two keys", "new")
    books.admit(2, 1, 2, 3)
    old = books.anchor_bytes(2, 2)
    union.decide(SetNodeKey(coop=2, key=key.public_key, length=3), 1, 2)
    union.with_key(2, key)
    books.admit(2, 4)
    return union, old, books.anchor_bytes(2)


def replay_in_one_call(union: Union, *more: bytes) -> Replayed | None:
    """Log 1 as a node does that catches up: all of it at once, with `more` at its end."""
    both, logs = Both(union.federation.founding), union.books.logs
    for coop in (2, 3):
        both.replay(coop, b"".join(logs[coop]))
    added = [encode_entry(union.books.now, transaction) for transaction in more]
    replayed = both.replay(1, b"".join([*logs[1], *added]))
    both.check_state()
    return replayed


def test_a_witness_has_another_key_than_the_head_of_its_own_log_had() -> None:
    union, old, new = with_two_keys()
    books = union.books
    books.admit(3, 1)
    head = books.signed_head(3)
    witnessed = books.federation.anchor(3, length=head.length, head=head.head, signers=(2, 3))
    replayed = replay_in_one_call(union, witnessed, old, new)
    assert replayed is not None
    assert replayed.refusal is None
    forged = books.anchor_bytes(2, 2)
    replayed = replay_in_one_call(union, witnessed, forged, new)
    assert replayed is not None
    assert replayed.refusal is Refusal.SIGNATURE_INVALID
    assert replayed.count == len(books.logs[1]) + 1


@st.composite
def damaged_logs(draw: st.DrawFn) -> tuple[History, dict[int, list[bytes]]]:
    """A history and its logs with a few entries damaged or lost."""
    chosen = changing(draw(st.integers(0, SEEDS - 1)))
    logs = {coop: list(entries) for coop, entries in chosen.books.logs.items()}
    for _ in range(draw(st.integers(1, 2))):
        entries = logs[draw(st.sampled_from(sorted(logs)))]
        position = draw(st.integers(0, len(entries) - 1))
        if draw(st.booleans()):
            entries[position] = damage_bytes(draw, entries[position])
        else:
            del entries[position]
    return History(chosen.union.federation.founding, logs), logs


@settings(
    max_examples=CASES // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(damaged_logs())
def test_a_damaged_history_with_changes(case: tuple[History, dict[int, list[bytes]]]) -> None:
    chosen, logs = case
    both = Both(chosen.founding)
    both.open_logs(logs)
    replay_all(both, {coop: b"".join(entries) for coop, entries in logs.items()})
    both.check_state()


def test_anchors_by_two_keys_of_one_coop_in_one_piece() -> None:
    """A log that took a new key in late anchors heads from before the change and from after it."""
    union = open_union(seed="two keys")
    books = union.books
    books.admit(2, 1)
    length = books.validator.log(2).length
    before = books.anchor_bytes(2)
    key = signing_key("two keys", "new")
    union.decide(SetNodeKey(coop=2, key=key.public_key, length=length))
    union.with_key(2, key)
    books.append(1, before)
    books.append(1, books.anchor_bytes(2))
    both = Both(union.federation.founding)
    replay_all(both, {coop: b"".join(log) for coop, log in books.logs.items()})
    both.check_state()
    assert both.reference.digest() == books.validator.digest()
    assert both.reference.log(1).anchored[2] > length
