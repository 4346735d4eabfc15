"""Histories in which prints, tables and currencies come in any order: all logs and both validators agree."""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Final

import pytest

from ledger.agreement import Turn
from ledger.charter_changes import Change
from ledger.index.days import Method
from ledger.index.table import Index
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.rules.charter import check_content
from ledger.rules.index_rows import INDEX_CHAPTER
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books
from tests.charter_builders import Union
from tests.index_builders import index_of, official, priced, wait_until_over
from tests.ledger.rules.test_charter_index import indexed, set_index, zeros_fall
from tests.parity.both import Both
from tests.parity.test_mutated_histories import replay_all

pytestmark = pytest.mark.needs_native

SEEDS: Final = 12
STEPS: Final = 60
LOGS: Final = (1, 2, 3)
DAY: Final = 86_400


@dataclass
class Changing:
    """Three logs that take in prints and versions as it happens; `prints` has the certificates by place."""

    union: Union
    random: Random
    prints: dict[int, bytes] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def books(self) -> Books:
        return self.union.books

    def index(self, log: int) -> Index:
        return index_of(self.books.validator, log)

    def step(self) -> None:
        log = self.random.choice(LOGS)
        act = self.random.choice((self.print, self.print, self.catch_up, self.decide, self.pay))
        act(log)

    def print(self, log: int) -> None:
        """Let a log take in its next print; the first that comes to a place decides it."""
        index = self.index(log)
        transaction = self.prints.get(index.place)
        if transaction is None:
            value = self.random.choice((-20, 0, 25, 130))
            turn = Turn(index.place, 0)
            wait_until_over(self.books, index)
            transaction = official(self.union.federation, index.due_window.period, value, turn=turn)
        (outcome,) = self.books.offer(log, transaction)
        if outcome > 0:
            self.prints[index.place] = transaction
            self.happened["print"] += 1
            self.happened["fell away"] += self.index(log).place < index.place

    def catch_up(self, log: int) -> bool:
        """Let a log take in the next version if it can; whether it did."""
        taken = self.books.validator.charter(log).version
        if taken == len(self.union.versions):
            return False
        before = self.index(log)
        (outcome,) = self.books.offer(log, self.union.versions[taken])
        if outcome < 0:
            assert Refusal(-outcome) is Refusal.CHARTER_INDEX_EARLY
            self.happened["early"] += 1
            return False
        self.happened["fell away"] += self.index(log).known_until < before.known_until
        return True

    def decide(self, log: int) -> None:
        """Decide on what suits a log that has all versions."""
        while self.catch_up(log):
            pass
        charter = self.books.validator.charter(log)
        change = self._change(self.index(log))
        fits = check_content(charter, version=charter.version + 1, base=charter.base, change=change)
        if charter.version == len(self.union.versions) and fits is None:
            self.union.versions.append(self.union.next(change))
            self.catch_up(log)
            self.happened[type(change).__name__] += 1

    def _change(self, index: Index) -> Change:
        known = index.known_until
        if self.random.random() < 0.5:
            zeros = self.random.choice(((1, 10), (1, 1000), (3, 2)))
            name = self.random.choice(("ARN", "ARX", "ARY"))
            day = known + self.random.randint(-40, 40)
            return zeros_fall(day, numerator=zeros[0], denominator=zeros[1], currency=name)
        window = index.due_window
        day = self.random.choice((known + 1, known + 1, window.first_day - 31, window.first_day))
        method = self.random.choice((Method.CER, Method.UF))
        return set_index(day, method=method, step_cap=self.random.choice((300, 500)))

    def pay(self, log: int) -> None:
        """Pay a price of some day in whatever currency it has."""
        index = self.index(log)
        self.books.now += self.random.choice((0, 0, DAY, 5 * DAY))
        today = self.books.now // DAY
        day = min(today - self.random.randint(0, 3), index.known_until)
        if day >= index.parameters.base_day:
            pay = priced(self.books, log, 1, log, 2, minor=self.random.randint(1, 10**7), day=day)
            (outcome,) = self.books.offer(log, pay)
            self.happened["paid" if outcome > 0 else Refusal(-outcome).code] += 1

    def settle(self) -> None:
        """Let all logs take in all that there is."""
        progress = True
        while progress:
            progress = False
            for log in LOGS:
                progress |= self.catch_up(log)
                if self.index(log).place in self.prints:
                    length = len(self.books.logs[log])
                    self.print(log)
                    progress |= len(self.books.logs[log]) > length


@lru_cache
def changing(seed: int) -> Changing:
    """A whole history, up to where all logs have everything."""
    history = Changing(indexed(ReferenceValidator), Random(seed))
    for _ in range(STEPS):
        history.step()
    history.settle()
    return history


@pytest.mark.parametrize("seed", range(SEEDS))
def test_logs_that_have_everything_agree_on_every_value(seed: int) -> None:
    history = changing(seed)
    validator = history.books.validator
    assert {validator.charter(log).version for log in LOGS} == {len(history.union.versions)}
    first, *others = (history.index(log) for log in LOGS)
    assert all(other == first for other in others)
    rows = validator.rows(1, INDEX_CHAPTER)
    assert all(validator.rows(log, INDEX_CHAPTER) == rows for log in LOGS)
    assert find_violations(validator) == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_validators_replay_them_alike(seed: int) -> None:
    history = changing(seed)
    both = Both(history.union.federation.founding)
    replay_all(both, {coop: b"".join(log) for coop, log in history.books.logs.items()})
    both.check_state()
    assert both.reference.digest() == history.books.validator.digest()
    for validator in (both.reference, both.native):
        loaded = type(validator).load(validator.founding, validator.snapshot())  # type: ignore[attr-defined]
        assert [loaded.index(log) for log in LOGS] == [validator.index(log) for log in LOGS]


def test_everything_happens() -> None:
    happened: Counter[str] = Counter()
    for seed in range(SEEDS):
        happened += changing(seed).happened
    wanted = {"print", "fell away", "early", "SetIndex", "Redenominate", "paid", "price_stale"}
    assert wanted <= set(+happened), happened
