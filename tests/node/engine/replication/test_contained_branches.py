"""What goes on from the log that a node holds is no branch: all nodes hold the same branches in the end."""

from dataclasses import dataclass

from ledger.entries import encode_entry
from node.engine.answers import Recorded
from node.engine.branches_kept import Branch, branch_documents, load_branches
from node.engine.events import PeerDown
from node.engine.reading import read_entries
from node.engine.wire import Entries, GetBranch, decode_message
from node.store import Write
from tests.node.engine.charter.test_standing import pass_time, readmitted
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined


@dataclass
class _Seen:
    """What went by while entries of one log were lost."""

    questions: int = 0


def _lose(rig: Rig, *, at: int, log: int, seconds: int) -> _Seen:
    """Deliver all for a while, but for the entries of one log to one node."""
    seen = _Seen()
    for _ in range(seconds):
        while rig.mail:
            sender, send = rig.mail.pop(0)
            message = decode_message(send.data, max_bytes=len(send.data))
            seen.questions += isinstance(message, GetBranch) and sender == at
            if send.coop != at or not isinstance(message, Entries) or message.coop != log:
                rig.hear(send.coop, sender, send.data)
        rig.advance(1_000)
    return seen


def _ahead() -> Rig:
    """Coop 3 was readmitted; coop 2 has anchored an entry of it that coop 1 does not hold yet."""
    rig = readmitted()
    for other in (2, 3):
        rig.tick(1, PeerDown(other))
        rig.tick(other, PeerDown(1))
    (answer,) = rig.submit(3, rig.pay(3, 2, 2, 1, amount=5))
    assert isinstance(answer, Recorded)
    pass_time(rig)
    assert core_of(rig.engines[2]).validator.log(2).anchored[3] == rig.length(3, 3)
    assert rig.length(1, 3) < rig.length(3, 3)
    rig.link_all()
    return rig


def _tips(rig: Rig) -> list[set[bytes]]:
    return [{each.tip.head for each in load_branches(rig.stores[at])} for at in (1, 2, 3)]


def test_what_a_log_waits_for_and_the_log_is_about_to_have_is_not_kept_as_a_branch() -> None:
    rig = _ahead()
    before = _tips(rig)
    assert _lose(rig, at=1, log=3, seconds=2).questions > 0
    assert _tips(rig) == before
    pass_time(rig, 20)
    assert _tips(rig) == before
    assert rig.engines[1].status().waiting == {}
    assert len(rig.digests()) == 1


def test_what_replication_does_not_bring_is_kept_until_the_log_has_it() -> None:
    rig = _ahead()
    before = _tips(rig)
    _lose(rig, at=1, log=3, seconds=20)
    assert rig.engines[1].status().waiting == {}
    assert len(_tips(rig)[0]) == len(before[0]) + 1
    pass_time(rig, 20)
    assert _tips(rig) == before
    assert rig.length(1, 3) == rig.length(3, 3)
    assert len(rig.digests()) == 1


def _with_contained() -> Rig:
    """Coop 1 keeps as a branch what is in its log of coop 3, and has saved a snapshot with it."""
    rig = joined(1, 2, 3)
    part = read_entries(rig.stores[1], 3, 2, max_bytes=10**6)
    assert part is not None
    rig.stores[1].commit(Write(documents=branch_documents(Branch((part,)), created=0)))
    rig.start(1)
    rig.engines[1].save_snapshot()
    assert len(rig.digests()) == 2
    return rig


def test_a_branch_that_is_all_in_the_log_is_dropped_at_a_start() -> None:
    rig = _with_contained()
    rig.tick(1)
    assert load_branches(rig.stores[1]) == []
    assert len(rig.digests()) == 1


def test_a_snapshot_with_a_branch_that_was_dropped_is_not_used() -> None:
    rig = _with_contained()
    rig.tick(1)
    rig.start(1)
    assert list(core_of(rig.engines[1]).validator.branches(3)) == [0]
    assert len(rig.digests()) == 1


def test_a_branch_that_the_log_has_only_in_part_stays() -> None:
    rig = joined(1, 2, 3)
    entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(3, 50))
    part = rig.entries_after(1, 3, entry)
    rig.stores[1].commit(Write(documents=branch_documents(Branch((part,)), created=0)))
    rig.start(1)
    rig.tick(1)
    assert [each.tip for each in load_branches(rig.stores[1])] == [part.signed]
