"""Statements of where nodes answer reach every node, are kept, and cost little."""

from ledger.charter_changes import SetNodeKey
from ledger.codec import MAX, encode
from node.addresses import NodeAddress, sign_address
from node.engine.events import PeerMessage, PeerUp
from node.engine.wire import AddressNews
from tests.builders import build_federation, signing_key
from tests.node.engine.charter.test_versions import decide, town_of
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig
from tests.node.engine.town import Town
from tests.node.test_addresses import said


def news(statement: NodeAddress) -> bytes:
    return AddressNews(statement).encode()


def urls(rig: Rig, coop: int) -> dict[int, str]:
    return {number: each.url for number, each in rig.engines[coop].addresses().items()}


def address_mail(rig: Rig) -> list[bytes]:
    """What waits in the mail about addresses, taken out of it."""
    found = [send.data for _, send in rig.mail if send.data[1:9] == encode("address")]
    rig.mail.clear()
    return found


def rig_with_word(*coops: int) -> tuple[Rig, NodeAddress]:
    """Nodes of which the first says where it answers."""
    rig = Rig(*coops)
    statement = said(federation=rig.federation)
    rig.start(coops[0], address=statement)
    return rig, statement


def test_a_node_tells_its_address_and_others_tell_it_on() -> None:
    rig, statement = rig_with_word(1, 2, 3)
    rig.link(1, 2)
    rig.link(2, 3)
    rig.deliver()
    assert urls(rig, 2) == urls(rig, 3) == {1: statement.url}


def test_whoever_dials_hears_of_it_at_once_and_after_a_start() -> None:
    rig, statement = rig_with_word(1, 2)
    rig.tick(2, PeerUp(1))
    assert rig.tick(2, PeerMessage(1, news(statement))).moved == {1: statement.url}
    assert rig.tick(2).moved == {}
    rig.start(2)
    assert rig.tick(2).moved == {1: statement.url}


def test_the_highest_serial_counts_in_whatever_order_they_come() -> None:
    rig = Rig(1, 2)
    rig.link(1, 2)
    older = said(serial=7, url="https://older.example", federation=rig.federation)
    newer = said(serial=8, url="https://newer.example", federation=rig.federation)
    for statement in (newer, older, newer):
        rig.tick(2, PeerMessage(1, news(statement)))
        rig.now_ms += rig.settings.address_interval_ms
    assert urls(rig, 2) == {1: newer.url}
    rig.start(2)
    assert urls(rig, 2) == {1: newer.url}


def test_a_node_that_lost_its_disk_hears_its_own_word_again() -> None:
    rig, statement = rig_with_word(1, 2)
    rig.link(1, 2)
    rig.deliver()
    del rig.disks[1], rig.stores[1]
    rig.start(1)
    rig.link(1, 2)
    rig.deliver()
    assert urls(rig, 1) == {1: statement.url}


def test_a_forged_statement_ends_the_link_and_changes_nothing() -> None:
    rig = Rig(1, 2)
    rig.link(1, 2)
    signed = said(federation=rig.federation)
    forged = NodeAddress(
        coop=3, serial=7, time=signed.time, url="https://thief.example", signature=signed.signature
    )
    outbox = rig.tick(2, PeerMessage(1, news(forged)))
    assert [each.coop for each in outbox.disconnects] == [1]
    assert urls(rig, 2) == {}
    assert outbox.moved == {}


def test_a_statement_of_another_shape_ends_the_link() -> None:
    rig = Rig(1, 2)
    rig.link(1, 2)
    outbox = rig.tick(2, PeerMessage(1, encode(["address", [1, 7, 0, "norte", b"\0" * 64]])))
    assert [each.coop for each in outbox.disconnects] == [1]


def test_a_coop_that_moves_all_the_time_has_others_write_now_and_then_only() -> None:
    rig = Rig(1, 2, 3)
    rig.link_all()
    rig.deliver()
    rig.mail.clear()
    for serial in range(1, 50):
        statement = said(serial=serial, url=f"https://n{serial}.example", federation=rig.federation)
        rig.tick(2, PeerMessage(1, news(statement)))
    # Its first word doesn't count: whoever corrects it is heard at once.
    assert urls(rig, 2) == {1: "https://n2.example"}
    words = (
        said(serial=serial, url=f"https://n{serial}.example", federation=rig.federation)
        for serial in (1, 2)
    )
    assert address_mail(rig) == [news(word) for word in words for _ in range(2)]
    # The last word is told again now and then, and taken when it may be.
    rig.now_ms += rig.settings.address_interval_ms
    rig.tick(2, PeerMessage(1, news(statement)))
    assert urls(rig, 2) == {1: "https://n49.example"}


def test_what_was_lost_is_told_again() -> None:
    rig, statement = rig_with_word(1, 2)
    rig.tick(1, PeerUp(2, version=4))
    rig.mail.clear()
    rig.advance(rig.settings.full_gossip_interval_ms)
    assert news(statement) in address_mail(rig)


def test_a_peer_that_does_not_know_the_message_gets_none() -> None:
    rig, _ = rig_with_word(1, 2)
    rig.tick(1, PeerUp(2, version=1))
    rig.advance(rig.settings.full_gossip_interval_ms)
    assert address_mail(rig) == []


class TestReplacedKey:
    """Sur said where it was, and its node's key was replaced (PROTOCOL section 10.6)."""

    OLD = "https://old.example"

    def town(self) -> tuple[Town, NodeAddress, NodeAddress]:
        """Sur's word, which all had heard, and one under its new key, of which norte and este know."""
        town = town_of(build_federation(seed="charter", coops=3), 1, 2, 3)
        word = said(2, url=self.OLD, federation=town.federation)
        town.tick(1, [PeerMessage(2, news(word))])
        town.settle()
        assert self.told(town) == {1: {2: self.OLD}, 2: {2: self.OLD}, 3: {2: self.OLD}}
        key = signing_key("sur's second")
        held = core_of(town.engines[1]).length(2)
        town.kill(2)
        decide(town, SetNodeKey(coop=2, key=key.public_key, length=held), 1, 3)
        town.pass_time(town.settings.address_interval_ms)
        new = sign_address(
            key,
            federation=town.federation.id,
            coop=2,
            serial=1,
            time=0,
            url="https://new.example",
        )
        return town, word, new

    def told(self, town: Town) -> dict[int, dict[int, str]]:
        return {
            coop: {number: each.url for number, each in engine.addresses().items()}
            for coop, engine in town.engines.items()
        }

    def test_a_word_under_the_old_key_is_told_to_nobody_and_is_no_breach(self) -> None:
        town, word, _ = self.town()
        later = said(2, serial=MAX, url="https://thief.example", federation=town.federation)
        for statement in (word, later):
            assert town.tick(1, [PeerMessage(3, news(statement))]).moved == {}
        town.settle()
        assert self.told(town) == {1: {}, 3: {}}

    def test_where_it_was_is_still_dialled_after_a_start(self) -> None:
        town, _, _ = self.town()
        town.kill(1)
        town.start(1)
        assert town.tick(1).moved == {2: self.OLD}

    def test_a_word_under_the_new_key_is_news_whatever_its_serial(self) -> None:
        town, _, new = self.town()
        assert town.tick(1, [PeerMessage(3, news(new))]).moved == {2: new.url}
        town.settle()
        town.kill(1)
        town.start(1)
        assert self.told(town) == {1: {2: new.url}, 3: {2: new.url}}
