"""Long logs and branches are judged in parts, so that nobody waits; in the end all is as if at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger.entries import encode_entry
from ledger.validators.interface import Replayed
from node.engine.answers import Recorded
from node.engine.branches_kept import load_branches
from node.engine.costs import judging
from node.engine.events import PeerMessage, Submit
from node.engine.reading import load_state
from node.engine.remaking import Remaking
from node.engine.slices import beginning, weight
from tests.node.engine.inside import core_of
from tests.node.engine.replication.test_branches import _forked, _meet
from tests.node.engine.rig import Rig, joined

MANY = tuple(range(100, 160))


def payment(rig: Rig, sequence: int) -> Submit:
    return Submit(rig.request(), rig.pay(1, sequence, 1, 2))


class Judged:
    """How many entries were applied, of all logs, at once and since it was looked at last."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        kind = type(core_of(rig.engines[1]).validator)
        replay = kind.replay

        def counted(self_: object, *args: object, **named: object) -> Replayed:
            result: Replayed = replay(self_, *args, **named)  # type: ignore[arg-type]
            self.count += result.count
            return result

        monkeypatch.setattr(kind, "replay", counted)

    @contextmanager
    def at_most(self, most: int) -> Iterator[None]:
        self.count = 0
        yield
        assert self.count <= most


def test_a_long_message_is_judged_in_parts_while_people_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = joined(1, 2, 3, applied_bytes_busy=20_000)
    now = rig.now_ms // 1000
    entries = [encode_entry(now, rig.federation.admit(3, account)) for account in MANY]
    message = PeerMessage(3, rig.entries_after(1, 3, *entries).encode())
    judged = Judged(rig, monkeypatch)
    rig.tick(1, payment(rig, 1))
    before = core_of(rig.engines[1]).length(3)
    for sequence in range(2, 60):
        with judged.at_most(10):
            (answer,) = rig.ask(1, payment(rig, sequence), *([message] if sequence == 2 else []))
        assert isinstance(answer, Recorded)
        rig.now_ms += 10
    core = core_of(rig.engines[1])
    assert core.length(3) == before + len(MANY)
    assert core.signed[3].length == core.length(3)
    rig.start(1)
    assert core_of(rig.engines[1]).length(3) == before + len(MANY)


def test_a_message_that_is_judged_in_parts_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = joined(1, 2, 3, applied_bytes_busy=20_000)
    now = rig.now_ms // 1000
    entries = [encode_entry(now, rig.federation.admit(3, account)) for account in MANY]
    message = PeerMessage(3, rig.entries_after(1, 3, *entries).encode())
    core = core_of(rig.engines[1])
    hashed: list[int] = []
    chain = core.validator.chain

    def counted(coop: int, entries: bytes, *, branch: int = 0) -> tuple[int, bytes]:
        hashed.append(coop)
        return chain(coop, entries, branch=branch)

    monkeypatch.setattr(core.validator, "chain", counted)
    spent = core.work._spent
    charged = 0
    before = core.length(3)
    for sequence in range(1, 60):
        rig.ask(1, payment(rig, sequence), *([message] if sequence == 1 else []))
        charged += spent[3]
        rig.now_ms += 10
    assert core.length(3) == before + len(MANY)
    assert hashed.count(3) == 1
    # And its sender has paid for all of it, judged when it was.
    assert charged >= judging(sum(map(weight, entries))) - len(MANY)


def test_a_branch_is_taken_up_in_parts_while_people_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = _forked(of_two=MANY, applied_bytes_busy=20_000)
    judged = Judged(rig, monkeypatch)
    rig.link(1, 2)
    for sequence in range(1, 150):
        rig.deliver_to(2)
        news = [PeerMessage(sender, send.data) for sender, send in rig.mail if send.coop == 1]
        rig.mail.clear()
        with judged.at_most(2 * 10 + 2):
            (answer,) = rig.ask(1, payment(rig, sequence), *news)
        assert isinstance(answer, Recorded)
        rig.now_ms += 50
    core = core_of(rig.engines[1])
    assert list(core.validator.branches(3)) == [0, 1]
    assert rig.engines[1].status().waiting == {}
    made = load_state(core.validator.founding, core.store, core.validator.coops).validator
    assert made.digest() == core.validator.digest()


def test_a_branch_says_exactly_where_it_parts_from_the_log() -> None:
    rig = _forked(shared=5)
    shared = 5 + 2
    _meet(rig)
    [held] = load_branches(rig.stores[1])
    core = core_of(rig.engines[1])
    assert core.head_at(3, held.base) == held.parts[0].previous
    assert core.head_at(3, held.base + 1) != held.head_at(held.base + 1)
    assert held.base >= shared - 2
    assert held.heads()[-1] == held.tip.head


@pytest.mark.parametrize("most", [1, 4_000, 10**9])
def test_a_state_made_in_parts_is_the_same(most: int) -> None:
    rig = _forked(of_two=MANY)
    _meet(rig)
    core = core_of(rig.engines[1])
    remaking = Remaking(
        core.validator.founding, core.store, core.validator.coops, load_branches(core.store)
    )
    for _ in range(1_000):
        if remaking.go_on(most):
            break
    assert remaking.is_whole
    assert remaking.validator.digest() == core.validator.digest()
    assert list(remaking.validator.branches(3)) == [0, 1]


def test_what_the_rules_judge_one_by_one_weighs_more() -> None:
    rig = joined(1, 2, 3)
    now = rig.now_ms // 1000
    admission = encode_entry(now, rig.federation.admit(3, 9))
    payment_entry = encode_entry(now, rig.pay(1, 1, 1, 2))
    assert weight(payment_entry) == len(payment_entry)
    assert weight(admission) == 20 * len(admission)
    assert weight(b"") == 0
    both = payment_entry + admission + payment_entry
    assert beginning(both, 1) == (payment_entry, len(payment_entry))
    assert beginning(both, 10**9)[0] == both
