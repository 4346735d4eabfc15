"""Payment links mean the same to the pages, to the program, and (`vector_checks.js`) to the browser."""

from typing import Any

import pytest
from multidict import MultiDict
from yarl import URL

from cli.paying.payees import PayeeType
from node.member.addresses import AddressError
from node.member.amounts import AmountError
from node.member.contacts import ContactName
from node.member.links import LinkError, parse_payee
from node.member.paying.invoices import OtherFederation
from node.member.paying.link_hosts import check_link
from node.web.requests import RequestUnreadable, read_request
from tests.vectors.make_payment_links import FILE, payment_links
from tests.vectors.make_vectors import render

LINKS = payment_links()


def is_page(text: str) -> bool:
    """Whether it is the address of a page that asks for a payment."""
    return "/pay?" in text


def test_the_file_is_as_it_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == render(LINKS)


@pytest.mark.parametrize("case", [each for each in LINKS["read"] if is_page(each["text"])])
def test_the_pages_read_a_request(case: dict[str, Any]) -> None:
    found = read_request(MultiDict(URL(case["text"]).query))
    assert f"{found.handle}@{found.coop}" == case["to"]
    assert (found.amount, found.purpose) == (case["amount"], case["purpose"])
    assert (found.reference, found.bill) == (case["reference"], case["bill"])
    assert found.federation == (case["federation"] or "")


@pytest.mark.parametrize(
    "text", [each["text"] for each in LINKS["refused"] if is_page(each["text"])]
)
def test_the_pages_refuse_a_request(text: str) -> None:
    with pytest.raises(RequestUnreadable):
        read_request(MultiDict(URL(text).query))


@pytest.mark.parametrize("case", [each for each in LINKS["read"] if each["bill"] is None])
def test_the_program_reads_a_link(case: dict[str, Any]) -> None:
    found = parse_payee(case["text"])
    assert str(found.payee) == case["to"]
    assert (found.amount, found.memo) == (case["amount"], case["purpose"])
    assert (found.reference or None, found.federation or None) == (
        case["reference"],
        case["federation"],
    )


@pytest.mark.parametrize("case", LINKS["followed"])
def test_the_program_follows_a_link_only_where_it_knows_the_way(case: dict[str, Any]) -> None:
    asked = PayeeType().convert(case["text"], None, None)
    assert not isinstance(asked, ContactName)
    federation = bytes.fromhex(LINKS["federation"])
    if case["is_foreign"]:
        with pytest.raises(OtherFederation):
            check_link(asked, federation=federation, known=LINKS["known"])
    else:
        found = check_link(asked, federation=federation, known=LINKS["known"])
        assert found == case["strange"]


@pytest.mark.parametrize("text", [each["text"] for each in LINKS["refused"]])
def test_the_program_refuses_a_link(text: str) -> None:
    with pytest.raises((LinkError, AddressError, AmountError)):
        parse_payee(text)


def test_an_account_without_a_name_is_asked_for_by_its_number() -> None:
    link = "https://node.example/pay?to=%237@norte&amount=1"
    assert read_request(MultiDict(URL(link).query)).handle == "#7"
    assert parse_payee(link).payee.handle == "#7"
    for wrong in ("%23", "%230", "%2307", "%23x", "%2312345678901"):
        with pytest.raises(RequestUnreadable):
            read_request(MultiDict(URL(f"https://node.example/pay?to={wrong}@norte").query))
