"""The one file that puts real parts together: store, engine, links, server.

`open_node(folder)` makes a node of a folder; `Node.start` and `Node.stop` are its life; `run` is what the
command line calls: it starts a node, waits for a signal or a failure, and stops it in order.
"""

import asyncio
import errno
import logging
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from ledger import __version__
from ledger.charter import Charter
from ledger.validators.choose import chosen_name
from node.address_file import own_address
from node.codes import Codes
from node.deliveries import Deliveries
from node.engine.engine import Engine
from node.engine.outbox import Reached
from node.errors import ListenFault
from node.folder.files import MARK_FILE
from node.folder.loading import NodeFolder, load_folder
from node.http.base.api import Api
from node.http.base.doors import RESERVED_DESCRIPTORS, Doors, descriptors
from node.http.base.heads import IDLE_MS, with_deadline
from node.http.base.sessions import Sessions
from node.http.quick import QuickPayments
from node.interpreter import settle_interpreter
from node.joining import wait_for_place
from node.link.links import Chance, Links
from node.link.proving import Identity
from node.logs import configure_logging, log_event
from node.mark import FileMark
from node.merchant.merchants import Merchants
from node.merchant.services import MerchantServices
from node.notices.mail import MailServer, Security
from node.notices.notices import Notices
from node.notices.services import NoticeServices, has_push_library
from node.rates import AddressRates
from node.runner.opened import OpenEngine
from node.runner.runner import Runner
from node.server import answer_payment, build_app
from node.shares import Shares
from node.waiting_room import waiting_room, what_is_missing
from node.web import library
from node.world import World
from node.zones import find_zone

NO_PUSH_LIBRARY: Final = (
    "node.toml asks for Web Push, whose library is not installed: pip install 'fiado[push]'"
)
EXIT_OK: Final = 0
EXIT_FAILED: Final = 74
"""The node gave up because of its storage: the same number as the command line's input/output code."""


class Node:
    """A node of one coop: engine, links and server together."""

    def __init__(
        self,
        folder: NodeFolder,
        world: World,
        *,
        alone: bool = False,
        clock_is_right: bool = False,
    ) -> None:
        self.folder = folder
        self._alone = alone
        self._clock_is_right = clock_is_right
        self._is_reopened = False
        self._engine: Engine | None = None
        self._configured = set(folder.peers)
        self._address = own_address(folder, now=world.clock_ms() // 1000)
        self._mark = FileMark(folder.folder / MARK_FILE, world.random_bytes)
        self._world = world
        settings = folder.settings
        self.runner = Runner(
            self._open_engine,
            settings=settings.runner,
            clock_ms=world.clock_ms,
            steady_ms=world.steady_ms,
        )
        self.links = Links(
            Identity(charter=self._newest, coop=folder.coop.number, key=folder.key),
            self.runner,
            peers=folder.peers,
            settings=settings.link,
            chance=Chance(
                steady_ms=world.steady_ms, random_bytes=world.random_bytes, jitter=world.jitter
            ),
        )
        self.runner.peers = self.links
        self.runner.on_advance(self._look_at_peers)
        self._deliveries = Deliveries(self.runner, most=settings.http.long_polls)
        self._merchants = MerchantServices(
            self.runner,
            settings=settings.merchant,
            node_key=folder.key,
            clock_ms=world.clock_ms,
            steady_ms=world.steady_ms,
            jitter=world.jitter,
            zone=find_zone(settings.merchant.zone or world.zone()),
        )
        self._notices = self._make_notices()
        self.api = self._make_api()
        self._server: web.AppRunner | None = None
        self._quick: QuickPayments | None = None
        self._listener: asyncio.Server | None = None
        self.url = ""

    def _open_engine(self) -> OpenEngine:
        folder = self.folder
        # A person's word is for this start; whatever the store is opened again for came after it.
        alone, self._alone = self._alone, False
        store = self._world.open_store(folder.store_address)
        try:
            engine = Engine(
                folder.settings.engine,
                folder.founding,
                folder.coop.number,
                folder.key,
                store,
                self._world.clock_ms(),
                (Merchants(folder.settings.merchant), Notices(folder.settings.notices)),
                steady_ms=self._world.steady_ms(),
                configured=self._configured,
                mark=self._mark,
                alone=alone,
                clock_is_right=self._clock_is_right,
                is_reopened=self._is_reopened,
                address=self._address,
                known=folder.known,
            )
        except BaseException:
            store.close()
            raise
        self._is_reopened = True  # the next time
        self._engine = engine
        return OpenEngine(engine, store.close)

    def _make_notices(self) -> NoticeServices:
        folder, world = self.folder, self._world
        return NoticeServices(
            self.runner,
            settings=folder.settings.notices,
            node_key=folder.key,
            mail_server=mail_server_of(folder),
            public_url=folder.settings.merchant.public_url,
            coop=lambda: self.api.coop.title,
            unit=folder.founding.unit,
            clock_ms=world.clock_ms,
            steady_ms=world.steady_ms,
            jitter=world.jitter,
            random_bytes=world.random_bytes,
        )

    def _charter(self) -> Charter:
        """The charter in force for the own log; until that is read, the one that it began with."""
        return self.folder.founding.genesis if self._engine is None else self._engine.charter

    def _newest(self) -> Charter:
        """The newest charter that is known."""
        return self.folder.known if self._engine is None else self._engine.newest

    def _look_at_peers(self, reached: Reached) -> None:
        """Dial the peers that `node.toml` names and that the charter has now."""
        peers = self.folder.peers_in(self._newest())
        self._configured.update(peers)
        self.links.configure(peers)

    def _make_api(self) -> Api:
        folder, world = self.folder, self._world
        http = folder.settings.http
        return Api(
            founding=folder.founding,
            in_force=self._charter,
            known=self._newest,
            charter_signatures=folder.charter_signatures,
            coop_number=folder.coop.number,
            key=folder.key,
            version=__version__,
            validator=chosen_name(),
            runner=self.runner,
            deliveries=self._deliveries,
            merchants=self._merchants,
            notices=self._notices,
            accept_link=self.links.accept,
            settings=http,
            wages=folder.wages(),
            clock_ms=world.clock_ms,
            steady_ms=world.steady_ms,
            random_bytes=world.random_bytes,
            sessions=Sessions(http, world.random_bytes),
            rates=AddressRates(
                per_minute=http.costly_per_minute,
                burst=http.costly_burst,
                most=http.addresses,
                most_debt_ms=http.debt_ms,
            ),
            work=AddressRates(
                per_minute=60 * http.work_per_second,
                burst=http.work_burst,
                most=http.addresses,
                most_debt_ms=http.debt_ms,
            ),
            polls=Shares(total=http.long_polls, each=http.long_polls_each),
            screened=Shares(total=http.screened, each=http.screened_each),
            codes=Codes(
                waiting=http.codes_waiting,
                waiting_each=http.codes_waiting_each,
                kept=http.codes_kept,
            ),
            batches=Shares(total=http.batches, each=http.batches_each),
            entries=Shares(total=http.entries_held_bytes, each=http.entries_held_bytes_each),
            batch_bodies=Shares(total=http.batches_held_bytes, each=http.batches_held_bytes_each),
        )

    async def start(self) -> None:
        """Load the state, listen, dial the peers. `url` says where it listens then."""
        began_ms = self._world.steady_ms()
        await self.runner.start()
        try:
            await self._listen()
            await self.links.start()
            self._look_at_peers({})
            await self._merchants.start()
            await self._notices.start()
        except BaseException:
            await self.stop()
            raise
        values = {
            "coop": self.folder.coop.name,
            "url": self.url,
            "validator": chosen_name(),
            "version": __version__,
            "milliseconds": self._world.steady_ms() - began_ms,
        }
        log_event("node_started", values)
        if self.folder.settings.notices.push_contact and not has_push_library():
            log_event("push_without_library", {"text": NO_PUSH_LIBRARY}, level=logging.WARNING)
        if not library.is_here():
            log_event("pages_without_library", {"text": library.WITHOUT}, level=logging.WARNING)

    async def _listen(self) -> None:
        settings = self.folder.settings
        self._server = web.AppRunner(
            build_app(self.api),
            access_log=None,
            auto_decompress=False,
            shutdown_timeout=settings.http.stop_ms / 1000,
            keepalive_timeout=IDLE_MS / 1000,
        )
        await self._server.setup()
        doors = self._doors(self._server)
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(
                doors, settings.listen.host, settings.listen.port, backlog=1024
            )
        except OSError as error:
            raise ListenFault(
                settings.listen.host,
                settings.listen.port,
                os.strerror(error.errno) if error.errno and error.errno > 0 else str(error),
                is_taken=error.errno == errno.EADDRINUSE,
            ) from error
        host, port = self._listener.sockets[0].getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def _doors(self, server: web.AppRunner) -> Doors:
        http = self.folder.settings.http
        most = max(1, min(http.connections, descriptors() - RESERVED_DESCRIPTORS))
        assert server.server is not None
        make = with_deadline(server.server, head_ms=http.head_ms)
        if http.quick_payments:
            make = self._quick = QuickPayments(self.api, answer_payment, make)
        return Doors(
            make,
            most=most,
            each=most if http.trust_forwarded else http.connections_each,
            steady_ms=self._world.steady_ms,
            send_ms=http.send_ms,
            send_least_bytes=http.send_least_bytes,
        )

    async def stop(self) -> None:
        """Accept nothing more, finish what is under way, save a snapshot, close the store."""
        if self._listener is not None:
            self._listener.close()
        await self.links.stop()
        await self._merchants.stop()
        await self._notices.stop()
        self.runner.refuse_requests()
        self._deliveries.stop()
        if self._quick is not None:
            await self._quick.stop(self.folder.settings.http.stop_ms)
        if self._server is not None:
            await self._server.cleanup()
        await self.runner.stop()
        self._mark.close()
        log_event("node_stopped", {"coop": self.folder.coop.name})

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def mail_server_of(folder: NodeFolder) -> MailServer | None:
    """The operator's mail server; None where none is named."""
    settings = folder.settings.notices
    if not settings.mail_host:
        return None
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=Security(settings.mail_security),
        user=settings.mail_user,
        password=folder.mail_password,
        sender=settings.mail_from,
        timeout_s=settings.mail_ms / 1000,
    )


def open_node(
    folder: Path,
    world: World | None = None,
    *,
    alone: bool = False,
    clock_is_right: bool = False,
) -> Node:
    """The node of a folder, not yet started. Raises `FolderError`, `ValidatorUnavailable`.

    `alone`, `clock_is_right`: see `Engine`.
    """
    chosen_name()
    return Node(load_folder(folder), world or World(), alone=alone, clock_is_right=clock_is_right)


def run(folder: Path, *, alone: bool = False, clock_is_right: bool = False) -> int:
    """Run a node until SIGINT or SIGTERM; the exit code. Logs go to stderr as JSON lines.

    `alone`, `clock_is_right`: a person's word that it may sign though its disk is in doubt, and that
    this machine's clock is right.

    Raises `FolderError`, `ValidatorUnavailable`, `StoreUnavailable`, `StorageFault` and `ListenFault`:
    nothing has been changed then.
    """
    configure_logging(sys.stderr)
    # The database holds reasons in clear and who paid whom when: what is made from here on is its
    # owner's alone.
    os.umask(0o077)
    return asyncio.run(_run(folder, alone=alone, clock_is_right=clock_is_right))


async def _run(folder: Path, *, alone: bool, clock_is_right: bool) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if not await _has_place(folder, stopped):
        return EXIT_OK
    node = open_node(folder, alone=alone, clock_is_right=clock_is_right)
    await node.start()
    settle_interpreter()
    failure = asyncio.create_task(node.runner.wait_failed())
    signalled = asyncio.create_task(stopped.wait())
    await asyncio.wait((failure, signalled), return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    reason = failure.result() if failure.done() else None
    failure.cancel()
    await node.stop()
    if reason is None:
        return EXIT_OK
    remedy = (
        "The store failed several times in a row. Check the disk and the database, then start "
        "the node again; nothing that was acknowledged is lost."
    )
    log_event("node_failed", {"text": reason, "remedy": remedy}, level=logging.CRITICAL)
    return EXIT_FAILED


async def _has_place(folder: Path, stopped: asyncio.Event) -> bool:
    """Wait until the charter has the folder's coop with its key; False when it is to stop before."""
    missing = what_is_missing(folder)
    if missing is None:
        return True
    waiting = asyncio.create_task(wait_for_place(folder))
    signalled = asyncio.create_task(stopped.wait())
    async with waiting_room(folder, missing):
        await asyncio.wait((waiting, signalled), return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if waiting.done():
        waiting.result()
        return True
    waiting.cancel()
    return False
