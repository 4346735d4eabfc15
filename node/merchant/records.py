"""The kinds of records that the merchants' part keeps beside the logs."""

from enum import unique

from node.store import RecordKind


@unique
class MerchantRecord(RecordKind):
    """What a record of the merchants' part is."""

    INVOICE = "invoice"
    INVOICE_PAYMENT = "invoice_payment"
    REFUND = "refund"
    MOVEMENT = "movement"
    """Money that came in for a merchant's invoices, or was given back."""
    REQUEST = "request"
    """A request that may be repeated, and what it made."""
    API_KEY = "api_key"
    ENDPOINT = "endpoint"
    """Where a merchant wants to be told."""
    FOLLOWER = "follower"
    """A merchant whose events are kept for a while, because somebody follows them."""
    EVENT = "event"
    """One of these events."""
    ORIGINS = "origins"
    """Which sites may show a merchant's bills in a frame."""
    DELIVERY = "delivery"
    """A message on its way to an endpoint, or what became of it."""
