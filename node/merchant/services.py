"""What the merchants' part does outside the engine's thread: sending webhooks, letting people wait."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from ledger.signatures import SigningKey
from node.merchant.dispatcher import Dispatcher
from node.merchant.settings import MerchantSettings
from node.merchant.signing import WebhookSigner
from node.merchant.waiting import Waiting
from node.runner.runner import Runner


class MerchantServices:
    """Settings, signer, dispatcher and waiting rooms of a node."""

    def __init__(
        self,
        runner: Runner,
        *,
        settings: MerchantSettings,
        node_key: SigningKey,
        clock_ms: Callable[[], int],
        steady_ms: Callable[[], int],
        jitter: Callable[[int], int],
        zone: ZoneInfo,
    ) -> None:
        self.settings = settings
        self.zone = zone
        """In which a day of takings begins and ends."""
        self.signer = WebhookSigner(node_key)
        self.waiting = Waiting(runner, most=settings.streams)
        self.under_way: set[tuple[int | str, str]] = set()
        """Idempotency-Keys of requests that are being carried out."""
        self.dispatcher = Dispatcher(
            runner,
            settings=settings,
            signer=self.signer,
            clock_ms=clock_ms,
            steady_ms=steady_ms,
            jitter=jitter,
        )

    async def start(self) -> None:
        """Send what waits in the outbox."""
        await self.dispatcher.start()

    async def stop(self) -> None:
        """Let everybody who waits go, and send nothing more."""
        self.waiting.stop()
        await self.dispatcher.stop()
