"""The problems of signing in, and of what members look for."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

CHALLENGE_INVALID: Final = ProblemKind(
    "challenge_invalid",
    401,
    "Challenge not answered",
    "The challenge is too old, was used before, or was not signed by that account or steward.",
    "Ask for a new challenge and sign it with the right key.",
)
NAME_OF_SEVERAL: Final = ProblemKind(
    "name_of_several",
    403,
    "Several owners sign",
    "The account belongs to several, and one owner alone does not erase its name.",
    "Ask your stewards: they erase a name together.",
)
ERASURE_NOT_ASKED: Final = not_found(
    "erasure_not_asked",
    "You have not asked that this name be erased, or it is erased already.",
    "Look at the member: an erased name can't be brought back.",
)
HISTORY_PRIVATE: Final = ProblemKind(
    "history_private",
    403,
    "For the member only",
    "By this cooperative's bylaws its node shows only members themselves with whom they trade.",
    "Ask the member, or change the article see_history by a vote.",
)
BALANCES_PRIVATE: Final = ProblemKind(
    "balances_private",
    403,
    "For the owner and the stewards only",
    "By this cooperative's bylaws its node doesn't show members each other's balances.",
    "Members can change the article see_balances by a vote.",
)
REASON_NOT_FOUND: Final = not_found(
    "reason_not_found", "There is no such reason.", "Check the hash."
)
MEMO_NOT_FOUND: Final = not_found(
    "memo_not_found", "There is no memo for you under this reference.", "It may be erased."
)
