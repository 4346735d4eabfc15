"""Real node processes for benchmarks: folders with members already admitted, and a lean HTTP client.

The members are written into the node's database before it starts, as the node itself would have written
them. The client speaks just enough HTTP over kept connections, so that the server and not the
client is what a benchmark measures.
"""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import check
from benchmarks.workload import ENOUGH
from cli.demo.processes import RunningNode, free_ports, running
from ledger.validators.choose import new_validator
from node.engine.engine import Engine
from node.engine.health.status import Readiness
from node.engine.settings import EngineSettings
from node.folder.files import MARK_FILE, SETTINGS_FILE
from node.folder.making import create_node_key, init_folder, install_charter
from node.mark import FileMark
from node.store import Segment, Write
from node.store.sql import SqlStore
from tests.builders import Federation, build_federation, coop_name

SETTINGS = """
[engine]
anchor_interval_ms = 1000
"""
GENEROUS = """
costly_per_minute = 1000000
costly_burst = 1000000
work_per_second = 1000000000
work_burst = 1000000000
"""


def benchmark_federation(*, coops: int) -> Federation:
    """A federation in which one steward suffices and no limit is reached."""
    return build_federation(
        seed="benchmark", coops=coops, stewards=1, threshold=1, clearing_limit=ENOUGH
    )


@dataclass(frozen=True, slots=True)
class Prefill:
    """Transactions that a coop's log holds before its node starts, in commits of so many."""

    coop: int
    transactions: Sequence[bytes]
    commit: int = 1_000


@contextmanager
def federation_running(
    federation: Federation,
    prefills: Sequence[Prefill],
    *,
    settings: str = "",
    http: str = GENEROUS,
    without: Collection[int] = (),
) -> Iterator[list[RunningNode]]:
    """The nodes of a federation, each with its prefill, running for the `with` block.

    `settings` are more lines for every `node.toml`, `http` those of its part of that name. The coops in
    `without` have no node.
    """
    numbers = [number for number in federation.charter.coops if number not in without]
    ports = free_ports(len(numbers))
    with TemporaryDirectory() as root:
        folders = [Path(root) / coop_name(number) for number in numbers]
        urls = {
            coop_name(number): f"http://127.0.0.1:{port}"
            for number, port in zip(numbers, ports, strict=True)
        }
        for number, folder, port in zip(numbers, folders, ports, strict=True):
            _make_folder(federation, number, folder, port, urls)
            with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
                file.write(f"\n[http]\n{http}{settings}")
        for prefill in prefills:
            folder = folders[numbers.index(prefill.coop)]
            prefill_log(federation, prefill, folder)
        with running(folders, ports) as nodes:
            yield nodes


def _make_folder(
    federation: Federation, number: int, folder: Path, port: int, urls: dict[str, str]
) -> None:
    own = coop_name(number)
    peers = {name: url for name, url in urls.items() if name != own}
    init_folder(folder, coop=own, port=port, peers=peers)
    create_node_key(folder, federation.node_keys[number].seed)
    install_charter(
        folder, charter=federation.founding.source, signatures=federation.charter_signatures()
    )
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(SETTINGS)


def prefill_log(federation: Federation, prefill: Prefill, folder: Path) -> None:
    """Write a log that the coop's node takes for its own, recorded just now."""
    validator = new_validator(federation.founding)
    coop, step, now_ms = prefill.coop, prefill.commit, time.time_ns() // 1_000_000
    with SqlStore(f"sqlite:///{folder / 'node.db'}") as store:
        for place in range(0, len(prefill.transactions), step):
            previous = validator.log(coop).head
            batch = prefill.transactions[place : place + step]
            done = validator.sequence(coop, now_ms // 1_000, batch)
            check(done.count == len(batch), "a prefilled transaction was refused")
            signed = federation.signed_head(coop, length=done.length, head=done.head)
            segment = Segment(
                coop=coop,
                first=done.first,
                count=done.count,
                entries=done.entries,
                previous=previous,
                head=done.head,
                signature=signed.signature,
            )
            store.commit(Write(segments=[segment]))
        # A node that has been running has its history index, and its mark outside the database.
        key, settings = federation.node_keys[coop], EngineSettings(recovery_wait_ms=0)
        mark = FileMark(folder / MARK_FILE)
        engine = Engine(
            settings, federation.founding, coop, key, store, now_ms, mark=mark, alone=True
        )
        engine.bring_history_forward()
        engine.tick(now_ms, ())
        check(engine.status().readiness is Readiness.READY, "the prefilled node does not record")
        engine.end()
        mark.close()


def admissions(federation: Federation, coop: int, members: int) -> list[bytes]:
    """The admissions of accounts 1 to `members`."""
    return [federation.admit(coop, number, limit=ENOUGH) for number in range(1, members + 1)]


@dataclass(slots=True)
class Connection:
    """One kept HTTP connection."""

    host: str
    port: int
    _reader: asyncio.StreamReader = field(init=False)
    _writer: asyncio.StreamWriter = field(init=False)

    async def open(self) -> "Connection":
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The answer's body; any status but 200 fails the benchmark."""
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answer = await self._reader.readexactly(length)
        check(head.startswith(b"HTTP/1.1 200 "), f"the server answered {head[:40]!r} {answer!r}")
        return answer

    def close(self) -> None:
        """Let go."""
        self._writer.close()


async def connect(url: str, count: int) -> list[Connection]:
    """`count` open connections to a server."""
    host, port = url.removeprefix("http://").split(":")
    return [await Connection(host, int(port)).open() for _ in range(count)]


async def drive(
    url: str,
    bodies: Sequence[bytes],
    *,
    path: str,
    connections: int,
    seen: Callable[[bytes], None] | None = None,
) -> tuple[float, list[float]]:
    """Post all bodies over so many connections; seconds in all, and of each request, sorted."""
    opened = await connect(url, connections)
    waiting = iter(bodies)
    times: list[float] = []

    async def work(connection: Connection) -> None:
        for body in waiting:
            start = time.perf_counter()
            answer = await connection.request("POST", path, body)
            times.append(time.perf_counter() - start)
            if seen is not None:
                seen(answer)

    start = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in opened))
    seconds = time.perf_counter() - start
    for connection in opened:
        connection.close()
    return seconds, sorted(times)


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 120) -> None:
    """Poll until `condition` holds; fail the benchmark when it does not."""
    deadline = time.perf_counter() + seconds
    while not await condition():
        check(time.perf_counter() < deadline, "it did not happen in time")
        await asyncio.sleep(0.02)


async def log_lengths(connection: Connection) -> dict[str, int]:
    """The lengths of all logs that a node holds, by coop name."""
    logs = json.loads(await connection.request("GET", "/v1/logs"))["logs"]
    return {log["coop"]: log["length"] for log in logs}


def cpu_seconds(node: RunningNode) -> float:
    """Processor time that a node has had; 0 where the system doesn't say."""
    stat = Path(f"/proc/{node.process.pid}/stat")
    if not stat.exists():
        return 0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
