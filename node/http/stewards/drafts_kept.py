"""Drafts as the node keeps them: a transaction of the stewards with the signatures so far.

A draft's id is a hash of what is signed, so the same content is the same draft, whoever lays it down.
Here is how a draft is stored and read again, which signatures it may carry, how far it has come, and how
people see it. Requests of people to be admitted are drafts of another kind, kept apart so that strangers
can't crowd the stewards' own out. Who may draft, sign and discard is decided by `drafts` and `joins`.

Only signatures of who is in office count, by the key that they have now: a draft is found without the others,
which no ledger would take, and what is written next at it leaves them out on the disk too.

What nobody signs expires, counted from the day it was left: it is shown and found no more, and whatever is
written next at the desk takes it off the disk, unless this node's clock is in doubt then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from ledger.codec import decode, encode
from ledger.entries import decode_transaction
from ledger.government.actions import Action, Expel
from ledger.kinds import KINDS
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.names import Opening, shown
from ledger.refusals import Refusal
from ledger.rules.owning import check_account_signature
from ledger.rules.powers import stewards_needed
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import (
    Admit,
    Leave,
    Propose,
    Settle,
    Status,
    Stewarded,
    account_of,
    encode_transaction,
    signed_part,
)
from ledger.validators.reading import LogReader
from node.engine.answers import Recorded
from node.engine.health.status import Readiness
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api
from node.http.base.changes import ReasonText, draft_id
from node.http.base.naming import shown_opening
from node.http.base.problem import Problem
from node.http.base.problems import BUSY
from node.http.base.refusals_problems import refusal_problem
from node.http.base.shapes import AccountOfKey, PaidDebt, RecordedEntry
from node.http.stewards import shapes
from node.http.stewards.progress import check_can_succeed, state_of
from node.spellings import Binary, Json
from node.store import Document, DocumentKind, Write

_TOLD_ELSEWHERE = {"account", "reason", "key_signature", "signature", "stewards", "members"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction with the signatures so far."""

    kind: DocumentKind
    created: int
    transaction: Stewarded
    reason: ReasonText | None
    opening: Opening | None = None
    """Of an admission: what opens the name in it, as stewards check it."""
    origin: bytes = b""
    """Of a request to join: the same for requests from one address, and tells nobody which (see `joins`)."""

    @property
    def id(self) -> str:
        """The same for the same content."""
        return draft_id(signed_part(self.transaction))

    def document(self) -> Document:
        """As it is stored."""
        salt = None if self.reason is None else self.reason.salt
        text = None if self.reason is None else self.reason.text
        if self.opening is not None:  # an admission has no reason
            salt, text = self.opening.salt, self.opening.handle
        data = encode([encode_transaction(self.transaction), salt, text, self.origin])
        return Document(kind=self.kind, id=self.id, created=self.created, data=data)

    @property
    def handle(self) -> str | None:
        """What somebody who is to be admitted will be called; None for anything but an admission."""
        if not isinstance(self.transaction, Admit):
            return None
        if self.opening is not None:
            return self.opening.handle
        return shown(self.transaction.handle, self.transaction.account)

    def expires(self, api: Api) -> int:
        """From when on it counts no more, in Unix seconds."""
        is_join = self.kind is DocumentKind.JOIN
        return self.created + (api.settings.join_ms if is_join else api.settings.draft_ms) // 1000

    def is_over(self, api: Api, view: View) -> bool:
        """Whether it has expired."""
        return view.now_ms // 1000 >= self.expires(api)

    def is_complete(self, view: View) -> bool:
        """Whether enough stewards have signed, as the bylaws ask for."""
        return len(self.transaction.stewards) >= needed(view, self.transaction)


def needed(view: View, transaction: Stewarded) -> int:
    """How many stewards must sign it, as things are now."""
    return stewards_needed(facts.own_log(view), transaction)


@dataclass(frozen=True, slots=True)
class Others:
    """What else there is of an admission's handle and key: drafts for the one, accounts of the other."""

    drafts: list[str]
    accounts: list[AccountOfKey]


def read_draft(document: Document) -> Draft:
    """The draft that was stored."""
    match decode(document.data):
        case [bytes(data), salt, text, *rest]:  # drafts of the first layouts have no origin
            transaction = decode_transaction(data)
            if isinstance(transaction, Stewarded):
                reason, opening = None, None
                if isinstance(salt, bytes) and isinstance(text, str):
                    if isinstance(transaction, Admit):
                        opening = Opening(salt=salt, handle=text)
                    else:
                        reason = ReasonText(salt=salt, text=text)
                return Draft(
                    kind=document.kind,
                    created=document.created,
                    transaction=transaction,
                    reason=reason,
                    opening=opening,
                    origin=rest[0] if rest and isinstance(rest[0], bytes) else b"",
                )
        case _:
            pass
    raise AssertionError("a stored draft can't be read")


def draft_facts(
    api: Api,
    view: View,
    draft: Draft,
    *,
    state: shapes.DraftState,
    recorded: Recorded | None = None,
    others: Others | None = None,
) -> shapes.Draft:
    """A draft as stewards see it."""
    transaction = draft.transaction
    return shapes.Draft(
        id=draft.id,
        origin="join" if draft.kind is DocumentKind.JOIN else "steward",
        state=state,
        kind=KINDS[transaction.kind].name,
        created=draft.created,
        expires=draft.expires(api),
        transaction=Binary(encode_transaction(transaction)),
        account=account_of(transaction),
        facts=_facts(transaction) | _name(draft),
        signed_by=[
            shapes.Signer(steward=place, name=facts.steward_name(view, place))
            for place, _ in transaction.stewards
        ],
        needed=needed(view, transaction),
        reason=None if draft.reason is None else draft.reason.shown,
        name=shown_opening(draft.opening),
        recorded=None if recorded is None else recorded_facts(api, recorded),
        debt=_debt(view, transaction),
        same_handle=[] if others is None else others.drafts,
        accounts_of_key=[] if others is None else others.accounts,
    )


def _name(draft: Draft) -> Json:
    return {} if draft.handle is None else {"handle": draft.handle}


def _debt(view: View, transaction: Stewarded) -> PaidDebt | None:
    """Who would pay, where it is about the debt of an account or closes one that may owe something."""
    match transaction:
        case Leave() | Settle():
            number = transaction.account
        case Propose(action=Expel() as action):
            number = action.account
        case _:
            return None
    account = view.validator.account(view.coop, number)
    return None if account is None else facts.debt_of(view, account)


def _facts(transaction: Stewarded) -> Json:
    """The fields that are not told elsewhere, by the names that PROTOCOL gives them."""
    shown = [field.name for field in fields(transaction) if field.name not in _TOLD_ELSEWHERE]
    return {name.removesuffix("_"): _fact(name, getattr(transaction, name)) for name in shown}


def _fact(name: str, value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case Status():
            return facts.STATUSES[value]
        case int() if name == "class_":
            return facts.CLASSES[value]
        case _ if isinstance(value, Action):
            return value.value()
        case _:
            return value


def recorded_facts(api: Api, recorded: Recorded) -> RecordedEntry:
    """An entry that is in the log now, for people."""
    return RecordedEntry(
        status="recorded",
        coop=api.coop.name,
        coop_number=recorded.coop,
        number=recorded.number,
        repeated=recorded.repeated,
        receipt=Binary(recorded.receipt),
    )


def signed_message(api: Api, transaction: Stewarded) -> bytes:
    """What key and stewards sign."""
    return signed_bytes(
        TAG_ENTRY,
        federation=api.charter.federation,
        coop=api.coop.number,
        body=signed_part(transaction),
    )


def check_steward_signature(
    api: Api, view: View, transaction: Stewarded, *, steward: int, signature: bytes
) -> None:
    """Raise the refusal's problem unless that steward, who is in office, signed the transaction."""
    in_office = facts.office(view).stewards.get(steward)
    if in_office is None:
        raise refusal_problem(Refusal.STEWARD_UNKNOWN)
    _check_signed(api, transaction, key=in_office.key, signature=signature)


def with_standing(api: Api, view: View, draft: Draft) -> Draft:
    """The draft with the signatures of those only who are in office, with the keys that they have now."""
    transaction, in_office = draft.transaction, facts.office(view).stewards
    message = signed_message(api, transaction)
    standing = tuple(
        (place, signature)
        for place, signature in transaction.stewards
        if place in in_office and _has_signed(in_office[place].key, message, signature)
    )
    return replace(draft, transaction=replace(transaction, stewards=standing))


@lru_cache(maxsize=4_096)
def _has_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether it is by that key. Lists of drafts ask again and again, so the answers are remembered."""
    try:
        verify(public_key=key, message=message, signature=signature)
    except SignatureInvalid:
        return False
    return True


def check_own_signature(api: Api, admit: Admit) -> None:
    """Raise the refusal's problem unless the new key signed its admission."""
    _check_signed(api, admit, key=admit.key, signature=admit.key_signature)


def check_leaver_signature(api: Api, view: View, leave: Leave) -> None:
    """Raise the refusal's problem unless the account's key signed its leaving."""
    account = view.validator.account(view.coop, leave.account)
    if account is None:
        raise refusal_problem(Refusal.ACCOUNT_UNKNOWN)
    refusal = check_account_signature(
        LogReader(view.validator, view.coop), account, leave.signature, signed_message(api, leave)
    )
    if refusal is not None:
        raise refusal_problem(refusal)


def _check_signed(api: Api, transaction: Stewarded, *, key: bytes, signature: bytes) -> None:
    message = signed_message(api, transaction)
    try:
        verify(public_key=key, message=message, signature=signature)
    except SignatureInvalid as error:
        raise refusal_problem(Refusal.SIGNATURE_INVALID) from error


def waiting_admissions(api: Api, view: View) -> list[Draft]:
    """The drafts of admissions, then the requests to join, oldest first, those that were answered too."""
    return [
        draft
        for kind in (DocumentKind.DRAFT, DocumentKind.JOIN)
        for draft in kept_drafts(api, view, kind)
        if isinstance(draft.transaction, Admit)
    ]


def kept_drafts(api: Api, view: View, kind: DocumentKind) -> list[Draft]:
    """The drafts of a kind that have not expired, oldest first."""
    most = api.settings.joins if kind is DocumentKind.JOIN else api.settings.drafts
    drafts = map(read_draft, view.store.documents(kind, limit=most))
    return [with_standing(api, view, draft) for draft in drafts if not draft.is_over(api, view)]


def expired(api: Api, view: View, kind: DocumentKind) -> tuple[tuple[DocumentKind, str], ...]:
    """What a write may drop because it has expired; nothing while the clock is in doubt."""
    if view.status.readiness is not Readiness.READY:
        return ()
    most = api.settings.joins if kind is DocumentKind.JOIN else api.settings.drafts
    return tuple(
        (kind, document.id)
        for document in view.store.documents(kind, limit=most)
        if read_draft(document).is_over(api, view)
    )


def others_like(view: View, asked: Draft, admissions: Sequence[Draft]) -> Others | None:
    """What else there is of an admission's handle and key, for stewards and for whoever asks.

    `admissions` are all that wait. Nothing forbids two accounts of one key; people should know before they
    sign.
    """
    admit = asked.transaction
    if not isinstance(admit, Admit):
        return None
    same = [
        draft.id
        for draft in admissions
        if isinstance(draft.transaction, Admit)
        and draft.handle == asked.handle
        and draft.transaction.key != admit.key
        and state_of(view, draft.transaction, draft.handle) == "waiting"
    ]
    accounts = facts.accounts_of_key(view, admit.key)
    return Others(same, [each for each in accounts if each.account != admit.account])


def find_draft(api: Api, view: View, id_: str) -> Draft | None:
    """The draft with that id, of either origin, unless it has expired."""
    for kind in (DocumentKind.DRAFT, DocumentKind.JOIN):
        document = view.store.document(kind, id_)
        draft = None if document is None else read_draft(document)
        if draft is not None and not draft.is_over(api, view):
            return with_standing(api, view, draft)
    return None


def keep_draft(api: Api, view: View, draft: Draft) -> tuple[Write, None]:
    """The write that stores a draft or its new signatures.

    Raises the refusal's problem for one that can't succeed, and `busy` when it would be one too many.
    """
    admissions = [each.transaction for each in waiting_admissions(api, view)]
    waiting_to_join = [each for each in admissions if isinstance(each, Admit)]
    check_can_succeed(view, draft.transaction, waiting_to_join)
    is_new = view.store.document(draft.kind, draft.id) is None
    most = api.settings.drafts
    dropped = tuple(each for each in expired(api, view, draft.kind) if each[1] != draft.id)
    waiting = len(view.store.documents(draft.kind, limit=most)) - len(dropped)
    if is_new and waiting >= most:
        raise Problem(BUSY, "Too many drafts wait; discard some first.")
    return Write(documents=(draft.document(),), dropped_documents=dropped), None


def drop_draft(draft: Draft) -> Write:
    """The write that forgets a draft."""
    return Write(dropped_documents=((draft.kind, draft.id),))
