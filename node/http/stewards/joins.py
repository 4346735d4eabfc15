"""Joining: a person leaves a key and a handle for the stewards to admit.

The new key signs its admission, and so the account number and first limit in it have to be known
first. So there are two steps: a proposal keeps a number free for ten minutes, in memory; the admission,
signed by the new key, is then kept until stewards sign or decline it. Both are costly and public, so
each address may do few of them.

Whoever waits may ask again: with nothing new they find their request as it is, and with another handle,
class or first limit the new request takes the place of the old one, which only its own key can bring about.

Strangers can't fill the places for long: requests expire, and when all places are taken, the address that
holds the most loses its oldest that no steward has signed. Of the address only a keyed hash is kept.
"""

from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from ledger.codec import MAX
from ledger.entries import decode_transaction
from ledger.names import shown
from ledger.refusals import Refusal
from ledger.signatures import KeyInadmissible, check_key_admissible
from ledger.transactions import HANDLE, MAX_NUMBER, Admit
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, Reserved, json_response
from node.http.base.naming import check_is_free, check_is_no_number, read_opening
from node.http.base.origins import origin_of
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, HANDLE_IS_NUMBER, REQUEST_MALFORMED, TOO_MANY_REQUESTS
from node.http.base.reading import JSON, check_size, must_be
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Route
from node.http.stewards import shapes
from node.http.stewards.drafts import DRAFT_ID
from node.http.stewards.drafts_kept import (
    Draft,
    check_own_signature,
    draft_facts,
    expired,
    kept_drafts,
    others_like,
    read_draft,
    waiting_admissions,
    with_standing,
)
from node.http.stewards.problems import DRAFT_NOT_FOUND, NUMBER_TAKEN
from node.http.stewards.progress import state_of
from node.store import Document, DocumentKind, Write

_SUBJECT = "Joining"
_KEPT_AFTER_ADMISSION_S = 86_400


async def post_proposal(api: Api, request: web.Request) -> web.Response:
    """Propose an account number and a first limit for a key and a handle."""
    api.check_rate(request)
    asked = await api.read(request, shapes.ProposalRequest)
    key, handle, class_, limit = bytes(asked.key), asked.handle, asked.class_, asked.limit
    if not HANDLE.fullmatch(handle):
        raise must_be("/handle", "small letters, digits, dots, hyphens and underscores")
    check_is_no_number(handle)
    api.charge(request)
    _check_key(key)
    now_ms = api.clock_ms()
    _forget_old(api, now_ms)
    account = await api.runner.ask(lambda view: _free_number(api, view, key, handle))
    # While that was asked, somebody else may have been given the same number.
    while account in api.proposals and api.proposals[account].key != key:
        account = await api.runner.ask(lambda view: _free_number(api, view, key, handle))
    origin = origin_of(api, request)
    if account not in api.proposals and len(api.proposals) >= api.settings.proposals:
        _make_room(api, origin)
    expires_ms = now_ms + api.settings.proposal_ms
    api.proposals[account] = Reserved(key=key, origin=origin, expires_ms=expires_ms)
    # What the person does not say now is as they said it before.
    earlier = await api.runner.ask(lambda view: _waiting_request(api, view, key))
    if class_ is None:
        class_ = facts.CLASSES[0 if earlier is None else earlier.class_]
    if limit is None:
        limit = api.settings.first_limit if earlier is None else earlier.limit
    answer = shapes.Proposal(
        coop=api.coop.name,
        coop_number=api.coop.number,
        account=account,
        key=asked.key,
        handle=handle,
        class_=class_,
        limit=limit,
        expires=expires_ms // 1000,
    )
    return json_response(answer, status=201)


def _check_key(key: bytes) -> None:
    try:
        check_key_admissible(key)
    except KeyInadmissible as error:
        raise refusal_problem(Refusal.KEY_INADMISSIBLE) from error


def _forget_old(api: Api, now_ms: int) -> None:
    for account, reserved in list(api.proposals.items()):
        if reserved.expires_ms <= now_ms:
            del api.proposals[account]


def _make_room(api: Api, origin: bytes) -> None:
    """Give up the oldest number kept for the address that holds the most, unless that is this one."""
    held = Counter(reserved.origin for reserved in api.proposals.values())
    worst = max(api.proposals, key=lambda account: held[api.proposals[account].origin])
    if held[api.proposals[worst].origin] <= held[origin]:
        raise Problem(BUSY, retry_after_s=60)
    del api.proposals[worst]


def _free_number(api: Api, view: View, key: bytes, handle: str) -> int:
    """A number for the key: the one it has been promised, else the lowest that nobody has."""
    check_is_free(view, handle)
    taken = {_number_of(draft): _key_of(draft) for draft in waiting_admissions(api, view)}
    taken |= {account: reserved.key for account, reserved in dict(api.proposals).items()}
    for account, holder in taken.items():
        if holder == key and view.validator.account(view.coop, account) is None:
            return account
    # Numbers run mostly without gaps, so the first guess is nearly always free.
    account = view.validator.log(view.coop).accounts + 1
    while account in taken or view.validator.account(view.coop, account) is not None:
        account += 1
    if account > MAX_NUMBER:
        raise Problem(BUSY, "There is no account number left.")
    return account


def _waiting_request(api: Api, view: View, key: bytes) -> Admit | None:
    """The admission that the key has asked for and that nobody has decided yet."""
    for join in kept_drafts(api, view, DocumentKind.JOIN):
        admit = join.transaction
        if (
            isinstance(admit, Admit)
            and admit.key == key
            and state_of(view, admit, join.handle) == "waiting"
        ):
            return admit
    return None


async def post_join(api: Api, request: web.Request) -> web.Response:
    """Ask to be admitted, with an admission that the new key has signed."""
    api.check_rate(request)
    asked = await api.read(request, shapes.JoinRequest)
    check_size(asked.transaction, "/transaction", most=api.settings.payment_bytes)
    api.charge(request)
    admit = decode_transaction(bytes(asked.transaction))
    if isinstance(admit, Refusal):
        raise refusal_problem(admit)
    if not isinstance(admit, Admit) or admit.stewards:
        raise Problem(REQUEST_MALFORMED, "Send an admission without stewards' signatures.")
    if not 0 <= admit.limit <= MAX:
        raise refusal_problem(Refusal.LIMIT_OUT_OF_RANGE)
    opening = read_opening(api, admit, asked.name)
    _check_key(admit.key)
    check_own_signature(api, admit)
    draft = Draft(
        kind=DocumentKind.JOIN,
        created=api.clock_ms() // 1000,
        transaction=admit,
        reason=None,
        opening=opening,
        origin=origin_of(api, request),
    )
    async with api.desk:
        kept = await api.runner.change(lambda view: _keep(api, view, draft))
    api.proposals.pop(admit.account, None)

    def look(view: View) -> shapes.Draft:
        others = others_like(view, draft, waiting_admissions(api, view))
        return draft_facts(api, view, kept, state="waiting", others=others)

    return json_response(await api.runner.ask(look), status=201, is_private=True)


def _keep(api: Api, view: View, draft: Draft) -> tuple[Write, Draft]:
    """Store a request to join unless its number or handle is gone.

    Old ones make room, and so does an earlier one of the same key for the same number.
    """
    admit = draft.transaction
    assert isinstance(admit, Admit)
    present = view.store.document(DocumentKind.JOIN, draft.id)
    if present is not None and not read_draft(present).is_over(api, view):
        return Write(), with_standing(api, view, read_draft(present))
    assert draft.handle is not None, "it is an admission"
    check_is_free(view, draft.handle)
    reserved = api.proposals.get(admit.account)
    is_promised = reserved is not None and reserved.key != admit.key
    if admit.account == 0 or view.validator.account(view.coop, admit.account) or is_promised:
        raise Problem(NUMBER_TAKEN)
    documents = view.store.documents(DocumentKind.JOIN, limit=api.settings.joins)
    dropped = {id_ for _, id_ in expired(api, view, DocumentKind.JOIN)}
    dropped |= {document.id for document in documents if _is_old(view, document)}
    waiting = [read_draft(document) for document in documents if document.id not in dropped]
    for other in waiting:
        if _number_of(other) == admit.account:
            if _key_of(other) != admit.key:
                raise Problem(NUMBER_TAKEN)
            dropped.add(other.id)
    waiting = [other for other in waiting if other.id not in dropped]
    if len(waiting) >= api.settings.joins:
        dropped.add(_most_crowding(waiting, draft).id)
    return (
        Write(
            documents=(draft.document(),),
            dropped_documents=tuple(
                (DocumentKind.JOIN, id_) for id_ in sorted(dropped - {draft.id})
            ),
        ),
        draft,
    )


def _most_crowding(waiting: Sequence[Draft], new: Draft) -> Draft:
    """The request that makes room for a new one; raises `busy` when the new one's address holds the most."""
    held = Counter(draft.origin for draft in waiting)
    unsigned = [draft for draft in waiting if not draft.transaction.stewards]
    worst = max(unsigned, key=lambda draft: held[draft.origin], default=None)
    if worst is None or held[worst.origin] <= held[new.origin]:
        raise Problem(
            BUSY,
            "Too many people wait to be admitted, many of them from your address; try again in a few days.",
        )
    return worst  # of those with as many, `max` gives the first: the oldest


def _key_of(join: Draft) -> bytes:
    assert isinstance(join.transaction, Admit)
    return join.transaction.key


def _number_of(join: Draft) -> int:
    assert isinstance(join.transaction, Admit)
    return join.transaction.account


def _state(view: View, join: Draft) -> shapes.DraftState:
    return state_of(view, join.transaction, join.handle)


def _is_old(view: View, document: Document) -> bool:
    """Whether a request was answered long enough ago for the person to have seen it."""
    age_s = view.now_ms // 1000 - document.created
    if age_s < _KEPT_AFTER_ADMISSION_S:
        return False
    return _state(view, read_draft(document)) != "waiting"


async def get_join(api: Api, request: web.Request) -> web.Response:
    """What became of a request to be admitted, for whoever knows its id."""
    id_ = request.match_info["id"]

    def look(view: View) -> shapes.Join | None:
        document = view.store.document(DocumentKind.JOIN, id_)
        join = None if document is None else read_draft(document)
        if join is None or join.is_over(api, view):
            return None
        admit = join.transaction
        assert isinstance(admit, Admit)
        return shapes.Join(
            id=id_,
            state=_state(view, join),
            account=admit.account,
            handle=join.handle or shown(admit.handle, admit.account),
            expires=join.expires(api),
        )

    found = await api.runner.ask(look)
    if found is None:
        raise Problem(DRAFT_NOT_FOUND)
    return json_response(found, is_private=True)


ROUTES = (
    Route(
        method="POST",
        path="/v1/joins/proposals",
        handler=post_proposal,
        name="proposeAccount",
        summary="Keep an account number free for a new key",
        subject=_SUBJECT,
        body={JSON: shapes.ProposalRequest},
        status=201,
        answer=shapes.Proposal,
        problems=(
            HANDLE_IS_NUMBER,
            Refusal.HANDLE_TAKEN,
            Refusal.KEY_INADMISSIBLE,
            TOO_MANY_REQUESTS,
            BUSY,
        ),
    ),
    Route(
        method="POST",
        path="/v1/joins",
        handler=post_join,
        name="askToJoin",
        summary="Ask to be admitted, with an admission signed by the new key",
        subject=_SUBJECT,
        body={JSON: shapes.JoinRequest},
        status=201,
        answer=shapes.Draft,
        problems=(
            Refusal.ENTRY_MALFORMED,
            Refusal.SIGNATURE_INVALID,
            Refusal.KEY_INADMISSIBLE,
            HANDLE_IS_NUMBER,
            Refusal.HANDLE_TAKEN,
            NUMBER_TAKEN,
            Refusal.LIMIT_OUT_OF_RANGE,
            TOO_MANY_REQUESTS,
            BUSY,
        ),
    ),
    Route(
        method="GET",
        path="/v1/joins/{id}",
        handler=get_join,
        name="getJoin",
        summary="What became of a request to be admitted",
        subject=_SUBJECT,
        parameters=(DRAFT_ID,),
        answer=shapes.Join,
        problems=(DRAFT_NOT_FOUND,),
    ),
)
