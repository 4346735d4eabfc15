"""Leaving by commands, against real nodes: who owes nothing, who owes, and who is settled after a claim."""

import time
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]

ARTICLES = ('claim_term = "2 seconds"', 'commons_debt = "5.00"')


def adopt(desk: Desk, keys: list[Path], folder: Path) -> None:
    text, file = folder / "estatuto.txt", folder / "bylaws.toml"
    text.write_text("Estatuto")
    desk.ok(["bylaws", "draft", str(file)], secret=False)
    file.write_text(file.read_text() + "\n".join([*ARTICLES, ""]))
    for key in keys:
        desk.ok(["bylaws", "adopt", str(file), "--text", str(text), "--yes"], "--key", key)


def test_members_leave_and_debts_are_settled(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    keys = [desk.steward(founded, nodes[0].url, 1, index) for index in range(3)]
    adopt(desk, keys, tmp_path)
    desk.ok(["pay", "alice@norte", "3.00"], "--wallet", beto)

    shown = desk.run(["leave", "--to-commons"], "--wallet", alice).stdout
    assert "What it has goes to the commons of norte: 3.00 as of now." in shown
    left = desk.ok(["leave", "--yes"], "--wallet", beto)
    assert left["state"] == "waiting"
    shown = desk.run(["steward", "pending"], "--key", keys[0]).stdout
    assert "beto@norte leaves, and the account closes for ever." in shown
    assert "It settles up to 3.00: what it owes then is paid by its guarantors" in shown
    assert "The commons of norte pays 3.00." in shown
    desk.ok(["steward", "discard", left["draft"], "--yes"], "--key", keys[0])

    claim = ["steward", "claim", "beto", "--reason", "nothing was sold for a year", "--yes"]
    waiting = desk.ok(claim, "--key", keys[0])
    desk.ok(["steward", "sign", waiting["id"], "--yes"], "--key", keys[1])
    assert "CLAIMED: stewards have claimed what beto@norte owes" in (
        desk.run(["balance"], "--wallet", beto).stdout
    )
    (told,) = desk.ok(["debts"], "--wallet", beto)["claims"]
    assert told["debt"]["commons"] == 300
    assert "The commons of norte pays 3.00." in desk.run(["debts"], "--wallet", beto).stdout

    settled_ = settled_by_two(desk, keys)
    assert settled_["debt"] == {"debt": 300, "shares": [], "commons": 300, "within_ceiling": True}
    statement = desk.ok(["commons", "statement", "--node", nodes[0].url], secret=False)
    assert (statement["balance"], statement["settled"]) == (-300, 300)

    error = desk.refused(ExitCode.USAGE, ["leave", "--yes"], "--wallet", alice)
    assert "say who gets it" in error["message"]
    gone = desk.ok(["leave", "--to-commons", "--yes"], "--wallet", alice)
    assert gone["state"] == "recorded"
    statement = desk.ok(["commons", "statement", "--node", nodes[0].url], secret=False)
    assert (statement["balance"], statement["passed_on"]) == (0, 300)
    error = desk.refused(ExitCode.REFUSED, ["leave", "--yes"], "--wallet", alice)
    assert error["name"] == "account_closed"


def settled_by_two(desk: Desk, keys: list[Path]) -> dict[str, object]:
    """Settle once the term is over; the second signature records it."""
    words = ["steward", "settle", "beto", "--reason", "the term is over", "--yes"]
    waiting = desk.ok(words, "--key", keys[0])
    for _ in range(40):
        result = desk.run(["steward", "sign", waiting["id"], "--yes"], "--key", keys[1])
        if result.exit_code == ExitCode.OK:
            found: dict[str, object] = desk.ok(["steward", "debts"], "--key", keys[0])["settled"][0]
            return found
        time.sleep(0.25)
    raise AssertionError(result.output)
