"""Both validators count the entries of a day alike, whatever happens in between."""

from random import Random

import pytest

from ledger.refusals import Refusal
from tests.builders import build_federation, open_books
from tests.histories import grow
from tests.parity.both import Both

pytestmark = pytest.mark.needs_native


@pytest.mark.parametrize("seed", range(6))
def test_a_history_under_a_bound(seed: int) -> None:
    """Days of a few entries each, so that most of them are full at their end."""
    federation = build_federation(seed=f"bound {seed}", coops=3, entries_per_day=5)
    books = open_books(federation)
    for coop in books.logs:
        books.admit(coop, 1, 2, 3, limit=2_000)
    books.now += 86_400
    random = Random(seed)

    def let_time_pass() -> None:
        books.now += random.choice([0, 0, 0, 0, 600, 7_200])

    happened = grow(books, random, 200, let_time_pass)
    assert any(name.endswith("day_full") for name in happened), happened
    both = Both(federation.founding)
    rests = {coop: list(log) for coop, log in books.logs.items()}
    while any(rests.values()):
        for coop, rest in rests.items():
            done = both.replay(coop, b"".join(rest))
            assert done is not None and done.refusal is None
            del rest[: done.count]
    both.check_state()
    assert both.reference.digest() == books.validator.digest()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_bad_signature_takes_the_count_back_over_days(threads: int) -> None:
    federation = build_federation(seed="bound", coops=2, entries_per_day=2)
    books = open_books(federation)
    books.admit(1, 1, 2)
    begin = len(books.logs[1])
    for _ in range(4):
        books.now += 86_400
        books.pay(1, 1, 1, 2, 5)
        books.pay(1, 2, 1, 1, 5)
    entries = books.logs[1][begin:]
    for position in range(len(entries)):
        both = Both(federation.founding, threads=threads)
        both.replay(1, b"".join(books.logs[1][:begin]))
        bad = entries[position]
        damaged = [*entries[:position], bad[:-1] + bytes([bad[-1] ^ 1]), *entries[position + 1 :]]
        done = both.replay(1, b"".join(damaged))
        assert done is not None
        assert (done.count, done.refusal) == (position, Refusal.SIGNATURE_INVALID)
        both.check_state()
        done = both.replay(1, b"".join(entries[position:]))
        assert done is not None and done.refusal is None
        both.check_state()
        # Of a day that is full in the log the next payment is refused, to both.
        more = books.next_pay(1, 1, 1, 2, 1)
        assert both.sequence(1, books.now, [more, more]).outcomes == [-Refusal.DAY_FULL] * 2
