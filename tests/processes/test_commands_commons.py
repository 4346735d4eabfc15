"""Bylaws adopted and the commons spent from, by people with commands, against real nodes."""

from pathlib import Path
from typing import Any

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.needs import missing_bookkeeping
from tests.node.member.bookkeeping.programs import beancount_balances, hledger_balances
from tests.processes.test_commands import Desk, alice, beto, desk, founded, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]


def test_founders_adopt_bylaws_and_stewards_spend(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    url = nodes[0].url
    text, file = tmp_path / "estatuto.txt", tmp_path / "bylaws.toml"
    text.write_text("Estatuto de la cooperativa")
    desk.ok(["bylaws", "draft", str(file)], secret=False)
    lines = ['contribution = "2 %"', 'spend_amount = "5.00"', 'commons_debt = "1.00"', ""]
    file.write_text(file.read_text() + "\n".join(lines))
    keys = [desk.steward(founded, url, 1, index) for index in range(3)]
    adopt = ["bylaws", "adopt", str(file), "--text", str(text), "--yes"]
    first = desk.ok(adopt, "--key", keys[0])
    assert first["state"] == "waiting"
    shown = desk.run(["steward", "pending"], "--key", keys[1]).stdout
    assert "Every payment gives 2 % of its amount to the commons, on top." in shown
    second = desk.ok(adopt, "--key", keys[1])
    assert (second["state"], second["missing"]) == ("waiting", 1), "it takes all who are in office"
    done = desk.ok(["steward", "sign", second["id"], "--yes"], "--key", keys[2])
    assert done["state"] == "recorded"

    found = desk.ok(["bylaws", "show", "--node", url], secret=False)
    assert found["version"] == 1
    pending = desk.ok(["steward", "pending"], "--key", keys[1])
    again = desk.refused(ExitCode.REFUSED, adopt, "--key", keys[0])
    assert again["name"] == "bylaws_adopted"
    assert desk.ok(["steward", "pending"], "--key", keys[1]) == pending, "nothing was drafted"
    said = desk.run(["bylaws", "show", "--node", url, "--language", "es"], secret=False).stdout
    assert "Cada pago da al fondo común el 2 % de su importe, por encima." in said

    paid = desk.ok(["pay", "beto@norte", "10.00"], "--wallet", alice)
    assert paid["contribution"] == 20
    spend = ["commons", "spend", "beto", "1.10", "--reason", "the stall", "--yes"]
    left = desk.ok(spend, "--key", keys[0])
    assert left["state"] == "waiting"
    done = desk.ok(["steward", "sign", left["id"], "--yes"], "--key", keys[1])
    assert done["state"] == "recorded"
    statement = desk.ok(["commons", "statement", "--node", url], secret=False)
    assert (statement["balance"], statement["given"], statement["spent"]) == (-90, 20, 110)
    said = desk.run(["commons", "statement", "--node", url], secret=False).stdout
    assert "spend 1" in said and "-1.10" in said and "the stall" in said
    error = desk.refused(
        ExitCode.REFUSED,
        ["commons", "spend", "beto", "5.01", "--reason", "x", "--yes"],
        "--key",
        keys[0],
    )
    assert error["name"] == "spend_needs_vote"
    check_statements(desk, url, {"alice": alice, "beto": beto}, tmp_path)


def check_statements(desk: Desk, url: str, wallets: dict[str, Path], folder: Path) -> None:
    """What members and the bookkeeper are given adds up to the balances, in every format."""
    kinds = {}
    for name, wallet in wallets.items():
        found = desk.ok(["statement"], "--wallet", wallet)
        balance = desk.ok(["balance"], "--wallet", wallet)["balance"]
        assert (found["opening"], found["closing"]) == (0, balance)
        assert sum(each["amount"] for each in found["bookings"]) == balance
        kinds[name] = [each["kind"] for each in found["bookings"]]
        said = desk.run(["statement", "--format", "csv"], "--wallet", wallet).stdout
        assert said.splitlines()[-1].count('"') == 20 and "closing balance" in said
    assert kinds["alice"][-2:] == ["paid", "contribution"]
    assert kinds["beto"][-2:] == ["received", "spent"]
    later = desk.ok(["statement", "--from", "2999-01-01", "--to", "2999-02-01"], "--wallet", wallet)
    assert (later["bookings"], later["opening"]) == ([], balance)
    desk.refused(ExitCode.USAGE, ["statement", "--from", "2026-02-30"], "--wallet", wallet)
    books = desk.ok(["commons", "books", "--node", url], secret=False)
    assert books["closing"]["commons"] == -90
    shown = desk.run(["commons", "books", "--node", url], secret=False).stdout
    assert "contributions" in shown and "members together" in shown
    if missing_bookkeeping() is None:
        _check_programs(desk, url, wallets["beto"], books, folder)


def _check_programs(
    desk: Desk, url: str, wallet: Path, books: dict[str, Any], folder: Path
) -> None:
    balance = desk.ok(["balance"], "--wallet", wallet)["balance"]
    for format_, read in (("hledger", hledger_balances), ("beancount", beancount_balances)):
        text = desk.run(["statement", "--format", format_], "--wallet", wallet).stdout
        assert read(text, folder)["Assets:Fiado:Norte-beto"] == balance
        asked = ["commons", "books", "--node", url, "--format", format_]
        balances = read(desk.run(asked, secret=False).stdout, folder)
        assert balances["Equity:Commons"] == -books["closing"]["commons"]
        assert balances["Liabilities:Members"] == -books["closing"]["members"]
