"""How the next print and change of source are coming about, what was decided, and publishing.

All of it is public. Publishing needs no session, because a publication carries its stewards' signatures.
"""

from aiohttp import web

from ledger.decisions import Decision, Observations
from ledger.index.periods import Periods
from ledger.index.prints import Print, SourceChange
from ledger.index.table import PLACES_OF_A_TABLE
from ledger.rules.index_rows import INDEX_CHAPTER, covering_period
from node.engine.decisions.certificates import certificate_id
from node.engine.health.status import ContentStatus, IndexStatus
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY, TOO_MANY_REQUESTS
from node.http.base.publishing import (
    MOST_PUBLICATION_BYTES,
    NOT_PUBLISHED,
    publish,
    waiting_publication,
)
from node.http.base.reading import (
    JSON,
    OCTETS,
    as_shape,
    check_query,
    check_size,
    path_hash,
    path_number,
    read_json,
)
from node.http.base.routes import Parameter, Route, number_parameter
from node.http.base.shapes import Published, WaitingPublication
from node.http.index import shapes
from node.http.index.index import chartered, period_name, print_shape, source_shape
from node.http.index.problems import (
    CERTIFICATE_NOT_FOUND,
    NO_INDEX,
    SURVEY_NOT_FOUND,
)
from node.spellings import Hash
from node.store import Document, DocumentKind

_SUBJECT = "Index"
_MOST_SURVEY_BYTES = 1_048_576
"""Beyond any setting of the engine, which has the last word."""
_MOST_BODY_BYTES = 2 * 1_048_576


async def get_decisions(api: Api, request: web.Request) -> web.Response:
    """How the next print and the next change of source are coming about."""
    periods = chartered(api).parameters.periods

    def look(view: View) -> tuple[IndexStatus, list[WaitingPublication]] | None:
        status = view.engine.index_status()
        if status is None:
            return None
        return status, [waiting_publication(view, each) for each in status.publications]

    found = await api.runner.ask(look)
    if found is None:
        raise Problem(NO_INDEX)
    status, waiting = found
    return json_response(
        shapes.IndexDecisions(
            next_period=status.period,
            next_period_name=period_name(periods, status.period),
            next_source=status.source,
            round=status.round,
            locked=status.locked is not None,
            silent=[api.coop_name(coop) for coop in status.silent],
            contents=[_content(api, periods, content) for content in status.contents],
            observations=[
                shapes.Observation(
                    coop=api.coop_name(seen.coop),
                    period=period,
                    period_name=period_name(periods, period),
                    level=seen.level,
                    survey=Hash(seen.survey_hash),
                )
                for period, seen in status.observations
            ],
            publications=waiting,
        )
    )


def _content(api: Api, periods: Periods, content: ContentStatus) -> shapes.Content:
    decided = content.entry.decided
    return shapes.Content(
        decision=content.entry.decision.value,
        number=content.entry.number,
        print=print_shape(periods, decided) if isinstance(decided, Print) else None,
        source=source_shape(periods, decided) if isinstance(decided, SourceChange) else None,
        levels=levels(content.entry.observations),
        supported_by=[api.coop_name(coop) for coop in content.supported_by],
        signed_by=[api.coop_name(coop) for coop in content.signed_by],
        needed=content.needed,
    )


def levels(observations: Observations | None) -> dict[str, int]:
    """Levels by the number of their coop."""
    return {str(seen.coop): seen.level for seen in observations or ()}


async def get_certificate(api: Api, request: web.Request) -> web.Response:
    """A decision that this coop's log has taken in, with its signatures, byte for byte.

    For a period that has no print of its own it is that of the level which covers it.
    """
    check_query(request, "table")
    asked = _TABLE.find(request)
    rules = chartered(api)
    table = rules.line.run if asked is None else asked
    decision = path_number(request, "decision", CERTIFICATE_NOT_FOUND)
    number = path_number(request, "number", CERTIFICATE_NOT_FOUND)

    def look(view: View) -> Document | None:
        found = _certificate(view, (decision, number), table)
        first = rules.line.first_due(table)
        if found is not None or decision != Decision.PRINT or first is None or number < first:
            return found
        rows = view.validator.rows(api.coop.number, INDEX_CHAPTER)
        covering = covering_period(rows, period=number, run=table)
        return None if covering is None else _certificate(view, (decision, covering), table)

    found = await api.runner.ask(look)
    if found is None:
        raise Problem(CERTIFICATE_NOT_FOUND)
    return web.Response(body=found.data, headers={"Content-Type": OCTETS})


def _certificate(view: View, key: tuple[int, int], table: int) -> Document | None:
    name = certificate_id(key, table * PLACES_OF_A_TABLE)
    return view.store.document(DocumentKind.CERTIFICATE, name)


async def get_survey(api: Api, request: web.Request) -> web.Response:
    """A survey file by its hash, byte for byte."""
    hash_ = path_hash(request, "hash", SURVEY_NOT_FOUND)
    data = await api.runner.ask(lambda view: view.engine.survey(hash_))
    if data is None:
        raise Problem(SURVEY_NOT_FOUND)
    return web.Response(body=data, headers={"Content-Type": OCTETS})


async def post_publication(api: Api, request: web.Request) -> web.Response:
    """Take in what stewards publish."""
    api.check_rate(request)
    chartered(api)
    content = await read_json(request, most_bytes=_MOST_BODY_BYTES, timeout_ms=api.settings.body_ms)
    asked = as_shape(content, shapes.Publication)
    check_size(asked.publication, "/publication", most=MOST_PUBLICATION_BYTES)
    survey = None
    if asked.survey is not None:
        check_size(asked.survey, "/survey", most=_MOST_SURVEY_BYTES)
        survey = bytes(asked.survey)
    return await publish(api, request, bytes(asked.publication), survey)


_TABLE = number_parameter(
    "table",
    "Under which table it was decided: how many came before it. The one in force if it is left out.",
    least=0,
    most=2**20,
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/index/decisions",
        handler=get_decisions,
        name="listIndexDecisions",
        summary="How the next print and change of source are coming about",
        subject=_SUBJECT,
        answer=shapes.IndexDecisions,
        problems=(NO_INDEX,),
    ),
    Route(
        method="GET",
        path="/v1/index/certificates/{decision}/{number}",
        handler=get_certificate,
        name="getIndexCertificate",
        summary="A decision with its signatures, byte for byte",
        subject=_SUBJECT,
        parameters=(
            Parameter(name="decision", in_="path", description="1 a print, 2 a change of source."),
            Parameter(name="number", in_="path", description="The period, or the source's number."),
            _TABLE,
        ),
        answer_type=OCTETS,
        problems=(NO_INDEX, CERTIFICATE_NOT_FOUND),
    ),
    Route(
        method="GET",
        path="/v1/index/surveys/{hash}",
        handler=get_survey,
        name="getIndexSurvey",
        summary="A survey file, byte for byte",
        subject=_SUBJECT,
        parameters=(Parameter(name="hash", in_="path", description="Its SHA-256, in hex."),),
        answer_type=OCTETS,
        problems=(SURVEY_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/index/publications",
        handler=post_publication,
        name="publishIndex",
        summary="What this coop's stewards publish; it carries their signatures",
        subject=_SUBJECT,
        body={JSON: shapes.Publication},
        answer=Published,
        problems=(
            NO_INDEX,
            NOT_READY,
            TOO_MANY_REQUESTS,
            *NOT_PUBLISHED.values(),
        ),
    ),
)
