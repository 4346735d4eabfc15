"""Another key by commands, against real nodes: replaced by its owner, recovered with the help of others."""

import time
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]

QUICK = (
    'wait_stewards = "3 seconds"',
    'wait_guardians = "3 seconds"',
    'objection_term = "4 seconds"',
)


def adopt_quick_bylaws(desk: Desk, keys: list[Path], folder: Path) -> None:
    """Bylaws by which a recovery takes seconds."""
    text, file = folder / "estatuto.txt", folder / "bylaws.toml"
    text.write_text("Estatuto")
    desk.ok(["bylaws", "draft", str(file)], secret=False)
    file.write_text(file.read_text() + "\n".join([*QUICK, ""]))
    for key in keys:
        desk.ok(["bylaws", "adopt", str(file), "--text", str(text), "--yes"], "--key", key)


def new_wallet(desk: Desk, folder: Path, name: str) -> Path:
    path = folder / name
    desk.ok(["wallet", "new"], "--wallet", path)
    return path


def wait_for_key(desk: Desk, wallet: Path, key: str) -> None:
    for _ in range(80):
        found = desk.ok(["recovery", "show", "alice"], "--wallet", wallet)
        if found["key"] == key and found["recovery"] is None:
            return
        time.sleep(0.25)
    raise AssertionError(f"alice has the key {found['key']}")


def test_keys_are_replaced_and_recovered(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    url = nodes[0].url
    keys = [desk.steward(founded, url, 1, index) for index in range(3)]
    adopt_quick_bylaws(desk, keys, tmp_path)

    second = new_wallet(desk, tmp_path, "second")
    done = desk.ok(["recovery", "rekey", str(second), "--yes"], "--wallet", alice)
    assert done["wallet"] == str(second)
    assert desk.ok(["balance"], "--wallet", second)["account"] == 1
    error = desk.refused(ExitCode.REFUSED, ["balance"], "--wallet", alice)
    assert error["name"]

    card = tmp_path / "card.json"
    name = ["recovery", "guardians", "beto", "--needed", "1", "--card", str(card), "--yes"]
    desk.ok(name, "--wallet", second)
    time.sleep(4)
    third = new_wallet(desk, tmp_path, "third")
    request = tmp_path / "request.json"
    ask = ["recovery", "request", "--node", url, "--handle", "alice", "--out", str(request)]
    key = desk.ok(ask, "--wallet", third)["key"]
    error = desk.refused(
        ExitCode.REFUSED, ["recovery", "begin", str(request), "--yes"], "--key", keys[0]
    )
    assert error["name"] == "draft_unusable"
    signed = desk.ok(
        ["recovery", "sign", str(request), "--card", str(card), "--yes"], "--wallet", beto
    )
    assert (signed["signed"], signed["needed"]) == (1, 1)
    begun = desk.ok(["recovery", "begin", str(request), "--yes"], "--key", keys[0])
    assert begun["status"] == "frozen" and begun["recovery"]["by_guardians"]
    told = desk.run(["balance"], "--wallet", second).stdout
    assert "RECOVERY 1 of alice@" in told and "fiado recovery object" in told
    desk.ok(["recovery", "object", "--yes"], "--wallet", second)
    error = desk.refused(ExitCode.REFUSED, ["recovery", "object", "--yes"], "--wallet", second)
    assert error["name"] == "recovery_objected"
    wait_for_key(desk, beto, key)
    desk.ok(["join", "--node", url], "--wallet", third)
    assert desk.ok(["balance"], "--wallet", third)["status"] == "open"

    fourth = new_wallet(desk, tmp_path, "fourth")
    key = desk.ok([*ask[:-1], str(request)], "--wallet", fourth)["key"]
    by_stewards = ["recovery", "begin", str(request), "--stewards", "--yes"]
    left = desk.ok(by_stewards, "--key", keys[0])
    assert left["state"] == "waiting"
    shown = desk.run(["steward", "pending"], "--key", keys[1]).stdout
    assert "Begin recovery 2 of" in shown
    desk.ok(["steward", "sign", left["id"], "--yes"], "--key", keys[1])
    wait_for_key(desk, beto, key)
