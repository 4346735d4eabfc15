"""Who may see what, by the bylaws in force: articles `see_history` and `see_balances`.

It is about what this node shows. The books themselves are read by every node of the federation and by whoever
audits them.
"""

from aiohttp import web

from ledger.government.articles import Article
from ledger.rules.office import bylaws_in_force
from ledger.transactions import Status
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import TOO_MANY_REQUESTS
from node.http.base.reading import check_query
from node.http.base.routes import Access, Route, limit_parameter, number_parameter
from node.http.members import shapes
from node.http.members.problems import BALANCES_PRIVATE, HISTORY_PRIVATE


def shows(view: View, article: Article) -> bool:
    """Whether the bylaws say yes to one of the two articles."""
    return bylaws_in_force(facts.own_log(view)).value(article) == 1


async def check_history(api: Api) -> None:
    """Raise `history_private` where stewards don't see with whom members trade."""
    if not await api.runner.ask(lambda view: shows(view, Article.SEE_HISTORY)):
        raise Problem(HISTORY_PRIVATE)


async def get_balances(api: Api, request: web.Request) -> web.Response:
    """The balances of all members, for members, where their bylaws say so."""
    await api.member(request)
    check_query(request, "after", "limit")
    after = _AFTER.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)
    found = await api.ask_paid(request, lambda view: _balances(view, after, most))
    if found is None:
        raise Problem(BALANCES_PRIVATE)
    return json_response(found, is_private=True)


def _balances(view: View, after: int, most: int) -> shapes.MemberBalances | None:
    if not shows(view, Article.SEE_BALANCES):
        return None
    now = facts.own_time(view)
    found: list[shapes.MemberBalance] = []
    for account in view.validator.accounts(view.coop):
        if account.number <= after or account.status is Status.CLOSED:
            continue
        if len(found) > most:
            break
        found.append(
            shapes.MemberBalance(
                account=account.number,
                handle=facts.account_name(view, view.coop, account),
                balance=account.balance,
                limit=account.limit_at(now),
            )
        )
    return shapes.MemberBalances(
        coop=view.validator.newest_charter().coops[view.coop].name,
        coop_number=view.coop,
        balances=found[:most],
        next=found[most - 1].account if len(found) > most else None,
    )


_LIMIT = limit_parameter(100)
_AFTER = number_parameter("after", "Accounts with higher numbers than this.", default=0)

ROUTES = (
    Route(
        method="GET",
        path="/v1/balances",
        handler=get_balances,
        name="getBalances",
        summary="The balances of all members, where the bylaws show them to members",
        subject="Members",
        access=Access.MEMBER,
        parameters=(_AFTER, _LIMIT),
        answer=shapes.MemberBalances,
        problems=(BALANCES_PRIVATE, TOO_MANY_REQUESTS),
    ),
)
