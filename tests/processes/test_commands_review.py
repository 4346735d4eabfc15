"""Stewards and a member look at the facts about an account, by commands, against real nodes."""

import time
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]


def test_a_long_debt_is_listed_and_reviewed(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    url, file = nodes[0].url, tmp_path / "bylaws.toml"
    text = tmp_path / "estatuto.txt"
    text.write_text("Estatuto de la cooperativa")
    desk.ok(["bylaws", "draft", str(file)], secret=False)
    file.write_text(file.read_text() + 'debt_term = "1 second"\n')
    keys = [desk.steward(founded, url, 1, index) for index in range(3)]
    for key in keys:
        desk.ok(["bylaws", "adopt", str(file), "--text", str(text), "--yes"], "--key", key)
    desk.ok(["pay", "beto@norte", "10.00"], "--wallet", alice)
    own = desk.ok(["review"], "--wallet", alice)
    assert (own["bought"]["amount"], own["debt"]["owed"]) == (1_000, 1_000)
    seen = desk.ok(["steward", "review", "alice"], "--key", keys[0])
    assert seen["bought"] == own["bought"]
    said = desk.run(["steward", "review", "alice"], "--key", keys[0]).stdout
    assert "beto@norte: 10.00 of 10.00, 100.0 %, payments: 1." in said
    until = time.monotonic() + 30
    while True:
        listed = desk.ok(["steward", "review"], "--key", keys[0])
        if listed["debts"] or time.monotonic() > until:
            break
        time.sleep(0.2)
    assert [each["handle"] for each in listed["debts"]] == ["alice"]
    said = desk.run(["steward", "pending"], "--key", keys[0]).stdout
    assert "Debts longer than the bylaws' term: 1." in said
    said = desk.run(["balance"], "--wallet", alice).stdout
    assert "longer than the term of your bylaws" in said
