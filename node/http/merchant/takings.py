"""Takings, for the merchant: what came in for invoices and went back, by day, and each movement."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from msgspec.structs import asdict

from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import check_query
from node.http.base.routes import Access, Parameter, Route
from node.http.merchant import shapes
from node.http.merchant.access import READERS, ask
from node.http.merchant.days import read_day, read_zone
from node.http.merchant.finding import SINCE
from node.http.merchant.invoices import BEFORE, LIMIT, format_cursor, read_cursor
from node.http.merchant.problems import TAKINGS_TOO_MANY, ZONE_UNKNOWN
from node.merchant.merchants import Merchants
from node.merchant.movements import (
    LONGEST_TILL,
    Direction,
    Movement,
    Takings,
    TakingsByDay,
    movements_before,
    reason_of,
)
from node.merchant.shapes import Net
from node.merchant.views import money
from node.spellings import SignedMinor
from node.zones import ZONE_PATTERN, day_of

_SUBJECT = "Takings"
_MOST_DAYS = 366
_SUMMED_AT_ONCE = 500
"""How many movements are read in one step of the engine's."""


def _by_day(api: Api, request: web.Request) -> tuple[TakingsByDay, ZoneInfo]:
    """The days that are asked for, with nothing counted yet."""
    zone = read_zone(api, request)
    last = read_day(request, "to") or day_of(api.clock_ms() // 1000, zone)
    first = read_day(request, "from") or last
    if first > last or last - first >= timedelta(days=_MOST_DAYS):
        raise Problem(
            REQUEST_MALFORMED,
            f"from, to: must be in this order, and at most {_MOST_DAYS} days.",
            pointer="from",
        )
    return TakingsByDay(first, last, zone), zone


def _sums(api: Api, takings: Takings) -> shapes.TotalTakings:
    unit = api.founding.unit
    net = SignedMinor(takings.received - takings.refunded)
    return shapes.TotalTakings(
        payments=takings.payments,
        received=money(takings.received, unit),
        refunds=takings.refunds,
        refunded=money(takings.refunded, unit),
        net=Net(value=net, scale=2, currency=unit),
    )


async def get_takings(api: Api, request: web.Request) -> web.Response:
    """Sums by day; each payment and refund on the day on which it was recorded."""
    check_query(request, "from", "to", "zone", "till")
    till = _till(request)
    by_day, zone = _by_day(api, request)
    asked = api.clock_ms() // 1000
    before = (by_day.ends * 1000, "")
    read = 0
    while page := await _page(api, request, since=by_day.begins, before=before):
        by_day.add([each for each in page if till in (None, each.till)])
        read += len(page)
        if read > api.merchants.settings.summed_movements:
            raise Problem(TAKINGS_TOO_MANY)
        before = (page[-1].time * 1000, page[-1].id)
    days = [
        shapes.DayTakings(
            **asdict(_sums(api, each.takings)),
            day=each.day.isoformat(),
            begins=each.begins,
            ends=each.ends,
        )
        for each in by_day.days
    ]
    answer = shapes.Takings(zone=zone.key, time=asked, days=days, total=_sums(api, by_day.total))
    return json_response(answer, is_private=True)


async def _page(
    api: Api, request: web.Request, *, since: int, before: tuple[int, str]
) -> list[Movement]:
    def look(view: View, merchants: Merchants, account: int) -> list[Movement]:
        return movements_before(
            view.store, account, since=since, before=before, limit=_SUMMED_AT_ONCE
        )

    return await ask(api, request, look, *READERS)


def _till(request: web.Request) -> str | None:
    """The till that is asked for; None: all."""
    till = request.query.get("till")
    if till is not None and len(till) > LONGEST_TILL:
        raise Problem(
            REQUEST_MALFORMED, f"till: must be at most {LONGEST_TILL} characters.", pointer="till"
        )
    return till


async def get_movements(api: Api, request: web.Request) -> web.Response:
    """The payments and refunds of some days, newest first: what the takings are made of."""
    check_query(request, "from", "to", "since", "zone", "till", "limit", "before")
    till = _till(request)
    by_day, zone = _by_day(api, request)
    since = max(by_day.begins, SINCE.find(request) or 0)
    limit = LIMIT.read(request, most=api.settings.page_items)
    before = min(read_cursor(request) or (by_day.ends * 1000, ""), (by_day.ends * 1000, ""))

    def look(view: View, merchants: Merchants, account: int) -> shapes.Movements:
        page = movements_before(view.store, account, since=since, before=before, limit=limit)
        last = page[-1] if len(page) == limit else None
        following = None if last is None else format_cursor((last.time * 1000, last.id))
        wanted = [each for each in page if till in (None, each.till)]
        movements = [_movement(api, view, merchants, each, zone) for each in wanted]
        return shapes.Movements(zone=zone.key, movements=movements, next=following)

    return json_response(await ask(api, request, look, *READERS), is_private=True)


def _movement(
    api: Api, view: View, merchants: Merchants, movement: Movement, zone: ZoneInfo
) -> shapes.Movement:
    invoice = merchants.context.invoice(movement.invoice)
    return shapes.Movement(
        type=movement.type,
        time=movement.time,
        day=day_of(movement.time, zone).isoformat(),
        amount=money(movement.amount, api.founding.unit),
        late=movement.is_late,
        coop=api.coop_name(movement.log),
        coop_number=movement.log,
        number=movement.number,
        invoice=movement.invoice,
        description="" if invoice is None else invoice.description,
        reason=reason_of(view.store, movement) if movement.type is Direction.REFUND else "",
        order_id=None if invoice is None else invoice.order,
        till=movement.till,
        metadata={} if invoice is None else dict(invoice.metadata),
    )


_DAY_SCHEMA = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_FROM = Parameter(
    name="from", description="The first day; the last one, if not said.", schema=_DAY_SCHEMA
)
_TO = Parameter(
    name="to",
    description=f"The last day; today, if not said. At most {_MOST_DAYS} days.",
    schema=_DAY_SCHEMA,
)
_ZONE = Parameter(
    name="zone",
    description="In which time zone days begin and end: a name of the IANA database. "
    "If not said, the node's own, which every answer names.",
    schema={"type": "string", "pattern": ZONE_PATTERN},
)

_TILL = Parameter(
    name="till",
    description="Only what was paid for invoices of this till, as their `metadata` name it under `till`; "
    "empty: of none. A page may be short, and still have a `next`.",
    schema={"type": "string", "maxLength": LONGEST_TILL},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/merchant/takings",
        handler=get_takings,
        name="getTakings",
        summary="What came in for invoices and what was refunded, by day, each at its own time",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_FROM, _TO, _ZONE, _TILL),
        answer=shapes.Takings,
        problems=(TAKINGS_TOO_MANY, ZONE_UNKNOWN),
    ),
    Route(
        method="GET",
        path="/v1/merchant/movements",
        handler=get_movements,
        name="listMovements",
        summary="The payments and refunds that takings are made of, newest first",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(
            _FROM,
            _TO,
            SINCE,
            _ZONE,
            _TILL,
            LIMIT,
            BEFORE,
        ),
        answer=shapes.Movements,
        problems=(ZONE_UNKNOWN,),
    ),
)
