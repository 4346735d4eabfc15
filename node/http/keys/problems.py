"""The problems of what owners of an account sign together."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

DRAFT_OF_ANOTHER: Final = ProblemKind(
    "draft_of_another",
    403,
    "Not of this account",
    "That is to be signed by the owners of another account.",
    "Sign in for the account that it is of.",
)
OWNED_DRAFTS_TOO_MANY: Final = ProblemKind(
    "owned_drafts_too_many",
    409,
    "Too much waits",
    "As much waits for the owners of this account as the node keeps for one.",
    "Sign or discard something that waits, or pass this one on as a file or link.",
)
OWNED_DRAFT_NOT_FOUND: Final = not_found(
    "owned_draft_not_found",
    "Nothing waits under this id.",
    "It was recorded, overtaken, discarded, or waited too long: look at what waits.",
)
