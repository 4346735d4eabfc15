"""Carries notices by Web Push: loaded only where the operator has set it up, since `push` needs a library."""

from collections.abc import Callable, Sequence
from typing import Final

import aiohttp

from node.merchant.targets import AddressRefused, guarded_sockets
from node.notices import push
from node.notices.codes import NoticeCodes
from node.notices.notice import Notice
from node.notices.sending import Attempt
from node.notices.settings import NoticeSettings
from node.notices.targets import Target
from node.spellings import from_base64url

_ANSWER_BYTES: Final = 1_024
_GONE: Final = (404, 410)


class PushCarrier:
    """By Web Push. `start` first."""

    def __init__(
        self,
        codes: NoticeCodes,
        *,
        settings: NoticeSettings,
        random_bytes: Callable[[int], bytes],
        clock_ms: Callable[[], int],
    ) -> None:
        self._key = push.key_of_scalar(codes.push_scalar())
        self._settings = settings
        self._random_bytes = random_bytes
        self._clock_ms = clock_ms
        self._session: aiohttp.ClientSession | None = None

    @property
    def public_key(self) -> bytes:
        """What browsers subscribe with."""
        return push.public_bytes(self._key)

    def start(self) -> None:
        """Be ready to send."""
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_sockets(allow_private=self._settings.private_push),
            use_dns_cache=False,
            limit=self._settings.senders,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._settings.push_ms / 1000),
            auto_decompress=False,
            trust_env=False,
        )

    async def stop(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()

    async def carry(self, target: Target, notices: Sequence[Notice]) -> Attempt:
        """See `sending.Carry`. However many there are, the message says only that there is something."""
        assert self._session is not None, "it was started"
        p256dh, auth = from_base64url(target.p256dh), from_base64url(target.auth)
        assert p256dh and auth, "they were read when the browser subscribed"
        body = push.encrypted(
            push.LOOK,
            p256dh=p256dh,
            auth=auth,
            key=push.new_key(),
            salt=self._random_bytes(push.SALT_BYTES),
        )
        headers = {
            "Authorization": push.authorization(
                self._key,
                endpoint=target.endpoint,
                contact=self._settings.push_contact,
                now=self._clock_ms() // 1000,
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(push.LIFE_S),
            "Topic": "fiado",
            "Urgency": "normal",
        }
        try:
            async with self._session.post(
                target.endpoint, data=body, headers=headers, allow_redirects=False
            ) as response:
                await response.content.read(_ANSWER_BYTES)
                return _attempt(response.status, response.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            return Attempt(why=_in_words(failure), is_own=True)


def _attempt(status: int, retry_after: str) -> Attempt:
    if 200 <= status < 300:
        return Attempt(is_own=True)
    seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
    return Attempt(
        why=f"the push service answered {status}",
        is_gone=status in _GONE,
        is_own=True,
        asked_s=seconds,
    )


def _in_words(failure: BaseException) -> str:
    """What went wrong, for the operator; nothing of what the service answered."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return str(cause)
        cause = cause.__cause__ or cause.__context__
    if isinstance(failure, TimeoutError):
        return "the push service took too long"
    return "the push service could not be reached"
