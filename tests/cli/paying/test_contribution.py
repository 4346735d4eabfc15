"""The contribution that the bylaws ask is told before it is paid, and paid with the payment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.shell.exit_codes import ExitCode
from ledger.government.articles import Article
from tests.cli.bank import Bank, Person, payments, person
from tests.cli.fake_node import Answer, serve
from tests.government_builders import govern


@pytest.fixture
def bank() -> Bank:
    made = Bank()
    govern(made.books, 1, {Article.CONTRIBUTION: 20_000})
    return made


@pytest.fixture
def member(bank: Bank, tmp_path: Path) -> Iterator[Person]:
    with serve(bank) as url:
        yield person(tmp_path, bank, url)


def test_it_is_told_and_paid(bank: Bank, member: Person) -> None:
    result = member.run("pay", "member2@norte", "12.50", json_too=False)
    assert result.exit_code == ExitCode.OK, result.output
    assert "On top, 0.25 go to the commons" in result.output
    assert "Paid 12.50 to member2@norte, and 0.25 to the commons." in result.output
    (paid,) = payments(bank)
    assert (paid.amount, paid.fee) == (1250, 25)
    assert bank.books.balance(1, 0) == 25


def test_programs_are_told_too(bank: Bank, member: Person) -> None:
    assert member.ok("pay", "member2@norte", "12.99")["contribution"] == 25
    assert member.ok("pay", "member2@sur", "0.49")["contribution"] == 0
    assert [pay.fee for pay in payments(bank)] == [25, 0]


def test_a_node_can_ask_no_more_than_bylaws_can(bank: Bank, member: Person) -> None:
    def greedy(request: object, answer: object) -> Answer:
        found: Answer = answer()  # type: ignore[operator]
        if getattr(request, "path", "") == "/v1/me":
            assert found.document is not None
            return Answer(document=found.document | {"contribution": 100_001})
        return found

    bank.bend = greedy
    error = member.fails(ExitCode.REFUSED, "pay", "member2@norte", "12.50")
    assert "no bylaws" in str(error)
    assert payments(bank) == []
