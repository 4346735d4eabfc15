"""The histories of a cooperative's log that the node holds, for who proposes which of them stands."""

from aiohttp import web

from ledger.validators.interface import Validator
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problems import TOO_MANY_REQUESTS
from node.http.base.reading import check_query
from node.http.base.routes import COOP, Route
from node.http.federation import shapes
from node.spellings import Hash


async def get_branches(api: Api, request: web.Request) -> web.Response:
    """The histories of one log, and what the others lose if it is the one that stands."""
    check_query(request)
    coop = api.coop_in_path(request)

    def look(view: View) -> shapes.LogBranches:
        validator = view.validator
        return shapes.LogBranches(
            coop=coop.name,
            coop_number=coop.number,
            branches=[
                _branch(api, validator, coop.number, branch)
                for branch in validator.branches(coop.number)
            ],
        )

    return json_response(await api.ask_paid(request, look))


def _branch(api: Api, validator: Validator, coop: int, branch: int) -> shapes.LogBranch:
    log = validator.log(coop, branch=branch)
    others = [other for other in validator.coops if other != coop]
    losses = {
        other: validator.loss_by(other, other=coop, length=log.length, head=log.head)
        for other in others
    }
    return shapes.LogBranch(
        length=log.length,
        head=Hash(log.head),
        is_standing=validator.standing(coop) == branch,
        gone_by=[
            api.coop_name(other)
            for other in others
            if validator.gone_by(other, other=coop) == branch
        ],
        losses=[
            shapes.BranchLoss(coop=api.coop_name(other), coop_number=other, amount=loss)
            for other, loss in sorted(losses.items())
            if loss
        ],
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/federation/branches/{coop}",
        handler=get_branches,
        name="listBranches",
        summary="The histories of a cooperative's log, and what the others lose if one of them stands",
        subject="Federation",
        parameters=(COOP,),
        answer=shapes.LogBranches,
        problems=(TOO_MANY_REQUESTS,),
    ),
)
