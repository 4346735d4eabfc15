"""What notices do outside the engine's thread: sending them, and the codes that go with them."""

from collections.abc import Callable
from importlib.util import find_spec

from ledger.signatures import SigningKey
from node.notices.codes import NoticeCodes
from node.notices.mail import MailServer
from node.notices.mail_carrier import MailCarrier
from node.notices.refusals import NoticeRefusal, NoticesNotDone
from node.notices.sending import Carry, Sender
from node.notices.settings import NoticeSettings
from node.notices.targets import Channel
from node.runner.runner import Runner


def has_push_library() -> bool:
    """Whether the library is installed that Web Push needs."""
    return find_spec("cryptography") is not None


class NoticeServices:
    """Settings, codes and sender of a node."""

    def __init__(
        self,
        runner: Runner,
        *,
        settings: NoticeSettings,
        node_key: SigningKey,
        mail_server: MailServer | None,
        public_url: str,
        coop: Callable[[], str],
        unit: str,
        clock_ms: Callable[[], int],
        steady_ms: Callable[[], int],
        jitter: Callable[[int], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.settings = settings
        self.codes = NoticeCodes(node_key)
        self.unit = unit
        self.push_key: bytes | None = None
        """What browsers subscribe with; None where there is no Web Push."""
        carriers: dict[Channel, Carry] = {}
        self._push = None
        if settings.push_contact and has_push_library():
            from node.notices.push_carrier import PushCarrier

            self._push = PushCarrier(
                self.codes, settings=settings, random_bytes=random_bytes, clock_ms=clock_ms
            )
            self.push_key = self._push.public_key
            carriers[Channel.PUSH] = self._push.carry
        self.has_mail = mail_server is not None
        if mail_server is not None:
            mail_carrier = MailCarrier(
                mail_server,
                self.codes,
                public_url=public_url,
                coop=coop,
                unit=unit,
                clock_ms=clock_ms,
            )
            carriers[Channel.MAIL] = mail_carrier.carry
        self.sender = Sender(
            runner,
            carriers,
            settings=settings,
            clock_ms=clock_ms,
            steady_ms=steady_ms,
            jitter=jitter,
        )

    def check_point(self, p256dh: bytes) -> None:
        """Raise `NoticeRefusal` unless it is a point of the curve."""
        from node.notices.push import check_point

        try:
            check_point(p256dh)
        except ValueError as error:
            raise NoticeRefusal(
                NoticesNotDone.PUSH_REFUSED, "It is not a key of P-256.", pointer="/p256dh"
            ) from error

    async def start(self) -> None:
        """Send what waits."""
        if self._push is not None:
            self._push.start()
        await self.sender.start()

    async def stop(self) -> None:
        """Send nothing more."""
        await self.sender.stop()
        if self._push is not None:
            await self._push.stop()
