"""Opening a session: proving to a node, with a key that it knows, who its later requests come from.

PROTOCOL section 11. What is signed names the federation and the coop, so it can't serve elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from ledger.signatures import SigningKey
from node.member.answers import decode_bytes, integer, text
from node.member.client import NodeClient, NodeError, NodeMisbehaved

_LONGEST_TOKEN: Final = 1_024


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a node wants signed, as bytes and as it was sent."""

    value: bytes
    text: str


def ask_for_challenge(client: NodeClient, *, coop: int, federation: bytes) -> Challenge:
    """A challenge of the node. Raises `NodeMisbehaved` when it is of another federation or cooperative:
    whoever passes on a challenge of another node would get a session there.
    """
    asked = client.post("/v1/sessions/challenge")
    challenge = decode_bytes(client, asked, "challenge")
    if asked.get("federation") != federation.hex():
        raise NodeMisbehaved(client.url, "it belongs to another federation")
    if integer(client, asked, "coop_number") != coop:
        raise NodeMisbehaved(client.url, "it belongs to another cooperative")
    return Challenge(challenge, text(client, asked, "challenge"))


def open_session(
    client: NodeClient, key: SigningKey, *, role: str, number: int, coop: int, federation: bytes
) -> None:
    """Prove to the node who we are; later requests of `client` carry the session.

    Raises `NodeMisbehaved` as `ask_for_challenge` does.
    """
    challenge = ask_for_challenge(client, coop=coop, federation=federation)
    message = signed_bytes(
        TAG_SESSION,
        federation=federation,
        coop=coop,
        body=encode([role, number, challenge.value]),
    )
    opened = client.post(
        "/v1/sessions",
        {
            "role": role,
            "number": number,
            "challenge": challenge.text,
            "signature": key.sign(message).hex(),
        },
    )
    token = text(client, opened, "token")
    if not (token.isascii() and token.isprintable() and 0 < len(token) <= _LONGEST_TOKEN):
        raise NodeMisbehaved(client.url, "its session's token can't be used")
    client.authorize(token)


@contextmanager
def closing_session(client: NodeClient) -> Iterator[None]:
    """End the client's session after the `with` block, if it has one and the node answers.

    A node keeps a few sessions for each account, and drops the oldest for a new one: that may be one that is
    still used elsewhere, such as in the browser. Whatever is not ended here ends by itself within the hour.
    """
    try:
        yield
    finally:
        if client.is_authorized and client.is_answering:
            with suppress(NodeError):
                client.delete("/v1/sessions", attempts=1)
