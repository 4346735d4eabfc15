"""Memos: sealed to payer and payee, so that the nodes that keep them can't read them (PROTOCOL 8).

The ledger holds only a salted hash of a memo; salt and text travel in a sealed box for each side.
"""

from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey as NaclSigningKey
from nacl.signing import VerifyKey

from ledger.memos import MAX_TEXT_BYTES, SALT_BYTES, memo_reference

LONGEST_MEMO_BYTES: Final = MAX_TEXT_BYTES


def seal_memo(*, salt: bytes, text: str, public_key: bytes) -> bytes:
    """Salt and text for the owner of an Ed25519 key only."""
    curve_key: PublicKey = VerifyKey(public_key).to_curve25519_public_key()
    return SealedBox(curve_key).encrypt(salt + text.encode("utf-8"))


def open_memo(sealed: bytes, *, seed: bytes, reference: bytes) -> str | None:
    """The text, or None when it is not for this key or not the one that the payment is bound to."""
    opened = open_salted(sealed, seed=seed, reference=reference)
    return None if opened is None else opened[1]


def open_salted(sealed: bytes, *, seed: bytes, reference: bytes) -> tuple[bytes, str] | None:
    """Salt and text, or None as `open_memo`."""
    curve_key: PrivateKey = NaclSigningKey(seed).to_curve25519_private_key()
    try:
        opened = SealedBox(curve_key).decrypt(sealed)
        salt, text = opened[:SALT_BYTES], opened[SALT_BYTES:].decode("utf-8")
        matches = memo_reference(salt=salt, text=text) == reference
    except (CryptoError, UnicodeDecodeError, ValueError):
        return None
    return (salt, text) if matches else None
