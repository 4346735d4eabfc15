"""Taking in what stewards publish for a decision of the federation, whatever it is about."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from ledger.agreement import CHARTER_DECISION
from ledger.government.articles import Article
from ledger.publications import Publication
from ledger.rules.office import bylaws_in_force
from node.engine.answers import NotPublished, NotPublishedReason, NotReady, Published, Refused
from node.engine.view import View
from node.http.base import facts, shapes
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
from node.spellings import Binary

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

    def names(view: View) -> list[str]:
        return [facts.steward_name(view, place) for place in result.stewards]

    return json_response(
        shapes.Published(
            decision=result.decision,
            number=result.number,
            signed_by=await api.runner.ask(names),
            needed=result.needed,
            signed=result.is_signed,
        )
    )


def waiting_publication(view: View, publication: Publication) -> shapes.WaitingPublication:
    """A publication as people see it, with those of its signers who are in office."""
    is_charter = publication.decision == CHARTER_DECISION
    power = Article.ENDORSE if is_charter else Article.PUBLISH
    office = facts.office(view)
    return shapes.WaitingPublication(
        decision=publication.decision,
        number=publication.number,
        publication=Binary(publication.encode()),
        signed_by=[
            office.stewards[place].name
            for place, _ in publication.stewards
            if place in office.stewards
        ],
        needed=max(1, office.needed(power, bylaws_in_force(facts.own_log(view)))),
    )
