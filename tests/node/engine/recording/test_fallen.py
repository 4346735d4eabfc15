"""Payments that are only in a history that does not stand: found, said what holds of them, and proven."""

from dataclasses import replace

import pytest

from ledger.charter_changes import DecideBranch, Quarantine, Readmit
from ledger.entries import encode_entry
from ledger.errors import NotStanding, ProofError
from ledger.receipts import decode_receipt
from ledger.transactions import Pay, Status
from node.engine.events import PeerDown, PeerUp
from node.engine.fallen import FallenList, Outcome
from tests.builders import build_federation, signing_key
from tests.node.engine.charter.test_standing import decide, pass_time
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

FORKER = 3
NEW_KEY = signing_key("after the fork")
Line = tuple[int, int, int, int, Outcome]
"""Payer, the payee's coop and account, amount, and what holds."""


def forked(*, is_all_taken: bool = True) -> Rig:
    """Coop 3 shows coop 1 one history and coop 2 another; each takes in what it saw, but coop 2 not the last
    entry unless `is_all_taken`.

    Account 2 of coop 2 closes before that, and what account 2 of coop 3 pays account 1 there is in both.
    """
    rig = joined(
        1, 2, 3, federation=build_federation(seed="fallen", coops=3), decision_interval_ms=5_000
    )
    for one, other in ((1, 2), (1, 3), (2, 3)):
        rig.tick(one, PeerDown(other))
        rig.tick(other, PeerDown(one))
    rig.submit(2, rig.federation.status(2, 2, revision=1, status=Status.CLOSED))
    both = rig.federation.pay(3, payer=2, sequence=1, payee_coop=3, payee=1, amount=5)
    for at, own in ((1, _of_one(rig)), (2, _of_two(rig))):
        rig.tick(at, PeerUp(3))
        entries = [encode_entry(rig.now_ms // 1000, each) for each in (*own[:-1], both)]
        rig.hear(at, 3, rig.entries_after(at, 3, *entries))
        rig.advance(at * rig.settings.anchor_interval_ms)
        late = encode_entry(rig.now_ms // 1000, own[-1])
        rig.hear(at, 3, rig.entries_after(at, 3, late))
        if is_all_taken:
            rig.advance(at * rig.settings.anchor_interval_ms)
        rig.tick(at, PeerDown(3))
    del rig.engines[3]
    rig.mail.clear()
    rig.link(1, 2)
    pass_time(rig)
    return rig


def _of_one(rig: Rig) -> list[bytes]:
    return [rig.pay(3, 1, 1, 1, amount=40), rig.pay(3, 2, 3, 2, amount=9)]


def _of_two(rig: Rig) -> list[bytes]:
    return [
        rig.pay(3, 1, 2, 1, amount=40),
        rig.pay(3, 2, 2, 2, amount=30),
        rig.pay(3, 3, 3, 2, amount=7),
        rig.pay(3, 4, 1, 1, amount=6),
        rig.pay(3, 5, 3, 2, amount=1),
    ]


def found_at(rig: Rig, at: int) -> FallenList:
    for _ in range(10):
        rig.tick(at)
    found = rig.engines[at].fallen()
    assert found.is_whole
    return found


def _lines(found: FallenList) -> list[Line]:
    return [
        (each.payer, each.payee_coop, each.payee, each.amount, each.outcome)
        for each in found.payments
    ]


def _standing_is_of(rig: Rig) -> int:
    """At which coop the history that counts was seen."""
    validator = core_of(rig.engines[1]).validator
    return 1 if validator.standing(FORKER) == 0 else 2


OF_ONE = [(1, 1, 1, 40, Outcome.KEPT), (1, 3, 2, 9, Outcome.UNDONE)]
OF_TWO = [
    (1, 2, 1, 40, Outcome.KEPT),
    (1, 2, 2, 30, Outcome.COMMONS),
    (1, 3, 2, 7, Outcome.UNDONE),
    (1, 1, 1, 6, Outcome.UNDONE),
    (1, 3, 2, 1, Outcome.UNDONE),
]


def stand(rig: Rig, at: int) -> None:
    """Decide that the history stands which coop `at` saw."""
    log = core_of(rig.engines[at]).validator.log(FORKER)
    lost = {1: 40, 2: 70}
    decide(rig, Quarantine(coop=FORKER))
    other = 3 - at
    decide(
        rig,
        DecideBranch(coop=FORKER, length=log.length, head=log.head, losses=((other, lost[other]),)),
    )


def test_without_a_fork_there_is_nothing() -> None:
    rig = joined(1, 2)
    assert rig.engines[1].fallen() == FallenList()
    assert rig.engines[1].fallen_proof(bytes(32)) is None


def test_before_a_decision_the_history_that_does_not_count_is_listed_alike_everywhere() -> None:
    rig = forked()
    one, two = (found_at(rig, at) for at in (1, 2))
    assert one == two
    assert _lines(one) == (OF_TWO if _standing_is_of(rig) == 1 else OF_ONE)
    [fork] = one.forks
    assert (fork.coop, fork.version, fork.payments) == (FORKER, None, len(one.payments))
    losses = [core_of(rig.engines[1]).validator.fork_loss(coop, other=FORKER) for coop in (1, 2)]
    assert fork.kept == sum(losses) > 0


@pytest.mark.parametrize("at", [1, 2])
def test_after_the_decision_each_case_is_told(at: int) -> None:
    rig = forked()
    stand(rig, at)
    one, two = (found_at(rig, each) for each in (1, 2))
    assert one == two
    assert _lines(one) == (OF_TWO if at == 1 else OF_ONE)
    [fork] = one.forks
    assert (fork.version, fork.kept) == (2, 70 if at == 1 else 40)
    assert fork.amount == sum(each.amount for each in one.payments)


def test_what_nobody_took_in_is_listed_where_it_was_seen() -> None:
    rig = forked(is_all_taken=False)
    stand(rig, 1)
    assert _lines(found_at(rig, 1)) == OF_TWO[:-1]
    assert sorted(_lines(found_at(rig, 2))) == sorted(OF_TWO)


def test_it_is_found_by_the_accounts_that_it_concerns() -> None:
    rig = forked()
    stand(rig, 1)
    found = found_at(rig, 1)
    concerns = {account: len(found.of_account[account]) for account in found.of_account}
    assert concerns == {(3, 1): 5, (2, 1): 1, (2, 2): 1, (3, 2): 2, (1, 1): 1}


@pytest.mark.parametrize("at", [1, 2])
def test_every_receipt_proves_what_was_signed_and_that_it_does_not_stand(at: int) -> None:
    rig = forked()
    stand(rig, at)
    stands = rig.engines[1].newest.coops[FORKER].stands
    assert stands is not None
    proven = 0
    for engine in (rig.engines[1], rig.engines[2]):
        charter = engine.newest
        for payment in found_at(rig, 1).payments:
            proof = engine.fallen_proof(payment.head)
            assert proof is not None
            receipt = decode_receipt(proof.receipt)
            entry = receipt.entry_signed(charter)
            assert isinstance(entry.transaction, Pay)
            assert (receipt.coop, receipt.length) == (FORKER, payment.number)
            assert entry.transaction.amount == payment.amount
            with pytest.raises(ProofError):
                replace(receipt, previous=bytes(32)).entry_signed(charter)
            if payment.number > stands.length:
                assert proof.standing is None
                continue
            assert proof.standing is not None
            standing = decode_receipt(proof.standing)
            standing.check(charter)
            assert receipt.is_beside(standing, charter)
            assert not standing.is_beside(standing, charter)
            assert not standing.is_beside(receipt, charter)
            proven += 1
    assert proven == 2 * (3 if at == 1 else 2)


def test_a_receipt_that_shows_another_history_where_one_was_decided_does_not_hold() -> None:
    rig = forked()
    stand(rig, 1)
    charter = rig.engines[1].newest
    first = rig.engines[1].fallen_proof(found_at(rig, 1).payments[0].head)
    assert first is not None
    with pytest.raises(NotStanding):
        decode_receipt(first.receipt).check(charter)


def test_once_the_coop_has_another_key_what_the_old_one_signed_beyond_does_not_hold() -> None:
    rig = forked()
    stand(rig, 1)
    [stands] = [rig.engines[1].newest.coops[FORKER].stands]
    assert stands is not None
    last = found_at(rig, 1).payments[-1]
    assert last.number > stands.length
    proof = rig.engines[1].fallen_proof(last.head)
    assert proof is not None
    receipt = decode_receipt(proof.receipt)
    receipt.check(rig.engines[1].newest)
    decide(
        rig,
        Readmit(
            coop=FORKER,
            key=NEW_KEY.public_key,
            limit=50_000,
            length=stands.length,
            head=stands.head,
        ),
    )
    charter = rig.engines[1].newest
    receipt.entry_signed(charter)
    with pytest.raises(NotStanding):
        receipt.check(charter)
