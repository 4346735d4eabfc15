"""After a fork: a node gets the history that another log anchored, keeps it, and goes on."""

from dataclasses import replace

import pytest

from ledger.entries import encode_entry
from node.engine.branches_kept import Branch, load_branches
from node.engine.events import PeerDown, PeerUp
from node.engine.health.status import Readiness
from node.engine.reading import read_entries
from node.engine.wire import BranchEntries, Entries, GetBranch, decode_message
from node.store import DocumentKind
from tests.builders import build_federation
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

LONG = tuple(range(60, 100))


def _admit(rig: Rig, account: int) -> bytes:
    return encode_entry(rig.now_ms // 1000, rig.federation.admit(3, account))


def _cut(rig: Rig, one: int, other: int) -> None:
    rig.tick(one, PeerDown(other))
    rig.tick(other, PeerDown(one))


def _forked(
    *,
    shared: int = 0,
    of_one: tuple[int, ...] = (50,),
    of_two: tuple[int, ...] = (60, 61),
    applied_bytes_busy: int = 48 * 1024,
) -> Rig:
    """Coop 3 shows coop 1 one history and coop 2 another; each anchors what it saw, then 3 is gone.

    Before that there are `shared` entries more that both have seen.
    """
    rig = joined(1, 2, 3, applied_bytes_busy=applied_bytes_busy)
    if shared:
        rig.admit(3, *range(200, 200 + shared))
        rig.deliver()
    for one, other in ((1, 2), (1, 3), (2, 3)):
        _cut(rig, one, other)
    for at, accounts in ((1, of_one), (2, of_two)):
        rig.tick(at, PeerUp(3))
        for account in accounts:
            rig.hear(at, 3, rig.entries_after(at, 3, _admit(rig, account)))
        rig.advance(rig.settings.anchor_interval_ms)
        rig.advance(rig.settings.anchor_interval_ms)
        rig.tick(at, PeerDown(3))
    rig.mail.clear()
    return rig


def _meet(rig: Rig) -> None:
    """Coops 1 and 2 have a link, and enough time for all they have to say."""
    rig.link(1, 2)
    for _ in range(3):
        rig.deliver()
        rig.advance(1_000)
    rig.deliver()


@pytest.mark.parametrize("of_two", [(60,), (60, 61), LONG], ids=len)
def test_honest_coops_that_anchored_different_histories_go_on(of_two: tuple[int, ...]) -> None:
    rig = _forked(of_two=of_two)
    _meet(rig)
    for at in (1, 2):
        assert rig.engines[at].status().accused == (3,)
        assert rig.engines[at].status().waiting == {}
        assert list(core_of(rig.engines[at]).validator.branches(3)) == [0, 1]
    rig.submit(1, rig.pay(1, 1, 2, 1, amount=70))
    rig.submit(2, rig.pay(2, 1, 1, 2, amount=30))
    for _ in range(3):
        rig.deliver()
        rig.advance(1_000)
    assert (rig.balance(1, 2, 1), rig.balance(2, 2, 1)) == (40, 40)
    assert (rig.balance(1, 1, 2), rig.balance(2, 1, 2)) == (30, 30)
    one, two = (core_of(rig.engines[at]).validator.digest() for at in (1, 2))
    assert one == two


@pytest.mark.parametrize("shown", [0, 1, 2], ids=["neither", "one", "two"])
def test_the_forked_coops_own_node_halts_and_follows_the_others(shown: int) -> None:
    """It has the disk of before, or the one or the other history."""
    rig = _forked()
    if shown:
        rig.hear(3, shown, *_history(rig, shown))
    _meet(rig)
    for at in (1, 2):
        rig.link(3, at)
    for _ in range(4):
        rig.deliver()
        rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver()
    status = rig.engines[3].status()
    assert (status.readiness, status.accused, status.waiting) == (Readiness.HALTED, (3,), {})
    assert len(rig.digests()) == 1


def _history(rig: Rig, at: int) -> list[Entries]:
    """What an engine holds of coop 3's log."""
    found = read_entries(core_of(rig.engines[at]).store, 3, 1, max_bytes=1_000_000)
    assert found is not None
    return [found]


def test_a_restart_finds_the_branch_again() -> None:
    rig = _forked()
    _meet(rig)
    before = core_of(rig.engines[1]).validator.digest()
    rig.engines[1].save_snapshot()
    rig.start(1)
    assert core_of(rig.engines[1]).validator.digest() == before
    assert list(core_of(rig.engines[1]).validator.branches(3)) == [0, 1]


def test_a_log_that_goes_on_along_its_branch_is_followed() -> None:
    """What coop 2 anchored of it after the branch was fetched is fetched too, in its place."""
    rig = _forked()
    _meet(rig)
    core = core_of(rig.engines[2])
    entry = _admit(rig, 70)
    more = rig.entries_after(2, 3, entry)
    [held] = load_branches(rig.stores[1])
    longer = Branch((*held.parts, more))
    core_of(rig.engines[1])
    anchor = rig.federation.anchor(3, length=more.signed.length, head=more.signed.head)
    rig.hear(1, 2, rig.entries_after(2, 2, encode_entry(rig.now_ms // 1000, anchor)))
    [asked] = rig.sent(1, GetBranch)
    assert (asked.coop, asked.length, asked.head) == (3, more.signed.length, more.signed.head)
    found = longer.from_entry(rig.stores[1], asked.first)
    assert found is not None
    whole = Branch((found,)) if found.signed == more.signed else None
    rig.hear(1, 2, BranchEntries(asked.length, asked.head, found))
    if whole is None:
        [again] = rig.sent(1, GetBranch)[1:]
        assert again.first == more.first
        rig.hear(1, 2, BranchEntries(again.length, again.head, more))
    rig.tick(1)
    [kept] = load_branches(rig.stores[1])
    assert kept.tip == more.signed
    assert rig.engines[1].status().waiting == {}
    assert core.length(3) == more.signed.length - 1


def _asked(rig: Rig) -> tuple[GetBranch, Entries]:
    """Coop 1's question about the history of coop 2, and the right answer."""
    rig.link(1, 2)
    while not rig.sent(1, GetBranch):
        sender, send = rig.mail.pop(0)
        if send.coop in rig.engines:
            rig.hear(send.coop, sender, send.data)
    [asked] = rig.sent(1, GetBranch)
    rig.deliver_to(2)
    [answer] = rig.sent(2, BranchEntries)
    rig.mail.clear()
    return asked, answer.part


def test_a_part_that_its_coop_has_not_signed_is_a_fault() -> None:
    rig = _forked()
    asked, part = _asked(rig)
    signed = replace(part.signed, signature=bytes(64))
    for bad in (
        replace(part, signed=signed),
        replace(part, previous=bytes(32)),
        replace(part, entries=part.entries[:-1]),
        replace(part, entries=b""),
    ):
        rig.tick(1, PeerUp(2))
        rig.now_ms += rig.settings.request_timeout_ms
        rig.tick(1)
        outbox = rig.hear(1, 2, BranchEntries(asked.length, asked.head, bad))
        assert [gone.coop for gone in outbox.disconnects] == [2]
    assert load_branches(rig.stores[1]) == []
    assert rig.engines[1].status().waiting == {2: 3}


def test_what_was_not_asked_for_is_passed_over() -> None:
    rig = _forked()
    asked, part = _asked(rig)
    assert rig.hear(1, 3, BranchEntries(asked.length, asked.head, part)).disconnects == []
    for message in (
        BranchEntries(asked.length + 1, asked.head, part),
        BranchEntries(asked.length, bytes(32), part),
    ):
        assert rig.hear(1, 2, message).disconnects == []
    assert load_branches(rig.stores[1]) == []
    rig.hear(1, 2, BranchEntries(asked.length, asked.head, part))
    [kept] = load_branches(rig.stores[1])
    assert kept.head_at(asked.length) == asked.head
    rig.hear(1, 2, BranchEntries(asked.length, asked.head, part))
    assert load_branches(rig.stores[1]) == [kept]


def test_nobody_answers_with_what_he_does_not_hold() -> None:
    rig = _forked()
    rig.link(1, 2)
    rig.mail.clear()
    rig.hear(2, 1, GetBranch(coop=3, first=1, length=2, head=bytes(32)))
    rig.hear(2, 1, GetBranch(coop=9, first=1, length=2, head=bytes(32)))
    assert rig.sent(2, BranchEntries) == []


def test_a_branch_is_given_on_by_whoever_keeps_it() -> None:
    rig = _forked(shared=40, of_two=LONG)
    _meet(rig)
    [branch] = load_branches(rig.stores[1])
    assert branch.base > 2
    for first in (1, branch.base, branch.base + 1, branch.base + 3):
        rig.mail.clear()
        question = GetBranch(coop=3, first=first, length=branch.tip.length, head=branch.tip.head)
        rig.hear(1, 2, question)
        [answer] = rig.sent(1, BranchEntries)
        assert answer.part.first == first
        assert branch.head_at(answer.part.signed.length) == answer.part.signed.head


def test_a_damaged_branch_is_asked_for_again() -> None:
    rig = _forked()
    _meet(rig)
    disk = rig.disks[1]
    [key] = [key for key in disk.documents if key[0] is DocumentKind.BRANCH]
    disk.documents[key] = replace(disk.documents[key], data=b"damaged")
    rig.start(1)
    rig.ready()
    rig.tick(2, PeerDown(1))
    _meet(rig)
    assert list(core_of(rig.engines[1]).validator.branches(3)) == [0, 1]
    assert rig.engines[1].status().waiting == {}


def test_a_history_that_leads_elsewhere_is_not_asked_for_again_and_again() -> None:
    rig = _forked()
    asked, part = _asked(rig)
    shorter = core_of(rig.engines[1]).validator.log(3)
    own = rig.stores[1].newest_signed_head(3)
    assert own is not None
    found = rig.stores[1].entries(3, asked.first, max_bytes=10**6)
    assert found is not None
    wrong = replace(part, entries=found.entries, signed=own)
    if own.length >= asked.length:
        rig.hear(1, 2, BranchEntries(asked.length, asked.head, wrong))
    assert shorter.length == own.length
    for _ in range(60):
        rig.advance(1_000)
    assert len(rig.sent(1, GetBranch)) < 6
    rig.now_ms += 64 * rig.settings.request_timeout_ms
    rig.mail.clear()
    rig.tick(1)
    [again] = rig.sent(1, GetBranch)
    rig.hear(1, 2, BranchEntries(again.length, again.head, part))
    assert len(load_branches(rig.stores[1])) == 1


@pytest.mark.parametrize("messages", range(1, 16))
def test_a_node_that_dies_on_the_way_gets_there_in_the_end(messages: int) -> None:
    rig = _forked()
    rig.link(1, 2)
    for _ in range(min(messages, len(rig.mail))):
        sender, send = rig.mail.pop(0)
        if send.coop in rig.engines:
            rig.hear(send.coop, sender, send.data)
    rig.start(1)
    rig.mail.clear()
    rig.tick(2, PeerDown(1))
    _meet(rig)
    assert rig.engines[1].status().waiting == {}
    assert list(core_of(rig.engines[1]).validator.branches(3)) == [0, 1]
    assert len(rig.digests() - {core_of(rig.engines[3]).validator.digest()}) == 1


def test_a_branch_that_waits_for_another_log_goes_on_when_that_has_come() -> None:
    rig = joined(1, 2, 3, 4, federation=build_federation(seed="waits", coops=4))
    for one in (1, 2, 3, 4):
        for two in (1, 2, 3, 4):
            if one < two:
                _cut(rig, one, two)
    del rig.engines[3]
    rig.admit(1, 30)
    rig.link(1, 2)
    rig.deliver()
    _cut(rig, 1, 2)
    head = rig.head(1, 1)
    anchor = rig.federation.anchor(1, length=head.length, head=head.head)
    histories = {
        2: (anchor, rig.pay(3, 1, 2, 1, amount=40)),
        4: (rig.pay(3, 1, 4, 1, amount=40), rig.federation.admit(3, 60)),
    }
    for at, history in histories.items():
        rig.tick(at, PeerUp(3))
        entries = [encode_entry(rig.now_ms // 1000, each) for each in history]
        rig.hear(at, 3, rig.entries_after(at, 3, *entries))
        rig.tick(at, PeerDown(3))
        assert core_of(rig.engines[at]).validator.log(at).anchored[3] == rig.length(at, 3)
    rig.mail.clear()
    rig.link(2, 4)
    for _ in range(10):
        while rig.mail:
            sender, send = rig.mail.pop(0)
            message = decode_message(send.data, max_bytes=len(send.data))
            if send.coop != 4 or not isinstance(message, Entries) or message.coop != 1:
                rig.hear(send.coop, sender, send.data)
        rig.advance(1_000)
    assert len(load_branches(rig.stores[4])) == 1
    assert rig.engines[4].status().waiting == {2: 3}
    rig.link(1, 2)
    rig.link(1, 4)
    for _ in range(10):
        rig.deliver()
        rig.advance(1_000)
    assert [rig.engines[at].status().waiting for at in (1, 2, 4)] == [{}, {}, {}]
    assert len(rig.digests()) == 1
