"""Waiting over HTTP: long polls, and streams of server-sent events."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from node.errors import NodeFault
from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.routes import number_parameter
from node.merchant.refusals import MerchantRefusal
from node.merchant.shapes import Invoice, PublicInvoice
from node.merchant.waiting import Subject
from node.shapes import to_json

Versioned = TypeVar("Versioned", Invoice, PublicInvoice)
AFTER = number_parameter("after", "Wait until the invoice's version is above this.")
TIMEOUT = number_parameter("timeout_ms", "The longest wait.", default=20_000, most=30_000)
EVENT_STREAM = "text/event-stream"
STREAM_ENDS = (TimeoutError, ConnectionError, NodeFault, MerchantRefusal, Problem)
"""What ends a stream that has begun: its time is over, its reader has gone or may not any more, or the node
can't go on with it. There is no other answer then; whoever reads connects again and gets that."""


async def wait_for_version(
    api: Api, request: web.Request, subject: Subject, look: Callable[[], Awaitable[Versioned]]
) -> Versioned:
    """What `look` finds; with `after` in the query, once its version is above that or time is over."""
    longest = api.settings.long_poll_ms
    timeout_ms = min(TIMEOUT.read(request), longest)
    after = AFTER.find(request)
    found = await look()
    if after is None or found.version > after:
        return found
    with api.poll(request), api.merchants.waiting.follow(subject) as feed:
        found = await look()  # it may have changed before we began to wait
        if found.version > after:
            return found
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await feed.get()
        except TimeoutError:
            pass
    return await look()


async def open_stream(request: web.Request) -> web.StreamResponse:
    """The answer of a stream, begun."""
    response = web.StreamResponse(
        headers={
            "Content-Type": EVENT_STREAM,
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    return response


async def send_event(response: web.StreamResponse, *, type_: str, id_: str, data: str) -> None:
    """One event. `data` has no line ends."""
    await response.write(f"id: {id_}\nevent: {type_}\ndata: {data}\n\n".encode())


def to_line(content: object) -> str:
    """JSON in one line."""
    return to_json(content).decode("utf-8")
