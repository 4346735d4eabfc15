"""Which invoices a merchant looks for: by state, own ids, days, text and metadata.

By `client_id` there is one at most, found at once. For all else the invoices are gone through, newest first,
a bounded number in one request: a page may be short, or empty, and still have a `next`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.routes import Parameter, number_parameter
from node.http.merchant.days import read_day, read_zone
from node.merchant.invoice import Invoice
from node.merchant.states import State
from node.zones import ZONE_PATTERN, day_begins

LONGEST_TEXT: Final = 200
NAMES: Final = (
    "state",
    "client_id",
    "order_id",
    "from",
    "to",
    "since",
    "zone",
    "text",
    "metadata",
)
SINCE: Final = number_parameter(
    "since", "Only those of this time or later, in Unix seconds: what is new since one looked."
)
"""Beside the days, so that a list which is looked at again and again asks for little each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What invoices have to be like; times in milliseconds. None: anything."""

    states: frozenset[State] | None
    client_id: str | None
    order_id: str | None
    since_ms: int | None
    until_ms: int | None
    text: str | None
    metadata: str | None

    @property
    def looks_into(self) -> bool:
        """Whether invoices have to be looked into one by one, most of them perhaps for nothing."""
        return self.text is not None or self.metadata is not None or self.order_id is not None

    def has(self, invoice: Invoice) -> bool:
        """Whether this is one of them."""
        return (
            (self.states is None or invoice.state in self.states)
            and self.client_id in (None, invoice.client_id)
            and self.order_id in (None, invoice.order)
            and (self.since_ms is None or invoice.created_ms >= self.since_ms)
            and (self.until_ms is None or invoice.created_ms < self.until_ms)
            and (self.metadata is None or self.metadata in _pairs(invoice))
            and (self.text is None or any(self.text in each.casefold() for each in _texts(invoice)))
        )


def _pairs(invoice: Invoice) -> Iterator[str]:
    """Names and values as a filter writes them; names may have a `=` too."""
    return (f"{name}={value}" for name, value in invoice.metadata.items())


def _texts(invoice: Invoice) -> Iterator[str]:
    yield invoice.description
    yield invoice.order or ""
    yield invoice.client_id or ""
    yield from invoice.metadata.values()


def read_wanted(api: Api, request: web.Request) -> Wanted:
    """What the query asks for. Raises `request_malformed` and `zone_unknown`."""
    query = request.query
    zone = read_zone(api, request)
    first, last = read_day(request, "from"), read_day(request, "to")
    if first is not None and last is not None and first > last:
        raise Problem(REQUEST_MALFORMED, "from, to: must be in this order.", pointer="from")
    for name in ("client_id", "order_id", "text", "metadata"):
        if len(query.get(name, "")) > LONGEST_TEXT:
            raise _malformed(name, f"at most {LONGEST_TEXT} characters")
    return Wanted(
        states=_states(query.get("state")),
        client_id=query.get("client_id"),
        order_id=query.get("order_id"),
        since_ms=_since_ms(first, zone, SINCE.find(request)),
        until_ms=None if last is None else _begins_ms(last + timedelta(days=1), zone),
        text=query["text"].casefold() if "text" in query else None,
        metadata=_metadata(query.get("metadata")),
    )


def _states(text: str | None) -> frozenset[State] | None:
    if text is None:
        return None
    names = text.split(",")
    if not set(names) <= set(State):
        raise _malformed("state", f"some of {', '.join(State)}, with commas between")
    return frozenset(map(State, names))


def _since_ms(first: date | None, zone: ZoneInfo, since: int | None) -> int | None:
    """The later of the two, where both are asked for."""
    begun = [] if first is None else [_begins_ms(first, zone)]
    return max(begun + ([] if since is None else [since * 1000]), default=None)


def _metadata(text: str | None) -> str | None:
    if text is not None and "=" not in text[1:]:
        raise _malformed("metadata", "a name and a value with = between them")
    return text


def _begins_ms(day: date, zone: ZoneInfo) -> int:
    return day_begins(day, zone) * 1000


def _malformed(name: str, expected: str) -> Problem:
    return Problem(REQUEST_MALFORMED, f"{name}: must be {expected}.", pointer=name)


_DAY: Final = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_STATES: Final = f"^({'|'.join(State)})(,({'|'.join(State)}))*$"
_TEXT: Final = {"type": "string", "maxLength": LONGEST_TEXT}

PARAMETERS: Final = (
    Parameter(
        name="state",
        description=f"Only those in one of these states: {', '.join(State)}; with commas between.",
        schema={"type": "string", "pattern": _STATES},
    ),
    Parameter(
        name="client_id",
        description="The one that was made with this id of the client's, if there is one.",
        schema=_TEXT,
    ),
    Parameter(name="order_id", description="Only those of this order.", schema=_TEXT),
    Parameter(name="from", description="Only those made on this day or later.", schema=_DAY),
    Parameter(name="to", description="Only those made on this day or before.", schema=_DAY),
    SINCE,
    Parameter(
        name="zone",
        description="In which time zone days begin and end; the node's own, if not said.",
        schema={"type": "string", "pattern": ZONE_PATTERN},
    ),
    Parameter(
        name="text",
        description="Only those with this text in description, ids or metadata; capitals don't count.",
        schema=_TEXT,
    ),
    Parameter(
        name="metadata",
        description="Only those with this in their metadata: `name=value`.",
        schema={**_TEXT, "pattern": "^.[^=]*="},
    ),
)
"""For the description, in the order of `NAMES`."""
