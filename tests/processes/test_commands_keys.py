"""Tills and several owners by commands, against real nodes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.processes.test_commands import Desk, alice, balance, beto, desk, founded, join, nodes

__all__ = ["alice", "beto", "desk", "founded", "nodes"]

SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
CAPS = ("--per-payment", "10.00", "--per-day", "15.00", "--until", SOON, "--yes")


def new_wallet(desk: Desk, folder: Path, name: str) -> Path:
    path = folder / name
    desk.ok(["wallet", "new"], "--wallet", path)
    return path


def link(desk: Desk, wallet: Path, url: str, handle: str) -> dict[str, object]:
    words = ["account", "link", str(wallet), "--node", url, "--handle", handle]
    return desk.ok(words)


def pay_as(till: Path, amount: str, payee: str = "beto@norte") -> list[str]:
    return ["pay", payee, amount, "--as", str(till)]


def test_a_till_pays_within_its_caps_and_is_taken_away(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    till = new_wallet(desk, tmp_path, "till")
    error = desk.refused(
        ExitCode.REFUSED,
        ["account", "link", str(till), "--node", nodes[0].url, "--handle", "alice"],
    )
    assert error["name"] == "not_a_till"
    desk.ok(["account", "delegate", str(till), *CAPS], "--wallet", alice)
    assert link(desk, till, nodes[0].url, "alice")["owner"] is False
    before = balance(desk, alice)
    paid = desk.ok([*pay_as(till, "9.00"), "--memo", "pan"])
    assert (paid["status"], paid["sequence"]) == ("recorded", 1)
    assert balance(desk, alice) == before - 900
    error = desk.refused(ExitCode.REFUSED, pay_as(till, "10.01"))
    assert error["name"] == "delegate_payment_cap"
    error = desk.refused(ExitCode.REFUSED, pay_as(till, "6.01"))
    assert error["name"] == "delegate_day_cap"
    shown = desk.ok(["account", "keys"], "--wallet", alice, secret=False)
    assert [each["spent_today"] for each in shown["delegated"]] == [900]
    # What the owner calls it only the owner is told.
    error = desk.refused(ExitCode.USAGE, ["account", "label", "0", ""], "--wallet", alice)
    assert "LABEL" in error["message"]
    desk.ok(["account", "label", "0", "kiosk till"], "--wallet", alice)
    named = desk.ok(["account", "keys", "--labels"], "--wallet", alice)["labels"]
    assert list(named.values()) == ["kiosk till"]
    # The owner's payments go on beside the till's, and both see them.
    desk.ok(["pay", "beto@norte", "1.00"], "--wallet", alice)
    desk.ok(pay_as(till, "6.00"))
    assert balance(desk, alice) == before - 1600
    desk.ok(["account", "revoke", "0", "--yes"], "--wallet", alice)
    error = desk.refused(ExitCode.REFUSED, pay_as(till, "0.01"))
    assert error["name"] == "not_a_till"
    assert balance(desk, alice) == before - 1600


def test_a_till_pays_a_bill_an_order_and_the_same_only_when_told(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path, tmp_path: Path
) -> None:
    till = new_wallet(desk, tmp_path, "till")
    desk.ok(["account", "delegate", str(till), *CAPS, "--place", "5"], "--wallet", alice)
    link(desk, till, nodes[0].url, "alice")
    before = balance(desk, alice)
    # An order is paid once, however often it is asked for, and is nothing else.
    order = [*pay_as(till, "2.00"), "--order", "week-1"]
    first, again = desk.ok(order), desk.ok(order)
    assert (again["number"], again["repeated"]) == (first["number"], True)
    other = [*pay_as(till, "2.50"), "--order", "week-1"]
    assert desk.refused(ExitCode.REFUSED, other)["name"] == "order_differs"
    # What has no id is asked about, as an owner is.
    desk.ok(pay_as(till, "1.00"))
    assert desk.refused(ExitCode.REFUSED, pay_as(till, "1.00"))["name"] == "paid_already"
    desk.ok([*pay_as(till, "1.00"), "--again"])
    # A bill is paid as it stands, once.
    made = desk.ok(["merchant", "invoice", "create", "3.00"], "--wallet", beto)
    bill = ["pay", str(made["link"]), "--as", str(till), "--yes"]
    assert desk.ok(bill)["amount"] == 300
    assert balance(desk, alice) == before - 700
    desk.refused(ExitCode.REFUSED, bill)
    # A bill beyond a cap is refused by the books.
    dear = desk.ok(["merchant", "invoice", "create", "10.01"], "--wallet", beto)
    error = desk.refused(ExitCode.REFUSED, ["pay", str(dear["link"]), "--as", str(till), "--yes"])
    assert error["name"] == "delegate_payment_cap"
    assert balance(desk, alice) == before - 700


def test_two_treasurers_pay_together_and_one_alone_does_not(
    desk: Desk, founded: Founded, nodes: list[RunningNode], beto: Path, tmp_path: Path
) -> None:
    url = nodes[0].url
    ana = join(desk, founded, nodes, "cooperativa", 1)
    eva = new_wallet(desk, tmp_path, "eva")
    owners = ["account", "owners", str(ana), str(eva), "--needed", "2", "--yes"]
    desk.ok(owners, "--wallet", ana)
    assert link(desk, eva, url, "cooperativa")["owner"] is True
    error = desk.refused(ExitCode.REFUSED, ["pay", "beto@norte", "5.00"], "--wallet", ana)
    assert error["name"] == "account_is_joint"
    draft = tmp_path / "pay.json"
    begun = desk.ok(["pay", "beto@norte", "5.00", "--draft", str(draft), "--yes"], "--wallet", ana)
    assert (begun["status"], begun["signed"], begun["needed"]) == ("draft", 1, 2)
    # Signing once more by the same owner is no second signature.
    again = desk.ok(["account", "sign", str(draft), "--yes"], "--wallet", ana)
    assert (again["status"], again["signed"]) == ("draft", 1)
    error = desk.refused(
        ExitCode.REFUSED, ["account", "sign", str(draft), "--yes"], "--wallet", beto
    )
    assert error["name"] in {"not_an_owner"}
    before = balance(desk, eva)
    done = desk.ok(["account", "sign", str(draft), "--yes"], "--wallet", eva)
    assert done["status"] == "recorded"
    assert balance(desk, eva) == balance(desk, ana) == before - 500
    # Both make it one person's account again.
    alone = ["account", "owners", str(eva), "--needed", "1", "--draft", str(draft), "--yes"]
    desk.ok(alone, "--wallet", ana)
    desk.ok(["account", "sign", str(draft), "--yes"], "--wallet", eva)
    desk.ok(["pay", "beto@norte", "1.00"], "--wallet", eva)
    error = desk.refused(ExitCode.REFUSED, ["balance"], "--wallet", ana)
    assert error["name"]


def test_what_owners_begin_waits_at_the_node_for_the_others(
    desk: Desk, founded: Founded, nodes: list[RunningNode], beto: Path, tmp_path: Path
) -> None:
    url = nodes[0].url
    ana = join(desk, founded, nodes, "imprenta", 1)
    eva = new_wallet(desk, tmp_path, "eva")
    owners = ["account", "owners", str(ana), str(eva), "--needed", "2", "--yes"]
    desk.ok(owners, "--wallet", ana)
    # By her own key alone Eva finds the account, and is asked for no name.
    desk.ok(["join", "--node", url, "--json"], "--wallet", eva)
    begun = desk.ok(["pay", "beto@norte", "5.00", "--together", "--yes"], "--wallet", ana)
    assert (begun["status"], begun["signed"], begun["needed"]) == ("waiting", 1, 2)
    (waits,) = desk.ok(["account", "pending"], "--wallet", eva)["drafts"]
    # Another one with the same number: whoever begins it is told, and whoever signs it too late as well.
    late = tmp_path / "late.json"
    other = ["pay", "beto@norte", "6.00", "--draft", str(late), "--yes"]
    told = desk.run(other, "--wallet", ana)
    assert begun["draft"] in told.stderr and "only one" in told.stderr
    assert "is beto@norte." in told.stdout
    assert "is beto@norte." in desk.run(["account", "pending"], "--wallet", eva).stdout
    assert (waits["id"], waits["kind"], waits["signed_by"]) == (begun["draft"], "pay", [0])
    assert desk.ok(["account", "pending"], "--wallet", beto)["drafts"] == []
    error = desk.refused(
        ExitCode.REFUSED, ["account", "sign", begun["draft"], "--yes"], "--wallet", beto
    )
    assert error["name"] == "owned_draft_not_found"
    before = balance(desk, eva)
    done = desk.ok(["account", "sign", begun["draft"], "--yes"], "--wallet", eva)
    assert done["status"] == "recorded"
    assert balance(desk, eva) == before - 500
    error = desk.refused(ExitCode.REFUSED, ["account", "sign", str(late), "--yes"], "--wallet", eva)
    assert error["name"] == "draft_overtaken"
    assert desk.ok(["account", "pending"], "--wallet", ana)["drafts"] == []
    # Whatever else they sign goes the same way, without a file.
    offered = ["guarantee", "offer", "beto", "3.00", "--until", SOON, "--yes"]
    begun = desk.ok(offered, "--wallet", eva)
    assert begun["status"] == "waiting"
    done = desk.ok(["account", "sign", begun["draft"], "--yes"], "--wallet", ana)
    assert done["status"] == "recorded"
    begun = desk.ok(["account", "delegate", "11" * 32, *CAPS], "--wallet", ana)
    desk.ok(["account", "discard", begun["draft"]], "--wallet", eva)
    assert desk.ok(["account", "pending"], "--wallet", ana)["drafts"] == []
