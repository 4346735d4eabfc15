"""A payment that fell with a fork: its number is free by the wallet's receipt; it is paid anew if asked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.shell.exit_codes import ExitCode
from ledger.charter_changes import DecideBranch
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction
from node.changes import write_changes
from node.member.charters import changes_file
from node.member.client import NodeClient
from node.member.paying.kept_receipts import keep_receipt, receipts_of
from tests.builders import books_with_members, build_federation
from tests.charter_builders import certified
from tests.cli.bank import Bank, Person, payments, person
from tests.cli.fake_node import serve

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

    def fork(self, *, after: int = 3) -> None:
        """Another history stands, decided `after` entries beyond where it parts; nobody lists what fell."""
        bank = self.bank
        federation = build_federation(seed="bank")
        bank.books = books_with_members(federation)
        bank.recorded, bank.memos = [], {}
        length = len(bank.books.logs[1]) + after
        for _ in range(after):
            bank.books.pay(1, 2, 1, 3, 1)
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
