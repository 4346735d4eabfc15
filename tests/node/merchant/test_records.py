"""Rows of merchants' records as databases of earlier versions have them."""

import json

from node.merchant.invoice import InvoicePayment, Refund, read_payment, read_refund

PAYMENT = InvoicePayment(
    invoice="ab" * 16, log=2, number=12, payer=7, amount=250, time=1_767_225_600, is_late=False,
    status="recorded",
)  # fmt: skip
REFUND = Refund(
    id="cd" * 16, client_id=None, invoice="ab" * 16, account=3, reference=bytes(32), log=2, number=12,
    payee=7, amount=250, reason="stale", created_ms=1_767_225_600_000,
)  # fmt: skip


def test_the_number_of_an_entry_is_kept_under_its_earlier_name() -> None:
    for record in (PAYMENT.to_record(), REFUND.to_record(due=None)):
        kept = json.loads(record.data)
        assert kept["index"] == 12
        assert "number" not in kept
    assert read_payment(PAYMENT.to_record()) == PAYMENT
    assert read_refund(REFUND.to_record(due=None)) == REFUND
