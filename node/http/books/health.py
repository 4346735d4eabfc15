"""How this node is, and what it knows of the federation."""

from collections.abc import Sequence

from aiohttp import web

from ledger.invariants import fork_loss, items_under_way, under_way
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.view import View
from node.http.base import troubles
from node.http.base.api import Api, json_response
from node.http.base.routes import Route
from node.http.books import shapes
from node.spellings import Hash

_SUBJECT = "Health"


async def get_health(api: Api, request: web.Request) -> web.Response:
    """Say that the process answers, and which validator runs. Asks the engine nothing."""
    return json_response(
        shapes.Health(
            status="alive", validator=api.validator, version=api.version, coop=api.coop.name
        )
    )


async def get_ready(api: Api, request: web.Request) -> web.Response:
    """Say whether the node records now, and all that is wrong."""
    status = await api.runner.ask(lambda view: view.status)
    is_ready = status.readiness is Readiness.READY
    answer = shapes.Ready(
        ready=is_ready,
        readiness=status.readiness,
        troubles=troubles.listed([*status.troubles, *_beside(api)], api.names),
    )
    return json_response(answer, status=200 if is_ready else 503)


async def get_status(api: Api, request: web.Request) -> web.Response:
    """How the node and the federation are, as seen here."""
    return json_response(await read_status(api))


async def read_status(api: Api) -> shapes.Status:
    """The same, for the pages."""
    beside = _beside(api)
    return await api.runner.ask(lambda view: _status(api, view, beside))


def _beside(api: Api) -> list[Trouble]:
    """What is wrong beside the books, of which the engine knows nothing."""
    why = "" if api.wages is None else api.wages.look()
    return [Trouble(kind=TroubleKind.WAGES_UNREADABLE, values={"why": why})] if why else []


def _status(api: Api, view: View, beside: Sequence[Trouble]) -> shapes.Status:
    # Of a forked log, the branch that stands.
    standing = {coop: view.validator.standing(coop) for coop in view.validator.coops}
    transit = [item for coop in standing for item in items_under_way(view.validator, coop)]
    amount = sum(item.amount for item in transit)
    everything = sum(
        view.validator.log(coop, branch=branch).position + under_way(view.validator, coop)
        for coop, branch in standing.items()
    )
    status = view.status
    return shapes.Status(
        coop=api.coop.name,
        coop_number=api.coop.number,
        federation=Hash(api.charter.federation),
        name=api.founding.name,
        unit=api.founding.unit,
        readiness=status.readiness,
        validator=status.validator,
        version=api.version,
        time=view.now_ms // 1000,
        peers=[api.coop_name(coop) for coop in status.peers],
        accused=[api.coop_name(coop) for coop in status.accused],
        waiting=[
            shapes.Waiting(log=api.coop_name(log), for_=api.coop_name(other))
            for log, other in sorted(status.waiting.items())
        ],
        unanchored=[api.coop_name(coop) for coop in status.unanchored],
        troubles=troubles.listed([*status.troubles, *beside], api.names),
        deciding=[troubles.being_decided(each) for each in status.deciding],
        in_transit=shapes.InTransit(items=len(transit), amount=amount),
        sum=everything,
        fork_loss=fork_loss(view.validator),
    )


ROUTES = (
    Route(
        method="GET",
        path="/health",
        handler=get_health,
        name="getHealth",
        summary="Whether the process answers, and which validator runs",
        subject=_SUBJECT,
        answer=shapes.Health,
    ),
    Route(
        method="GET",
        path="/ready",
        handler=get_ready,
        name="getReady",
        summary="Whether the node records now; 503 with the same body when it does not",
        subject=_SUBJECT,
        answer=shapes.Ready,
        also={503: "The node does not record now."},
    ),
    Route(
        method="GET",
        path="/v1/status",
        handler=get_status,
        name="getStatus",
        summary="How the node and the federation are, as seen here",
        subject="Books",
        answer=shapes.Status,
    ),
)
