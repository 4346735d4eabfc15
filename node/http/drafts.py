"""Drafts: transactions that wait until enough stewards have signed them.

A draft is the transaction with the signatures so far; its id is a hash of what is signed, so two
stewards who draft the same thing have one draft. Every signature is verified when it comes in. When
there are enough, the node submits the transaction; a refusal leaves the draft for the stewards to
discard or to wait.

Requests of people to be admitted (`joins`) are drafts too, kept apart so that strangers can't crowd
the stewards' own out.
"""

from dataclasses import dataclass, replace

from aiohttp import web

from ledger.codec import decode, encode
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.refusals import Refusal
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import (
    Admit,
    Kind,
    Limit,
    SetStatus,
    decode_transaction,
    encode_transaction,
    signed_part,
)
from node.engine.events import NotReady, Recorded, Refused, View
from node.http import changes, facts
from node.http.api import Api, json_response
from node.http.changes import ReasonText
from node.http.payments import not_ready
from node.http.problems import Problem, refusal_problem
from node.http.reading import JSON, check_query, to_base64url
from node.http.routes import Access, Parameter, Route
from node.store import Document, DocumentKind, Write

Stewarded = Admit | Limit | SetStatus

_SUBJECT = "Stewards"
_KIND_NAMES = {Kind.ADMIT: "admit", Kind.LIMIT: "limit", Kind.STATUS: "status"}
_ORIGINS = {DocumentKind.DRAFT: "steward", DocumentKind.JOIN: "join"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction with the signatures so far."""

    kind: DocumentKind
    created: int
    transaction: Stewarded
    reason: ReasonText | None

    @property
    def id(self) -> str:
        """The same for the same content."""
        return facts.draft_id(signed_part(self.transaction))

    def document(self) -> Document:
        """As it is stored."""
        salt = None if self.reason is None else self.reason.salt
        text = None if self.reason is None else self.reason.text
        data = encode([encode_transaction(self.transaction), salt, text])
        return Document(kind=self.kind, id=self.id, created=self.created, data=data)

    def is_complete(self, api: Api) -> bool:
        """Whether enough stewards have signed."""
        return len(self.transaction.stewards) >= api.coop.steward_threshold


def read_draft(document: Document) -> Draft:
    """The draft that was stored."""
    match decode(document.data):
        case [bytes(data), salt, text]:
            transaction = decode_transaction(data)
            if isinstance(transaction, Stewarded):
                reason = None
                if isinstance(salt, bytes) and isinstance(text, str):
                    reason = ReasonText(salt=salt, text=text)
                return Draft(
                    kind=document.kind,
                    created=document.created,
                    transaction=transaction,
                    reason=reason,
                )
    raise AssertionError("a stored draft can't be read")


def state_of(view: View, transaction: Stewarded) -> str:
    """`waiting`; `recorded` when it is in the log; `overtaken` when it can't be any more."""
    account = view.validator.account(view.coop, transaction.account)
    if isinstance(transaction, Admit):
        if account is not None:
            is_same = account.key == transaction.key and account.handle == transaction.handle
            return "recorded" if is_same else "overtaken"
        taken = view.validator.account_named(view.coop, transaction.handle) is not None
        return "overtaken" if taken else "waiting"
    if account is None or account.revision < transaction.revision:
        return "waiting"
    hashes = [change["reason"]["hash"] for change in changes.changes_of(view, account.number)]
    return "recorded" if transaction.reason.hex() in hashes else "overtaken"


def draft_facts(
    api: Api, draft: Draft, *, state: str, recorded: Recorded | None = None
) -> facts.Json:
    """A draft as stewards see it."""
    transaction = draft.transaction
    return {
        "id": draft.id,
        "origin": _ORIGINS[draft.kind],
        "state": state,
        "kind": _KIND_NAMES[transaction.kind],
        "created": draft.created,
        "transaction": to_base64url(encode_transaction(transaction)),
        "account": transaction.account,
        "facts": _facts(transaction),
        "signed_by": changes.steward_names(api, [index for index, _ in transaction.stewards]),
        "needed": api.coop.steward_threshold,
        "reason": None if draft.reason is None else draft.reason.as_json(),
        "recorded": None if recorded is None else _recorded_facts(api, recorded),
    }


def _facts(transaction: Stewarded) -> facts.Json:
    match transaction:
        case Admit():
            return {
                "key": transaction.key.hex(),
                "handle": transaction.handle,
                "class": facts.CLASSES[transaction.class_],
                "limit": transaction.limit,
            }
        case Limit():
            return {
                "revision": transaction.revision,
                "limit": transaction.limit,
                "from": transaction.from_,
                "until": transaction.until,
                "after": transaction.after,
            }
        case SetStatus():
            return {
                "revision": transaction.revision,
                "status": facts.STATUSES[transaction.status],
            }


def _recorded_facts(api: Api, recorded: Recorded) -> facts.Json:
    return {
        "status": "recorded",
        "coop": api.coop.name,
        "coop_number": recorded.coop,
        "index": recorded.index,
        "repeated": recorded.repeated,
        "receipt": to_base64url(recorded.receipt),
    }


def signed_message(api: Api, transaction: Stewarded) -> bytes:
    """What key and stewards sign."""
    return signed_bytes(
        TAG_ENTRY,
        federation=api.charter.federation,
        coop=api.coop.number,
        body=signed_part(transaction),
    )


def check_steward_signature(
    api: Api, transaction: Stewarded, *, steward: int, signature: bytes
) -> None:
    """Raise the refusal's problem unless that steward signed the transaction."""
    if steward >= len(api.coop.stewards):
        raise refusal_problem(Refusal.STEWARD_UNKNOWN)
    try:
        verify(
            public_key=api.coop.stewards[steward].key,
            message=signed_message(api, transaction),
            signature=signature,
        )
    except SignatureInvalid as error:
        raise refusal_problem(Refusal.SIGNATURE_INVALID) from error


def check_own_signature(api: Api, admit: Admit) -> None:
    """Raise the refusal's problem unless the new key signed its admission."""
    try:
        verify(
            public_key=admit.key, message=signed_message(api, admit), signature=admit.key_signature
        )
    except SignatureInvalid as error:
        raise refusal_problem(Refusal.SIGNATURE_INVALID) from error


def find_draft(view: View, id_: str) -> Draft | None:
    """The draft with that id, of either origin."""
    for kind in (DocumentKind.DRAFT, DocumentKind.JOIN):
        document = view.store.document(kind, id_)
        if document is not None:
            return read_draft(document)
    return None


async def post_draft(api: Api, request: web.Request) -> web.Response:
    """Lay a transaction before the other stewards."""
    api.steward(request)
    fields = await api.json(request)
    data = fields.binary("transaction", most=api.settings.payment_bytes)
    reason = changes.read_reason(fields)
    fields.done()
    transaction = decode_transaction(data)
    if isinstance(transaction, Refusal):
        raise refusal_problem(transaction)
    if not isinstance(transaction, Stewarded):
        raise Problem("wrong_endpoint", "Only admissions, limits and statuses are drafted.")
    changes.check_reason(transaction, reason)
    if isinstance(transaction, Admit):
        check_own_signature(api, transaction)
    for steward, signature in transaction.stewards:
        check_steward_signature(api, transaction, steward=steward, signature=signature)
    draft = Draft(
        kind=DocumentKind.DRAFT,
        created=api.clock_ms() // 1000,
        transaction=transaction,
        reason=reason,
    )
    async with api.desk:
        present = await api.runner.ask(lambda view: find_draft(view, draft.id))
        if present is not None:
            draft = _merged(present, draft)
        return await _keep_and_submit(api, draft, status=201)


def _merged(present: Draft, new: Draft) -> Draft:
    """The draft that is there, with what the new one adds."""
    signatures = dict(new.transaction.stewards) | dict(present.transaction.stewards)
    stewards = tuple(sorted(signatures.items()))
    return replace(
        present,
        transaction=replace(present.transaction, stewards=stewards),
        reason=present.reason or new.reason,
    )


async def _keep_and_submit(api: Api, draft: Draft, *, status: int) -> web.Response:
    """Store a draft; submit it when enough have signed. For holders of `api.desk`."""
    await api.runner.change(lambda view: _keep(api, view, draft))
    if not draft.is_complete(api):
        return json_response(
            draft_facts(api, draft, state="waiting"), status=status, is_private=True
        )
    result = await changes.submit_at_desk(
        api, encode_transaction(draft.transaction), draft.transaction, draft.reason
    )
    if isinstance(result, NotReady):
        raise not_ready(result)
    if isinstance(result, Refused):
        raise refusal_problem(result.refusal)
    if draft.kind is DocumentKind.DRAFT:  # a join stays, so that the person sees what became of it
        await api.runner.change(lambda view: (_drop(draft), None))
    answer = draft_facts(api, draft, state="recorded", recorded=result)
    return json_response(answer, status=status, is_private=True)


def _keep(api: Api, view: View, draft: Draft) -> tuple[Write, None]:
    is_new = view.store.document(draft.kind, draft.id) is None
    most = api.settings.drafts
    if is_new and len(view.store.documents(draft.kind, limit=most)) >= most:
        raise Problem("busy", "Too many drafts wait; discard some first.")
    return Write(documents=(draft.document(),)), None


def _drop(draft: Draft) -> Write:
    return Write(dropped_documents=((draft.kind, draft.id),))


async def post_signature(api: Api, request: web.Request) -> web.Response:
    """Add a steward's signature to a draft; when there are enough, the node submits it."""
    api.steward(request)
    fields = await api.json(request)
    steward = fields.integer("steward", most=63)
    signature = fields.hexadecimal("signature", length=64)
    fields.done()
    async with api.desk:
        draft = await _find(api, request)
        check_steward_signature(api, draft.transaction, steward=steward, signature=signature)
        signatures = dict(draft.transaction.stewards) | {steward: signature}
        stewards = tuple(sorted(signatures.items()))
        signed = replace(draft, transaction=replace(draft.transaction, stewards=stewards))
        return await _keep_and_submit(api, signed, status=200)


async def _find(api: Api, request: web.Request) -> Draft:
    id_ = request.match_info["id"]
    draft = await api.runner.ask(lambda view: find_draft(view, id_))
    if draft is None:
        raise Problem("draft_not_found")
    return draft


async def get_draft(api: Api, request: web.Request) -> web.Response:
    """One draft."""
    api.steward(request)
    draft = await _find(api, request)
    state = await api.runner.ask(lambda view: state_of(view, draft.transaction))
    return json_response(draft_facts(api, draft, state=state), is_private=True)


async def get_drafts(api: Api, request: web.Request) -> web.Response:
    """All drafts that still wait, the stewards' own first, then people's requests to join."""
    api.steward(request)
    check_query(request)

    def look(view: View) -> list[facts.Json]:
        found = []
        for kind, most in (
            (DocumentKind.DRAFT, api.settings.drafts),
            (DocumentKind.JOIN, api.settings.joins),
        ):
            for document in view.store.documents(kind, limit=most):
                draft = read_draft(document)
                state = state_of(view, draft.transaction)
                if state == "waiting" or kind is DocumentKind.DRAFT:
                    found.append(draft_facts(api, draft, state=state))
        return found

    return json_response({"drafts": await api.runner.ask(look)}, is_private=True)


async def delete_draft(api: Api, request: web.Request) -> web.Response:
    """Discard a draft or decline a request to join."""
    api.steward(request)
    async with api.desk:
        draft = await _find(api, request)
        await api.runner.change(lambda view: (_drop(draft), None))
    return web.Response(status=204)


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
        body={JSON: "DraftRequest"},
        status=201,
        answer="Draft",
        problems=(
            "entry_malformed",
            "signature_invalid",
            "steward_unknown",
            "wrong_endpoint",
            "busy",
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
        answer="Drafts",
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
        answer="Draft",
        problems=("draft_not_found",),
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
        problems=("draft_not_found",),
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
        body={JSON: "SignatureRequest"},
        answer="Draft",
        problems=(
            "draft_not_found",
            "signature_invalid",
            "steward_unknown",
            "revision_mismatch",
            "account_exists",
            "handle_taken",
            "not_ready",
        ),
    ),
)
