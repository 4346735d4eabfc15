"""Members decide by commands, against real nodes: votes, minutes, and stewards whom they elect."""

import time
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from node.member.client import Json
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]

QUICK = (
    'notice = "5 seconds"',
    'second_call = "1 seconds"',
    'late_window = "0 seconds"',
    'office_term = "3650 days"',
)


def adopt_quick_bylaws(desk: Desk, keys: list[Path], folder: Path) -> None:
    """Bylaws by which a vote takes seconds."""
    text, file = folder / "estatuto.txt", folder / "bylaws.toml"
    text.write_text("Estatuto")
    desk.ok(["bylaws", "draft", str(file)], secret=False)
    file.write_text(file.read_text() + "\n".join([*QUICK, ""]))
    for key in keys:
        desk.ok(["bylaws", "adopt", str(file), "--text", str(text), "--yes"], "--key", key)


def wait_for(desk: Desk, number: int, outcome: str, wallet: Path) -> None:
    for _ in range(60):
        found = desk.ok(["proposal", "show", str(number)], "--wallet", wallet)["proposal"]
        if found["outcome"] == outcome:
            return
        time.sleep(0.25)
    raise AssertionError(f"proposal {number} is {found['outcome']}")


def held_elsewhere(desk: Desk, keys: list[Path], text: Path, wallet: Path) -> None:
    """A secret vote, whose files are in the books by their hashes and whose result stewards attest."""
    ballot, result = text.with_name("election.bel"), text.with_name("result.json")
    ballot.write_text("an election")
    result.write_text("its result")
    wish = ["proposal", "new", "resolution", "--text", str(text), "--ballot", str(ballot), "--yes"]
    left = desk.ok(wish, "--key", keys[0])
    desk.ok(["steward", "sign", left["id"], "--yes"], "--key", keys[1])
    close = desk.ok(["proposal", "show", "2"], "--wallet", wallet)["proposal"]["second"]
    time.sleep(max(0, close + 1 - time.time()))
    told = ["proposal", "result", "2", "--in-favour", "2", "--against", "0", "--file", str(result)]
    left = desk.ok([*told, "--yes"], "--key", keys[0])
    desk.ok(["steward", "sign", left["id"], "--yes"], "--key", keys[1])
    wait_for(desk, 2, "enacted", wallet)
    verify = ["proposal", "verify", "2", "--ballot", str(ballot), "--result"]
    compared = desk.ok([*verify, str(result)], "--wallet", wallet)
    assert (compared["verified"], compared["election"]) == (True, "not_checked")
    error = desk.refused(ExitCode.REFUSED, [*verify, str(ballot)], "--wallet", wallet)
    assert error["name"] == "result_differs"


def told_of_a_second_draft(desk: Desk, wish: list[str], left: Json, key: Path, out: Path) -> None:
    """The same again would be a second draft of the same number: that is told before it is signed."""
    again = desk.run([*wish, "--out", str(out)], "--key", key)
    assert left["state"] == "waiting"
    assert f"Draft {left['id']}, signed by" in again.stderr and "proposal 1 too" in again.stderr


def told_of_the_result(desk: Desk, voter: Path, other: Path) -> None:
    """Once it is counted, too, each reads what came out and what they said themselves."""
    wait_for(desk, 1, "enacted", other)
    said = [desk.run(["proposal", "show", "1"], "--wallet", each).stdout for each in (voter, other)]
    assert all("1 of 1 said yes, and it takes more yes than no" in each for each in said)
    assert "said yes\n" in said[0] and "did not vote" in said[1]


def test_members_decide_and_elect_stewards(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    url = nodes[0].url
    keys = [desk.steward(founded, url, 1, index) for index in range(3)]
    adopt_quick_bylaws(desk, keys, tmp_path)
    text = tmp_path / "horno.txt"
    text.write_text("Compramos un horno.\nLo paga el fondo común.")
    wish = ["proposal", "new", "resolution", "--text", str(text), "--yes"]
    left = desk.ok(wish, "--key", keys[0])
    told_of_a_second_draft(desk, wish, left, keys[1], tmp_path / "again.json")
    shown = desk.run(["steward", "pending"], "--key", keys[1]).stdout
    assert "Compramos un horno." in shown
    done = desk.ok(["steward", "sign", left["id"], "--yes"], "--key", keys[1])
    assert done["state"] == "recorded"
    desk.ok(["proposal", "vote", "1", "no", "--yes"], "--wallet", alice)
    desk.ok(["proposal", "vote", "1", "yes", "--yes"], "--wallet", alice)
    said = desk.run(["proposal", "show", "1", "--votes"], "--wallet", beto).stdout
    assert "Compramos un horno." in said and "1 yes, 0 no" in said and "alice" in said
    told_of_the_result(desk, alice, beto)
    book = tmp_path / "acta.txt"
    minutes = ["proposal", "minutes", "1", "--language", "es", "--out", str(book)]
    told = desk.ok(minutes, "--wallet", beto)
    assert told["counts_agree"] and told["counts"] == {"yes": 1, "no": 0, "abstain": 0}
    assert "APROBADA" in book.read_text() and "Lo paga el fondo común." in book.read_text()
    error = desk.refused(
        ExitCode.REFUSED, ["proposal", "vote", "1", "no", "--yes"], "--wallet", beto
    )
    assert error["name"] == "vote_late"

    held_elsewhere(desk, keys, text, beto)
    demand = tmp_path / "demand.json"
    wish = [
        "proposal",
        "new",
        "elect",
        "alice",
        "beto",
        "--until",
        "2034-01-01",
        "--threshold",
        "1",
    ]
    desk.ok([*wish, "--text", str(text), "--demand", str(demand), "--yes"], "--wallet", alice)
    desk.ok(["proposal", "sign", str(demand), "--yes"], "--wallet", beto)
    desk.ok(["proposal", "submit", str(demand)], "--wallet", beto)
    desk.ok(["proposal", "vote", "3", "yes", "--yes"], "--wallet", beto)
    wait_for(desk, 3, "enacted", beto)
    # Who was elected signs with the key of the account.
    change = ["steward", "limit", "beto", "77.00", "--reason", "voted", "--yes"]
    assert desk.ok(change, "--key", alice)["state"] == "recorded"
    error = desk.refused(ExitCode.WALLET, change, "--key", keys[0])
    assert error["name"] == "steward_not_in_office"
    # And whoever asks to join is told whom to talk to.
    celia = tmp_path / "celia.json"
    desk.ok(["wallet", "new"], "--wallet", celia)
    asked = desk.run(["join", "--node", url, "--handle", "celia"], "--wallet", celia).stdout
    assert "1 of its stewards has to sign it: alice, beto." in asked
