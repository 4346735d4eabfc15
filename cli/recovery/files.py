"""The two files of a recovery: the request of a new device, and the card that guardians keep.

A request goes from hand to hand and holds the transaction with the signatures so far. A card has the list of
guardians and the salt that hides it in the books: whoever has it knows whom to press, so keep it from others.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.shell.language import say
from cli.steward.draft_file import DraftError
from ledger.codec import decode, encode
from ledger.entries import decode_transaction
from ledger.errors import EncodingError
from ledger.government.recovery import GuardianList, Recover, read_guardian_list
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import encode_transaction, signed_part
from node.member.answers import encode_bytes, read_bytes

_REQUEST: Final = "fiado recovery request"
_CARD: Final = "fiado guardians"
_VERSION: Final = 1
_LARGEST_FILE: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a new device asks for; `handle` and `node` are as it says, all else is signed."""

    federation: bytes
    coop: int
    handle: str
    node: str
    transaction: Recover

    def body(self) -> dict[str, str]:
        """As the node takes it."""
        return {"transaction": encode_bytes(encode_transaction(self.transaction))}


def render_request(request: Request) -> str:
    """The text of the file."""
    return _render(
        _REQUEST,
        federation=request.federation.hex(),
        coop=request.coop,
        handle=request.handle,
        node=request.node,
        **request.body(),
    )


def read_request(path: Path) -> Request:
    """Read a request; raises `DraftError` for a file that is none, or `OSError`."""
    found = _read(path, _REQUEST)
    try:
        transaction = decode_transaction(read_bytes(found["transaction"]))
        federation, coop = bytes.fromhex(found["federation"]), int(found["coop"])
        handle, node = str(found["handle"]), str(found["node"])
        message = signed_bytes(
            TAG_ENTRY, federation=federation, coop=coop, body=signed_part(_recover(transaction))
        )
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DraftError(say("it is not a request of a recovery")) from error
    recover = _recover(transaction)
    try:
        verify(public_key=recover.key, message=message, signature=recover.key_signature)
    except SignatureInvalid:
        raise DraftError(say("the new device has not signed it")) from None
    return Request(federation=federation, coop=coop, handle=handle, node=node, transaction=recover)


def _recover(transaction: object) -> Recover:
    if not isinstance(transaction, Recover):
        raise DraftError(say("it holds no request of a recovery"))
    return transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Whom an owner has named; `names` are the addresses in the order of the list."""

    coop: int
    account: int
    handle: str
    needed: int
    names: tuple[str, ...]
    guardians: GuardianList


def render_card(card: Card) -> str:
    """The text of the file."""
    return _render(
        _CARD,
        coop=card.coop,
        account=card.account,
        handle=card.handle,
        needed=card.needed,
        names=list(card.names),
        guardians=encode_bytes(encode(card.guardians.value())),
    )


def read_card(path: Path) -> Card:
    """Read a card; raises `DraftError` for a file that is none, or `OSError`."""
    found = _read(path, _CARD)
    try:
        guardians = read_guardian_list(decode(read_bytes(found["guardians"])))
        if guardians is None:
            raise DraftError(say("its list of guardians can't be read"))
        return Card(
            coop=int(found["coop"]),
            account=int(found["account"]),
            handle=str(found["handle"]),
            needed=int(found["needed"]),
            names=tuple(map(str, found["names"])),
            guardians=guardians,
        )
    except (ValueError, KeyError, TypeError, EncodingError) as error:
        raise DraftError(say("it is not a card of guardians")) from error


def _render(format_: str, **fields: Any) -> str:
    document = {"format": format_, "version": _VERSION, **fields}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _read(path: Path, format_: str) -> dict[str, Any]:
    with path.open("rb") as file:
        data = file.read(_LARGEST_FILE + 1)
    if len(data) > _LARGEST_FILE:
        raise DraftError(say("the file is far too large"))
    try:
        document = json.loads(data)
        if (document["format"], document["version"]) != (format_, _VERSION):
            raise DraftError(say("it has another format"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DraftError(say("the file can't be read")) from error
    found: dict[str, Any] = document
    return found
