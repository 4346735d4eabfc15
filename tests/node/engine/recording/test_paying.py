"""An account pays as often as people do, and not as fast as a node can write."""

import pytest

from ledger.entries import decode_transaction
from ledger.transactions import Pay
from node.engine.answers import NotJudged, Recorded
from node.engine.recording.paying import payer_of
from tests.builders import build_federation
from tests.node.engine.rig import Rig, joined


def ready(burst: int) -> Rig:
    return joined(1, 2, account_payments_burst=burst, account_payments_per_second=1)


def test_one_cent_to_and_fro_comes_to_an_end_and_goes_on_slowly() -> None:
    rig = ready(10)
    results = [rig.submit(1, rig.pay(1, sequence, 1, 2, 1))[0] for sequence in range(1, 13)]
    assert [isinstance(result, Recorded) for result in results] == [True] * 11 + [False]
    assert isinstance(results[-1], NotJudged)
    # Nobody else has to wait for that.
    other = rig.federation.pay(1, payer=2, sequence=1, payee_coop=1, payee=1, amount=1)
    assert isinstance(rig.submit(1, other)[0], Recorded)
    rig.now_ms += 1_000
    assert isinstance(rig.submit(1, rig.pay(1, 12, 1, 2, 1))[0], Recorded)
    assert isinstance(rig.submit(1, rig.pay(1, 13, 1, 2, 1))[0], NotJudged)


def test_a_batch_ends_before_the_payer_that_has_to_wait() -> None:
    rig = ready(5)
    other = rig.federation.pay(1, payer=2, sequence=1, payee_coop=1, payee=1, amount=1)
    mine = [rig.pay(1, sequence, 1, 2, 1) for sequence in range(1, 9)]
    assert len(rig.batch(1, mine[:6]).results) == 6
    answer = rig.batch(1, [other, *mine[6:]])
    assert len(answer.results) == 1 and answer.results[0] > 0
    assert rig.batch(1, mine[6:]).results == []


def test_only_what_is_recorded_counts() -> None:
    rig = ready(3)
    for _ in range(20):
        rig.submit(1, rig.pay(1, 9, 1, 2, 1))
    pay = rig.pay(1, 1, 1, 2, 1)
    for _ in range(20):
        assert isinstance(rig.submit(1, pay)[0], Recorded)


@pytest.mark.parametrize("payer", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1])
def test_the_payer_is_read_from_the_first_bytes(payer: int) -> None:
    federation = build_federation(coops=2)
    data = federation.pay(1, payer=payer, sequence=1, payee_coop=1, payee=2, amount=1)
    pay = decode_transaction(data)
    assert isinstance(pay, Pay) and payer_of(data) == pay.payer == payer
    assert payer_of(federation.admit(1, 7)) is None
    assert payer_of(b"") is None
