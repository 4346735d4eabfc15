"""All events of a merchant's account as a stream, which goes on where it was cut.

Each event's `id` has its webhook-id and its position; a block that has only an `id` says how far the stream
has come. Sent back as `Last-Event-ID`, either brings what was missed, as long as it is kept. When it is not,
an event `stream.gap` says so.
"""

import asyncio
import re

from aiohttp import web

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.reading import check_query
from node.http.base.routes import Access, Parameter, Route
from node.http.merchant.access import ask, change
from node.http.merchant.problems import LAST_EVENT_ID_MALFORMED
from node.http.merchant.waiting import EVENT_STREAM, STREAM_ENDS, open_stream, send_event, to_line
from node.merchant.access import Power
from node.merchant.context import News
from node.merchant.followed import KeptEvent, Opened
from node.merchant.merchants import Merchants
from node.merchant.views import moment
from node.merchant.waiting import of_account

EVENT_ID_PATTERN = "^(msg_[0-9a-f]{32})?[.][0-9]{1,16}$"

_ID = re.compile(EVENT_ID_PATTERN)
_AT_ONCE = 100
_GAP = "stream.gap"


async def get_all_events(api: Api, request: web.Request) -> web.StreamResponse:
    """Everything that is told to endpoints, as a stream; after `Last-Event-ID`, what was missed first."""
    check_query(request)
    after = _last_event(request)
    account = await ask(api, request, lambda view, merchants, account: account, Power.WEBHOOKS)

    def open_(merchants: Merchants, account: int) -> Opened:
        return merchants.context.followed.open(account, after, now_ms=merchants.context.now_ms)

    # Whatever happens once this is followed is in the feed, and what was before can be read.
    with api.poll(request), api.merchants.waiting.follow(of_account(account)) as feed:
        opened = await change(api, request, open_, Power.WEBHOOKS)
        response = await open_stream(request)
        try:
            async with asyncio.timeout(api.merchants.settings.stream_ms / 1000):
                await response.write(b": here\n")
                sent = await _send_missed(api, request, response, opened)
                await _send_news(api, response, feed, sent)
        except STREAM_ENDS:
            pass
    return response


def _last_event(request: web.Request) -> int | None:
    """The position in `Last-Event-ID`, if it is there."""
    given = request.headers.getall("Last-Event-ID", [])
    if not given:
        return None
    if len(given) > 1 or not _ID.fullmatch(given[0]):
        raise Problem(LAST_EVENT_ID_MALFORMED)
    return int(given[0].partition(".")[2])


async def _send_missed(
    api: Api, request: web.Request, response: web.StreamResponse, opened: Opened
) -> int:
    """Send what was missed, or that it can't be; the position of the last event that was sent."""
    sent, position = 0, opened.replay_from
    while position is not None and (events := await _kept(api, request, position)):
        for event in events:
            await _send(response, event)
        sent = position = events[-1].position
    if opened.is_gap:
        await _send_gap(api, response, opened)
    await response.write(f"id: .{max(opened.now, sent)}\n\n".encode())
    return sent


async def _kept(api: Api, request: web.Request, position: int) -> list[KeptEvent]:
    return await ask(
        api,
        request,
        lambda view, merchants, account: list(
            merchants.context.followed.after(account, position, limit=_AT_ONCE)
        ),
        Power.WEBHOOKS,
    )


async def _send(response: web.StreamResponse, event: KeptEvent | News) -> None:
    id_ = f"{event.message}.{event.position}"
    await send_event(response, type_=event.type, id_=id_, data=event.body)


async def _send_gap(api: Api, response: web.StreamResponse, opened: Opened) -> None:
    """Say that events are missing, and what to do about it."""
    content = {
        "type": _GAP,
        "timestamp": moment(api.clock_ms()),
        "data": {
            "detail": "Events after your Last-Event-ID are not kept any more.",
            "remedy": "Read your invoices again: GET /v1/invoices.",
        },
    }
    await send_event(response, type_=_GAP, id_=f".{opened.now}", data=to_line(content))


async def _send_news(
    api: Api, response: web.StreamResponse, feed: "asyncio.Queue[News | None]", sent: int
) -> None:
    """Send what happens, until the feed ends; not what has been sent among the missed."""
    while True:
        try:
            async with asyncio.timeout(api.merchants.settings.heartbeat_ms / 1000):
                news = await feed.get()
        except TimeoutError:
            await response.write(b": here\n\n")
            continue
        if news is None:
            return
        if news.position > sent:
            await _send(response, news)


ROUTES = (
    Route(
        method="GET",
        path="/v1/merchant/events",
        handler=get_all_events,
        name="followEvents",
        summary="All events of the account as they happen, as server-sent events",
        subject="Webhooks",
        access=Access.MERCHANT,
        parameters=(
            Parameter(
                name="Last-Event-ID",
                in_="header",
                description="The last `id` that an earlier stream sent: what happened since is sent first. "
                "When that is not kept any more, an event `stream.gap` says so.",
                schema={"type": "string", "pattern": EVENT_ID_PATTERN},
            ),
        ),
        answer_type=EVENT_STREAM,
        problems=(LAST_EVENT_ID_MALFORMED,),
    ),
)
