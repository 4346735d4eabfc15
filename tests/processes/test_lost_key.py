"""A node's key is lost, and its people do what OPERATING says, step by step, on real nodes."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.demo.founding import Founded, found
from cli.demo.processes import free_ports, running, start_node, wait_until_ready
from cli.shell.exit_codes import ExitCode
from node.member.client import NodeClient
from tests.processes.test_commands import SEED, Desk

LOOK_AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Loss:
    """A federation of three whose nodes have said where they are; este's key is lost."""

    founded: Founded
    desk: Desk

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.founded.ports]

    def run(self, *words: str | Path) -> dict[str, object]:
        return self.desk.ok(list(map(str, words)), secret=False)

    def decide(self, key: object) -> None:
        """Two stewards each of norte and sur propose the key that este reads out to them."""
        for coop, url in ((1, self.urls[0]), (2, self.urls[1])):
            for steward in (0, 1):
                file = self.desk.steward(self.founded, url, coop, steward)
                self.desk.ok(
                    ["federation", "propose", "key", "este", str(key), "--yes"], "--key", file
                )

    def linked(self, url: str) -> object:
        with NodeClient(url) as client:
            return client.get("/v1/status")["peers"]


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(LOOK_AGAIN_SECONDS)


@pytest.fixture
def loss(tmp_path: Path) -> Loss:
    founded = found(
        tmp_path, seed=SEED, name="Ferias", clearing_limits=[1_000_000] * 3, ports=free_ports(3)
    )
    (tmp_path / "desk").mkdir()
    loss = Loss(founded, Desk(tmp_path / "desk"))
    for folder, url in zip(founded.folders, loss.urls, strict=True):
        loss.run("node", "moved", folder, url)
    return loss


def like_the_old_one(loss: Loss, new: Path) -> object:
    """The old folder is there, with its database, and the machine was not stopped in order."""
    old = loss.founded.folders[2]
    made = loss.run("node", "init", new, "--like", old)
    for file in old.glob("node.db*"):
        shutil.copy(file, new)
    return made["public_key"]


def from_nothing(loss: Loss, new: Path) -> object:
    """The whole machine is gone: everything comes from another node."""
    norte = loss.urls[0]
    port = str(loss.founded.ports[2])
    options = ("--coop", "este", "--port", port, "--peer", f"norte={norte}")
    made = loss.run("node", "init", new, *options)
    with NodeClient(norte) as client:
        for name, path in (("charter", "charter"), ("charter.signatures", "charter/signatures")):
            copy = new.parent / f"{name}.toml"
            copy.write_bytes(client.get_bytes(f"/v1/{path}").body)
    charter = new.parent / "charter.toml"
    refused = loss.desk.refused(
        ExitCode.INPUT_OUTPUT, ["node", "install", str(new), str(charter)], secret=False
    )
    assert "--new-key" in str(refused["remedy"])
    loss.run("node", "install", new, charter, "--new-key")
    return made["public_key"]


@pytest.mark.parametrize("make", [like_the_old_one, from_nothing])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_node_goes_on_with_a_new_key(
    loss: Loss, tmp_path: Path, make: Callable[[Loss, Path], object], when: str
) -> None:
    new = tmp_path / "este-2"
    with running(loss.founded.folders, loss.founded.ports) as nodes:
        norte, sur, este = nodes
        eventually(lambda: loss.linked(sur.url) == ["norte", "este"], "all are linked")
        este.kill()
        key = make(loss, new)
        if when == "before":
            loss.run("node", "moved", new, este.url)
            loss.decide(key)
            node = start_node(new, port=loss.founded.ports[2])
        else:
            node = start_node(new, port=loss.founded.ports[2])
            loss.decide(key)
        try:
            wait_until_ready([node])
            eventually(
                lambda: all("este" in str(loss.linked(each.url)) for each in (norte, sur)),
                "este is linked with both",
            )
            log = (new / "node.log").read_text(encoding="utf-8")
            assert "peer_broke_protocol" not in log
        finally:
            node.stop()
