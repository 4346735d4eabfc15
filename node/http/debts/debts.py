"""Debts that are claimed or settled, and what would happen if an account closed now.

Stewards see all; members see what is about themselves, and what they answer for or have paid. Debts that were
settled more than two years ago are not shown: the books have them, people need not.
"""

from typing import Final, cast

from aiohttp import web
from msgspec.structs import asdict

from ledger.codec import decode
from ledger.government.articles import DAY
from ledger.government.guarantees import GUARANTEES_CHAPTER, pledges_for
from ledger.government.leaving import (
    CLAIMS_CHAPTER,
    SETTLED_CHAPTER,
    Settlement,
    settlement_of,
)
from ledger.rules.closing import debts_guaranteed
from ledger.state import COMMONS, Account
from ledger.transactions import MAX_NUMBER
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import check_query, path_number
from node.http.base.routes import Access, Parameter, Route
from node.http.base.sessions import Session, SessionRole
from node.http.debts import shapes

_SUBJECT: Final = "Debts"
_SHOWN_FOR_S: Final = 730 * DAY


async def get_ending(api: Api, request: web.Request) -> web.Response:
    """What would become of all there is, if an account closed now."""
    session = await api.session(request)
    check_query(request)
    number = path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)

    def look(view: View) -> shapes.Ending | None:
        account = view.validator.account(view.coop, number)
        if account is None or number == COMMONS or not _may_see(session, number):
            return None
        return _ending(view, account)

    found = await api.ask_paid(request, look)
    if found is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    return json_response(found, is_private=True)


def _may_see(session: Session, account: int) -> bool:
    return session.role is SessionRole.STEWARD or session.number == account


def _ending(view: View, account: Account) -> shapes.Ending:
    log = facts.own_log(view)
    debt = facts.debt_of(view, account)
    return shapes.Ending(
        **asdict(facts.public_account(view, view.coop, account)),
        balance=account.balance,
        revision=account.revision,
        claim=facts.standing_claim_of(view, account.number),
        debt=debt,
        within_ceiling=debt is None or debt.within_ceiling,
        answers_for=[
            shapes.GuaranteedDebt(
                account=member, handle=facts.handle_of(view, member), amount=amount
            )
            for member, amount in debts_guaranteed(account.number, log).items()
        ],
    )


async def get_debts(api: Api, request: web.Request) -> web.Response:
    """What is claimed and what was settled, as far as it concerns who asks."""
    session = await api.session(request)
    check_query(request)
    found = await api.ask_paid(
        request,
        lambda view: shapes.Debts(
            coop=api.coop.name,
            coop_number=view.coop,
            claims=_claims(view, session),
            settled=_settled(view, session),
        ),
    )
    return json_response(found, is_private=True)


def _claims(view: View, session: Session) -> list[shapes.ClaimedDebt]:
    log = facts.own_log(view)
    found: list[shapes.ClaimedDebt] = []
    for number in sorted(cast(int, decode(key)) for key, _ in log.rows(CLAIMS_CHAPTER)):
        account, claim = log.account(number), facts.standing_claim_of(view, number)
        if account is None or claim is None:
            continue
        guarantors = pledges_for(log.rows(GUARANTEES_CHAPTER), number)
        if not _may_see(session, number) and session.number not in guarantors:
            continue
        paid = facts.debt_of(view, account)
        found.append(
            shapes.ClaimedDebt(
                account=number,
                handle=facts.account_name(view, view.coop, account),
                claim=claim,
                debt=paid,
            )
        )
    return found


def _settled(view: View, session: Session) -> list[shapes.SettledDebt]:
    earliest = facts.own_time(view) - _SHOWN_FOR_S
    rows = facts.own_log(view).rows(SETTLED_CHAPTER)
    settled = ((cast(int, decode(key)), settlement_of(value)) for key, value in rows)
    found = [
        (number, each)
        for number, each in settled
        if each is not None and each.time >= earliest and _concerns(session, number, each)
    ]
    found.sort(key=lambda pair: -pair[1].number)
    return [
        shapes.SettledDebt(
            account=number,
            handle=facts.handle_of(view, number),
            number=each.number,
            time=each.time,
            debt=facts.paid_debt(view, each.paid),
        )
        for number, each in found
    ]


def _concerns(session: Session, account: int, settled: Settlement) -> bool:
    return _may_see(session, account) or session.number in dict(settled.paid.shares)


_NUMBER = Parameter(
    name="number",
    in_="path",
    description="An account's number.",
    schema={"type": "integer", "minimum": 1},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/debts",
        handler=get_debts,
        name="getDebts",
        summary="Debts that are claimed or were settled: all for stewards, one's own matters for members",
        subject=_SUBJECT,
        access=Access.SESSION,
        answer=shapes.Debts,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/debts/{number}",
        handler=get_ending,
        name="getEnding",
        summary="What would become of all there is, if an account closed now: for its owner and stewards",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_NUMBER,),
        answer=shapes.Ending,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
)
"""The routes of this subject."""
