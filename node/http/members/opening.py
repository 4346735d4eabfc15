"""How the books were opened with balances of another system, and who has agreed with theirs (PROTOCOL 16)."""

from aiohttp import web

from ledger.codec import encode
from ledger.government.opening import OPENED_CHAPTER, opened_of
from ledger.refusals import Refusal
from ledger.rules.government.opening import books_of
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.api import Api, json_response
from node.http.base.moving import announce
from node.http.base.problems import WRONG_ENDPOINT
from node.http.base.reading import JSON, check_query, check_size
from node.http.base.routes import Access, Route
from node.http.members import shapes
from node.spellings import Hash

_SUBJECT = "Members"


async def get_opening(api: Api, request: web.Request) -> web.Response:
    """The opening of this cooperative's books."""
    check_query(request)
    found = await api.ask_paid(request, _opening)
    return json_response(shapes.Opening(opening=found))


async def get_my_opening(api: Api, request: web.Request) -> web.Response:
    """The opening, and the balance with which the owner's account began."""
    account = await api.member(request)
    check_query(request)

    def look(view: View) -> shapes.MyOpening:
        opened = opened_of(facts.own_log(view).row(OPENED_CHAPTER, encode(account)))
        return shapes.MyOpening(
            opening=_opening(view),
            balance=None if opened is None else opened.balance,
            acknowledged=None if opened is None else opened.acknowledged or None,
        )

    return json_response(await api.ask_paid(request, look), is_private=True)


async def post_opening(api: Api, request: web.Request) -> web.Response:
    """Let payments wait: the books are about to be opened, as all stewards have signed."""
    await api.steward(request)
    api.check_rate(request)
    api.charge(request)
    asked = await api.read(request, shapes.OpeningAnnounced)
    check_size(asked.transaction, "/transaction", most=api.settings.payment_bytes)
    until_ms = await api.runner.ask(lambda view: announce(api, view, bytes(asked.transaction)))
    answer = shapes.PaymentsHeld(until=api.clock_at_ms(until_ms) // 1000)
    return json_response(answer, is_private=True)


def _opening(view: View) -> shapes.OpenedBooks | None:
    log = facts.own_log(view)
    books = books_of(log)
    if books is None:
        return None
    opened = [opened_of(value) for _, value in log.rows(OPENED_CHAPTER)]
    text = changes.find_text(view, books.reason)
    return shapes.OpenedBooks(
        entry=books.number,
        time=books.time,
        statement=Hash(books.statement),
        resolution_hash=Hash(books.reason),
        resolution=None if text is None else text.text,
        commons=books.commons,
        accounts=books.accounts,
        acknowledged=sum(each is not None and each.acknowledged > 0 for each in opened),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/opening",
        handler=get_opening,
        name="getOpening",
        summary="How the books were opened with balances of the system before; null: with none",
        subject=_SUBJECT,
        answer=shapes.Opening,
    ),
    Route(
        method="POST",
        path="/v1/opening",
        handler=post_opening,
        name="announceOpening",
        summary="Announce an opening that all stewards have signed: payments wait for it, an hour at most",
        subject=_SUBJECT,
        access=Access.STEWARD,
        body={JSON: shapes.OpeningAnnounced},
        answer=shapes.PaymentsHeld,
        problems=(
            Refusal.ENTRY_MALFORMED,
            WRONG_ENDPOINT,
            Refusal.OPENING_REPEATED,
            Refusal.OPENING_LATE,
            Refusal.STEWARD_UNKNOWN,
            Refusal.STEWARDS_TOO_FEW,
            Refusal.SIGNATURE_INVALID,
        ),
    ),
    Route(
        method="GET",
        path="/v1/me/opening",
        handler=get_my_opening,
        name="getMyOpening",
        summary="The same, with the balance with which the owner's account began",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.MyOpening,
    ),
)
