"""Who attacks in `benchmarks.attack`: `python -m benchmarks.attackers NAME URL`, one peer or one address.

Each prepares what it sends, says `ready`, begins at the first line on its standard input and ends with
it. It sends as fast as the node takes it, from an address of loopback of its own where that matters, and
gives way to the others on the machine: an attacker brings its own processor.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count, cycle
from typing import Final

import aiohttp

from benchmarks import attackers_of_charters as charters
from benchmarks.nodes import benchmark_federation
from ledger.validators.choose import new_validator
from node.engine.wire import Entries, Get, Heads, MemoDelivery
from node.link import handshake
from node.link.links import LINK_PATH
from node.link.sockets import VERSIONS
from tests.builders import START, Federation

ATTACKER: Final = 3
"""The coop whose key the attacker has; its own node does not run."""
MEMBERS: Final = 400
PREFILLED: Final = 20_000
"""How many payments the attacked node holds from before, of members 1 to 200."""
POOR: Final = (399, 400)
"""Two members who pass one cent to and fro."""
ADDRESS: Final = "127.0.0.2"
_NICER: Final = 5

Stop = asyncio.Event
Attack = Callable[[str, Stop], Awaitable[None]]


def prefilled(federation: Federation) -> list[bytes]:
    """The payments that the attacked node holds from before."""
    return [
        federation.pay(
            1,
            payer=1 + place % 200,
            sequence=1 + place // 200,
            payee_coop=1,
            payee=1 + (place + 7) % 200,
            amount=1,
        )
        for place in range(PREFILLED)
    ]


# --- over a link ---


@asynccontextmanager
async def link_to(
    url: str, federation: Federation
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """An authenticated link as the node of the attacker's coop."""
    charter, key = federation.charter, federation.node_keys[ATTACKER]
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url + LINK_PATH, protocols=tuple(VERSIONS), max_msg_size=0) as socket,
    ):
        nonce = os.urandom(handshake.NONCE_BYTES)
        hello = handshake.Hello(
            federation=charter.federation, dialler=ATTACKER, listener=1, nonce=nonce
        )
        await socket.send_bytes(hello.encode())
        transcript = handshake.Transcript(
            charter=charter,
            dialler=ATTACKER,
            listener=1,
            dialler_nonce=nonce,
            listener_nonce=handshake.decode_challenge(await socket.receive_bytes()),
        )
        await socket.send_bytes(handshake.encode_proof(transcript.sign_as_dialler(key)))
        transcript.check_listener(handshake.decode_welcome(await socket.receive_bytes()))
        yield socket


def over_a_link(make: Callable[[Federation], Iterator[bytes]]) -> Callable[[], Attack]:
    """An attack that sends messages over a link, all that it has, again and again."""

    def prepare() -> Attack:
        federation = benchmark_federation(coops=3)
        messages = make(federation)

        async def attack(url: str, stop: Stop) -> None:
            async with link_to(url, federation) as socket:

                async def read() -> None:
                    async for _ in socket:
                        pass

                reading = asyncio.create_task(read())
                for message in messages:
                    if stop.is_set() or socket.closed:
                        break
                    await socket.send_bytes(message)
                reading.cancel()

        return attack

    return prepare


def _heads(federation: Federation) -> Iterator[bytes]:
    """256 heads of the own log in each message, all of them true and none known."""
    prepared = []
    for message in range(160):
        lengths = range(1 + message * 256, 1 + (message + 1) * 256)
        heads = [
            federation.signed_head(ATTACKER, length=length, head=length.to_bytes(32, "big"))
            for length in lengths
        ]
        prepared.append(Heads(tuple(heads)).encode())
    return cycle(prepared)


def _gets(federation: Federation) -> Iterator[bytes]:
    """Questions for what does not exist, and for what is in the middle of a large segment."""
    return (
        Get(coop=1, first=2**40 + number if number % 2 else 2 + number % 1000).encode()
        for number in count()
    )


def _memos(federation: Federation) -> Iterator[bytes]:
    """Memos for payments that nobody made."""
    return (
        MemoDelivery(
            reference=number.to_bytes(32, "big"), account=1 + number % MEMBERS, sealed=bytes(1000)
        ).encode()
        for number in count()
    )


def _entries(federation: Federation) -> Iterator[bytes]:
    """A log of its own, right by the rules, in many small pieces."""
    validator = new_validator(federation.founding)
    transactions = [
        *(federation.admit(ATTACKER, number, limit=10**9) for number in (1, 2)),
        *(
            federation.pay(
                ATTACKER, payer=1, sequence=sequence, payee_coop=ATTACKER, payee=2, amount=1
            )
            for sequence in range(1, 20_001)
        ),
    ]
    prepared = []
    for place in range(0, len(transactions), 20):
        previous = validator.log(ATTACKER).head
        done = validator.sequence(ATTACKER, START, transactions[place : place + 20])
        signed = federation.signed_head(ATTACKER, length=done.length, head=done.head)
        prepared.append(
            Entries(
                first=done.first, previous=previous, entries=done.entries, signed=signed
            ).encode()
        )
    return cycle(prepared)


# --- over HTTP ---


def over_http(
    make: Callable[[Federation], Iterator[bytes]], path: str, *, address: str = ADDRESS
) -> Callable[[], Attack]:
    """An attack that posts bodies from one address, over a few connections."""

    def prepare() -> Attack:
        bodies = make(benchmark_federation(coops=3))

        async def attack(url: str, stop: Stop) -> None:
            async with session_from(address) as session:

                async def post() -> None:
                    while not stop.is_set():
                        headers = {"Content-Type": "application/octet-stream"}
                        async with session.post(
                            url + path, data=next(bodies), headers=headers
                        ) as answer:
                            await answer.read()

                await asyncio.gather(*(post() for _ in range(4)))

        return attack

    return prepare


def session_from(address: str, *, connections: int = 16) -> aiohttp.ClientSession:
    """A session whose connections come from that address of loopback."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0), limit=connections)
    return aiohttp.ClientSession(connector=connector)


def _resent(federation: Federation) -> Iterator[bytes]:
    """2,000 payments in one batch that everybody can read in the log."""
    public = prefilled(federation)
    return cycle(b"".join(public[place : place + 2000]) for place in range(0, PREFILLED, 2000))


def _rubbish(federation: Federation) -> Iterator[bytes]:
    """4 KB of nothing, and payments with signatures that are wrong by one bit."""
    wrong = [data[:-1] + bytes([data[-1] ^ 1]) for data in prefilled(federation)[:2000]]
    return cycle([b"\x91\x00" * 2048, b"".join(wrong)])


def _pingpong(federation: Federation) -> Iterator[bytes]:
    """One cent to and fro between two accounts, in batches."""
    one, other = POOR
    for start in count(1, 250):
        yield b"".join(
            federation.pay(1, payer=payer, sequence=sequence, payee_coop=1, payee=payee, amount=1)
            for sequence in range(start, start + 250)
            for payer, payee in ((one, other), (other, one))
        )


def _receipts() -> Attack:
    """Receipts of entries in the middle of large segments."""

    async def attack(url: str, stop: Stop) -> None:
        async with session_from(ADDRESS) as session:

            async def ask(worker: int) -> None:
                for number in count(worker):
                    if stop.is_set():
                        return
                    entry = MEMBERS + 1 + (number * 7919) % PREFILLED
                    async with session.get(f"{url}/v1/receipts/1/{entry}") as answer:
                        await answer.read()

            await asyncio.gather(*(ask(worker) for worker in range(8)))

    return attack


def _connections() -> Attack:
    """1,100 connections that say nothing, opened again whenever they are closed."""

    async def attack(url: str, stop: Stop) -> None:
        host, port = url.removeprefix("http://").split(":")

        async def hold() -> None:
            while not stop.is_set():
                try:
                    reader, writer = await asyncio.open_connection(
                        host, int(port), local_addr=(ADDRESS, 0)
                    )
                    await reader.read(1)
                    writer.close()
                except OSError:
                    pass
                await asyncio.sleep(0.5)

        holding = [asyncio.create_task(hold()) for _ in range(1_100)]
        await stop.wait()
        for task in holding:
            task.cancel()

    return attack


def _polls() -> Attack:
    """As many long polls as a node takes, from one address."""

    async def attack(url: str, stop: Stop) -> None:
        async with session_from(ADDRESS, connections=2_000) as session:

            async def wait(number: int) -> None:
                path = f"/v1/payments/1/{10**9 + number}?wait=recorded&timeout_ms=30000"
                while not stop.is_set():
                    try:
                        async with session.get(url + path) as answer:
                            await answer.read()
                    except aiohttp.ClientError:
                        pass
                    await asyncio.sleep(0.5)

            waiting = [asyncio.create_task(wait(number)) for number in range(2_000)]
            await stop.wait()
            for task in waiting:
                task.cancel()

    return attack


def _idle_burn() -> Attack:
    """No attack: a neighbour who needs a processor, and never speaks to the node."""

    async def attack(url: str, stop: Stop) -> None:
        while not stop.is_set():
            sum(range(100_000))
            await asyncio.sleep(0)

    return attack


CONTROL: Final = "idle_burn"
"""What is no attack, and costs the node what any program beside it would."""
ATTACKS: Final[dict[str, Callable[[], Attack]]] = {
    "heads": over_a_link(_heads),
    "gets": over_a_link(_gets),
    "memos": over_a_link(_memos),
    "entries": over_a_link(_entries),
    "joins": over_a_link(lambda federation: charters.joins(federation, ATTACKER)),
    "branches": over_a_link(lambda federation: charters.branches(federation, ATTACKER)),
    "changes": over_a_link(lambda federation: charters.changes(federation, ATTACKER)),
    "words": over_a_link(lambda federation: charters.words(federation, ATTACKER)),
    "resent": over_http(_resent, "/v1/payments/batch"),
    # From the address that honest people pay from, too: they share a router with it.
    "rubbish": over_http(_rubbish, "/v1/payments/batch", address="127.0.0.1"),
    "pingpong": over_http(_pingpong, "/v1/payments/batch"),
    "receipts": _receipts,
    "connections": _connections,
    "polls": _polls,
}


async def _main(name: str, url: str) -> None:
    os.nice(_NICER)
    attack = _idle_burn() if name == CONTROL else ATTACKS[name]()
    print("ready", flush=True)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    await loop.run_in_executor(None, sys.stdin.readline)
    ended = loop.run_in_executor(None, sys.stdin.read)
    ended.add_done_callback(lambda _: stop.set())
    while not stop.is_set():
        began = time.monotonic()
        # When it is thrown out, it comes again.
        with suppress(aiohttp.ClientError, OSError, handshake.HandshakeRefused, TypeError):
            await attack(url, stop)
        if time.monotonic() - began < 1 and not stop.is_set():
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
