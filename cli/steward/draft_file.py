"""A transaction that waits for stewards' signatures, as a file that goes from hand to hand.

The file is JSON: the federation, the coop's number, the transaction with the signatures so far, and the
reason's text with its salt. Signatures of several copies of one draft can be brought together. Reading
checks everything that can be checked with the charter: the text of the reason against its hash, and
each signature against its steward's key.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.shell.language import say
from ledger.charter import Charter, Coop
from ledger.entries import decode_transaction
from ledger.memos import reason_hash
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.names import NameNotOpened, Opening, check_opening
from ledger.refusals import Refusal
from ledger.signatures import SignatureInvalid, SigningKey, verify
from ledger.transactions import (
    Admit,
    Limit,
    Propose,
    SetStatus,
    Settle,
    Spend,
    Stewarded,
    binds_text,
    encode_transaction,
    signed_part,
)
from node.member.answers import encode_bytes, read_bytes
from node.member.client import Json

FORMAT: Final = "fiado draft"
VERSION: Final = 1
LARGEST_FILE: Final = 262_144


@dataclass(eq=False)
class DraftError(Exception):
    """A draft can't be used; `problem` says why in a few words."""

    problem: str


@dataclass(eq=False)
class ReasonUnusable(Exception):
    """A reason or a resolution is empty, or it has more bytes than a hash in the log may stand for."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonText:
    """Why stewards do something, or what members vote about, in words; the log has the salted hash."""

    salt: bytes
    text: str

    @property
    def hash(self) -> bytes:
        """What the transaction carries, if the text is a reason."""
        return reason_hash(salt=self.salt, text=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction for a coop's log with the signatures so far. `id_` is the node's, if it has it."""

    charter: Charter
    coop: Coop
    transaction: Stewarded
    reason: ReasonText | None = None
    opening: Opening | None = None
    """Of an admission: what opens the name in it."""
    id_: str | None = None
    expires: int | None = None
    """From when on the node has it no more, in Unix seconds; None in a file, which waits for ever."""
    alike: tuple[str, ...] = ()
    """What the node knows that is like it, in words: other requests for the handle, accounts of the key."""
    debt: tuple[str, ...] = ()
    """Who would pay what the account owes, in words, where it would close; by the node's word."""
    asked: int | None = None
    """How many have to sign, by the node's word on the bylaws; None while no node was asked."""

    @property
    def handle(self) -> str:
        """What somebody who is to be admitted will be called; empty for anything but an admission."""
        admit = self.transaction
        if not isinstance(admit, Admit):
            return ""
        return str(admit.handle) if self.opening is None else self.opening.handle

    @property
    def message(self) -> bytes:
        """What every signature covers."""
        return signed_bytes(
            TAG_ENTRY,
            federation=self.charter.federation,
            coop=self.coop.number,
            body=signed_part(self.transaction),
        )

    @property
    def signed_by(self) -> list[str]:
        """The names of the stewards who have signed."""
        return [self.coop.stewards[steward].name for steward, _ in self.transaction.stewards]

    @property
    def missing(self) -> int:
        """How many more have to sign."""
        return max(0, self.needed - len(self.transaction.stewards))

    @property
    def needed(self) -> int:
        """How many have to sign in all; what the charter says unless a node knows better."""
        return self.coop.steward_threshold if self.asked is None else self.asked

    def sign(self, key: SigningKey) -> "Draft":
        """With the signature of the steward who has this key. Raises `DraftError`."""
        steward = steward_of(self.coop, key.public_key)
        return self.merge([(steward, key.sign(self.message))])

    def merge(self, signatures: Sequence[tuple[int, bytes]]) -> "Draft":
        """With more signatures, each of which is verified."""
        together = dict(self.transaction.stewards)
        for steward, signature in signatures:
            _check_signature(self, steward, signature)
            together[steward] = signature
        changed = replace(self.transaction, stewards=tuple(sorted(together.items())))
        return replace(self, transaction=changed)


def find_twin(draft: Draft, waiting: Iterable[Draft]) -> Draft | None:
    """The first that would change the same and gives the same reason in words, or None.

    Each draft's reason has a salt of its own, so two stewards who type the same command make two drafts;
    signing the one that waits brings their signatures together.
    """
    text = None if draft.reason is None else draft.reason.text
    for other in waiting:
        other_text = None if other.reason is None else other.reason.text
        if other_text == text and _without_reason(other) == _without_reason(draft):
            return other
    return None


def _without_reason(draft: Draft) -> Stewarded:
    match draft.transaction:
        case Limit() | SetStatus() | Settle() | Spend():
            return replace(draft.transaction, stewards=(), reason=b"")
        case Propose():
            return replace(draft.transaction, stewards=(), text=b"")
        case _:
            return replace(draft.transaction, stewards=())


def steward_of(coop: Coop, public_key: bytes) -> int:
    """The number of the steward with that key; `DraftError` when none has it."""
    for index, steward in enumerate(coop.stewards):
        if steward.key == public_key:
            return index
    raise DraftError(say("this key belongs to no steward of {name}", name=coop.name))


def make_draft(
    charter: Charter,
    coop: Coop,
    data: bytes,
    *,
    reason: ReasonText | None = None,
    opening: Opening | None = None,
    id_: str | None = None,
) -> Draft:
    """A draft from a transaction's bytes, with everything about it checked. Raises `DraftError`."""
    transaction = decode_transaction(data)
    if isinstance(transaction, Refusal) or not isinstance(transaction, Stewarded):
        raise DraftError(say("it holds no transaction that stewards sign"))
    draft = Draft(
        charter=charter,
        coop=coop,
        transaction=transaction,
        reason=reason,
        opening=opening,
        id_=id_,
    )
    for steward, signature in transaction.stewards:
        _check_signature(draft, steward, signature)
    if isinstance(transaction, Admit):
        _check_new_key(draft, transaction)
        _check_name(draft, transaction)
    elif reason is not None and not binds_text(transaction, salt=reason.salt, text=reason.text):
        raise DraftError(say("the text is not the one that the transaction is bound to"))
    return draft


def render_draft(draft: Draft) -> str:
    """The text of the file."""
    reason = draft.reason
    document = {
        "format": FORMAT,
        "version": VERSION,
        "federation": draft.charter.federation.hex(),
        "coop": draft.coop.number,
        "transaction": encode_bytes(encode_transaction(draft.transaction)),
        "reason": None if reason is None else {"salt": reason.salt.hex(), "text": reason.text},
    }
    if draft.opening is not None:
        document["name"] = opening_document(draft.opening)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_draft(path: Path, charter: Charter, own: Coop | None = None) -> Draft:
    """Read and check a draft file, of `own` by the stewards that it has. Raises `DraftError` or `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise DraftError(say("the file is far too large"))
    try:
        document = json.loads(data)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise DraftError(say("it has another format"))
        federation = bytes.fromhex(document["federation"])
        coop = charter.coops.get(document["coop"])
        if own is not None and coop is not None and own.number == coop.number:
            coop = own
        transaction = read_bytes(document["transaction"])
        given = document["reason"]
        reason = None
        if given is not None:
            reason = ReasonText(salt=bytes.fromhex(given["salt"]), text=str(given["text"]))
        opening = read_opening(document.get("name"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DraftError(say("it is not a draft file")) from error
    if federation != charter.federation or coop is None:
        raise DraftError(say("it is for another federation"))
    return make_draft(charter, coop, transaction, reason=reason, opening=opening)


def opening_document(opening: Opening) -> Json:
    """A name and its salt, as files and nodes have them."""
    return {"salt": opening.salt.hex(), "handle": opening.handle}


def read_opening(given: object) -> Opening | None:
    """The name that a file or a node gives; raises `ValueError` or `KeyError` for another shape."""
    if not isinstance(given, dict):
        return None
    return Opening(salt=bytes.fromhex(given["salt"]), handle=str(given["handle"]))


def _check_name(draft: Draft, admit: Admit) -> None:
    """Whoever signs it has to know which name it hides."""
    if isinstance(admit.handle, str):
        return
    if draft.opening is None:
        raise DraftError(say("it hides a name, and nothing came with it that opens it"))
    federation, coop = draft.charter.federation, draft.coop.number
    try:
        check_opening(draft.opening, admit.handle, federation=federation, coop=coop)
    except NameNotOpened as error:
        raise DraftError(say("the name that came with it is not the one that it hides")) from error


def _check_signature(draft: Draft, steward: int, signature: bytes) -> None:
    if steward >= len(draft.coop.stewards):
        raise DraftError(
            say("it is signed by a steward that {name} does not have", name=draft.coop.name)
        )
    key = draft.coop.stewards[steward].key
    try:
        verify(public_key=key, message=draft.message, signature=signature)
    except SignatureInvalid as error:
        name = draft.coop.stewards[steward].name
        raise DraftError(
            say("the signature of {name} in it is not one of this content", name=name)
        ) from error


def _check_new_key(draft: Draft, admit: Admit) -> None:
    try:
        verify(public_key=admit.key, message=draft.message, signature=admit.key_signature)
    except SignatureInvalid as error:
        raise DraftError(
            say("the new member has not signed it, or signed something else")
        ) from error
