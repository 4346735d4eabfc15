"""The indexed unit: its rules, its values, and the prints that they come from.

All of it is public. Values, levels and prices are integers: a value is in millionths of the currency for one
unit.
"""

from aiohttp import web

from ledger.charter import IndexCharter
from ledger.index.days import Method, day_from_text, text_from_day
from ledger.index.definition_fields import definition_text
from ledger.index.periods import Periods
from ledger.index.prints import Print, SourceChange
from ledger.index.table import DayBeforeBase, DayNotKnown, Index
from ledger.rules.index import SECONDS_IN_DAY
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import (
    check_query,
)
from node.http.base.routes import Parameter, Route, number_parameter
from node.http.index import shapes
from node.http.index.problems import (
    NO_INDEX,
)
from node.spellings import Hash

_SUBJECT = "Index"
_MOST_VALUES = 1_000
_MOST_PRINTS = 500


def chartered(api: Api) -> IndexCharter:
    """The rules that the charter fixes; raises `no_index`."""
    if api.charter.index is None:
        raise Problem(NO_INDEX)
    return api.charter.index


def _index(api: Api, view: View) -> Index:
    index = view.validator.index(api.coop.number)
    if index is None:
        raise Problem(NO_INDEX)
    return index


def period_name(periods: Periods, period: int) -> str:
    """See `Periods.name`; by its number beyond calendars."""
    try:
        return periods.name(period)
    except (OverflowError, ValueError):
        # The first period of a change of source may be any, however far away.
        return f"period {period}"


async def get_index(api: Api, request: web.Request) -> web.Response:
    """The rules that the charter fixes, and what a unit is worth today."""
    rules = chartered(api)
    parameters = rules.parameters
    is_survey = parameters.method is Method.SURVEY
    definition = parameters.definition

    def look(view: View) -> shapes.Index:
        index = _index(api, view)
        today = view.now_ms // 1000 // SECONDS_IN_DAY
        return shapes.Index(
            coop=api.coop.name,
            method=parameters.method.name.lower(),
            decimals=None if definition is None else definition.decimals,
            input=None if definition is None else definition.printed.value,
            definition=None if definition is None else definition_text(definition),
            currency=index.currency_on(today),
            currency_changes=_currency_changes(index),
            source=rules.source,
            publishers=[api.coop_name(coop) for coop in rules.publishers],
            quorum=parameters.quorum,
            source_quorum=parameters.source_quorum,
            step_cap=parameters.step_cap,
            stand_in_limit=parameters.stand_in_limit,
            quote_days=parameters.quote_days,
            observations_needed=parameters.observations_needed if is_survey else None,
            lead_days=parameters.lead_days if is_survey else None,
            pace_weeks=parameters.pace_weeks if is_survey else None,
            period_days=parameters.period_days if is_survey else None,
            base_day=text_from_day(parameters.base_day),
            base_value=parameters.base_value,
            known_until=text_from_day(index.known_until),
            next_period=index.due_window.period,
            next_period_name=period_name(parameters.periods, index.due_window.period),
            next_source=len(index.sources) + 1,
            prints=len(index.prints),
            today=text_from_day(today),
            day=today,
            value=value_or_none(index, today),
            wage=_wage(api, today),
        )

    return json_response(await api.runner.ask(look))


def _wage(api: Api, today: int) -> shapes.Wage | None:
    wage = None if api.wages is None else api.wages.on(today)
    if wage is None:
        return None
    return shapes.Wage(name=wage.name, day=text_from_day(wage.day), value=wage.value)


def _currency_changes(index: Index) -> list[shapes.CurrencyChange]:
    return [
        shapes.CurrencyChange(
            first_day=text_from_day(change.first_day),
            currency=change.currency,
            numerator=change.numerator,
            denominator=change.denominator,
        )
        for change in index.line.redenominations
    ]


def value_or_none(index: Index, day: int) -> int | None:
    """What a unit is worth on a day; None when the log does not know."""
    try:
        return index.value_on(day)
    except (DayNotKnown, DayBeforeBase):
        return None


def currency_today(api: Api, view: View) -> str | None:
    """The currency that prices are in; None in a federation without an index."""
    index = view.validator.index(api.coop.number)
    return None if index is None else index.currency_on(view.now_ms // 1000 // SECONDS_IN_DAY)


async def get_values(api: Api, request: web.Request) -> web.Response:
    """Known values, day by day."""
    check_query(request, "first", "count")
    chartered(api)
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
            currency=index.currency_on(start + max(len(values) - 1, 0)),
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
    periods = chartered(api).parameters.periods

    def look(view: View) -> shapes.IndexPrints:
        index = _index(api, view)
        return shapes.IndexPrints(
            prints=[print_shape(periods, each) for each in reversed(index.prints[-_MOST_PRINTS:])],
            sources=[source_shape(periods, each) for each in reversed(index.sources)],
        )

    return json_response(await api.runner.ask(look))


def print_shape(periods: Periods, taken: Print) -> shapes.Print:
    """A print as it is told."""
    return shapes.Print(
        period=taken.period,
        period_name=period_name(periods, taken.period),
        value=taken.value,
        source=taken.source,
        stand_in=taken.is_stand_in,
        before=taken.before,
        late=[
            shapes.LateChange(period=late.period, change=late.change, before=late.before)
            for late in taken.late
        ],
    )


def source_shape(periods: Periods, change: SourceChange) -> shapes.SourceChange:
    """A change of source as it is told."""
    return shapes.SourceChange(
        number=change.number,
        first_period=change.first_period,
        first_period_name=period_name(periods, change.first_period),
        description_hash=Hash(change.description_hash),
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
)
