"""The stewards' desk: transactions that wait here until enough stewards have signed them.

Two stewards who draft the same thing have one draft (`drafts_kept` says what a draft is). Every signature
is verified when it comes in. When there are enough, the node submits the transaction; a refusal leaves the
draft for the stewards to discard or to wait.

Requests of people to be admitted (`joins`) are listed, signed and declined here too.
"""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from ledger.entries import decode_transaction
from ledger.refusals import Refusal
from ledger.transactions import Admit, Leave, Propose, Signatures, Stewarded, encode_transaction
from node.engine.answers import NotReady, Refused
from node.engine.view import View
from node.http.base import changes
from node.http.base.api import Api, json_response
from node.http.base.naming import read_opening
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, NOT_READY, WRONG_ENDPOINT
from node.http.base.reading import JSON, check_query, check_size
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Parameter, Route
from node.http.base.troubles import not_ready
from node.http.stewards import shapes
from node.http.stewards.drafts_kept import (
    Draft,
    check_leaver_signature,
    check_own_signature,
    check_steward_signature,
    draft_facts,
    drop_draft,
    find_draft,
    keep_draft,
    kept_drafts,
    others_like,
    waiting_admissions,
)
from node.http.stewards.problems import DRAFT_NOT_FOUND
from node.http.stewards.progress import state_of
from node.store import DocumentKind

_SUBJECT = "Stewards"


async def post_draft(api: Api, request: web.Request) -> web.Response:
    """Lay a transaction before the other stewards."""
    await api.steward(request)
    asked = await api.read(request, shapes.DraftRequest)
    check_size(asked.transaction, "/transaction", most=api.settings.payment_bytes)
    reason = changes.read_reason(asked.reason)
    transaction = decode_transaction(bytes(asked.transaction))
    if isinstance(transaction, Refusal):
        raise refusal_problem(transaction)
    if not isinstance(transaction, Stewarded):
        raise Problem(WRONG_ENDPOINT, "Only what stewards sign is drafted.")
    changes.check_reason(transaction, reason)
    opening = None
    if isinstance(transaction, Admit):
        opening = read_opening(api, transaction, asked.name)
        check_own_signature(api, transaction)
    if isinstance(transaction, Leave):
        leave = transaction
        await api.runner.ask(lambda view: check_leaver_signature(api, view, leave))
    if isinstance(transaction, Propose) and transaction.members:
        raise Problem(WRONG_ENDPOINT, "What members demand is not drafted by stewards.")
    await _check_signatures(api, transaction, transaction.stewards)
    draft = Draft(
        kind=DocumentKind.DRAFT,
        created=api.clock_ms() // 1000,
        transaction=transaction,
        reason=reason,
        opening=opening,
    )
    async with api.desk:
        present = await api.runner.ask(lambda view: find_draft(api, view, draft.id))
        if present is not None:
            draft = _merged(present, draft)
        return await _keep_and_submit(api, draft, status=201)


async def _check_signatures(api: Api, transaction: Stewarded, signatures: Signatures) -> None:
    """Raise the refusal's problem unless all of them are of stewards in office over this."""

    def check(view: View) -> None:
        for steward, signature in signatures:
            check_steward_signature(api, view, transaction, steward=steward, signature=signature)

    await api.runner.ask(check)


def _merged(present: Draft, new: Draft) -> Draft:
    """The draft that is there, with what the new one adds."""
    signatures = dict(new.transaction.stewards) | dict(present.transaction.stewards)
    stewards = tuple(sorted(signatures.items()))
    return replace(
        present,
        transaction=replace(present.transaction, stewards=stewards),
        reason=present.reason or new.reason,
        opening=present.opening or new.opening,
    )


async def _keep_and_submit(api: Api, draft: Draft, *, status: int) -> web.Response:
    """Store a draft; submit it when enough have signed. For holders of `api.desk`."""
    await api.runner.change(lambda view: keep_draft(api, view, draft))
    is_complete, answer = await api.runner.ask(
        lambda view: (draft.is_complete(view), draft_facts(api, view, draft, state="waiting"))
    )
    if not is_complete:
        return json_response(answer, status=status, is_private=True)
    result = await changes.submit_at_desk(
        api, encode_transaction(draft.transaction), draft.transaction, draft.reason, draft.opening
    )
    if isinstance(result, NotReady):
        problem = not_ready(result, api.names)
        problem.detail += f" The draft {draft.id} stays here with all its signatures."
        problem.remedy += " Once the node records, sign the draft again: then it is recorded."
        raise problem
    if isinstance(result, Refused):
        raise refusal_problem(result.refusal)
    if draft.kind is DocumentKind.DRAFT:  # a join stays, so that the person sees what became of it
        await api.runner.change(lambda view: (drop_draft(draft), None))
    answer = await api.runner.ask(
        lambda view: draft_facts(api, view, draft, state="recorded", recorded=result)
    )
    return json_response(answer, status=status, is_private=True)


async def post_signature(api: Api, request: web.Request) -> web.Response:
    """Add a steward's signature to a draft; when there are enough, the node submits it."""
    await api.steward(request)
    asked = await api.read(request, shapes.SignatureRequest)
    steward, signature = asked.steward, bytes(asked.signature)
    async with api.desk:
        draft = await _find(api, request)
        await _check_signatures(api, draft.transaction, ((steward, signature),))
        signatures = dict(draft.transaction.stewards) | {steward: signature}
        stewards = tuple(sorted(signatures.items()))
        signed = replace(draft, transaction=replace(draft.transaction, stewards=stewards))
        return await _keep_and_submit(api, signed, status=200)


async def _find(api: Api, request: web.Request) -> Draft:
    id_ = request.match_info["id"]
    draft = await api.runner.ask(lambda view: find_draft(api, view, id_))
    if draft is None:
        raise Problem(DRAFT_NOT_FOUND)
    return draft


async def get_draft(api: Api, request: web.Request) -> web.Response:
    """One draft."""
    await api.steward(request)
    draft = await _find(api, request)
    shown = await api.runner.ask(lambda view: _shown(api, view, [draft]))
    return json_response(shown[0], is_private=True)


def _shown(api: Api, view: View, drafts: Sequence[Draft]) -> list[shapes.Draft]:
    admissions = waiting_admissions(api, view)
    return [
        draft_facts(
            api,
            view,
            draft,
            state=state_of(view, draft.transaction, draft.handle),
            others=others_like(view, draft, admissions),
        )
        for draft in drafts
    ]


async def get_drafts(api: Api, request: web.Request) -> web.Response:
    """All drafts that still wait, the stewards' own first, then people's requests to join."""
    await api.steward(request)
    check_query(request)

    def look(view: View) -> shapes.Drafts:
        own = kept_drafts(api, view, DocumentKind.DRAFT)
        joins = [
            join
            for join in kept_drafts(api, view, DocumentKind.JOIN)
            if state_of(view, join.transaction, join.handle) == "waiting"
        ]
        return shapes.Drafts(drafts=_shown(api, view, [*own, *joins]))

    return json_response(await api.runner.ask(look), is_private=True)


async def delete_draft(api: Api, request: web.Request) -> web.Response:
    """Discard a draft or decline a request to join."""
    await api.steward(request)
    async with api.desk:
        draft = await _find(api, request)
        await api.runner.change(lambda view: (drop_draft(draft), None))
    return web.Response(status=204)


CANT_SUCCEED = (
    Refusal.ACCOUNT_UNKNOWN,
    Refusal.ACCOUNT_CLOSED,
    Refusal.ACCOUNT_EXISTS,
    Refusal.HANDLE_TAKEN,
    Refusal.KEY_INADMISSIBLE,
    Refusal.LIMIT_OUT_OF_RANGE,
    Refusal.LIMIT_DATES_INVALID,
    Refusal.REVISION_MISMATCH,
    Refusal.STATUS_UNCHANGED,
)
"""What a draft is refused for at once, because no signature could help it."""

DRAFT_ID = Parameter(name="id", in_="path", description="The draft's id.")

ROUTES = (
    Route(
        method="POST",
        path="/v1/drafts",
        handler=post_draft,
        name="createDraft",
        summary="Lay an admission, a limit or a status before the other stewards",
        subject=_SUBJECT,
        access=Access.STEWARD,
        body={JSON: shapes.DraftRequest},
        status=201,
        answer=shapes.Draft,
        problems=(
            Refusal.ENTRY_MALFORMED,
            Refusal.SIGNATURE_INVALID,
            Refusal.STEWARD_UNKNOWN,
            WRONG_ENDPOINT,
            *CANT_SUCCEED,
            BUSY,
        ),
    ),
    Route(
        method="GET",
        path="/v1/drafts",
        handler=get_drafts,
        name="listDrafts",
        summary="Everything that waits for stewards' signatures",
        subject=_SUBJECT,
        access=Access.STEWARD,
        answer=shapes.Drafts,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{id}",
        handler=get_draft,
        name="getDraft",
        summary="One draft",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(DRAFT_ID,),
        answer=shapes.Draft,
        problems=(DRAFT_NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path="/v1/drafts/{id}",
        handler=delete_draft,
        name="discardDraft",
        summary="Discard a draft, or decline a request to join",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(DRAFT_ID,),
        status=204,
        problems=(DRAFT_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/drafts/{id}/signatures",
        handler=post_signature,
        name="signDraft",
        summary="Add a steward's signature; with enough of them the node records the transaction",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(DRAFT_ID,),
        body={JSON: shapes.SignatureRequest},
        answer=shapes.Draft,
        problems=(
            DRAFT_NOT_FOUND,
            Refusal.SIGNATURE_INVALID,
            Refusal.STEWARD_UNKNOWN,
            *CANT_SUCCEED,
            Refusal.BALANCE_NOT_ZERO,
            Refusal.LEAVE_WITH_PLEDGES,
            NOT_READY,
        ),
    ),
)
