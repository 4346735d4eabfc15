"""The refusals of leaving and settling in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

LEAVING_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.LEAVE_WITH_PLEDGES: (
        422,
        "Answers for a debt",
        "The member answers for a debt that stands, and nobody else covers that part of it.",
        "Wait until the debt is paid or settled, or let others answer for it first.",
    ),
    Refusal.PAYEE_WITHOUT_CREDIT: (
        422,
        "Nothing to pass on",
        "The account has nothing, so nobody can be named to get it.",
        "Sign again without naming anybody.",
    ),
    Refusal.DEBT_ABOVE_AGREED: (
        422,
        "Owes more than was signed for",
        "The member owes more than the most that this leaving settles.",
        "Let the member pay the difference, or sign again for what is owed.",
    ),
    Refusal.STEWARDS_WITHOUT_DEBT: (
        422,
        "Owes nothing",
        "The member owes nothing, and leaves without stewards.",
        "Let the member sign again, alone.",
    ),
    Refusal.CLAIM_STANDS: (
        409,
        "Claimed already",
        "Stewards have claimed this debt already, and its term runs.",
        "Wait for the end of the term, or withdraw the claim first.",
    ),
    Refusal.CLAIM_UNKNOWN: (
        422,
        "Nothing is claimed",
        "No claim stands about this account, or it is too old to act on.",
        "Claim the debt first.",
    ),
    Refusal.SETTLEMENT_EARLY: (
        422,
        "The term runs",
        "The term that the bylaws give from a claim to its settlement is not over.",
        "Wait until it is over; the member may pay until then.",
    ),
    Refusal.NOTHING_OWED: (
        422,
        "Nothing is owed",
        "The member owes nothing.",
        "Withdraw the claim if one stands.",
    ),
    Refusal.COMMONS_DEBT_CEILING: (
        422,
        "More than the commons may owe",
        "What guarantors don't cover of the debt would bring the commons below what the bylaws let it owe.",
        "Let the assembly vote on a levy or on a higher ceiling of the commons' debt.",
    ),
}
