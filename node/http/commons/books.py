"""The coop's books for its bookkeeper: what moved between members, commons and other coops, by hour.

Everybody may read them, as everybody may audit the logs that they follow from. No member is named in them.
"""

from itertools import islice
from typing import Final

from aiohttp import web

from ledger.codec import MAX
from node.engine.books import HOUR_S, CoopBooks
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, REQUEST_MALFORMED, TOO_MANY_REQUESTS
from node.http.base.reading import check_query
from node.http.base.routes import Route, limit_parameter, number_parameter
from node.http.commons import shapes

_PARTS: Final = 40
"""How many parts of the log are followed for one request, where the books are not whole yet."""


async def get_books(api: Api, request: web.Request) -> web.Response:
    """The sums of the hours of a time, and what there was when it began and when it ended."""
    check_query(request, "from", "to", "after", "limit")
    since, until = _FROM.read(request), _TO.read(request)
    after, most = _AFTER.read(request), _LIMIT.read(request, most=api.settings.page_items)
    if since > until:
        raise Problem(REQUEST_MALFORMED, "from, to: must be in this order.", pointer="from")
    for part in range(_PARTS):
        found = await api.ask_paid(
            request, lambda view: _look(api, view, since, until, after, most), goes_on=part > 0
        )
        if found is not None:
            return json_response(found)
    raise Problem(BUSY, retry_after_s=2)


def _look(
    api: Api, view: View, since: int, until: int, after: int, most: int
) -> shapes.Books | None:
    """A page; None while the log is followed still."""
    view.engine.follow_debts()
    books = view.engine.books()
    if books is None:
        return None
    flows = islice(books.flows(since=since, until=until, after=after), most)
    page = [
        shapes.BooksLine(
            time=time, flow=flow.value, coop=_name(view, coop), coop_number=coop, amount=amount
        )
        for time, flow, coop, amount in flows
    ]
    return shapes.Books(
        coop=api.coop.name,
        coop_number=view.coop,
        unit=api.founding.unit,
        from_=since,
        to=until,
        opening=_sums(view, books, since),
        closing=_sums(view, books, until),
        unexplained=_unexplained(view, books),
        lines=page,
        next=after + most if books.count(since=since, until=until) > after + most else None,
    )


def _name(view: View, coop: int) -> str:
    return view.validator.newest_charter().coops[coop].name if coop else ""


def _sums(view: View, books: CoopBooks, until: int) -> shapes.BooksSums:
    """What all that was booked before comes to."""
    totals = books.totals(until)
    return shapes.BooksSums(
        members=totals.members,
        commons=totals.commons,
        positions=[
            shapes.BooksPosition(coop=_name(view, coop), coop_number=coop, amount=amount)
            for coop, amount in totals.positions.items()
        ],
    )


def _unexplained(view: View, books: CoopBooks) -> shapes.BooksUnexplained:
    """By how much the log's state differs from what follows from the entries: after a fork, as a rule."""
    log, sums = view.validator.log(view.coop), books.totals(MAX)
    return shapes.BooksUnexplained(
        members=log.position - log.commons - sums.members, commons=log.commons - sums.commons
    )


_FROM = number_parameter(
    "from",
    "Its beginning, in Unix seconds; the next full hour counts.",
    default=0,
    most=MAX - HOUR_S,
)
_TO = number_parameter(
    "to", "Its end, in Unix seconds; hours that begin before are in.", default=MAX
)
_AFTER = number_parameter("after", "The `next` of the page before.", default=0)
_LIMIT = limit_parameter(200)

ROUTES = (
    Route(
        method="GET",
        path="/v1/books",
        handler=get_books,
        name="getBooks",
        summary="What moved between members, commons and other cooperatives, by hour",
        subject="Commons",
        parameters=(_FROM, _TO, _AFTER, _LIMIT),
        answer=shapes.Books,
        problems=(BUSY, TOO_MANY_REQUESTS),
    ),
)
"""The routes of this subject."""
