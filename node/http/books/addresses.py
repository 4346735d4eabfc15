"""Where the coops' nodes answer, by their own word: for wallets that look for the node of their coop.

Each statement carries its coop's signature; whoever reads one checks it against the charter.
"""

from aiohttp import web

from node.addresses import NodeAddress
from node.http.base.api import Api, json_response
from node.http.base.reading import check_query
from node.http.base.routes import Route
from node.http.books import shapes
from node.spellings import Signature


async def get_addresses(api: Api, request: web.Request) -> web.Response:
    """The newest statement of each coop that has made one."""
    check_query(request)
    known = await api.runner.ask(lambda view: view.engine.addresses())
    addresses = [_address(api.coop_name(coop), known[coop]) for coop in sorted(known)]
    return json_response(shapes.Addresses(addresses=addresses))


def _address(coop: str, statement: NodeAddress) -> shapes.Address:
    return shapes.Address(
        coop=coop,
        coop_number=statement.coop,
        serial=statement.serial,
        time=statement.time,
        url=statement.url,
        signature=Signature(statement.signature),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/addresses",
        handler=get_addresses,
        name="getAddresses",
        summary="Where the cooperatives' nodes answer, as each of them has signed",
        subject="Books",
        answer=shapes.Addresses,
    ),
)
"""The routes of this subject."""
