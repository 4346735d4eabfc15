"""The problems of who reads the books."""

from typing import Final

from node.http.base.problem import not_found

BRANCH_NOT_FOUND: Final = not_found(
    "branch_not_found", "This node keeps no branch that ends with this head.", "See /v1/branches."
)
EVIDENCE_NOT_FOUND: Final = not_found(
    "evidence_not_found", "There is no such evidence.", "See /v1/evidence."
)
