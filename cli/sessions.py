"""Opening a session: proving to a node, with a key that it knows, who its later requests come from.

PROTOCOL section 11. What is signed names the federation and the coop, so it can't serve elsewhere.
"""

from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from ledger.signatures import SigningKey

from .answers import decode_bytes, integer, text
from .client import NodeClient, NodeMisbehaved


def open_session(
    client: NodeClient, key: SigningKey, *, role: str, number: int, federation: bytes
) -> None:
    """Prove to the node who we are; later requests of `client` carry the session.

    Raises `NodeMisbehaved` when the node belongs to another federation: signing its challenge
    could serve somebody elsewhere.
    """
    asked = client.post("/v1/sessions/challenge")
    challenge = decode_bytes(client, asked, "challenge")
    if asked.get("federation") != federation.hex():
        raise NodeMisbehaved(client.url, "it belongs to another federation")
    message = signed_bytes(
        TAG_SESSION,
        federation=federation,
        coop=integer(client, asked, "coop_number"),
        body=encode([role, number, challenge]),
    )
    opened = client.post(
        "/v1/sessions",
        {
            "role": role,
            "number": number,
            "challenge": asked["challenge"],
            "signature": key.sign(message).hex(),
        },
    )
    client.authorize(text(client, opened, "token"))
