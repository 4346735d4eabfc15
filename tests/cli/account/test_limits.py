"""The member is told that the limit is near, and reads who changed it, until when and why."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from tests.cli.bank import Bank, Person, person
from tests.cli.fake_node import Answer, Request, serve

BASE: dict[str, Any] = {
    "kind": "limit",
    "status": None,
    "from": None,
    "until": None,
    "after": None,
    "by": [],
    "proposal": None,
}


def reason(text: str | None) -> dict[str, Any]:
    return {"hash": "00" * 32, "salt": None, "text": text}


CHANGES = [
    BASE
    | {
        "number": 9,
        "time": 1_782_000_000,
        "limit": 30_000,
        "proposal": 4,
        "reason": reason("she sells every week"),
    },
    BASE
    | {
        "number": 7,
        "time": 1_781_000_000,
        "limit": 50_000,
        "until": 1_790_000_000,
        "after": 10_000,
        "by": ["ana", "beto"],
        "reason": reason(None),
    },
]


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def member(bank: Bank, tmp_path: Path) -> Iterator[Person]:
    with serve(bank) as url:
        yield person(tmp_path, bank, url)


def telling(bank: Bank, document: dict[str, Any]) -> None:
    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        is_asked = request.path == "/v1/me/changes"
        return Answer(document=document) if is_asked else answer()

    bank.bend = bend


def test_a_payment_that_comes_near_the_limit_says_so_before_it_is_signed(member: Person) -> None:
    far = member.run("pay", "member2@norte", "799.99", json_too=False)
    assert far.exit_code == ExitCode.OK and "near your credit limit" not in far.output
    near = member.run("pay", "member2@norte", "0.01", json_too=False)
    assert "After this you will owe 800.00, near your credit limit of 1000.00." in near.output
    shown = member.run("balance", json_too=False).output
    assert "near your credit limit: you owe 800.00 of 1000.00, and 200.00 are left" in shown
    assert member.ok("balance")["is_near_limit"] is True


def test_a_limit_that_is_to_fall_below_the_debt_is_said(bank: Bank, member: Person) -> None:
    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        given = answer()
        if request.path != "/v1/me" or given.document is None:
            return given
        fall = {"time": 1_790_000_000, "limit": 10_000, "beyond": 2_500}
        return Answer(document={**given.document, "fall": fall})

    bank.bend = bend
    shown = " ".join(member.run("balance", json_too=False).output.split())
    assert "your credit limit falls to 100.00, which is 25.00 less than you owe" in shown


def test_who_is_beyond_the_limit_is_told_so(bank: Bank, member: Person) -> None:
    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        given = answer()
        if request.path != "/v1/me" or given.document is None:
            return given
        beyond = {"balance": -15_000, "limit": 10_000, "available": -5_000, "is_near_limit": True}
        return Answer(document={**given.document, **beyond})

    bank.bend = bend
    shown = " ".join(member.run("balance", json_too=False).output.split())
    assert "beyond your credit limit: you owe 150.00 of 100.00, 50.00 more than it" in shown
    assert "near your credit limit" not in shown


def test_a_payment_beyond_the_limit_is_only_refused(member: Person) -> None:
    beyond = member.run("pay", "member2@norte", "1000.01", json_too=False)
    assert beyond.exit_code == ExitCode.REFUSED
    assert "near your credit limit" not in beyond.output


def test_all_changes_are_told_with_who_when_until_and_why(bank: Bank, member: Person) -> None:
    telling(bank, {"changes": CHANGES, "unknown": 2})
    shown = member.run("history", "--changes", json_too=False).output
    words = " ".join(shown.split())
    assert "by the members' vote 4 she sells every week" in words
    assert "limit changed to 500.00 until 2026-09" in words and "then 100.00" in words
    assert "by the stewards ana, beto (the node does not have the text)" in words
    assert "kept no note: 2" in words
    assert member.ok("history", "--changes") == {"changes": CHANGES, "unknown": 2}


def test_changes_are_no_csv(member: Person) -> None:
    assert member.run("history", "--changes", "--csv", json_too=False).exit_code == ExitCode.USAGE
