"""The problems of the desk, and of whoever wants to be admitted."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

DRAFT_NOT_FOUND: Final = not_found(
    "draft_not_found",
    "There is no such draft: it was recorded, a steward discarded it, or it has expired.",
    "Look at the account, or make a new draft.",
)
NUMBER_TAKEN: Final = ProblemKind(
    "number_taken",
    409,
    "Account number taken",
    "The number was given to somebody else meanwhile.",
    "Ask for a new proposal, and sign that.",
)
