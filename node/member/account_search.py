"""Finding the accounts of a key, which is all that a wallet restored from its words knows.

PROTOCOL section 11. The node answers only whoever holds the key, and what it says is looked at again: an
account is ours when its public entry has our key.
"""

from dataclasses import dataclass
from typing import Any

from ledger.charter import Coop
from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import HANDLE
from node.member.answers import integer, text
from node.member.client import NodeClient, NodeMisbehaved
from node.member.sessions import ask_for_challenge


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account of the wallet's key."""

    number: int
    handle: str


def find_accounts(
    client: NodeClient, key: SigningKey, *, coop: Coop, federation: bytes
) -> list[OwnAccount]:
    """The accounts at `coop` with this key that are not closed, by rising number."""
    challenge = ask_for_challenge(client, coop=coop.number, federation=federation)
    message = signed_bytes(
        TAG_SESSION,
        federation=federation,
        coop=coop.number,
        body=encode(["key", key.public_key, challenge.value]),
    )
    answer = client.post(
        "/v1/sessions/accounts",
        {
            "key": key.public_key.hex(),
            "challenge": challenge.text,
            "signature": key.sign(message).hex(),
        },
    )
    rows = answer.get("accounts")
    if not isinstance(rows, list):
        raise NodeMisbehaved(client.url, "it answers without `accounts`")
    return [_read(client, row) for row in rows if _is_open(client, row)]


def _is_open(client: NodeClient, row: Any) -> bool:
    if not isinstance(row, dict):
        raise NodeMisbehaved(client.url, "an account that is not an object")
    return text(client, row, "status") != "closed"


def _read(client: NodeClient, row: Any) -> OwnAccount:
    handle = text(client, row, "handle")
    if not (HANDLE.fullmatch(handle) or handle == f"#{row.get('account')}"):
        raise NodeMisbehaved(client.url, "an account with a handle that none can have")
    return OwnAccount(number=integer(client, row, "account"), handle=handle)
