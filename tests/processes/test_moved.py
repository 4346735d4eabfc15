"""A node that moves is found again by its peers and its members, though nobody tells them by hand."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cli.demo.founding import Founded, found
from cli.demo.processes import RunningNode, free_ports, running
from cli.shell.exit_codes import ExitCode
from node.member.client import NodeClient
from node.member.wallet_file import read_wallet
from tests.processes.test_commands import SEED, Desk, join

_LOOK_AGAIN_SECONDS = 0.1
_PATIENCE_SECONDS = 60


@pytest.fixture
def founded(tmp_path: Path) -> Founded:
    return found(
        tmp_path,
        seed=SEED,
        name="Ferias",
        clearing_limits=[1_000_000] * 3,
        ports=free_ports(3),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Look again until it holds."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(_LOOK_AGAIN_SECONDS)


def told(url: str) -> dict[str, str]:
    """The addresses that a node knows, by coop."""
    with NodeClient(url) as client:
        return {each["coop"]: each["url"] for each in client.get("/v1/addresses")["addresses"]}


def linked(url: str) -> list[str]:
    with NodeClient(url) as client:
        peers: list[str] = client.get("/v1/status")["peers"]
        return peers


def knows(nodes: Sequence[RunningNode], coop: str, url: str) -> Callable[[], bool]:
    return lambda: all(told(node.url).get(coop) == url for node in nodes)


@pytest.fixture
def nodes(founded: Founded, desk: Desk) -> Iterator[list[RunningNode]]:
    for folder, port in zip(founded.folders, founded.ports, strict=True):
        words = ["node", "moved", str(folder), f"http://127.0.0.1:{port}"]
        desk.ok(words, secret=False)
    with running(founded.folders, founded.ports) as started:
        yield started


def move_norte(founded: Founded, desk: Desk) -> str:
    """Norte's node gets another port, and from now on dials only Sur. Its new address."""
    folder, (port,) = founded.folders[0], free_ports(1)
    settings = folder / "node.toml"
    text = settings.read_text(encoding="utf-8").replace(
        f"port = {founded.ports[0]}", f"port = {port}"
    )
    text = re.sub(r'(?m)^"?este"? = .*\n', "", text)
    settings.write_text(text, encoding="utf-8")
    moved = desk.ok(["node", "moved", str(folder), f"http://127.0.0.1:{port}"], secret=False)
    assert moved["serial"] > 0
    return str(moved["url"])


def test_peers_and_members_find_a_node_that_has_moved(
    founded: Founded, desk: Desk, nodes: list[RunningNode]
) -> None:
    norte, sur, este = nodes
    names = ("norte", "sur", "este")
    for name, node in zip(names, nodes, strict=True):
        eventually(knows(nodes, name, node.url), f"everybody knows where {name} is")
    alice = join(desk, founded, nodes, "alice", 1)
    steward = desk.folder / "steward-1-0" / "steward.json"
    desk.ok(["balance"], "--wallet", alice)

    norte.stop()
    url = move_norte(founded, desk)
    assert read_wallet(alice).public.node_url == norte.url != url
    away = desk.refused(ExitCode.NODE_UNREACHABLE, ["balance"], "--wallet", alice)
    assert away["name"] == "node_unreachable"
    with running(founded.folders[:1], [int(url.rpartition(":")[2])]):
        eventually(knows([sur, este], "norte", url), "the others know where it is now")
        # Este is dialled by nobody: it has the old address in its settings and dials the new one.
        eventually(lambda: "norte" in linked(este.url), "este has found norte")
        result = desk.run(["balance"], "--wallet", alice)
        assert result.exit_code == ExitCode.OK, result.output
        assert f"has moved: it answers at {url} now" in result.stderr
        assert read_wallet(alice).public.node_url == url
        assert "moved" not in desk.run(["balance"], "--wallet", alice).stderr
        pending = desk.run(["steward", "pending"], "--key", steward)
        assert pending.exit_code == ExitCode.OK, pending.output
        assert f"it answers at {url} now" in pending.stderr

        # A wallet that has lost its copy is shown the way by any node.
        desk.ok(["wallet", "node", este.url], "--wallet", alice)
        assert read_wallet(alice).public.node_url == url
