"""Why a merchant's request is not carried out."""

from enum import StrEnum


class NotDone(StrEnum):
    """The reason; the value is the code of a problem of the HTTP interface, which words it for people."""

    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    CURRENCY_UNKNOWN = "currency_unknown"
    DELIVERY_NOT_FOUND = "delivery_not_found"
    ENDPOINTS_TOO_MANY = "endpoints_too_many"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    INDEX_MISSING = "index_missing"
    INVOICE_BYTES_TOO_MANY = "invoice_bytes_too_many"
    INVOICE_EXISTS = "invoice_exists"
    INVOICE_NOT_FOUND = "invoice_not_found"
    INVOICE_STATE = "invoice_state"
    INVOICES_TOO_MANY = "invoices_too_many"
    KEY_NOT_FOUND = "key_not_found"
    KEYS_TOO_MANY = "keys_too_many"
    MERCHANT_CLOSED = "merchant_closed"
    ORIGIN_REFUSED = "origin_refused"
    PRICE_NOT_KNOWN = "price_not_known"
    QUOTE_TOO_LONG = "quote_too_long"
    REFUND_EXISTS = "refund_exists"
    REFUND_NOT_FOUND = "refund_not_found"
    REFUND_NOTHING = "refund_nothing"
    REFUND_PAYMENT_NEEDED = "refund_payment_needed"
    REFUND_SIGNED = "refund_signed"
    REFUND_TOO_LARGE = "refund_too_large"
    WEBHOOK_MESSAGES_TOO_MANY = "webhook_messages_too_many"
    WEBHOOK_NOT_FOUND = "webhook_not_found"
    WEBHOOK_URL_REFUSED = "webhook_url_refused"


class MerchantRefusal(Exception):
    """Ends a request; nothing has changed. `pointer` names the field that is wrong (RFC 6901).

    `retry_after_s`: in how many seconds the same is done.
    """

    def __init__(
        self,
        code: NotDone,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer = pointer
        self.retry_after_s = retry_after_s
