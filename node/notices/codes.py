"""Secrets that follow from the node's key: codes in mails and for browsers, and the key of Web Push.

So nothing that could confirm, stop or read is in the database. Whoever has the node's new key has other ones:
then browsers subscribe anew at their next visit, and links in old mails work no more.
"""

import hmac
from hashlib import sha256
from typing import Final

from ledger.signatures import SigningKey

_TAG: Final = b"fiado1.notices".ljust(16, b"\0")
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""


class NoticeCodes:
    """For all targets of a node. `purpose` keeps a code for one thing from serving another."""

    def __init__(self, node_key: SigningKey) -> None:
        self._root = sha256(_TAG + node_key.seed).digest()

    def code(self, purpose: str, target: str) -> str:
        """The code, in hex."""
        return hmac.digest(self._root, f"{purpose}/{target}".encode("ascii"), "sha256").hex()[:32]

    def fits(self, purpose: str, target: str, code: str) -> bool:
        """Whether that is the code."""
        return hmac.compare_digest(self.code(purpose, target), code)

    def push_scalar(self) -> int:
        """The private number of the key that push services know this node by."""
        digest = hmac.digest(self._root, b"vapid/1", "sha512")
        return int.from_bytes(digest, "big") % (_ORDER - 1) + 1
