"""The keys of an account as owners and tills use them: PROTOCOL 14.

What the home node tells of an account's keys, and drafts that several owners sign one after the other. A
draft is a transaction with the signatures that it has so far: the node keeps it for the other owners, or it
is a file that is passed on. Whoever signs looks at what it does.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Final, TypeGuard

from ledger.account_keys import Caps
from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.shapes import MAX_DELEGATES, Signatures
from ledger.signatures import SigningKey, is_by
from ledger.transactions import Owned, PayDelegated, encode_transaction, signed_part
from node.member.answers import (
    decode_bytes,
    decode_hex,
    encode_bytes,
    number,
    objects,
    read_bytes,
    text,
)
from node.member.client import Json, NodeClient, NodeMisbehaved, path_of

FORMAT: Final = "fiado draft of owners"
LARGEST_DRAFT: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class TillKey:
    """A key that may pay for an account within caps."""

    place: int
    key: bytes
    caps: Caps
    next_sequence: int
    spent_today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysOfAccount:
    """Who may sign for an account, as its home node says."""

    account: int
    key: bytes
    revision: int
    owners: tuple[bytes, ...]
    needed: int
    tills: tuple[TillKey, ...]
    contribution: int
    time: int
    """That an entry would have now."""
    hides_tills: bool = False
    """Whether there may be tills that the node tells only to a session."""

    @property
    def is_joint(self) -> bool:
        """Whether several own it."""
        return len(self.owners) > 1

    def till_of(self, key: bytes) -> TillKey | None:
        """The place of a delegated key."""
        return next((till for till in self.tills if till.key == key), None)

    def free_place(self) -> int | None:
        """The lowest place without a key."""
        taken = {till.place for till in self.tills}
        return next((place for place in range(MAX_DELEGATES) if place not in taken), None)


@dataclass(eq=False)
class NotAnOwner(Exception):
    """The key owns no part of the account."""


@dataclass(eq=False)
class NotATill(Exception):
    """The key may not pay for the account: it was never delegated, or it was taken away."""


@dataclass(eq=False)
class DraftUnreadable(Exception):
    """The file is no draft of owners."""


@dataclass(eq=False)
class DraftStale(Exception):
    """Somebody has signed the draft who is no owner any more, or it is of another cooperative."""


def fetch_keys(
    client: NodeClient, account: int | str, *, till: bytes | None = None
) -> KeysOfAccount:
    """What the node has of the keys of an account, by its number or `@handle`.

    Where it hides delegated keys from who has no session, `till` still is told its own.
    """
    path = path_of("v1", "keys", str(account))
    found = client.get(path)
    if till is not None and found.get("delegated_hidden") is True:
        found = client.get(path, till=till.hex())
    try:
        owners = tuple(bytes.fromhex(str(each)) for each in found["owners"])
        tills = tuple(_till(client, each) for each in objects(client, found, "delegated"))
    except (KeyError, TypeError, ValueError) as error:
        raise NodeMisbehaved(client.url, "it tells no keys of the account") from error
    return KeysOfAccount(
        account=number(client, found, "account"),
        key=decode_hex(client, found, "key"),
        revision=number(client, found, "revision"),
        owners=owners,
        needed=number(client, found, "owners_needed", least=1),
        tills=tills,
        contribution=number(client, found, "contribution"),
        time=number(client, found, "time"),
        hides_tills=found.get("delegated_hidden") is True,
    )


def fetch_labels(client: NodeClient) -> dict[bytes, str]:
    """What the owners call the account's keys. Needs a session of the account."""
    found = objects(client, client.get("/v1/me/labels"), "labels")
    return {decode_hex(client, each, "key"): text(client, each, "label") for each in found}


def label_key(client: NodeClient, key: bytes, label: str | None) -> None:
    """Call a key of the account so, for its owners only. Needs a session of the account."""
    client.post("/v1/me/labels", {"key": key.hex(), "label": label})


def _till(client: NodeClient, found: Json) -> TillKey:
    listed: Any = found["payees"]
    payees = None
    if listed is not None:
        payees = tuple((int(each["coop_number"]), int(each["account"])) for each in listed)
    return TillKey(
        place=number(client, found, "place"),
        key=decode_hex(client, found, "key"),
        caps=Caps(
            per_payment=number(client, found, "per_payment"),
            per_day=number(client, found, "per_day"),
            until=number(client, found, "until"),
            payees=payees,
        ),
        next_sequence=number(client, found, "next_sequence", least=1),
        spent_today=number(client, found, "spent_today"),
    )


def message_of(transaction: Owned, *, federation: bytes, coop: int) -> bytes:
    """What the signatures of owners, or of a till, cover."""
    return signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(transaction))


def sign_owned(
    transaction: Owned, key: SigningKey, keys: KeysOfAccount, *, federation: bytes, coop: int
) -> Owned:
    """The transaction with one signature more, by the account's owner or one of its owners.

    Raises `NotAnOwner`, and `DraftStale` when a signature that it has is none of the owners' any more.
    """
    if key.public_key not in keys.owners:
        raise NotAnOwner
    message = message_of(transaction, federation=federation, coop=coop)
    if not keys.is_joint:
        return replace(transaction, signature=key.sign(message))
    signed = signatures_of(transaction)
    for place, signature in signed:
        if place >= len(keys.owners) or not is_by(keys.owners[place], message, signature):
            raise DraftStale
    merged = dict(signed) | {keys.owners.index(key.public_key): key.sign(message)}
    return replace(transaction, signature=tuple(sorted(merged.items())))


def signatures_of(transaction: Owned) -> Signatures:
    """Those of owners that it has so far."""
    return () if isinstance(transaction.signature, bytes) else transaction.signature


def is_signed_by_enough(transaction: Owned, keys: KeysOfAccount) -> bool:
    """Whether it can be recorded."""
    if not keys.is_joint:
        return isinstance(transaction.signature, bytes) and bool(transaction.signature)
    return len(signatures_of(transaction)) >= keys.needed


def render_draft(transaction: Owned, *, federation: bytes, coop: int) -> str:
    """The draft as a file."""
    document = {
        "format": FORMAT,
        "federation": federation.hex(),
        "coop": coop,
        "transaction": encode_bytes(encode_transaction(transaction)),
    }
    return json.dumps(document, indent=2) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """What waits at the home node for signatures of the account's owners. Times are Unix seconds."""

    id: str
    created: int
    expires: int
    transaction: Owned


def fetch_drafts(client: NodeClient) -> list[KeptDraft]:
    """What waits at the node, oldest first. Needs a session of the account."""
    return [_kept(client, each) for each in objects(client, client.get("/v1/me/drafts"), "drafts")]


def keep_draft(client: NodeClient, transaction: Owned) -> KeptDraft:
    """Leave at the node what an owner has signed, for the others. Needs a session of the account."""
    body = {"transaction": encode_bytes(encode_transaction(transaction))}
    return _kept(client, client.post("/v1/me/drafts", body))


def discard_draft(client: NodeClient, id_: str) -> None:
    """Let the node keep that no more. Needs a session of the account."""
    client.delete(path_of("v1", "me", "drafts", id_))


def _kept(client: NodeClient, found: Json) -> KeptDraft:
    transaction = decode_transaction(decode_bytes(client, found, "transaction"))
    if not _is_draft(transaction):
        raise NodeMisbehaved(client.url, "it keeps as a draft what none is")
    return KeptDraft(
        id=text(client, found, "id"),
        created=number(client, found, "created"),
        expires=number(client, found, "expires"),
        transaction=transaction,
    )


def _is_draft(transaction: object) -> TypeGuard[Owned]:
    """Whether several owners sign it."""
    if isinstance(transaction, PayDelegated) or not isinstance(transaction, Owned):
        return False
    return not isinstance(transaction.signature, bytes)


def read_draft(text: str, *, federation: bytes, coop: int) -> Owned:
    """The transaction of a draft. Raises `DraftUnreadable`, and `DraftStale` for another cooperative's."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise DraftUnreadable
        where = (bytes.fromhex(document["federation"]), document["coop"])
        transaction = decode_transaction(read_bytes(document["transaction"]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DraftUnreadable from error
    if where != (federation, coop):
        raise DraftStale
    if not _is_draft(transaction):
        raise DraftUnreadable
    return transaction
