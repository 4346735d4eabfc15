"""Names at the node's border: kept before an admission is recorded, and asked of other homes.

PROTOCOL section 15. No log can tell whether two commitments hide one handle, so it is here that a second
account of one name is refused.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from aiohttp import web

from ledger.entries import decode_transaction
from ledger.names import NameNotOpened, Opening, check_opening
from ledger.refusals import Refusal
from ledger.state import COMMONS, Account
from ledger.transactions import MAX_NUMBER, Admit
from node.engine.answers import NotReady, Recorded, Refused
from node.engine.known_names import HandleTaken, Wanted
from node.engine.view import View
from node.http.base import facts, shapes
from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    HANDLE_IS_NUMBER,
    HOME_NOT_ASKED,
    NAME_ERASED,
    NAME_NOT_OPENED,
)
from node.http.base.reading import plain_number
from node.http.base.refusals_problems import refusal_problem
from node.spellings import Salt
from node.store import Write

Answer = TypeVar("Answer")

_LOOK_AGAIN_S: Final = 0.05
_MOST_LOOKS: Final = 40
"""So long an answer of another home is waited for: two seconds."""
_ASK_AGAIN_S: Final = 30
"""A node that is away is dialled again at least so often."""


def read_opening(api: Api, admit: Admit, name: shapes.NameOpening | None) -> Opening | None:
    """What opens the commitment of an admission; None where that has the handle itself.

    Raises `name_not_opened` where it does not open it.
    """
    if isinstance(admit.handle, str):
        check_is_no_number(admit.handle)
        return None
    if name is None:
        raise Problem(NAME_NOT_OPENED)
    opening = Opening(salt=bytes(name.salt), handle=name.handle)
    federation, coop = api.charter.federation, api.coop.number
    try:
        check_opening(opening, admit.handle, federation=federation, coop=coop)
    except NameNotOpened as error:
        raise Problem(NAME_NOT_OPENED) from error
    check_is_no_number(opening.handle)
    return opening


def check_is_no_number(handle: str) -> None:
    """Raise `handle_is_number` for a new name of digits alone: `3@norte` is too near to `#3@norte`."""
    if handle.isdecimal():
        raise Problem(HANDLE_IS_NUMBER)


async def has_session(api: Api, request: web.Request) -> bool:
    """Whether who asks sees all names of the coop anyway."""
    if "Authorization" not in request.headers:
        return False
    try:
        await api.session(request)
    except Problem:
        return False
    return True


async def paid_guess(api: Api, request: web.Request, look: Callable[[View], Answer]) -> Answer:
    """What is found by a name without a session; an address pays for what nobody is or was called.

    Those of an address are asked one after another, so that each is paid for before the next. Raises
    what `look` raises, and `too_many_requests`.
    """
    async with api.asking.take(api.address(request)):
        api.check_rate(request)
        try:
            return await api.runner.ask(look)
        except Problem as problem:
            if not problem.retryable:  # else nobody learned anything
                api.charge(request)
            raise


def account_there(view: View, coop: int, named: str) -> Account:
    """The account of that number or name, as far as this node can say.

    Raises `account_not_found` only where that is known: of the own coop, and of another whose home said so
    or, of a number, is linked. Else `home_not_asked`; and `name_erased` for what was a name here.
    """
    account = facts.find_account(view, coop, named)
    if account is not None:
        return account
    number, handle = plain_number(named.removeprefix("@#")), named.removeprefix("@")
    if coop == view.coop:
        was_erased = number is None and view.engine.names().directory.was_erased(handle)
        raise Problem(NAME_ERASED if was_erased else ACCOUNT_NOT_FOUND)
    is_linked = coop in view.status.peers
    can_be = number is None or COMMONS < number <= MAX_NUMBER
    is_told = is_linked if number is not None else view.engine.names().is_missing(coop, handle)
    if is_told or not can_be:
        raise Problem(ACCOUNT_NOT_FOUND)
    if not is_linked:
        raise Problem(HOME_NOT_ASKED, retry_after_s=_ASK_AGAIN_S)
    raise Problem(
        HOME_NOT_ASKED,
        "That cooperative's own node is linked with this one, but has not said yet who is called so.",
        retry_after_s=_ASK_AGAIN_S,
    )


def shown_opening(opening: Opening | None) -> shapes.NameOpening | None:
    """An opening as it is sent."""
    if opening is None:
        return None
    return shapes.NameOpening(salt=Salt(opening.salt), handle=opening.handle)


async def record_admission(
    api: Api, data: bytes, admit: Admit, opening: Opening | None
) -> Recorded | Refused | NotReady:
    """Record an admission, with its name kept first; a name that is taken is refused here.

    For holders of `api.desk`, so that no two admissions come to one name.
    """
    if isinstance(admit.handle, str):
        handle = admit.handle
        if await api.runner.ask(lambda view: _is_another(view, handle, admit)):
            return Refused(Refusal.HANDLE_TAKEN)
        return await api.runner.submit(data)
    if opening is None:
        if not await api.runner.ask(lambda view: is_kept(view, data)):
            raise Problem(NAME_NOT_OPENED)
        return await api.runner.submit(data)
    try:
        await api.runner.change(lambda view: (keep(view, opening), None))
    except HandleTaken:
        return Refused(Refusal.HANDLE_TAKEN)
    result = await api.runner.submit(data)
    if isinstance(result, Refused):
        await api.runner.change(lambda view: (view.engine.names().directory.drop(opening), None))
    return result


def keep(view: View, *openings: Opening) -> Write:
    """Keep names of accounts that are about to be admitted. Raises `HandleTaken`."""
    directory, now = view.engine.names().directory, view.now_ms // 1000
    writes = [directory.keep(opening, now=now) for opening in openings]
    return Write(
        documents=tuple(row for write in writes for row in write.documents),
        dropped_documents=tuple(row for write in writes for row in write.dropped_documents),
    )


def _is_another(view: View, handle: str, admit: Admit) -> bool:
    """Whether somebody is or was called so; not this very account, which is asked about again."""
    there = view.validator.account(view.coop, admit.account)
    is_same = there is not None and (there.key, there.handle) == (admit.key, handle)
    return not is_same and view.engine.names().directory.is_taken(handle)


def is_kept(view: View, data: bytes) -> bool:
    """Whether these bytes are no admission with a commitment, or one whose name is kept."""
    admit = decode_transaction(data)
    if not isinstance(admit, Admit) or isinstance(admit.handle, str):
        return True
    return view.engine.names().directory.opens(admit.handle)


def check_is_free(view: View, handle: str) -> None:
    """Raise the refusal's problem if an account of this coop is or was called so."""
    if view.engine.names().directory.is_taken(handle):
        raise refusal_problem(Refusal.HANDLE_TAKEN)


async def find_names(api: Api, wanted: Wanted) -> bool:
    """Ask the homes of other coops' accounts for names that are not known here; whether any is known now.

    It waits for a while; what is not known then stays a number.
    """
    coops = {coop: some for coop, some in wanted.items() if some and coop != api.coop.number}
    if not coops or not await api.runner.ask(lambda view: view.engine.names().unknown(coops)):
        return False
    await api.runner.change(lambda view: (Write(), view.engine.names().ask(coops)))
    for _ in range(_MOST_LOOKS):
        await asyncio.sleep(_LOOK_AGAIN_S)
        if not await api.runner.ask(lambda view: view.engine.names().unknown(coops)):
            break
    return True
