"""What a node tells its peers of the logs that it holds."""

from node.engine.events import PeerUp
from node.engine.wire import MAX_HEADS, Heads
from tests.builders import build_federation
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig


def test_more_heads_than_a_message_takes_go_in_several_each_with_the_peers_own() -> None:
    federation = build_federation(coops=300, stewards=1, threshold=1)
    heads = {
        coop: federation.signed_head(coop, length=1, head=bytes(32))
        for coop in federation.charter.coops
    }
    rig = Rig(1, federation=federation)
    core_of(rig.engines[1]).signed.update(heads)
    rig.tick(1, PeerUp(2, version=4))
    rig.hear(1, 2, Heads((heads[2],)))
    rig.mail.clear()
    rig.advance(rig.settings.full_gossip_interval_ms)

    pages = [message.heads for message in rig.sent(1, Heads)]
    assert len(pages) == 2
    assert all(len(page) <= MAX_HEADS and page[-1] == heads[2] for page in pages)
    told = [head for page in pages for head in page[:-1]]
    assert sorted(head.coop for head in told) == sorted(heads.keys() - {2})


def test_a_peer_is_told_even_that_nothing_is_held() -> None:
    rig = Rig(1)
    rig.ready()
    rig.mail.clear()
    rig.tick(1, PeerUp(2, version=4))
    assert [message.heads for message in rig.sent(1, Heads)] == [()]
