"""Signatures of webhooks, by the rules of Standard Webhooks: https://www.standardwebhooks.com.

    webhook-id: msg_…                            the same at every attempt
    webhook-timestamp: 1790000000                of this attempt
    webhook-signature: v1,<base64> v1a,<base64>  over id.timestamp.body

`v1` is HMAC-SHA256 with the endpoint's secret (`whsec_…`), `v1a` Ed25519 with a key of the node
(`whpk_…`), so that a shop may verify without a secret of its own. Both follow from the node's key: nothing
that could sign is in the database.
"""

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import Final

from ledger.signatures import SigningKey

SECRET_PREFIX: Final = "whsec_"
PUBLIC_PREFIX: Final = "whpk_"
_TAG: Final = b"fiado1.webhook".ljust(16, b"\0")


class WebhookSigner:
    """Signs for all endpoints of a node."""

    def __init__(self, node_key: SigningKey) -> None:
        self._root = sha256(_TAG + node_key.seed).digest()
        self._key = SigningKey(sha256(_TAG + b"ed25519" + self._root).digest())

    @property
    def public_key(self) -> str:
        """What verifies `v1a`."""
        return PUBLIC_PREFIX + b64encode(self._key.public_key).decode("ascii")

    def secret(self, endpoint: str, generation: int) -> str:
        """What verifies `v1` at that endpoint."""
        return SECRET_PREFIX + b64encode(self._secret(endpoint, generation)).decode("ascii")

    def _secret(self, endpoint: str, generation: int) -> bytes:
        return hmac.digest(self._root, f"{endpoint}/{generation}".encode("ascii"), "sha256")

    def headers(
        self, *, endpoint: str, generation: int, message: str, timestamp: int, body: bytes
    ) -> dict[str, str]:
        """The three headers of one attempt; `timestamp` in Unix seconds."""
        signed = f"{message}.{timestamp}.".encode("ascii") + body
        shared = hmac.digest(self._secret(endpoint, generation), signed, "sha256")
        own = self._key.sign(signed)
        signatures = (("v1", shared), ("v1a", own))
        return {
            "webhook-id": message,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                f"{name},{b64encode(signature).decode('ascii')}" for name, signature in signatures
            ),
        }
