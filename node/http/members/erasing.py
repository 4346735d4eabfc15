"""Erasing what an account is called, for good: by its owner, or by enough stewards.

PROTOCOL section 15.5. Nothing brings a name back, so nobody erases one alone who could not do anything else
for the account alone: of an account of several owners, and for others' accounts, stewards ask one after
another, and it is done once enough of them have. Their requests are kept beside the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError
from ledger.government.articles import Article
from ledger.rules.office import bylaws_in_force
from ledger.rules.owning import joint_owners
from ledger.transactions import MAX_NUMBER
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import ACCOUNT_NOT_FOUND
from node.http.base.reading import JSON, path_number
from node.http.base.routes import Access, Parameter, Route
from node.http.members import shapes
from node.http.members.problems import ERASURE_NOT_ASKED, NAME_OF_SEVERAL
from node.store import Document, DocumentKind, Write

_ASKED_S: Final = 30 * 86_400
"""How long a steward's request to erase a name waits for the others'."""


@dataclass(frozen=True, slots=True)
class _Request:
    """When a steward has asked, and why."""

    time: int
    reason: str


async def delete_my_name(api: Api, request: web.Request) -> web.Response:
    """Erase what the owner's account is called, for good, where one owner signs alone."""
    number = await api.member(request)

    def erase(view: View) -> tuple[Write, None]:
        owners = joint_owners(facts.own_log(view), number)
        if owners is not None and owners.needed > 1:
            raise Problem(NAME_OF_SEVERAL)
        account = view.validator.account(view.coop, number)
        if account is None:
            raise Problem(ACCOUNT_NOT_FOUND)
        return view.engine.names().directory.erase(account, now=view.now_ms // 1000), None

    async with api.desk:
        await api.runner.change(erase)
    return web.Response(status=204)


async def post_request(api: Api, request: web.Request) -> web.Response:
    """Ask as a steward that a name be erased; it is, once enough stewards in office have asked."""
    await api.steward(request)
    key = api.shown_session(request).key
    number = path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)
    asked = await api.read(request, shapes.NameErasureRequest)
    reason = "" if asked.reason is None else str(asked.reason)
    async with api.desk:
        found = await api.runner.change(lambda view: _ask(view, number, key, reason))
    return json_response(found, is_private=True)


async def delete_request(api: Api, request: web.Request) -> web.Response:
    """Take back as a steward that one has asked, while the name is not erased."""
    await api.steward(request)
    key = api.shown_session(request).key
    number = path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)

    def take_back(view: View) -> tuple[Write, shapes.NameErasure]:
        left = _asked(view, number, view.now_ms // 1000)
        if left.pop(key, None) is None:
            raise Problem(ERASURE_NOT_ASKED)
        return _kept(view, number, left), _shown(view, left)

    async with api.desk:
        found = await api.runner.change(take_back)
    return json_response(found, is_private=True)


def _ask(view: View, number: int, key: bytes, reason: str) -> tuple[Write, shapes.NameErasure]:
    account = view.validator.account(view.coop, number)
    if account is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    names, now, needed = view.engine.names(), view.now_ms // 1000, _needed(view)
    asked = {**_asked(view, number, now), key: _Request(now, reason)}
    if names.is_erased(view.coop, number):
        return Write(), shapes.NameErasure(erased=True, asked=needed, needed=needed, reasons=[])
    if len(asked) < needed:
        return _kept(view, number, asked), _shown(view, asked)
    write = names.directory.erase(account, now=now)
    dropped = (*write.dropped_documents, (DocumentKind.NAME, _id(number)))
    answer = shapes.NameErasure(erased=True, asked=len(asked), needed=needed, reasons=[])
    return Write(documents=write.documents, dropped_documents=dropped), answer


def erasure_asked(view: View, number: int) -> shapes.NameErasure | None:
    """That stewards ask for an account's name to be erased, and why; None when none does, or it is done."""
    asked = _asked(view, number, view.now_ms // 1000)
    if not asked or view.engine.names().is_erased(view.coop, number):
        return None
    return _shown(view, asked)


def _shown(view: View, asked: Mapping[bytes, _Request]) -> shapes.NameErasure:
    reasons = sorted({each.reason for each in asked.values()} - {""})
    return shapes.NameErasure(erased=False, asked=len(asked), needed=_needed(view), reasons=reasons)


def _kept(view: View, number: int, asked: Mapping[bytes, _Request]) -> Write:
    """The write that keeps these requests, and no others."""
    if not asked:
        return Write(dropped_documents=((DocumentKind.NAME, _id(number)),))
    rows: list[Value] = [[key, each.time, each.reason] for key, each in sorted(asked.items())]
    now = view.now_ms // 1000
    row = Document(kind=DocumentKind.NAME, id=_id(number), created=now, data=encode(rows))
    return Write(documents=(row,))


def _needed(view: View) -> int:
    """As many as freeze an account, and never fewer than the charter's threshold: this can't be undone."""
    log = facts.own_log(view)
    office, bylaws = facts.office(view), bylaws_in_force(log)
    least = min(office.threshold, office.size)
    return max(1, least, office.needed(Article.FREEZE, bylaws))


def _asked(view: View, number: int, now: int) -> dict[bytes, _Request]:
    """What stewards in office have asked within the time, by their keys."""
    document = view.store.document(DocumentKind.NAME, _id(number))
    keys = {each.key for each in facts.office(view).stewards.values()}
    found: dict[bytes, _Request] = {}
    try:
        rows = [] if document is None else decode(document.data)
    except EncodingError:
        rows = []  # damaged: the stewards ask again
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [bytes(key), int(time), *rest] if key in keys and time > now - _ASKED_S:
                # Those of earlier versions have no reason.
                found[key] = _Request(time, str(rest[0]) if rest else "")
            case _:
                pass
    return found


def _id(number: int) -> str:
    return f"asked/{number}"


_NUMBER = Parameter(
    name="number",
    in_="path",
    description="An account's number.",
    schema={"type": "integer", "minimum": 1},
)

ROUTES = (
    Route(
        method="DELETE",
        path="/v1/me/name",
        handler=delete_my_name,
        name="eraseMyName",
        summary="Erase what the owner's account is called, for good",
        subject="Members",
        access=Access.MEMBER,
        status=204,
        problems=(NAME_OF_SEVERAL,),
    ),
    Route(
        method="POST",
        path="/v1/members/{number}/erasure",
        handler=post_request,
        name="eraseName",
        summary="Ask that a name be erased for good; it is once enough stewards have asked",
        subject="Stewards",
        access=Access.STEWARD,
        parameters=(_NUMBER,),
        body={JSON: shapes.NameErasureRequest},
        answer=shapes.NameErasure,
        problems=(ACCOUNT_NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path="/v1/members/{number}/erasure",
        handler=delete_request,
        name="keepName",
        summary="Take back that one has asked, while the name is not erased",
        subject="Stewards",
        access=Access.STEWARD,
        parameters=(_NUMBER,),
        answer=shapes.NameErasure,
        problems=(ERASURE_NOT_ASKED,),
    ),
)
"""The routes of this subject."""
