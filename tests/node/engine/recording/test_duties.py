"""What the rules make due at a time is appended by the node itself: once, in time, also after a restart."""

from ledger.entries import decode_entry
from ledger.government.articles import Article
from ledger.refusals import Refusal
from ledger.transactions import Levy
from tests.builders import build_federation
from tests.government_builders import adopt_bylaws
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig

PERIOD = 3_600


def governed(**federation: int) -> Rig:
    """The node of a coop whose bylaws collect a hundredth of what members have, every hour."""
    made = build_federation(seed="duties", coops=1, **federation)  # type: ignore[arg-type]
    rig = Rig(1, federation=made)
    rig.ready()
    rig.admit(1, 1, 2)
    articles = {Article.LEVY_POSITIVE: 10_000, Article.LEVY_PERIOD: PERIOD}
    rig.submit(1, adopt_bylaws(made, 1, {int(key): value for key, value in articles.items()}))
    rig.submit(1, rig.pay(1, 1, 1, 2, 1_000))
    return rig


def levies(rig: Rig) -> list[Levy]:
    length = rig.length(1, 1)
    entries = [rig.stores[1].entry(1, number) for number in range(1, length + 1)]
    decoded = [decode_entry(entry) for entry in entries if entry is not None]
    return [
        entry.transaction
        for entry in decoded
        if not isinstance(entry, Refusal) and isinstance(entry.transaction, Levy)
    ]


def test_a_levy_is_collected_when_it_is_due_and_the_node_wakes_for_it() -> None:
    rig = governed()
    wake_ms = rig.tick(1).wake_at_ms
    assert wake_ms <= rig.now_ms + 1000 * PERIOD
    rig.advance(1000 * PERIOD - 1_000)
    assert levies(rig) == []
    rig.advance(1_000)
    rig.tick(1)
    assert levies(rig) == [Levy(number=1, positive=10_000, negative=0)]
    assert rig.balance(1, 1, 2) == 990
    assert core_of(rig.engines[1]).validator.log(1).commons == 10
    rig.advance(10_000)
    rig.tick(1)
    assert len(levies(rig)) == 1


def test_a_node_that_was_off_collects_one_levy_and_no_more() -> None:
    rig = governed()
    rig.advance(1000 * PERIOD * 5 // 2)
    rig.start(1)
    rig.ready()
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1]
    rig.advance(1000 * PERIOD)
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1, 2]


def test_a_full_day_keeps_a_levy_for_the_next() -> None:
    rig = governed(entries_per_day=3)
    rig.advance(1000 * PERIOD)
    rig.tick(1)
    assert levies(rig) == []
    rig.advance(1000 * 86_400)
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1]
