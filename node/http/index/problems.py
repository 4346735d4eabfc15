"""The problems of the indexed unit."""

from typing import Final

from node.http.base.problem import not_found

NO_INDEX: Final = not_found(
    "no_index",
    "This federation's unit is not indexed to prices.",
    "Pay in units; an index takes a charter with an [index] table.",
)
CERTIFICATE_NOT_FOUND: Final = not_found(
    "certificate_not_found", "There is no such decision.", "See /v1/index/prints."
)
SURVEY_NOT_FOUND: Final = not_found(
    "survey_not_found", "There is no such survey file.", "Ask another node, or later."
)
