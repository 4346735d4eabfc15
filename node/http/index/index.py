"""The indexed unit: its rules, its values, how the next print is coming about, and publishing.

All of it is public. Publishing needs no session, because a publication carries its stewards' signatures.
Values, levels and prices are integers: a value is in millionths of the currency for one unit.
"""

from aiohttp import web

from ledger.charter import IndexCharter
from ledger.decisions import Observations
from ledger.index.days import Method, day_from_text, text_from_day, text_from_month
from ledger.index.prints import Print, SourceChange
from ledger.index.table import DayBeforeBase, DayNotKnown, Index
from ledger.rules.index import SECONDS_IN_DAY
from node.engine.decisions.promises import document_id
from node.engine.events import (
    NotPublished,
    NotPublishedReason,
    NotReady,
    Published,
    Refused,
    View,
)
from node.engine.health.status import ContentStatus, IndexStatus
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY, REQUEST_MALFORMED, TOO_MANY_REQUESTS
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
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Parameter, Route, number_parameter
from node.http.base.troubles import not_ready
from node.http.index import shapes
from node.http.index.problems import (
    CERTIFICATE_NOT_FOUND,
    NO_INDEX,
    NOT_PUBLISHED,
    SURVEY_NOT_FOUND,
)
from node.spellings import Binary, Hash
from node.store import DocumentKind

_SUBJECT = "Index"
_MOST_VALUES = 1_000
_MOST_PRINTS = 500
_MOST_PUBLICATION_BYTES = 16_384
_MOST_SURVEY_BYTES = 1_048_576
"""Beyond any setting of the engine, which has the last word."""
_MOST_BODY_BYTES = 2 * 1_048_576


def _chartered(api: Api) -> IndexCharter:
    if api.charter.index is None:
        raise Problem(NO_INDEX)
    return api.charter.index


def _index(api: Api, view: View) -> Index:
    index = view.validator.index(api.coop.number)
    if index is None:
        raise Problem(NO_INDEX)
    return index


def period_name(method: Method, period: int) -> str:
    """A month as `2026-03`; a week by the date of its Sunday; by its number beyond calendars."""
    try:
        if method is Method.SURVEY:
            return text_from_day(7 * period + 3)
        return text_from_month(period)
    except (OverflowError, ValueError):
        # The first period of a change of source may be any, however far away.
        return f"period {period}"


async def get_index(api: Api, request: web.Request) -> web.Response:
    """The rules that the charter fixes, and what a unit is worth today."""
    chartered = _chartered(api)
    parameters = chartered.parameters
    is_survey = parameters.method is Method.SURVEY

    def look(view: View) -> shapes.Index:
        index = _index(api, view)
        today = view.now_ms // 1000 // SECONDS_IN_DAY
        return shapes.Index(
            coop=api.coop.name,
            method=parameters.method.name.lower(),
            currency=parameters.currency,
            source=chartered.source,
            publishers=[api.coop_name(coop) for coop in chartered.publishers],
            quorum=parameters.quorum,
            source_quorum=parameters.source_quorum,
            step_cap=parameters.step_cap,
            stand_in_limit=parameters.stand_in_limit,
            quote_days=parameters.quote_days,
            observations_needed=parameters.observations_needed if is_survey else None,
            lead_days=parameters.lead_days if is_survey else None,
            pace_weeks=parameters.pace_weeks if is_survey else None,
            base_day=text_from_day(parameters.base_day),
            base_value=parameters.base_value,
            known_until=text_from_day(index.known_until),
            next_period=index.due_window.period,
            next_period_name=period_name(parameters.method, index.due_window.period),
            next_source=len(index.sources) + 1,
            prints=len(index.prints),
            today=text_from_day(today),
            day=today,
            value=value_or_none(index, today),
        )

    return json_response(await api.runner.ask(look))


def value_or_none(index: Index, day: int) -> int | None:
    """What a unit is worth on a day; None when the log does not know."""
    try:
        return index.value_on(day)
    except (DayNotKnown, DayBeforeBase):
        return None


async def get_values(api: Api, request: web.Request) -> web.Response:
    """Known values, day by day."""
    check_query(request, "first", "count")
    _chartered(api)
    count = _COUNT.read(request)
    first = _day_in_query(request)

    def look(view: View) -> shapes.IndexValues:
        index = _index(api, view)
        start = max(
            index.parameters.base_day if first is None else first, index.parameters.base_day
        )
        position = start - index.parameters.base_day
        values = index.values[position : position + count]
        return shapes.IndexValues(
            currency=index.parameters.currency,
            values=[
                shapes.DayValue(day=text_from_day(day), value=value)
                for day, value in enumerate(values, start)
            ],
            known_until=text_from_day(index.known_until),
        )

    return json_response(await api.runner.ask(look))


def _day_in_query(request: web.Request) -> int | None:
    text = request.query.get("first")
    if text is None:
        return None
    try:
        return day_from_text(text)
    except ValueError as error:
        raise Problem(REQUEST_MALFORMED, "first: must be a date, as 2026-01-15.") from error


async def get_prints(api: Api, request: web.Request) -> web.Response:
    """The newest prints and changes of source that this coop's log has taken in."""
    method = _chartered(api).parameters.method

    def look(view: View) -> shapes.IndexPrints:
        index = _index(api, view)
        return shapes.IndexPrints(
            prints=[_print(method, taken) for taken in reversed(index.prints[-_MOST_PRINTS:])],
            sources=[_source(method, taken) for taken in reversed(index.sources)],
        )

    return json_response(await api.runner.ask(look))


def _print(method: Method, taken: Print) -> shapes.Print:
    return shapes.Print(
        period=taken.period,
        period_name=period_name(method, taken.period),
        value=taken.value,
        source=taken.source,
        stand_in=taken.is_stand_in,
        late=[shapes.LateChange(period=late.period, change=late.change) for late in taken.late],
    )


def _source(method: Method, change: SourceChange) -> shapes.SourceChange:
    return shapes.SourceChange(
        number=change.number,
        first_period=change.first_period,
        first_period_name=period_name(method, change.first_period),
        description_hash=Hash(change.description_hash),
    )


async def get_decisions(api: Api, request: web.Request) -> web.Response:
    """How the next print and the next change of source are coming about."""
    method = _chartered(api).parameters.method
    status: IndexStatus | None = await api.runner.ask(lambda view: view.engine.index_status())
    if status is None:
        raise Problem(NO_INDEX)
    stewards = api.coop.stewards
    return json_response(
        shapes.IndexDecisions(
            next_period=status.period,
            next_period_name=period_name(method, status.period),
            next_source=status.source,
            contents=[_content(api, method, content) for content in status.contents],
            observations=[
                shapes.Observation(
                    coop=api.coop_name(coop), level=level, survey=Hash(status.survey_hashes[coop])
                )
                for coop, level in status.levels.items()
            ],
            publications=[
                shapes.WaitingPublication(
                    decision=publication.decision,
                    number=publication.number,
                    publication=Binary(publication.encode()),
                    signed_by=[stewards[number].name for number, _ in publication.stewards],
                    needed=api.coop.steward_threshold,
                )
                for publication in status.publications
            ],
        )
    )


def _content(api: Api, method: Method, content: ContentStatus) -> shapes.Content:
    decided = content.entry.decided
    return shapes.Content(
        decision=content.entry.decision.value,
        number=content.entry.number,
        print=_print(method, decided) if isinstance(decided, Print) else None,
        source=_source(method, decided) if isinstance(decided, SourceChange) else None,
        levels=levels(content.entry.observations),
        signed_by=[api.coop_name(coop) for coop in content.signed_by],
        needed=content.needed,
    )


def levels(observations: Observations | None) -> dict[str, int]:
    """Levels by the number of their coop."""
    return {str(seen.coop): seen.level for seen in observations or ()}


async def get_certificate(api: Api, request: web.Request) -> web.Response:
    """A decision that this coop's log has taken in, with its signatures, byte for byte."""
    _chartered(api)
    decision = path_number(request, "decision", CERTIFICATE_NOT_FOUND)
    number = path_number(request, "number", CERTIFICATE_NOT_FOUND)
    name = document_id((decision, number))
    found = await api.runner.ask(lambda view: view.store.document(DocumentKind.CERTIFICATE, name))
    if found is None:
        raise Problem(CERTIFICATE_NOT_FOUND)
    return web.Response(body=found.data, headers={"Content-Type": OCTETS})


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
    _chartered(api)
    content = await read_json(request, most_bytes=_MOST_BODY_BYTES, timeout_ms=api.settings.body_ms)
    asked = as_shape(content, shapes.Publication)
    check_size(asked.publication, "/publication", most=_MOST_PUBLICATION_BYTES)
    survey = None
    if asked.survey is not None:
        check_size(asked.survey, "/survey", most=_MOST_SURVEY_BYTES)
        survey = bytes(asked.survey)
    result = await api.runner.publish(bytes(asked.publication), survey)
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


_COUNT = number_parameter(
    "count", "How many days.", default=_MOST_VALUES, least=1, most=_MOST_VALUES
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/index",
        handler=get_index,
        name="getIndex",
        summary="The rules of the indexed unit, and what it is worth today",
        subject=_SUBJECT,
        answer=shapes.Index,
        problems=(NO_INDEX,),
    ),
    Route(
        method="GET",
        path="/v1/index/values",
        handler=get_values,
        name="listIndexValues",
        summary="What a unit is worth, day by day, in millionths of the currency",
        subject=_SUBJECT,
        parameters=(
            Parameter(name="first", description="The first day, as 2026-01-15."),
            _COUNT,
        ),
        answer=shapes.IndexValues,
        problems=(NO_INDEX,),
    ),
    Route(
        method="GET",
        path="/v1/index/prints",
        handler=get_prints,
        name="listIndexPrints",
        summary="The prints and changes of source that the coop's log has taken in, newest first",
        subject=_SUBJECT,
        answer=shapes.IndexPrints,
        problems=(NO_INDEX,),
    ),
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
        answer=shapes.Published,
        problems=(
            NO_INDEX,
            NOT_READY,
            TOO_MANY_REQUESTS,
            *NOT_PUBLISHED.values(),
        ),
    ),
)
