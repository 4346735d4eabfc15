"""The problems that merchants meet, and those who pay their invoices."""

from typing import Final

from node.http.base.problem import ProblemKind

KEY_NOT_FOUND: Final = ProblemKind(
    "key_not_found",
    404,
    "Not found",
    "You have no key with this id.",
    "See GET /v1/merchant/keys.",
)
KEYS_TOO_MANY: Final = ProblemKind(
    "keys_too_many",
    409,
    "Too many keys",
    "The account has as many API keys as it may have.",
    "Revoke those that you don't use.",
)
MERCHANT_CLOSED: Final = ProblemKind(
    "merchant_closed",
    409,
    "Account closed",
    "The merchant's account was closed, so nobody can pay it.",
    "Ask your cooperative's stewards for a new account.",
)
INVOICE_NOT_FOUND: Final = ProblemKind(
    "invoice_not_found",
    404,
    "Not found",
    "There is no such invoice, or it is not yours.",
    "Check the id.",
)
INVOICE_EXISTS: Final = ProblemKind(
    "invoice_exists",
    409,
    "Id taken",
    "There is an invoice with this client_id, and with other contents.",
    "Use a new client_id for a new invoice; send the same contents to get the one there is.",
)
INVOICE_STATE: Final = ProblemKind(
    "invoice_state",
    409,
    "Too late for this",
    "The invoice is in a state in which this can't be done.",
    "Read the invoice. What was paid can be refunded.",
)
INVOICES_TOO_MANY: Final = ProblemKind(
    "invoices_too_many",
    409,
    "Too many invoices",
    "The account has as many invoices as the node watches at a time.",
    "Wait until older ones have ended, or ask the node's operator to watch more.",
)
INVOICE_BYTES_TOO_MANY: Final = ProblemKind(
    "invoice_bytes_too_many",
    429,
    "Too much for a day",
    "The account's new invoices take as much of the node as they may in a day.",
    "Send the same again after the time that Retry-After says, or ask the node's operator for more.",
    retryable=True,
)
WEBHOOK_MESSAGES_TOO_MANY: Final = ProblemKind(
    "webhook_messages_too_many",
    429,
    "Too many messages",
    "The account has asked for as many test messages, and messages again, as it may in an hour.",
    "Ask again after the time that Retry-After says. What happens to invoices is told all the same.",
    retryable=True,
)
IDEMPOTENCY_KEY_MALFORMED: Final = ProblemKind(
    "idempotency_key_malformed",
    400,
    "Idempotency-Key not understood",
    "The header must have 1 to 128 visible ASCII characters, quoted or bare, and be there once.",
    'Send for example: Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"',
)
IDEMPOTENCY_IN_PROGRESS: Final = ProblemKind(
    "idempotency_in_progress",
    409,
    "Under way",
    "A request with this Idempotency-Key is being carried out.",
    "Send it again in a moment: it gets the answer of the first.",
    retryable=True,
)
IDEMPOTENCY_MISMATCH: Final = ProblemKind(
    "idempotency_mismatch",
    422,
    "Idempotency-Key used",
    "This Idempotency-Key came with another request before.",
    "Use a new key for a new request.",
)
INDEX_MISSING: Final = ProblemKind(
    "index_missing",
    422,
    "No index",
    "The federation's charter has no index, so prices in national currency can't be converted.",
    "Ask for an amount in units.",
)
CURRENCY_UNKNOWN: Final = ProblemKind(
    "currency_unknown",
    422,
    "Another currency",
    "The amount is not in the federation's unit, or the price not in the index's currency.",
    "Leave the currency out, or convert the price yourself.",
)
QUOTE_TOO_LONG: Final = ProblemKind(
    "quote_too_long",
    422,
    "Locked for too long",
    "A price can't be locked for so long as the invoice was to last.",
    "Let the invoice expire earlier, or ask for an amount in units.",
)
LAST_EVENT_ID_MALFORMED: Final = ProblemKind(
    "last_event_id_malformed",
    400,
    "Last-Event-ID not understood",
    "The header is not an `id` of this stream.",
    "Send the last `id:` that the stream sent, or leave the header out to hear of new events only.",
)
TAKINGS_TOO_MANY: Final = ProblemKind(
    "takings_too_many",
    422,
    "Too much at once",
    "In these days there were more payments and refunds than are summed at a time.",
    "Ask for fewer days.",
)
ZONE_UNKNOWN: Final = ProblemKind(
    "zone_unknown",
    422,
    "Time zone not known",
    "There is no time zone of this name.",
    "Give a name such as America/Argentina/Buenos_Aires, or none for the node's own zone.",
)
REFUND_NOT_FOUND: Final = ProblemKind(
    "refund_not_found", 404, "Not found", "There is no such refund.", "Check invoice and id."
)
REFUND_EXISTS: Final = ProblemKind(
    "refund_exists",
    409,
    "Id taken",
    "There is a refund with this client_id, and with other contents.",
    "Use a new client_id for another refund.",
)
REFUND_SIGNED: Final = ProblemKind(
    "refund_signed",
    409,
    "Too late for this",
    "The refund was signed and is recorded; it can't be given up.",
    "Ask the payer to pay again.",
)
REFUND_TOO_LARGE: Final = ProblemKind(
    "refund_too_large",
    422,
    "More than was paid",
    "A refund can't be larger than what is left of the payment.",
    "Refund less; see `payments` in the invoice.",
)
REFUND_NOTHING: Final = ProblemKind(
    "refund_nothing",
    422,
    "Nothing to refund",
    "No payment of this invoice has arrived, or not the one that was named.",
    "Wait until the payment is delivered.",
)
REFUND_PAYMENT_NEEDED: Final = ProblemKind(
    "refund_payment_needed",
    422,
    "Which payment?",
    "Several payments of this invoice have arrived.",
    'Name the one to refund: "of": {"coop": "norte", "number": 12}.',
)
ORIGIN_REFUSED: Final = ProblemKind(
    "origin_refused",
    422,
    "Origin not taken",
    "A site that may show bills is named by its origin: https, host and perhaps port.",
    "Give an origin such as https://shop.example, for each site one.",
)
WEBHOOK_URL_REFUSED: Final = ProblemKind(
    "webhook_url_refused",
    422,
    "Address not taken",
    "Webhooks go to public https addresses only.",
    "Give an address such as https://shop.example/fiado. For development: "
    "`fiado merchant listen --forward-to URL`.",
)
WEBHOOK_NOT_FOUND: Final = ProblemKind(
    "webhook_not_found", 404, "Not found", "You have no such endpoint.", "See GET /v1/webhooks."
)
DELIVERY_NOT_FOUND: Final = ProblemKind(
    "delivery_not_found",
    404,
    "Not found",
    "There is no such delivery; those that ended are kept for a month.",
    "See GET /v1/webhooks/{id}/deliveries.",
)
ENDPOINTS_TOO_MANY: Final = ProblemKind(
    "endpoints_too_many",
    409,
    "Too many endpoints",
    "The account has as many webhook endpoints as it may have.",
    "Delete those that you don't use.",
)
