"""The refusals of moving in, in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

OPENING_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.OPENING_REPEATED: (
        409,
        "Opened already",
        "The books of this cooperative were opened with balances already, which happens once.",
        "Pay or spend what is still to be put right.",
    ),
    Refusal.OPENING_PART_WRONG: (
        409,
        "Not the next part",
        "It is not the part of the opening that comes next, or it does not go with those before it.",
        "Record the parts of one opening in their order.",
    ),
    Refusal.OPENING_LATE: (
        409,
        "Too late to open",
        "Something was paid already; balances of a system before come before the first payment.",
        "Pay or spend from the commons what members had before.",
    ),
    Refusal.OPENING_SUM_WRONG: (
        422,
        "Does not add up",
        "The balances of all parts and of the commons are not 0 together.",
        "Let the commons have the opposite of what the members have together.",
    ),
    Refusal.OPENING_MISSING: (
        404,
        "No such opening",
        "The books were not opened with that statement, or without a balance for this account.",
        "Look at the account: it shows the balance with which it began, if there was one.",
    ),
    Refusal.ACKNOWLEDGED_ALREADY: (
        409,
        "Agreed already",
        "The member has agreed with the balance of the opening already.",
        "Nothing is left to do.",
    ),
    Refusal.BALANCE_NOT_OPENED: (
        422,
        "Another balance",
        "The balance is not the one with which the account began.",
        "Look at the account. If what it began with is wrong, tell your stewards.",
    ),
}
"""Refusal -> status, title, what is wrong, what would make it pass."""
