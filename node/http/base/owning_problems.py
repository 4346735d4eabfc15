"""The refusals about the keys of accounts in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

OWNING_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.DELEGATE_TERMS_WRONG: (
        422,
        "Caps that can't be",
        "A key may pay at least something at once, and no more at once than in a day; "
        "a revoked one has no caps.",
        "Give caps above zero, that of a payment not above that of a day.",
    ),
    Refusal.DELEGATE_UNTIL_WRONG: (
        422,
        "A day that can't be",
        "A key pays until a time that is still to come, ten years away at most.",
        "Choose another day.",
    ),
    Refusal.DELEGATE_UNKNOWN: (
        422,
        "No such key",
        "The account has no key at that place that may pay: it was never given, or it was taken away.",
        "Ask the owner of the account.",
    ),
    Refusal.DELEGATE_KEY_TAKEN: (
        422,
        "The key is in use",
        "That key may already pay for this account, or is an owner's.",
        "Make a new key for it.",
    ),
    Refusal.DELEGATE_EXPIRED: (
        422,
        "The key's time is over",
        "The owner let this key pay until a day, and that day has come.",
        "Ask the owner to give the key more time.",
    ),
    Refusal.DELEGATE_PAYMENT_CAP: (
        422,
        "More than the key may pay at once",
        "With its fee the payment is above what the owner lets this key pay at once.",
        "Pay less, or let the owner pay.",
    ),
    Refusal.DELEGATE_DAY_CAP: (
        422,
        "More than the key may pay in a day",
        "With its fee and what was paid today, the payment is above what the owner lets this key "
        "pay in a day.",
        "Pay less, wait until after midnight, universal time, or let the owner pay.",
    ),
    Refusal.DELEGATE_PAYEE: (
        422,
        "Not to this payee",
        "The owner lets this key pay certain accounts only, and this is none of them.",
        "Let the owner pay, or ask the owner to add the payee.",
    ),
    Refusal.OWNERS_IMPOSSIBLE: (
        422,
        "Owners that can't be",
        "At least one owner has to sign, no more can than there are, and each has a key of their own.",
        "Give each owner's key once, and how many of them sign.",
    ),
    Refusal.OWNERS_UNCHANGED: (
        422,
        "Nothing changes",
        "The account has these owners already, and takes so many of them.",
        "There is nothing to do.",
    ),
    Refusal.ACCOUNT_IS_JOINT: (
        422,
        "Several owners sign",
        "The account belongs to several, and one signature alone moves nothing.",
        "Make a draft, and let the other owners sign it.",
    ),
    Refusal.ACCOUNT_NOT_JOINT: (
        422,
        "One owner signs",
        "The account has one key, and this is signed as by several owners.",
        "Let the account's key sign.",
    ),
    Refusal.OWNER_UNKNOWN: (
        422,
        "Not an owner",
        "Somebody has signed who is no owner of the account, or is none any more.",
        "Sign again, by those who own it now.",
    ),
    Refusal.OWNERS_TOO_FEW: (
        422,
        "Too few owners",
        "Fewer owners have signed than the account takes.",
        "Let more owners sign.",
    ),
}
"""Status, title, detail and remedy."""
