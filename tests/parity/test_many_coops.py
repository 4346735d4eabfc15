"""As many coops as a charter may have: both validators have the same state of them."""

import pytest

from ledger.refusals import Refusal
from tests.builders import START, build_federation
from tests.parity.both import Both

pytestmark = pytest.mark.needs_native


def test_a_thousand_coops() -> None:
    federation = build_federation(seed="many", coops=1024, stewards=1, threshold=1)
    both = Both(federation.founding)
    for coop in (1, 700, 1024):
        both.sequence(coop, START, [federation.admit(coop, 1)])
    pays = [
        federation.pay(1024, payer=1, sequence=1, payee_coop=1, payee=0, amount=5),
        federation.pay(1024, payer=1, sequence=2, payee_coop=1025, payee=0, amount=5),
    ]
    assert both.sequence(1024, START, pays).outcomes == [2, -Refusal.COOP_UNKNOWN.value]
    head = both.ask(lambda each: each.log(1024).head)
    both.sequence(1, START, [federation.anchor(1024, length=2, head=head)])
    assert both.ask(lambda each: each.log(1).commons) == 5
    assert both.ask(lambda each: each.log(1).anchored)[1024] == 2
    for coop in (1, 700, 1024):
        both.check_log(coop)
    both.ask(lambda each: each.snapshot())
    both.ask(lambda each: each.digest())
