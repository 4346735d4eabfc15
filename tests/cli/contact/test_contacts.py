"""`fiado contact` and paying by a name: the address is shown, and a name never stands for a member's own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.shell.exit_codes import ExitCode
from tests.cli.bank import Bank, Person, payments, person
from tests.cli.fake_node import serve


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def ana(tmp_path: Path, bank: Bank) -> Iterator[Person]:
    with serve(bank) as url:
        yield person(tmp_path, bank, url)


def document(ended: Result, code: ExitCode) -> dict[str, Any]:
    assert ended.exit_code == code, ended.output
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def failed(who: Person, code: ExitCode, *words: str) -> dict[str, Any]:
    error: dict[str, Any] = document(who.run("contact", *words, is_secret=False), code)["error"]
    return error


def contact(who: Person, *words: str) -> dict[str, Any]:
    return document(who.run("contact", *words, is_secret=False), ExitCode.OK)


def test_a_name_is_paid_after_the_address_was_shown(ana: Person, bank: Bank) -> None:
    contact(ana, "add", "Beto el del pan", "member2@norte")
    listed = contact(ana, "list")
    assert listed["contacts"] == [{"name": "Beto el del pan", "address": "member2@norte"}]
    for typed, code in (("n\n", ExitCode.REFUSED), ("", ExitCode.INTERRUPTED)):
        ended = ana.run("pay", "beto el del pan", "2.50", json_too=False, typed=typed)
        assert ended.exit_code == code
        assert "Beto el del pan is member2@norte on this device." in ended.stderr
        assert "Pay member2@norte?" in ended.stderr
    assert bank.recorded == []
    ended = ana.run("pay", "Beto el del pan", "2.50", json_too=False, typed="y\n")
    assert ended.exit_code == ExitCode.OK, ended.output
    assert [(each.payee, each.amount) for each in payments(bank)] == [(2, 250)]
    assert ana.run("pay", "Beto el del pan", "1").exit_code == ExitCode.USAGE
    ana.ok("pay", "Beto el del pan", "1", "--yes")
    assert len(payments(bank)) == 2


def test_a_name_is_never_that_of_a_member_of_the_own_coop(ana: Person, bank: Bank) -> None:
    refused = failed(ana, ExitCode.REFUSED, "add", "Member2", "member1@sur")
    assert refused["name"] == "name_is_a_handle"
    assert contact(ana, "list")["contacts"] == []
    # The same person's own name, and one that nobody has, are fine.
    contact(ana, "add", "member2", "member2@norte")
    contact(ana, "add", "zoe", "member1@sur")
    # An address is never looked up as a name.
    ana.ok("pay", "member2@norte", "1")
    assert [each.payee for each in payments(bank)] == [2]


def test_what_is_unknown_or_malformed_changes_nothing(ana: Person, bank: Bank) -> None:
    for words, name, code in (
        (("add", "a@b", "member2@norte"), "name_malformed", ExitCode.USAGE),
        (("add", "Beto", "nobody@norte"), "account_not_found", ExitCode.REFUSED),
        (("add", "Beto", "beto"), "address_malformed", ExitCode.USAGE),
        (("remove", "Beto"), "address_malformed", ExitCode.USAGE),
    ):
        assert failed(ana, code, *words)["name"] == name
    assert ana.fails(ExitCode.USAGE, "pay", "Beto", "1", "--yes")["name"] == "address_malformed"
    assert contact(ana, "list")["contacts"] == []
    assert bank.recorded == []


def test_a_name_is_replaced_and_forgotten(ana: Person) -> None:
    contact(ana, "add", "Beto", "member2@norte")
    words = ("contact", "add", "BETO", "member3@norte")
    said = ana.run(*words, json_too=False, is_secret=False, typed="y\n")
    assert "Beto is member2@norte on this device." in said.stderr
    assert "Before, it was member2@norte." in said.stdout
    assert contact(ana, "remove", "beto")["address"] == "member3@norte"
    said = ana.run("contact", "list", json_too=False, is_secret=False)
    assert "No names yet" in said.stdout


def test_a_name_does_not_come_to_mean_somebody_else_unasked(ana: Person) -> None:
    words = ("add", "beto", "member3@norte")
    contact(ana, "add", "Beto", "member2@norte")
    contact(ana, "add", "Beto", "member2@norte")  # The same again asks nothing.
    refused = failed(ana, ExitCode.REFUSED, *words)
    assert refused["name"] == "name_taken"
    assert "member2@norte" in refused["message"] and "member3@norte" in refused["message"]
    for typed, code in (("n\n", ExitCode.REFUSED), ("", ExitCode.INTERRUPTED)):
        ended = ana.run("contact", *words, json_too=False, is_secret=False, typed=typed)
        assert ended.exit_code == code
    listed = contact(ana, "list")["contacts"]
    assert listed == [{"name": "Beto", "address": "member2@norte"}]
    assert contact(ana, *words, "--replace")["address"] == "member3@norte"
