"""A push service on loopback, and a browser that subscribed there: it opens messages by RFC 8291.

Written from the RFCs for the receiving side, so that it agrees with the sender only where both are right.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac_digest
from os import urandom

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT = (Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def expand(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256 for at most 32 bytes (RFC 5869)."""
    return hmac_digest(hmac_digest(salt, secret, sha256), info + b"\x01", sha256)[:length]


@dataclass(slots=True)
class Browser:
    """What a browser keeps of a subscription."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: urandom(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(*POINT)

    def request(self, endpoint: str, language: str = "es") -> dict[str, str]:
        """What its page sends to the node."""
        return {
            "endpoint": endpoint,
            "p256dh": base64url(self.point),
            "auth": base64url(self.auth),
            "language": language,
        }

    def open(self, body: bytes) -> bytes:
        """The message in a body of one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        info = b"WebPush: info\x00" + self.point + sender
        secret = expand(shared, salt=self.auth, info=info, length=32)
        key = expand(secret, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
        nonce = expand(secret, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain[-1:] == b"\x02", "the last record ends so"
        return plain[:-1]


def claims_of(authorization: str, *, key: bytes) -> dict[str, object]:
    """What a VAPID header claims, its signature checked with the key that the browser subscribed with."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert scheme == "vapid" and from_base64url(parts["k"]) == key
    head, claims, signature = parts["t"].split(".")
    raw = from_base64url(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public.verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{head}.{claims}".encode("ascii"),
        ec.ECDSA(SHA256()),
    )
    assert json.loads(from_base64url(head)) == {"typ": "JWT", "alg": "ES256"}
    found: dict[str, object] = json.loads(from_base64url(claims))
    return found


@dataclass(slots=True)
class PushService:
    """Takes messages, and answers with the next of `answers`, at last always with 201."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((request.headers.copy(), await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 201)


@asynccontextmanager
async def push_service(*answers: int) -> AsyncIterator[PushService]:
    """One that runs while the block does."""
    service = PushService(answers=list(answers))
    app = web.Application()
    app.router.add_post("/send/{who}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        service.url = f"http://{host}:{port}/send"
        yield service
    finally:
        await runner.cleanup()
