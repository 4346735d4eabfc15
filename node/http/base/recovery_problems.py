"""The refusals about keys and their recovery in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

RECOVERY_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.KEY_UNCHANGED: (
        409,
        "The same key",
        "The account has this key already.",
        "Make a new wallet first; a key is replaced by another one.",
    ),
    Refusal.RECOVERY_RUNS: (
        422,
        "A recovery runs",
        "Somebody has begun to give this account another key; until that ends it stays as it is.",
        "If you did not ask for it, object with the key that you have; else wait until it ends.",
    ),
    Refusal.GUARDIANS_IMPOSSIBLE: (
        422,
        "Impossible guardians",
        "From 1 to 16 guardians can be needed; whoever gives up guardians names neither a number nor a wait.",
        "Name them again with a number that fits.",
    ),
    Refusal.WAIT_OUT_OF_RANGE: (
        422,
        "Wait against the bylaws",
        "The wait is shorter than the bylaws let it be, or longer than a year.",
        "Choose another wait; the bylaws have the shortest one.",
    ),
    Refusal.RECOVERY_NUMBER_WRONG: (
        409,
        "Not the next recovery",
        "Recoveries of an account are numbered without gaps, and this number is not the next.",
        "Make the request again on the new device, and let it be signed again.",
    ),
    Refusal.GUARDIANS_WRONG: (
        422,
        "Not the guardians",
        "The account has no guardians, or this list is not the one that its owner has named.",
        "Ask another guardian for the list, or the stewards for a recovery.",
    ),
    Refusal.GUARDIAN_UNKNOWN: (
        422,
        "Not a guardian",
        "Somebody has signed who is not on the list, or whose own account is closed or frozen.",
        "Leave that signature out.",
    ),
    Refusal.GUARDIANS_TOO_FEW: (
        422,
        "Too few guardians",
        "Fewer guardians have signed than the owner has asked for.",
        "Collect more signatures of guardians under the same request.",
    ),
    Refusal.RECOVERY_UNKNOWN: (
        422,
        "No such recovery",
        "No recovery of that number runs for this account.",
        "Look the account up again.",
    ),
    Refusal.RECOVERY_OBJECTED: (
        409,
        "Objected already",
        "The key of the account has objected to this recovery already.",
        "Ask members or stewards to open a vote about it.",
    ),
    Refusal.RECOVERY_UNDISPUTED: (
        422,
        "Nothing to decide",
        "Nobody has objected, so the new key needs no vote.",
        "Wait until the recovery ends.",
    ),
    Refusal.RESTORE_EARLY: (
        422,
        "The wait goes on",
        "The wait is not over, or members still vote about it.",
        "Wait; the node ends the recovery by itself.",
    ),
}
