"""Web Push: one encrypted message to a browser by way of its maker's push service.

    RFC 8030  the request
    RFC 8188  the form of the body (aes128gcm), here one record
    RFC 8291  the keys of the body: only the browser that subscribed can open it
    RFC 8292  who sends (VAPID): a token signed with a key of this node

The service sees that this node has something for that browser, when, and from which address; the body says
nothing but `LOOK`, always with the same length. What there is, the browser then asks the node.

It needs the library `cryptography`, which an installation without the extra `push` lacks: this module is
loaded only where push is asked for.
"""

import json
from base64 import urlsafe_b64encode
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

LOOK: Final = b"fiado/1 look"
SALT_BYTES: Final = 16
LIFE_S: Final = 86_400
"""How long a push service keeps a message for a browser that is not there, and how long a token holds."""
_RECORD_BYTES: Final = 4_096
_LAST: Final = b"\x02"

PushKey = ec.EllipticCurvePrivateKey
KEY_ERRORS: Final = (ValueError, UnsupportedAlgorithm, InvalidSignature)


def key_of_scalar(scalar: int) -> PushKey:
    """The key with that private number."""
    return ec.derive_private_key(scalar, ec.SECP256R1())


def new_key() -> PushKey:
    """A key for one message."""
    return ec.generate_private_key(ec.SECP256R1())


def public_bytes(key: PushKey) -> bytes:
    """The public key as a point without compression, as browsers take it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypted(payload: bytes, *, p256dh: bytes, auth: bytes, key: PushKey, salt: bytes) -> bytes:
    """The body of a message (RFC 8291). Raises `ValueError` when `p256dh` is no point of the curve."""
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    own = public_bytes(key)
    shared = key.exchange(ec.ECDH(), receiver)
    secret = _derive(shared, salt=auth, info=b"WebPush: info\0" + p256dh + own, length=32)
    content_key = _derive(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derive(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(own)]) + own
    return header + AESGCM(content_key).encrypt(nonce, payload + _LAST, None)


def _derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def check_point(p256dh: bytes) -> None:
    """Raise `ValueError` unless it is a point of the curve."""
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)


def authorization(key: PushKey, *, endpoint: str, contact: str, now: int) -> str:
    """The header that says who sends (RFC 8292). `contact` as the operator has set it."""
    claims = {"aud": str(URL(endpoint).origin()), "exp": now + LIFE_S // 2, "sub": contact}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(SHA256())))
    signature = _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={_base64url(public_bytes(key))}"


def _json(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode("utf-8"))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
