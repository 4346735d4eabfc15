"""What the shop's commands ask a node for: what wasn't given stays, and filters arrive."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from tests.cli.bank import Bank, Person, person
from tests.cli.fake_node import Answer, Request, serve

URL = "https://shop.example/fiado"
OTHER = "https://shop.example/other"
ENDPOINT: dict[str, Any] = {
    "id": "ab", "url": URL, "types": ["invoice.settled"], "disabled": False, "why": "",
    "health": "works", "public_key": "whpk_x",
}  # fmt: skip


def shop(request: Request, answer: Callable[[], Answer]) -> Answer:
    """A node with one endpoint, which it shows changed as it was asked to."""
    if request.path.startswith("/v1/webhooks/ab"):
        changed = json.loads(request.body) if request.method == "POST" else {}
        return Answer(document={**ENDPOINT, **changed})
    if request.path.startswith("/v1/invoices"):
        return Answer(document={"invoices": [], "next": None})
    return answer()


@pytest.fixture
def bank() -> Bank:
    return Bank(bend=shop)


@pytest.fixture
def ana(tmp_path: Path, bank: Bank) -> Iterator[Person]:
    with serve(bank) as url:
        yield person(tmp_path, bank, url)


@pytest.mark.parametrize(
    ("words", "url", "types"),
    [
        ((OTHER,), OTHER, ["invoice.settled"]),
        (("--type", "invoice.expired"), URL, ["invoice.expired"]),
        ((OTHER, "--type", "invoice.expired"), OTHER, ["invoice.expired"]),
        (("--all-types",), URL, []),
    ],
)
def test_what_is_not_given_stays(
    words: tuple[str, ...], url: str, types: list[str], ana: Person
) -> None:
    changed = ana.ok("merchant", "webhook", "change", "ab", *words)
    assert (changed["url"], changed["types"]) == (url, types)


@pytest.mark.parametrize("words", [(), ("--type", "invoice.settled", "--all-types")])
def test_nothing_or_both_is_asked_of_nobody(
    words: tuple[str, ...], ana: Person, bank: Bank
) -> None:
    ana.fails(ExitCode.USAGE, "merchant", "webhook", "change", "ab", *words)
    assert bank.seen == []


def test_invoices_are_looked_for_by_what_is_known_of_them(ana: Person, bank: Bank) -> None:
    words = ["--client-id", "o-17", "--order", "17", "--from", "2026-11-01", "--to", "2026-11-30"]
    ana.ok("merchant", "invoice", "list", *words, "--zone", "UTC", "--text", "pan")
    (asked,) = [each.path for each in bank.seen if each.path.startswith("/v1/invoices")]
    assert parse_qs(urlsplit(asked).query) == {
        "limit": ["20"], "client_id": ["o-17"], "order_id": ["17"], "from": ["2026-11-01"],
        "to": ["2026-11-30"], "zone": ["UTC"], "text": ["pan"],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "hledger", "beancount"])
def test_two_forms_at_once_are_refused(form: str, ana: Person, bank: Bank) -> None:
    books = ["commons", "books", "--node", "http://localhost:1", "--json", "--format", form]
    for ended in (ana.run("statement", "--format", form), CliRunner().invoke(main, books)):
        assert ended.exit_code == ExitCode.USAGE
        assert f"Give --json or --format {form}, not both." in ended.output
    assert bank.seen == []
