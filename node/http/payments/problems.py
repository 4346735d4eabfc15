"""The problems of those who look for payments and receipts."""

from typing import Final

from node.http.base.problem import not_found

PAYMENT_NOT_FOUND: Final = not_found(
    "payment_not_found",
    "This node holds no payment at that place.",
    "Check cooperative and number; a node may still be catching up.",
)
RECEIPT_NOT_FOUND: Final = not_found(
    "receipt_not_found",
    "This node holds that entry, but no signature of the cooperative over it or close enough after it.",
    "Ask the node of the cooperative whose log it is, or the payer, who has the receipt.",
)
