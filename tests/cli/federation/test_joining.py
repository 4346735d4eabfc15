"""From the wish to the first payment: a coop joins three real nodes with one address, with commands only."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli.demo.processes import free_ports, start_node, wait_until_ready
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.signatures import SigningKey
from node.member.wallet_file import create_wallet, replace_public
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from tests.builders import Federation, signing_key
from tests.node.http.test_federation import three_coops

PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
NEW_STEWARD = signing_key("oeste", "ana")
PATIENCE_S = 60


@dataclass
class Desk:
    """Keys of stewards and members in files, and the commands that they run."""

    root: Path
    federation: Federation
    urls: dict[str, str]

    def run(self, *words: str | Path, code: ExitCode = ExitCode.OK) -> dict[str, Any]:
        result = CliRunner().invoke(main, [*map(str, words), "--json"])
        assert result.exit_code == code, result.output
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document

    def keyed(self, file: Path, option: str = "--key") -> tuple[str | Path, ...]:
        return option, file, "--passphrase-file", self.root / "passphrase"

    def key_file(self, name: str, key: SigningKey, coop: str, **more: Any) -> Path:
        """A file with a key that says where it is at home."""
        path = self.root / f"{name}.json"
        with lock_wallet(path) as lock:
            made = create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=QUICK)
            public = replace(
                made.public,
                federation=self.federation.id,
                coop=coop,
                node_url=self.urls[coop],
                **more,
            )
            replace_public(lock, made, public=public)
        return path


@contextmanager
def federation_of_three(root: Path) -> Iterator[Desk]:
    """Three nodes in a thread of their own, for the `with` block."""
    started, stop = threading.Event(), threading.Event()
    found: list[tuple[Federation, dict[str, str]]] = []

    async def serve() -> None:
        async with three_coops(root / "nodes") as towns:
            urls = {town.node.api.coop.name: town.node.url for town in towns.values()}
            found.append((towns[1].federation, urls))
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        passphrase = root / "passphrase"
        passphrase.touch(mode=0o600)
        passphrase.write_text(PASSPHRASE, encoding="utf-8")
        yield Desk(root, *found[0])
    finally:
        stop.set()
        thread.join()


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def is_waiting(desk: Desk, folder: Path) -> bool:
    """Whether the status and the doctor say of a newcomer's node what it waits for."""
    result = CliRunner().invoke(main, ["node", "status", str(folder)])
    assert result.exit_code == ExitCode.NODE_UNREACHABLE
    checks = {
        each["name"]: each
        for each in desk.run("doctor", "--folder", folder, "--wallet", desk.root / "none")["checks"]
    }
    assert checks["node folder"]["health"] == "note"
    assert "no place in the charter yet" in checks["node folder"]["found"]
    return "waits until the federation has decided" in result.stderr


def test_a_coop_joins_and_is_paid(tmp_path: Path) -> None:
    with federation_of_three(tmp_path) as desk:
        norte, (port,) = desk.urls["norte"], free_ports(1)
        begun = time.monotonic()
        folder = tmp_path / "oeste-node"
        steward = f"ana:{NEW_STEWARD.public_key.hex()}"
        named = ("--name", "oeste", "--title", "Cooperativa Oeste", "--steward", steward)
        place = ("--folder", folder, "--port", str(port), "--yes")
        asked = desk.run("federation", "join", norte, *named, *place)
        desk.urls["oeste"] = f"http://127.0.0.1:{port}"
        node = start_node(folder, port=port)
        try:
            sur = desk.urls["sur"]
            until(
                lambda: bool(desk.run("federation", "requests", "--node", sur)["requests"]),
                "the request has come to the other nodes",
            )
            until(lambda: is_waiting(desk, folder), "the node says that it waits")
            for number, coop in ((1, "norte"), (2, "sur")):
                for place_, key in enumerate(desk.federation.steward_keys[number][:2]):
                    file = desk.key_file(f"{coop}{place_}", key, coop)
                    said = desk.run("federation", "endorse", "oeste", "--yes", *desk.keyed(file))
                assert said["signed"] is True
            wait_until_ready([node])
            shown = desk.run("federation", "show", desk.urls["oeste"])
            assert [coop["coop"] for coop in shown["coops"]] == ["norte", "sur", "este", "oeste"]
            assert shown["coops"][3]["node_key"] == asked["public_key"]

            ana = desk.key_file("ana", NEW_STEWARD, "oeste")
            eva = desk.key_file("eva", signing_key("oeste", "eva"), "oeste")
            joining = ("join", "--handle", "eva", "--node", desk.urls["oeste"])
            desk.run(*joining, *desk.keyed(eva, "--wallet"))
            desk.run("steward", "admit", "eva", "--yes", *desk.keyed(ana))
            desk.run(*joining, *desk.keyed(eva, "--wallet"))
            payer = desk.key_file(
                "payer", desk.federation.member_key(1, 1), "norte", account=1, handle="member1"
            )
            pay = ("pay", "eva@oeste", "5.00", "--yes", *desk.keyed(payer, "--wallet"))
            until(
                lambda: CliRunner().invoke(main, [*map(str, pay)]).exit_code == ExitCode.OK,
                "the payment is taken",
            )
            until(
                lambda: desk.run("balance", *desk.keyed(eva, "--wallet"))["balance"] == 500,
                "the payment has come",
            )
            took = time.monotonic() - begun
            assert took < PATIENCE_S
            told = desk.run("federation", "history", "--node", desk.urls["oeste"])["changes"]
            assert told[0]["says"].startswith("Cooperativa Oeste joins")
        finally:
            node.stop()
