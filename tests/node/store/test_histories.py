"""What rows of histories are made from."""

from ledger.entries import encode_entry
from node.store.histories import paid_by
from tests.builders import START, build_federation


def test_who_paid_a_coop_is_told_of_payments_to_that_coop_only() -> None:
    federation = build_federation()
    time = START
    paid = federation.pay(1, payer=7, sequence=1, payee_coop=2, payee=3, amount=40)
    assert paid_by(encode_entry(time, paid), to=2) == (7, 40)
    assert paid_by(encode_entry(time, paid), to=1) is None
    assert paid_by(encode_entry(time, federation.admit(1, 50)), to=2) is None
    assert paid_by(None, to=2) is None
