"""What owners of a joint account have begun to sign, kept here for the others until enough of them have.

A draft is a transaction with the signatures so far. Only who owns the account sees it, lays one down, or
discards it: nothing of it is in a log, and nothing happens by it. Whoever signs last sends the transaction
to be recorded like any other, so that this node's keeping it changes nothing of what the rules ask for.

An account's drafts are one document: so many at most, each so large at most. Only signatures of who owns
the account count, by the keys that it has now. What was recorded, overtaken or waited too long is shown no
more, and goes from the disk with the next write; but for time only while this node's clock is in no doubt.
"""

from dataclasses import dataclass, replace

from aiohttp import web

from ledger.account_keys import Owners
from ledger.codec import decode, encode
from ledger.entries import decode_transaction
from ledger.government.opening import OPENED_CHAPTER, opened_of
from ledger.kinds import KINDS
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.refusals import Refusal
from ledger.rules.government.guarantees import standing
from ledger.rules.government.recoveries import key_matters, running_recovery
from ledger.rules.owning import joint_owners
from ledger.signatures import is_by
from ledger.transactions import (
    Acknowledge,
    Delegate,
    Guarantee,
    GuardiansNamed,
    Leave,
    ObjectTo,
    Owned,
    Pay,
    PayDelegated,
    SetOwners,
    Vote,
    encode_transaction,
    owner_of,
    signed_part,
)
from node.engine.health.status import Readiness
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.changes import draft_id
from node.http.base.problem import Problem
from node.http.base.problems import WRONG_ENDPOINT
from node.http.base.reading import JSON, check_query, check_size
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Parameter, Route
from node.http.keys import shapes
from node.http.keys.problems import DRAFT_OF_ANOTHER, OWNED_DRAFT_NOT_FOUND, OWNED_DRAFTS_TOO_MANY
from node.spellings import Binary
from node.store import Document, DocumentKind, Write

_SUBJECT = "Keys"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A transaction that an array of owners signs; `created` in Unix seconds."""

    created: int
    transaction: Owned

    @property
    def id(self) -> str:
        """The same for the same content."""
        return draft_id(signed_part(self.transaction))

    @property
    def signed(self) -> dict[int, bytes]:
        """The signatures so far, by the owners' places."""
        signature = self.transaction.signature
        return {} if isinstance(signature, bytes) else dict(signature)

    def with_signed(self, signed: dict[int, bytes]) -> "_Draft":
        """With these signatures instead."""
        signature = tuple(sorted(signed.items()))
        return replace(self, transaction=replace(self.transaction, signature=signature))


async def post_draft(api: Api, request: web.Request) -> web.Response:
    """Keep what an owner has begun, or signed further, for the others."""
    account = await api.member(request)
    api.check_rate(request)
    api.charge(request)
    asked = await api.read(request, shapes.OwnedDraftRequest)
    check_size(asked.transaction, "/transaction", most=api.settings.owned_draft_bytes)
    transaction = decode_transaction(bytes(asked.transaction))
    if isinstance(transaction, Refusal):
        raise refusal_problem(transaction)
    if isinstance(transaction, PayDelegated) or not isinstance(transaction, Owned):
        raise Problem(WRONG_ENDPOINT, "Only what an account's owners sign is kept here.")
    if owner_of(transaction) != account:
        raise Problem(DRAFT_OF_ANOTHER)
    new = _Draft(api.clock_ms() // 1000, transaction)

    def keep(view: View) -> tuple[Write, shapes.OwnedDraft]:
        owners = _owners(view, account)
        _check_signed(api, owners, new)
        refusal = _overtaken(view, new.transaction)
        if refusal is not None:
            raise refusal_problem(refusal)
        kept = {each.id: each for each in _kept(api, view, account)}
        there = kept.get(new.id)
        merged = new if there is None else there.with_signed(there.signed | new.signed)
        if there is None and len(kept) >= api.settings.owned_drafts:
            raise Problem(OWNED_DRAFTS_TOO_MANY)
        kept[merged.id] = merged
        return _written(account, list(kept.values())), _shown(api, owners, merged)

    async with api.desk:
        answer = await api.runner.change(keep)
    return json_response(answer, status=201, is_private=True)


async def get_drafts(api: Api, request: web.Request) -> web.Response:
    """What waits for the owners' signatures, oldest first."""
    account = await api.member(request)
    check_query(request)

    def look(view: View) -> shapes.OwnedDrafts:
        owners = joint_owners(facts.own_log(view), account)
        kept = [] if owners is None else _kept(api, view, account)
        shown = [_shown(api, _owners(view, account), each) for each in kept]
        return shapes.OwnedDrafts(account=account, drafts=shown)

    return json_response(await api.ask_paid(request, look), is_private=True)


async def delete_draft(api: Api, request: web.Request) -> web.Response:
    """Discard one; any owner may."""
    account, id_ = await api.member(request), request.match_info["id"]

    def drop(view: View) -> tuple[Write, None]:
        kept = _kept(api, view, account)
        left = [each for each in kept if each.id != id_]
        if len(left) == len(kept):
            raise Problem(OWNED_DRAFT_NOT_FOUND)
        return _written(account, left), None

    async with api.desk:
        await api.runner.change(drop)
    return web.Response(status=204)


def _owners(view: View, account: int) -> Owners:
    """Who owns a joint account; raises the refusal's problem for one that has one key."""
    owners = joint_owners(facts.own_log(view), account)
    if owners is None:
        raise refusal_problem(Refusal.ACCOUNT_NOT_JOINT)
    return owners


def _check_signed(api: Api, owners: Owners, draft: _Draft) -> None:
    """Raise the refusal's problem unless all who have signed own the account, and somebody has."""
    if not draft.signed:
        raise refusal_problem(Refusal.ACCOUNT_IS_JOINT)
    for place, signature in draft.signed.items():
        if place >= len(owners.keys):
            raise refusal_problem(Refusal.OWNER_UNKNOWN)
        if not is_by(owners.keys[place], _message(api, draft), signature):
            raise refusal_problem(Refusal.SIGNATURE_INVALID)


def _message(api: Api, draft: _Draft) -> bytes:
    return signed_bytes(
        TAG_ENTRY,
        federation=api.charter.federation,
        coop=api.coop.number,
        body=signed_part(draft.transaction),
    )


def _kept(api: Api, view: View, account: int) -> list[_Draft]:
    """The drafts of an account that still count, with the signatures that do, oldest first."""
    owners = _owners(view, account)
    found = [_with_standing(api, owners, each) for each in _read(view, account)]
    return [
        each
        for each in found
        if each.signed
        and _overtaken(view, each.transaction) is None
        and not _is_over(api, view, each)
    ]


def _read(view: View, account: int) -> list[_Draft]:
    document = view.store.document(DocumentKind.OWNED, str(account))
    stored = [] if document is None else decode(document.data)
    found = []
    for item in stored if isinstance(stored, list) else []:
        match item:
            case [int(created), bytes(data)]:
                transaction = decode_transaction(data)
                assert isinstance(transaction, Owned), "a stored draft can be read"
                found.append(_Draft(created, transaction))
            case _:
                raise AssertionError("a stored draft has its shape")
    return found


def _with_standing(api: Api, owners: Owners, draft: _Draft) -> _Draft:
    message = _message(api, draft)
    return draft.with_signed(
        {
            place: signature
            for place, signature in draft.signed.items()
            if place < len(owners.keys) and is_by(owners.keys[place], message, signature)
        }
    )


def _is_over(api: Api, view: View, draft: _Draft) -> bool:
    """Whether it has waited too long; nothing has while the clock is in doubt."""
    is_sure = view.status.readiness is Readiness.READY
    return is_sure and view.now_ms // 1000 >= _expires(api, draft)


def _expires(api: Api, draft: _Draft) -> int:
    return draft.created + api.settings.draft_ms // 1000


def _overtaken(view: View, transaction: Owned) -> Refusal | None:
    """The refusal that it earns because something else of the account was recorded, or it was itself."""
    log, number = facts.own_log(view), owner_of(transaction)
    account = log.account(number)
    assert account is not None, "who has a session has an account"
    match transaction:
        case Pay():
            is_used = transaction.sequence < account.next_sequence
            return Refusal.SEQUENCE_USED if is_used else None
        case Delegate() | SetOwners() | GuardiansNamed():
            is_used = transaction.revision <= key_matters(log, number).revision
        case Leave():
            is_used = transaction.revision <= account.revision
        case Guarantee():
            is_used = transaction.revision <= standing(log, number, transaction.member).revision
        case Acknowledge():
            opened = opened_of(log.row(OPENED_CHAPTER, encode(number)))
            is_there = opened is not None and opened.acknowledged > 0
            return Refusal.ACKNOWLEDGED_ALREADY if is_there else None
        case ObjectTo():
            running = running_recovery(log, number)
            is_running = running is not None and running.number == transaction.recovery
            return None if is_running else Refusal.RECOVERY_NUMBER_WRONG
        case Vote():
            return None  # until the vote is over its owners may want another one after it
    return Refusal.REVISION_MISMATCH if is_used else None


def _written(account: int, drafts: list[_Draft]) -> Write:
    """The write that keeps these drafts of an account, and no others."""
    id_ = str(account)
    if not drafts:
        return Write(dropped_documents=((DocumentKind.OWNED, id_),))
    data = encode([[each.created, encode_transaction(each.transaction)] for each in drafts])
    created = min(each.created for each in drafts)
    return Write(documents=(Document(kind=DocumentKind.OWNED, id=id_, created=created, data=data),))


def _shown(api: Api, owners: Owners, draft: _Draft) -> shapes.OwnedDraft:
    return shapes.OwnedDraft(
        id=draft.id,
        kind=KINDS[draft.transaction.kind].name,
        created=draft.created,
        expires=_expires(api, draft),
        transaction=Binary(encode_transaction(draft.transaction)),
        signed_by=sorted(draft.signed),
        needed=owners.needed,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/me/drafts",
        handler=get_drafts,
        name="listMyDrafts",
        summary="What waits for signatures of the owners of a joint account",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.OwnedDrafts,
    ),
    Route(
        method="POST",
        path="/v1/me/drafts",
        handler=post_draft,
        name="keepMyDraft",
        summary="Keep what an owner of a joint account has signed for the other owners",
        subject=_SUBJECT,
        access=Access.MEMBER,
        body={JSON: shapes.OwnedDraftRequest},
        status=201,
        answer=shapes.OwnedDraft,
        problems=(
            Refusal.ENTRY_MALFORMED,
            WRONG_ENDPOINT,
            DRAFT_OF_ANOTHER,
            OWNED_DRAFTS_TOO_MANY,
            Refusal.ACCOUNT_IS_JOINT,
            Refusal.ACCOUNT_NOT_JOINT,
            Refusal.OWNER_UNKNOWN,
            Refusal.SIGNATURE_INVALID,
            Refusal.SEQUENCE_USED,
            Refusal.REVISION_MISMATCH,
            Refusal.ACKNOWLEDGED_ALREADY,
            Refusal.RECOVERY_NUMBER_WRONG,
        ),
    ),
    Route(
        method="DELETE",
        path="/v1/me/drafts/{id}",
        handler=delete_draft,
        name="discardMyDraft",
        summary="Discard what waits for signatures of the owners",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(Parameter(name="id", in_="path", description="The draft's id."),),
        status=204,
        problems=(OWNED_DRAFT_NOT_FOUND,),
    ),
)
