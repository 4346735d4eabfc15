"""A peer that says it knows a newer charter is not believed without end."""

import pytest

from node.engine.events import PeerMessage
from node.engine.wire import Heads
from node.engine.wire_charter import VersionNews
from tests.node.engine.charter.test_versions import town
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town

__all__ = ["town"]

MAX = 2**53 - 1


def forged(town: Town, number: int) -> bytes:
    """A head that nobody has signed, news each time."""
    head = town.federation.signed_head(2, length=100 + number, head=bytes(32))
    wrong = bytes(64)
    return Heads(
        (type(head)(coop=2, length=head.length, head=head.head, signature=wrong),)
    ).encode()


def told(town: Town, count: int, *, step_ms: int = 0) -> int:
    """How many forged heads are passed over before the link is closed."""
    for number in range(count):
        town.now_ms += step_ms
        message = PeerMessage(2, forged(town, number))
        if town.engines[1].tick(town.now_ms, [message]).disconnects:
            return number
    return count


def claim(town: Town) -> None:
    town.tick(1, [PeerMessage(2, VersionNews(MAX).encode())])


def test_a_false_version_excuses_so_much_and_no_more(town: Town) -> None:
    claim(town)
    burst = core_of(town.engines[1]).settings.excuses_burst
    assert told(town, 10 * burst) == burst


def test_a_new_link_begins_nothing_anew(town: Town) -> None:
    claim(town)
    burst = core_of(town.engines[1]).settings.excuses_burst
    told(town, 10 * burst)
    town.cut = {frozenset((1, 2))}
    core_of(town.engines[1]).linked.versions.clear()
    claim(town)
    assert told(town, 10 * burst) < burst // 10


@pytest.mark.parametrize("step_ms", [250, 1_000])
def test_who_says_such_things_now_and_then_is_heard_on(town: Town, step_ms: int) -> None:
    claim(town)
    assert told(town, 500, step_ms=step_ms) == 500


def test_what_is_excused_costs_more_than_what_holds(town: Town) -> None:
    claim(town)
    work = core_of(town.engines[1]).work
    told(town, 1)
    assert work._spent[2] > 1_000
