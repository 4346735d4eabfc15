"""A payment that fell with a fork: its number is free by the wallet's receipt; it is paid anew if asked."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from ledger.chain import extend
from ledger.charter_changes import DecideBranch
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction, transaction_start
from ledger.receipts import decode_receipt
from node.changes import write_changes
from node.member.answers import encode_bytes
from node.member.charters import changes_file
from node.member.client import NodeClient
from node.member.paying.kept_receipts import keep_receipt, receipts_of
from tests.builders import books_with_members, build_federation
from tests.charter_builders import certified
from tests.cli.bank import Bank, Person, payments, person
from tests.cli.fake_node import Answer, Request, serve

PAY = ("pay", "member2@norte", "1.25", "--memo", "bread")
OTHER = ("pay", "member2@norte", "9.00")
ORDER = ("pay", "member2@norte", "3.00", "--order", "17")
LINK = f"https://node.example/pay?to=member2@norte&amount=1.25&for=bread&ref={'ab' * 32}"


class Stage:
    """A bank that is going to stand by another history, and a member."""

    def __init__(self, bank: Bank, member: Person, url: str) -> None:
        self.bank = bank
        self.person = member
        self.url = url
        bank.tells_history = True

    def fork(self, *, after: int = 3, parted_after: int = 0, payee: int = 3) -> None:
        """Another history stands, decided `after` entries beyond where it parts; nobody lists what fell."""
        bank = self.bank
        federation = build_federation(seed="bank")
        shared = bank.books.logs[1][:parted_after]
        bank.books = books_with_members(federation)
        bank.recorded, bank.memos = [], {}
        for data in shared[len(bank.books.logs[1]) :]:
            bank.books.offer(1, data[transaction_start(data) :])
        length = len(bank.books.logs[1]) + after
        for _ in range(after):
            bank.books.pay(1, 2, 1, payee, 1)
        change = DecideBranch(coop=1, length=length, head=bank.books.head(1, length))
        entry = decode_transaction(certified(federation, federation.charter, change))
        assert isinstance(entry, CharterEntry)
        changes_file(self.person.wallet).write_bytes(write_changes([entry]))

    def asks(self, *words: str) -> dict[str, object]:
        """What is said of a payment that was undone; nothing is paid."""
        count = len(self.bank.recorded)
        error = self.person.fails(ExitCode.REFUSED, *words)
        assert error["name"] == "paid_and_undone"
        assert "is undone" in error["message"] and "Nothing was paid now" in error["message"]
        assert len(self.bank.recorded) == count
        return error


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = NodeClient.__init__

    def without_pauses(self: NodeClient, url: str, **options: object) -> None:
        plain(self, url, **{**options, "sleep": lambda _: None})  # type: ignore[arg-type]

    monkeypatch.setattr(NodeClient, "__init__", without_pauses)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    bank = Bank()
    with serve(bank) as url:
        yield Stage(bank, person(tmp_path, bank, url), url)


@pytest.mark.parametrize("after", [1, 3], ids=["it shows it by itself", "beside what stands"])
def test_its_number_is_free_by_the_receipt_that_the_wallet_keeps(stage: Stage, after: int) -> None:
    stage.person.ok(*PAY)
    stage.fork(after=after)
    assert stage.person.ok(*OTHER)["sequence"] == 1
    assert [pay.amount for pay in payments(stage.bank)] == [900]


def test_without_the_receipt_nothing_is_signed_again(stage: Stage) -> None:
    stage.person.ok(*PAY)
    stage.fork()
    shutil.rmtree(stage.person.wallet.with_name("receipts"))
    error = stage.person.fails(ExitCode.REFUSED, *OTHER)
    assert error["name"] == "sequence_used"
    assert "fiado wallet restore" in error["remedy"]
    assert payments(stage.bank) == []


def test_what_has_not_fallen_keeps_its_number(stage: Stage) -> None:
    """A node that has lost a payment, and no decision that says so: its word is not enough."""
    stage.person.ok(*PAY)
    stage.fork()
    changes_file(stage.person.wallet).unlink()
    assert stage.person.fails(ExitCode.REFUSED, *OTHER)["name"] == "sequence_used"


@pytest.mark.parametrize(
    "wish", [PAY, ORDER, ("pay", LINK, "--yes")], ids=["wish", "order", "reference"]
)
def test_it_is_paid_anew_when_that_is_said_and_then_not_again(
    stage: Stage, wish: tuple[str, ...]
) -> None:
    stage.person.ok(*wish)
    stage.fork()
    error = stage.asks(*wish)
    assert error["outcome"] == "unknown"
    assert stage.person.ok(*wish, "--again")["repeated"] is False
    assert len(payments(stage.bank)) == 1
    if wish is ORDER:
        assert stage.person.ok(*wish, "--again")["number"] == len(stage.bank.books.logs[1])
    else:
        assert stage.person.fails(ExitCode.REFUSED, *wish)["name"] == "paid_already"
    assert len(payments(stage.bank)) == 1


@pytest.mark.parametrize("wish", [PAY, ORDER], ids=["wish", "order"])
def test_what_another_device_has_paid_anew_is_not_paid_again(
    stage: Stage, wish: tuple[str, ...], tmp_path: Path
) -> None:
    stage.person.ok(*wish)
    stage.fork()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = person(elsewhere, stage.bank, stage.url)
    other.ok(*wish)
    if wish is ORDER:
        done = stage.person.ok(*wish, "--again")
        assert done["number"] == len(stage.bank.books.logs[1])
    else:
        assert stage.person.fails(ExitCode.REFUSED, *wish)["name"] == "paid_already"
    assert len(payments(stage.bank)) == 1


def test_the_receipts_of_both_histories_are_kept(stage: Stage) -> None:
    paid = stage.person.ok(*PAY)
    charter, wallet = stage.bank.books.federation.charter, stage.person.wallet
    stage.fork()
    standing = stage.bank.books.receipt(1, paid["number"])
    for _ in range(2):
        keep_receipt(wallet, charter, standing)
    kept = [receipt.encode().hex() for receipt in receipts_of(wallet, charter, charter.coops[1])]
    assert sorted(kept) == sorted([standing.encode().hex(), paid["receipt"]])


def test_the_payer_is_told_by_the_wallets_receipts_though_no_node_knows(stage: Stage) -> None:
    stands = stage.person.ok(*OTHER)
    stage.person.ok(*PAY)
    stage.fork(parted_after=stands["number"])
    assert stage.person.ok("balance")["has_fallen"] is True
    [item] = stage.person.ok("history")["fallen"]
    assert (item["amount"], item["outcome"], item["payee"]["handle"]) == (125, "unknown", "member2")
    shown = stage.person.run("history", json_too=False)
    assert "undone: you have it; whether the payee keeps it" in shown.output


def test_before_a_decision_nothing_has_fallen(stage: Stage) -> None:
    stage.person.ok(*PAY)
    stage.fork()
    changes_file(stage.person.wallet).unlink()
    assert stage.person.ok("balance")["has_fallen"] is False
    assert stage.person.ok("history")["fallen"] == []


def test_a_receipt_that_is_kept_and_has_fallen_is_said_to_have(stage: Stage) -> None:
    paid = stage.person.ok(*PAY)
    stage.fork()
    show = ("receipt", "show", f"norte/{paid['number']}")
    result = stage.person.run(*show, is_secret=False)
    assert result.exit_code == ExitCode.REFUSED
    assert "receipt_not_standing" in result.output


def test_the_receipt_of_another_payment_is_never_shown_in_the_place_of_ones_own(
    stage: Stage, tmp_path: Path
) -> None:
    """The payee of what fell keeps it, and has no receipt: the number is that of another payment by now."""
    paid = stage.person.ok("pay", "member3@norte", "1.25")
    stage.fork(payee=1)
    place = f"norte/{paid['number']}"
    receipt = decode_receipt(bytes.fromhex(paid["receipt"]))
    head = extend(receipt.previous, receipt.entry).hex()
    item = _listed(paid["number"], head)

    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path.startswith("/v1/federation/fallen?"):
            return Answer(document={"complete": True, "payments": [item], "next": None})
        if request.path.startswith("/v1/federation/fallen/"):
            document = {"receipt": encode_bytes(receipt.encode()), "standing": None}
            return Answer(document={**document, "payment": item})
        return answer()

    stage.bank.bend = bend
    (tmp_path / "payee").mkdir()
    payee = person(tmp_path / "payee", stage.bank, stage.url, account=3)
    payee.ok("balance")
    refused = payee.run("receipt", "show", place, is_secret=False)
    assert refused.exit_code == ExitCode.REFUSED and "receipt_of_another" in refused.output
    assert f"--fallen {head[:16]}" in refused.output
    shown = payee.run("receipt", "show", place, "--fallen", head[:16], is_secret=False)
    assert shown.exit_code == ExitCode.OK, shown.output
    document = json.loads(shown.stdout.splitlines()[-1])
    assert (document["receipt"], document["what_holds"]) == (paid["receipt"], "you keep it")
    unknown = payee.run("receipt", "show", place, "--fallen", "ab" * 8, is_secret=False)
    assert "fallen_not_found" in unknown.output
    somebody = stage.person.run("receipt", "show", "norte/1", is_secret=False)
    assert somebody.exit_code == ExitCode.OK


def test_a_signature_that_fails_says_where_later_keys_would_be(
    stage: Stage, tmp_path: Path
) -> None:
    paid = stage.person.ok(*PAY)
    receipt = decode_receipt(bytes.fromhex(paid["receipt"]))
    file = tmp_path / "another.receipt"
    file.write_bytes(replace(receipt, signature=bytes(64)).encode())
    verify = ("receipt", "verify", str(file))
    assert "charter.changes" in stage.person.run(*verify, is_secret=False).output
    stage.fork()
    assert "charter.changes" not in stage.person.run(*verify, is_secret=False).output


def _listed(number: int, head: str) -> dict[str, Any]:
    def party(account: int) -> dict[str, Any]:
        handle = f"member{account}"
        return {"coop": "norte", "coop_number": 1, "account": account, "handle": handle}

    return {
        "coop": "norte",
        "coop_number": 1,
        "number": number,
        "head": head,
        "time": 1,
        "payer": party(1),
        "payee": party(3),
        "amount": 125,
        "fee": 0,
        "is_return": False,
        "outcome": "kept",
        "stands_as": None,
    }
