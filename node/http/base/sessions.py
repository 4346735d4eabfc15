"""Sessions: who has shown, by signing a challenge, to be a member or a steward.

Challenges carry their own proof that this node made them (a keyed hash), so that asking for one
costs no memory; one that was answered is remembered until it expires, so it works once. Tokens are
random and kept only as hashes, in memory: a restart ends all sessions, which costs a wallet one
signature. Their number is bounded; the oldest go first, and of them is remembered that they did.

Times are of a steady clock, which nobody sets: a session is not over because somebody puts the clock right.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b, sha256
from hmac import compare_digest
from typing import Final

from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from node.http.base.settings import HttpSettings

_NONCE_BYTES: Final = 16
_MAC_BYTES: Final = 16
_TIME_BYTES: Final = 8
CHALLENGE_BYTES: Final = _TIME_BYTES + _NONCE_BYTES + _MAC_BYTES
TOKEN_BYTES: Final = 32


class SessionRole(StrEnum):
    """What a session's owner is."""

    MEMBER = "member"
    STEWARD = "steward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`number` is the account's number, or the steward's place. `key`: who opened it signed with this one."""

    role: SessionRole
    number: int
    key: bytes
    expires_ms: int


def session_message(
    *, federation: bytes, coop: int, role: SessionRole, number: int, challenge: bytes
) -> bytes:
    """What the signature over a challenge covers, PROTOCOL section 11."""
    body = encode([role.value, number, challenge])
    return signed_bytes(TAG_SESSION, federation=federation, coop=coop, body=body)


def key_message(*, federation: bytes, coop: int, key: bytes, challenge: bytes) -> bytes:
    """What the owner of a key signs to be told which accounts it has, PROTOCOL section 11."""
    body = encode(["key", key, challenge])
    return signed_bytes(TAG_SESSION, federation=federation, coop=coop, body=body)


class Sessions:
    """Makes challenges and keeps sessions."""

    def __init__(self, settings: HttpSettings, random_bytes: Callable[[int], bytes]) -> None:
        self._settings = settings
        self._random_bytes = random_bytes
        self._secret = random_bytes(32)
        self._used: dict[bytes, int] = {}
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._of: dict[tuple[SessionRole, int], list[bytes]] = {}
        self._pushed_out: OrderedDict[bytes, int] = OrderedDict()
        """When those would have ended that had to go for newer ones."""

    def challenge(self, now_ms: int) -> tuple[bytes, int]:
        """A new challenge and when it expires, in milliseconds of the steady clock, as are all times here."""
        expires_ms = now_ms + self._settings.challenge_ms
        body = expires_ms.to_bytes(_TIME_BYTES, "big") + self._random_bytes(_NONCE_BYTES)
        return body + self._mac(body), expires_ms

    def is_challenge(self, challenge: bytes, now_ms: int) -> bool:
        """Whether this node made the challenge, it has not expired, and was not answered yet."""
        body, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
        if len(challenge) != CHALLENGE_BYTES or not compare_digest(mac, self._mac(body)):
            return False
        return int.from_bytes(body[:_TIME_BYTES], "big") > now_ms and challenge not in self._used

    def use(self, challenge: bytes, *, now_ms: int) -> None:
        """Let a challenge that was answered work no more."""
        self._used[challenge] = int.from_bytes(challenge[:_TIME_BYTES], "big")
        if len(self._used) > 2 * self._settings.sessions:
            self._used = {key: end for key, end in self._used.items() if end > now_ms}

    def open(
        self, role: SessionRole, number: int, *, key: bytes, challenge: bytes, now_ms: int
    ) -> tuple[bytes, Session]:
        """Begin a session for who signed `challenge`, then used up, with `key`. Token and session."""
        self.use(challenge, now_ms=now_ms)
        token = self._random_bytes(TOKEN_BYTES)
        expires_ms = now_ms + self._settings.session_ms
        session = Session(role=role, number=number, key=key, expires_ms=expires_ms)
        kept_under = sha256(token).digest()
        mine = self._of.setdefault((role, number), [])
        mine.append(kept_under)
        self._sessions[kept_under] = session
        if len(mine) > self._settings.sessions_each:
            self._push_out(mine[0])
        if len(self._sessions) > self._settings.sessions:
            self._push_out(next(iter(self._sessions)))
        return token, session

    def _push_out(self, key: bytes) -> None:
        """End a session to make room, and remember that."""
        self._pushed_out[key] = self._sessions[key].expires_ms
        if len(self._pushed_out) > self._settings.sessions:
            self._pushed_out.popitem(last=False)
        self._drop(key)

    def was_pushed_out(self, token: bytes, now_ms: int) -> bool:
        """Whether a session that would go on now was ended for newer ones, as far as that is remembered."""
        return self._pushed_out.get(sha256(token).digest(), now_ms) > now_ms

    def find(self, token: bytes, now_ms: int) -> Session | None:
        """The session of a token, unless it is over."""
        key = sha256(token).digest()
        session = self._sessions.get(key)
        if session is not None and session.expires_ms <= now_ms:
            self._drop(key)
            return None
        return session

    def close(self, token: bytes) -> None:
        """End a session."""
        self._drop(sha256(token).digest())

    def _drop(self, key: bytes) -> None:
        session = self._sessions.pop(key, None)
        if session is not None:
            mine = self._of[session.role, session.number]
            mine.remove(key)
            if not mine:
                del self._of[session.role, session.number]

    def _mac(self, body: bytes) -> bytes:
        return blake2b(body, key=self._secret, digest_size=_MAC_BYTES).digest()
