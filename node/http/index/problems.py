"""The problems of the indexed unit, those of what is published among them."""

from collections.abc import Mapping
from typing import Final

from node.engine.events import NotPublishedReason
from node.http.base.problem import ProblemKind, not_found

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
PUBLICATION_MALFORMED: Final = ProblemKind(
    "publication_malformed",
    400,
    "Not a publication",
    "This is not a publication, or not one of this cooperative's stewards.",
    "Publish with `fiado index publish` and a steward's key of this cooperative.",
)
NOT_PUBLISHER: Final = ProblemKind(
    "not_publisher",
    422,
    "Not a publisher",
    "This cooperative does not publish the index.",
    "The charter names those that do.",
)
DECISION_TAKEN: Final = ProblemKind(
    "decision_taken",
    409,
    "Decided already",
    "The federation has decided this already; it stays.",
    "Look at /v1/index/prints for what was decided.",
)
DECISION_EARLY: Final = ProblemKind(
    "decision_early",
    409,
    "Too early",
    "Other decisions have to be taken before this one.",
    "Publish those first; /v1/index says which comes next.",
)
DECISION_SIGNED: Final = ProblemKind(
    "decision_signed",
    409,
    "Signed otherwise",
    "The node has signed another observation of this week, and signs one only.",
    "It stays; what the federation decides follows from all cooperatives' observations.",
)
DECISION_OBJECTED: Final = ProblemKind(
    "decision_objected",
    409,
    "Not so",
    "What this says is not so, as far as the node knows.",
    "Look at what the detail names, and try again when it is as it should be.",
)
SURVEY_MISSING: Final = ProblemKind(
    "survey_missing",
    422,
    "Survey file missing",
    "The survey file is missing, too large, or not the one that the observation names.",
    "Publish the closed week's file as it is.",
)

NOT_PUBLISHED: Final[Mapping[NotPublishedReason, ProblemKind]] = {
    NotPublishedReason.MALFORMED: PUBLICATION_MALFORMED,
    NotPublishedReason.NOT_PUBLISHER: NOT_PUBLISHER,
    NotPublishedReason.NUMBER_TAKEN: DECISION_TAKEN,
    NotPublishedReason.NUMBER_EARLY: DECISION_EARLY,
    NotPublishedReason.SIGNED_OTHERWISE: DECISION_SIGNED,
    NotPublishedReason.OBJECTED: DECISION_OBJECTED,
    NotPublishedReason.SURVEY_MISSING: SURVEY_MISSING,
}
"""Why a publication is not taken in, as problems."""
