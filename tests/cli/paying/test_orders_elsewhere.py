"""An order is paid once by all copies of a wallet: on another machine, or brought back from its words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from tests.cli.bank import Bank, Person, person, problem
from tests.cli.fake_node import Answer, Request, serve

PLAIN = ("pay", "member2@norte", "1.25", "--order", "A-17")
WITH_MEMO = (*PLAIN, "--memo", "bread")


@dataclass(frozen=True)
class Copies:
    """One key in two folders."""

    bank: Bank
    first: Person
    second: Person


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Copies]:
    bank = Bank(tells_history=True)
    with serve(bank) as url:
        folders = [tmp_path / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
        first, second = (person(folder, bank, url) for folder in folders)
        yield Copies(bank, first, second)


@pytest.mark.parametrize("command", [PLAIN, WITH_MEMO], ids=["plain", "memo"])
def test_a_copy_of_the_wallet_does_not_pay_the_order_again(
    copies: Copies, command: tuple[str, ...]
) -> None:
    paid = copies.first.ok(*command)
    again = copies.second.ok(*command)
    assert (again["repeated"], again["receipt"]) == (True, paid["receipt"])
    assert copies.second.ok(*command)["receipt"] == paid["receipt"]
    assert len(copies.bank.recorded) == 1


@pytest.mark.parametrize("command", [PLAIN, WITH_MEMO], ids=["plain", "memo"])
@pytest.mark.parametrize(
    "other",
    [
        ("pay", "member2@norte", "1.26", "--order", "A-17"),
        ("pay", "member3@norte", "1.25", "--order", "A-17"),
        ("pay", "member2@norte", "1.25", "--order", "A-17", "--memo", "milk"),
    ],
    ids=["amount", "payee", "memo"],
)
def test_nor_something_else_under_its_id(
    copies: Copies, command: tuple[str, ...], other: tuple[str, ...]
) -> None:
    copies.first.ok(*command)
    error = copies.second.fails(ExitCode.REFUSED, *other)
    assert (error["name"], error["amount"]) == ("order_differs", 125)
    # What was refused does not hide the order from the one who means it.
    assert copies.second.ok(*command)["repeated"] is True
    assert len(copies.bank.recorded) == 1


def test_an_order_whose_memo_the_node_has_lost_is_known_by_what_is_asked_for(
    copies: Copies,
) -> None:
    copies.first.ok(*WITH_MEMO)
    copies.bank.memos.clear()
    assert copies.second.ok(*WITH_MEMO)["repeated"] is True
    assert len(copies.bank.recorded) == 1


def test_other_orders_and_other_payments_are_none_of_it(copies: Copies) -> None:
    copies.first.ok(*WITH_MEMO)
    copies.first.ok("pay", "member2@norte", "1.25", "--memo", "bread", "--again")
    other = copies.second.ok(*WITH_MEMO[:-3], "A-18", "--memo", "bread")
    assert other["repeated"] is False
    assert len(copies.bank.recorded) == 3


def test_a_payee_whose_name_can_not_be_asked_for_is_not_another(copies: Copies) -> None:
    """A node knows an account elsewhere by its number alone then, and says so."""
    copies.first.ok(*PLAIN)
    is_away = True

    def nameless(request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path == "/v1/accounts/norte/2":
            return Answer(document={**(answer().document or {}), "handle": "#2"})
        if is_away and request.path == "/v1/accounts/norte/@member2":
            return problem("home_not_asked")
        return answer()

    copies.bank.bend = nameless
    error = copies.second.fails(ExitCode.NODE_UNREACHABLE, *PLAIN)
    assert error["name"] == "home_not_asked"
    is_away = False
    assert copies.second.ok(*PLAIN)["repeated"] is True
    other = copies.second.fails(ExitCode.REFUSED, "pay", "member3@norte", *PLAIN[2:])
    assert other["name"] == "order_differs"
    assert len(copies.bank.recorded) == 1


def test_a_history_is_read_once(copies: Copies) -> None:
    paged: list[str] = []

    def by_ones(request: Request, answer: Callable[[], Answer]) -> Answer:
        """Pages of one item."""
        if not request.path.startswith("/v1/me/history"):
            return answer()
        paged.append(request.path)
        whole: dict[str, Any] = answer().document or {}
        at = int(request.path.rpartition("before=")[2]) if "before=" in request.path else 0
        items = whole["items"]
        following = str(at + 1) if at + 1 < len(items) else None
        return Answer(document={**whole, "items": items[at : at + 1], "next": following})

    copies.first.ok(*PLAIN)
    for order in ("B", "C", "D"):
        copies.first.ok(*PLAIN[:-1], order)
    copies.bank.bend = by_ones
    assert copies.second.ok(*PLAIN)["repeated"] is True
    assert len(paged) == 4
    copies.second.ok(*PLAIN[:-1], "E")
    assert len(paged) == 5


def test_a_node_can_not_make_up_that_an_order_is_paid(copies: Copies) -> None:
    copies.first.ok(*PLAIN)
    copies.first.ok("pay", "member3@norte", "2.00")

    def another(request: Request, answer: Callable[[], Answer]) -> Answer:
        """The receipt is of another's payment."""
        if request.path.startswith("/v1/receipts/"):
            answered = answer().document or {}
            return Answer(document={"receipt": answered["receipt"][:-8] + "AAAAAAAA"})
        return answer()

    copies.bank.bend = another
    error = copies.second.fails(ExitCode.REFUSED, *PLAIN)
    assert error["name"] == "node_misbehaved"
    assert len(copies.bank.recorded) == 2


def test_what_is_kept_of_the_history_tells_no_reference(copies: Copies) -> None:
    copies.first.ok(*WITH_MEMO)
    copies.second.ok(*WITH_MEMO)
    (reference,) = copies.bank.memos
    (marks,) = copies.second.wallet.parent.rglob("*.marks.json")
    assert reference not in marks.read_text(encoding="ascii")
