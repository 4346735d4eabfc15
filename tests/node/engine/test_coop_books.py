"""The coop's books as values: sums as they run, and pages that cost what they show."""

from itertools import islice
from random import Random

import pytest

from node.engine.books import HOUR_S, CoopBooks
from node.flows import FLOWS, Flow

Line = tuple[int, Flow, int, int]


def random_books(seed: int) -> tuple[CoopBooks, list[Line]]:
    """Books, and the same added up by hand: begin of the hour, flow, coop, amount."""
    random, books = Random(seed), CoopBooks()
    lines: dict[tuple[int, Flow, int], int] = {}
    time = random.randint(0, 10 * HOUR_S)
    for _ in range(random.randint(0, 200)):
        time += random.choice((0, 1, HOUR_S // 3, 5 * HOUR_S))
        flow, amount = random.choice(list(Flow)), random.randint(0, 1_000)
        coop = random.randint(1, 3) if FLOWS[flow].position else 0
        books.flow(flow, amount, time, coop)
        key = time // HOUR_S * HOUR_S, flow, coop
        lines[key] = lines.get(key, 0) + amount
    return books, [(*key, amount) for key, amount in sorted(lines.items())]


@pytest.mark.parametrize("seed", range(40))
def test_pages_and_sums_are_those_of_a_walk_through_all(seed: int) -> None:
    books, lines = random_books(seed)
    random = Random(seed + 1_000)
    last = lines[-1][0] if lines else 0
    for _ in range(30):
        since, until = sorted(random.randint(0, last + 3 * HOUR_S) for _ in range(2))
        within = [line for line in lines if since <= line[0] < until]
        after = random.randint(0, len(within) + 2)
        assert books.count(since=since, until=until) == len(within)
        assert list(books.flows(since=since, until=until)) == within
        assert list(books.flows(since=since, until=until, after=after)) == within[after:]
        totals = books.totals(until)
        before = [line for line in lines if line[0] < until]
        assert totals.members == sum(FLOWS[flow].members * amount for _, flow, _, amount in before)
        assert totals.commons == sum(FLOWS[flow].commons * amount for _, flow, _, amount in before)
        for coop, amount in totals.positions.items():
            assert amount == sum(
                FLOWS[flow].position * each for _, flow, other, each in before if other == coop
            )
        assert totals.members + totals.commons == sum(totals.positions.values())


def test_a_page_looks_at_what_it_shows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long history has no part in the price of a page at its end."""
    books = CoopBooks()
    for hour in range(20_000):
        books.flow(Flow.GIFT, 1, hour * HOUR_S)
        books.flow(Flow.LEVY, 1, hour * HOUR_S)
    looked = 0

    class Counted(list[dict[tuple[Flow, int], int]]):
        def __getitem__(self, at):  # type: ignore[no-untyped-def]
            nonlocal looked
            looked += 1
            return super().__getitem__(at)

    books._flows = Counted(books._flows)
    page = list(islice(books.flows(since=0, until=2**53, after=39_990), 10))
    assert [line[0] // HOUR_S for line in page] == [19_995 + each // 2 for each in range(10)]
    assert books.totals(2**53).commons == 40_000
    assert looked <= 7
