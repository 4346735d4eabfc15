"""Taking in what stewards publish for a decision of the federation, whatever it is about."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.engine.answers import NotPublished, NotPublishedReason, NotReady, Published, Refused
from node.http.base import shapes
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem, ProblemKind
from node.http.base.problems import (
    DECISION_EARLY,
    DECISION_OBJECTED,
    DECISION_SIGNED,
    DECISION_TAKEN,
    NOT_PUBLISHER,
    PUBLICATION_MALFORMED,
    SURVEY_MISSING,
)
from node.http.base.refusals_problems import refusal_problem
from node.http.base.troubles import not_ready

MOST_PUBLICATION_BYTES: Final = 16_384

NOT_PUBLISHED: Final[Mapping[NotPublishedReason, ProblemKind]] = {
    NotPublishedReason.MALFORMED: PUBLICATION_MALFORMED,
    NotPublishedReason.NOT_PUBLISHER: NOT_PUBLISHER,
    NotPublishedReason.NUMBER_TAKEN: DECISION_TAKEN,
    NotPublishedReason.NUMBER_EARLY: DECISION_EARLY,
    NotPublishedReason.SIGNED_OTHERWISE: DECISION_SIGNED,
    NotPublishedReason.SURVEY_MISSING: SURVEY_MISSING,
    NotPublishedReason.OBJECTED: DECISION_OBJECTED,
}
"""Why a publication is not taken in, as problems."""


async def publish(
    api: Api, request: web.Request, publication: bytes, file: bytes | None = None
) -> web.Response:
    """Hand a publication, and the file that belongs to it, to the engine; answer what became of it."""
    result = await api.runner.publish(publication, file)
    match result:
        case NotReady():
            raise not_ready(result, api.names)
        case Refused():
            raise refusal_problem(result.refusal)
        case NotPublished():
            if result.reason is NotPublishedReason.MALFORMED:
                api.charge(request)
            raise Problem(NOT_PUBLISHED[result.reason], result.detail)
        case Published():
            pass
    return json_response(
        shapes.Published(
            decision=result.decision,
            number=result.number,
            signed_by=[api.coop.stewards[number].name for number in result.stewards],
            needed=result.needed,
            signed=result.is_signed,
        )
    )
