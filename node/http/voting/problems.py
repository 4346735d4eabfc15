"""The problems of proposals and votes, beside the refusals of the protocol."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

PROPOSAL_NOT_FOUND: Final = not_found(
    "proposal_not_found",
    "The cooperative has no proposal of that number.",
    "Look at the list of proposals.",
)
VOTE_CHANGED_OFTEN: Final = ProblemKind(
    "vote_changed_often",
    422,
    "Changed too often",
    "This vote has been changed so often that the node records no more of it.",
    "What was said last counts; every node of the federation keeps each change for ever.",
)
