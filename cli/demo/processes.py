"""Nodes as child processes of a demonstration: started, waited for, and always stopped again.

Every process is stopped by its own number, first kindly, then for good. They listen on loopback only.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from node.member.client import NodeClient, NodeError

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 30
POLL_SECONDS: Final = 0.05
LOG_FILE: Final = "node.log"
LAST_LINES: Final = 3
LONGEST_LINE: Final = 300


@dataclass(eq=False)
class NodeFailed(Exception):
    """The node in `folder` ended or never became ready; `last_lines` are from its log."""

    folder: Path
    last_lines: Sequence[str]


@dataclass(eq=False)
class RunningNode:
    """A node's process. `url` is where it answers."""

    folder: Path
    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._forget()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self._forget()

    def _forget(self) -> None:
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses at this moment."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def start_node(folder: Path, *, port: int, is_alone: bool = False) -> RunningNode:
    """Start the node in a folder; its log goes to `node.log` there. It is not ready yet.

    `is_alone`: it shall sign though it may be an old copy, as nobody should want.
    """
    alone = ["--alone"] if is_alone else []
    with (folder / LOG_FILE).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "node", "run", "--while-stdin-open", *alone, str(folder)],
            # The pipe ends with this process, however that ends, and the node with the pipe.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the demonstration, which then stops its nodes itself.
            start_new_session=True,
        )
    return RunningNode(folder=folder, url=f"http://127.0.0.1:{port}", process=process)


def wait_until_ready(nodes: Sequence[RunningNode]) -> None:
    """Wait until every node is ready to record; raises `NodeFailed`."""
    deadline = time.monotonic() + READY_SECONDS
    for node in nodes:
        while not _is_ready(node):
            if node.process.poll() is not None or time.monotonic() > deadline:
                raise NodeFailed(node.folder, _last_lines(node.folder))
            time.sleep(POLL_SECONDS)


def _is_ready(node: RunningNode) -> bool:
    try:
        with NodeClient(node.url, attempts=1, answer_seconds=5) as client:
            return client.get("/ready").get("ready") is True
    except NodeError:
        return False


def _last_lines(folder: Path) -> list[str]:
    """The newest lines of a node's log, shortened."""
    log = (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")
    return [line[:LONGEST_LINE] for line in log.splitlines()[-LAST_LINES:]]


@contextmanager
def running(folders: Sequence[Path], ports: Sequence[int]) -> Iterator[list[RunningNode]]:
    """Run the nodes in these folders for the `with` block, ready from its beginning."""
    nodes: list[RunningNode] = []
    with _terminated_as_interrupted():
        try:
            for folder, port in zip(folders, ports, strict=True):
                nodes.append(start_node(folder, port=port))
            wait_until_ready(nodes)
            yield nodes
        finally:
            for node in nodes:
                if node.process.poll() is None:
                    node.process.terminate()
            for node in nodes:
                node.stop()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that the nodes are stopped then too."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # Not in the main thread, where signals don't arrive.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
