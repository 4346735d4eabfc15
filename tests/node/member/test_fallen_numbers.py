"""Which numbers a wallet uses again after a fork: those whose payments are proven not to stand."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ledger.charter_changes import Readmit
from node.member.answers import encode_bytes
from node.member.paying.desk import Desk
from node.member.paying.fallen import let_go_of_fallen
from tests.node.engine.charter.test_standing import decide
from tests.node.engine.recording.test_fallen import FORKER, NEW_KEY, forked, found_at, stand
from tests.node.engine.rig import Rig


@dataclass
class Journal:
    """What the wallet has written down."""

    last_recorded: int
    is_pending: bool = False
    first_signed: int = 1
    let_go_of: list[tuple[int, set[int]]] = field(default_factory=list)

    def pending(self) -> object | None:
        return object() if self.is_pending else None

    def let_go(self, sequence: int, *, entries: Collection[int]) -> None:
        self.let_go_of.append((sequence, set(entries)))


class Client:
    """Coop 1's node, in pages of two."""

    url = "http://norte.example"

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.payments = found_at(rig, 1).of_account[FORKER, 1]

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        if path == "/v1/me/fallen":
            after = query["after"]
            page = self.payments[after : after + 2]
            following = after + 2 if after + 2 < len(self.payments) else None
            listed = [{"head": each.head.hex()} for each in page]
            return {"payments": listed, "next": following}
        proof = self.rig.engines[1].fallen_proof(bytes.fromhex(path.split("/")[-1]))
        assert proof is not None
        standing = None if proof.standing is None else encode_bytes(proof.standing)
        return {"receipt": encode_bytes(proof.receipt), "standing": standing}


@pytest.fixture(scope="module")
def rig() -> Rig:
    """Coop 3 has forked; the history that coop 1 saw stands, and it is readmitted with another key."""
    rig = forked()
    stand(rig, 1)
    stands = rig.engines[1].newest.coops[FORKER].stands
    assert stands is not None
    key, length, head = NEW_KEY.public_key, stands.length, stands.head
    decide(rig, Readmit(coop=FORKER, key=key, limit=50_000, length=length, head=head))
    return rig


def let_go(rig: Rig, journal: Journal, next_sequence: int, *, account: int = 1) -> Journal:
    charter = rig.engines[1].newest
    key = SimpleNamespace(public_key=rig.federation.member_key(FORKER, account).public_key)
    member = SimpleNamespace(
        client=Client(rig),
        charter=charter,
        coop=charter.coops[FORKER],
        account=1,
        key=key,
        wallet=SimpleNamespace(path=Path("no folder") / "wallet.json"),
    )
    orders = SimpleNamespace(keep_marks=lambda marks: None)
    desk = SimpleNamespace(member=member, journal=journal, orders=orders)
    let_go_of_fallen(cast(Desk, desk), next_sequence)
    return journal


def test_numbers_whose_payments_all_fell_are_free_again(rig: Rig) -> None:
    # Account 1 has paid five times in the history that fell, and twice in the one that stands.
    entries = {each.number for each in found_at(rig, 1).of_account[FORKER, 1]}
    [(sequence, forgotten)] = let_go(rig, Journal(last_recorded=5), 3).let_go_of
    assert sequence == 3
    assert forgotten < entries and len(forgotten) == 3


@pytest.mark.parametrize(
    ("journal", "next_sequence"),
    [
        (Journal(last_recorded=2), 3),
        (Journal(last_recorded=6), 3),
        (Journal(last_recorded=5, is_pending=True), 3),
        (Journal(last_recorded=10**15), 1),
    ],
    ids=["nothing was used", "one has no proof", "one is under way", "absurd"],
)
def test_otherwise_nothing_is_let_go(rig: Rig, journal: Journal, next_sequence: int) -> None:
    assert let_go(rig, journal, next_sequence).let_go_of == []


def test_of_what_an_earlier_key_has_signed_no_proof_is_needed(rig: Rig) -> None:
    """The key of account 2 stands for one that the account got later: it has signed nothing of what fell."""
    journal = Journal(last_recorded=5, first_signed=6)
    assert let_go(rig, journal, 3, account=2).let_go_of == [(3, set())]
    own = Journal(last_recorded=5, first_signed=4)
    [(sequence, forgotten)] = let_go(rig, own, 3).let_go_of
    assert (sequence, len(forgotten)) == (3, 2)


def test_payments_that_another_key_has_signed_prove_nothing(rig: Rig) -> None:
    assert let_go(rig, Journal(last_recorded=5), 3, account=2).let_go_of == []


def test_before_a_decision_nothing_is_proven() -> None:
    undecided = forked()
    if (FORKER, 1) in found_at(undecided, 1).of_account:
        assert let_go(undecided, Journal(last_recorded=5), 3).let_go_of == []
