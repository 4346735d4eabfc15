"""Payment links and places of entries: what is written is read back, and nothing else is."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.paying.payees import PayeeType
from ledger.texts import without_unseen
from node.member.addresses import Address, AddressError
from node.member.amounts import LARGEST_AMOUNT, AmountError
from node.member.links import LONGEST_LINK, LinkError, PaymentRequest, format_link, parse_payee
from node.member.paying.invoices import InvoiceLink, parse_link
from node.member.places import EntryPlace, PlaceError, parse_place
from node.urls import NodeUrlError

ALICE = Address(handle="alice", coop="norte")


@given(
    st.one_of(st.none(), st.integers(1, LARGEST_AMOUNT)),
    st.text(max_size=60),
    st.sampled_from(["", "0123456789abcdef"]),
)
def test_a_link_is_read_back(amount: int | None, memo: str, federation: str) -> None:
    try:
        memo.encode("utf-8")
    except UnicodeEncodeError:
        return
    request = PaymentRequest(payee=ALICE, amount=amount, memo=memo, federation=federation)
    shown = replace(request, memo=without_unseen(memo), is_link=True)
    assert parse_payee(format_link(request)) == shown


def test_a_bills_link_that_was_cut_off_is_called_incomplete() -> None:
    for text in ("http://node/p/00", "https://node.example/p/", f"http://node/p/{'a' * 31}"):
        with pytest.raises(LinkError) as caught:
            parse_link(text)
        assert caught.value.problem == "it is incomplete"
    assert parse_link(f"http://127.0.0.1:1/p/{'a' * 32}") is not None


def test_an_address_alone_asks_for_nothing() -> None:
    assert parse_payee("alice@norte") == PaymentRequest(payee=ALICE)
    assert format_link(PaymentRequest(payee=ALICE)) == "fiado:alice@norte"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("fiado:alice@norte?amount=1&amount=2", LinkError),
        ("fiado:alice@norte?fee=1", LinkError),
        ("fiado:alice@norte?amount", LinkError),
        ("fiado:alice@norte?memo=" + "x" * 3_000, LinkError),
        ("fiado:alice@norte?amount=1.234", AmountError),
        ("fiado:alice", AddressError),
        ("http://alice@norte", AddressError),
    ],
)
def test_other_texts_are_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_payee(text)


def test_places() -> None:
    assert parse_place(" norte/12 ") == EntryPlace(coop="norte", number=12)
    assert str(EntryPlace(coop="norte", number=12)) == "norte/12"
    for text in ("norte", "norte/0", "norte/-1", "norte/x", "Norte/1", "norte/1/2", ""):
        with pytest.raises(PlaceError):
            parse_place(text)


INVOICE = "0123456789abcdef0123456789abcdef"


def test_the_address_of_an_invoice_is_taken_apart() -> None:
    for text in (f"https://norte.example/p/{INVOICE}", f" HTTPS://norte.example/P/{INVOICE}/ "):
        assert parse_link(text) == InvoiceLink(node_url="https://norte.example", id=INVOICE)
    assert parse_link("alice@norte") is None
    assert parse_link(f"https://norte.example/else/p/{INVOICE}") is None


def test_an_invoice_without_its_scheme_names_both_spellings() -> None:
    page = f"localhost:7701/p/{INVOICE}"
    with pytest.raises(NodeUrlError) as caught:
        parse_link(page)
    assert f"http://{page}, or https://{page} " in caught.value.remedy


PAGE = "https://node.example:8443/pay?"


def test_the_link_that_a_page_makes_is_read() -> None:
    text = PAGE + f"to=alice%40norte&amount=12.50&for=pan+y+miel&ref={'ab' * 32}"
    asked = parse_payee(text)
    assert (str(asked.payee), asked.amount, asked.memo) == ("alice@norte", 1_250, "pan y miel")
    assert (asked.reference, asked.link) == ("ab" * 32, text)
    assert parse_payee(PAGE.upper() + "to=alice@norte").amount is None


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", AddressError),
        ("amount=1.00", AddressError),
        ("to=alice", AddressError),
        ("to=alice@norte&amount=1.000", AmountError),
        ("to=alice@norte&ref=ab", LinkError),
        (f"to=alice@norte&ref={'AB' * 32}", LinkError),
        ("to=alice@norte&to=eva@norte", LinkError),
        ("to=alice@norte&please=more", LinkError),
        ("to=alice@norte&for=" + "x" * LONGEST_LINK, LinkError),
    ],
)
def test_a_link_of_a_page_that_says_something_odd_is_refused(
    query: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        parse_payee(PAGE + query)


def test_a_bill_on_its_way_to_the_payer_is_paid_as_the_bill() -> None:
    bill = f"https://shop.example/p/{'0' * 31}1"
    text = PAGE + f"to=alice@norte&amount=1.00&bill={quote(bill, safe='')}"
    read = PayeeType().convert(text, None, None)
    assert read == InvoiceLink(node_url="https://shop.example", id="0" * 31 + "1")
    with pytest.raises(LinkError):
        PayeeType().convert(PAGE + "to=alice@norte&bill=elsewhere", None, None)
