"""The vectors of paying safely: what ends a payment, what looks like one made already, what a bill asks for.

    python -m tests.vectors.make_paying

writes `paying.json`. The program and the browser wallet follow the same examples.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ledger.codec import MAX
from ledger.government.commons import contribution_of
from ledger.references import invoice_reference, private_hash
from ledger.refusals import Refusal
from ledger.validators.reference import ReferenceValidator
from node.merchant.invoice import Invoice, Price
from node.merchant.states import State
from node.merchant.views import Views
from node.server import PROBLEMS
from node.shapes import to_plain
from node.spellings import Json
from tests.builders import Federation
from tests.vectors.make_vectors import proof_books, render

FILE: Final = Path(__file__).parent / "paying.json"
TWIN_SECONDS: Final = 43_200
PASSED_OVER: Final = ("not_ready", "busy", "stopping", "too_many_requests")
_KNOWING: Final = range(Refusal.ACCOUNT_CLOSED, Refusal.BALANCE_OUT_OF_RANGE + 1)
"""Refusals that are judged with an eye on what is recorded; the others are judged of the bytes alone."""
_OF_BYLAWS: Final = (Refusal.CONTRIBUTION_MISSING, Refusal.CEILING_EXCEEDED)
_NOW: Final = 1_800_000_000
_ID: Final = "5a" * 16
_OTHERS: Final = (
    *PASSED_OVER,
    "outcome_unknown",
    "internal",
    "request_malformed",
    "not_found",
    "body_too_large",
)


def paying_vectors() -> dict[str, Any]:
    """All of the file."""
    federation = proof_books().federation
    return {
        "endings": _endings(),
        "twin_seconds": TWIN_SECONDS,
        "now": _NOW,
        "twins": list(_twins()),
        "charter": federation.founding.source.decode("utf-8"),
        "bills": {
            "id": _ID,
            "valid": list(_bills(federation)),
            "invalid": list(_wrong_bills(federation)),
        },
        "on_its_way": list(_on_its_way()),
        "contributions": list(_contributions()),
        "ways_back": list(_ways_back()),
    }


def _ways_back() -> Any:
    """Addresses that a bill may lead back to, as the shop's node takes them, and as a wallet shows them."""
    for text, is_taken in (
        ("https://shop.example/orders/7?paid=yes#top", True),
        ("http://shop.example:8080", True),
        ("https://[2001:db8::1]/thanks", True),
        ("https://shop.example/@ana", True),
        ("https://shop.example/" + "a" * 1003, True),
        ("https://shop.example/" + "a" * 1004, False),
        ("javascript:alert(1)", False),
        ("data:text/html,paid", False),
        ("ftp://shop.example", False),
        ("//shop.example", False),
        ("/orders/7", False),
        ("https://", False),
        ("https://ana@shop.example", False),
        ("https://shop.example\\@strange.example", False),
        ("https://shop.example:99999/", False),
        ("https://tienda.example/ñ", False),
        ("https://shop.example/a b", False),
        ("", False),
    ):
        yield {"text": text, "is_taken": is_taken}


def _endings() -> list[Json]:
    """Every refusal that a payment can get, and other problems: do they end it?"""
    found = []
    refusals = [each for each in Refusal if each < Refusal.ACCOUNT_EXISTS or each in _OF_BYLAWS]
    for kind in (*(PROBLEMS[each.code] for each in refusals), *map(PROBLEMS.__getitem__, _OTHERS)):
        number = kind.number
        is_gap = number == Refusal.SEQUENCE_GAP
        if number is not None:
            first, later = not is_gap, not is_gap and (number in _KNOWING or number in _OF_BYLAWS)
        else:
            is_ours = not kind.retryable and 400 <= kind.status < 500
            first, later = kind.code in PASSED_OVER or is_ours, False
        problem: Json = {"code": kind.code, "status": kind.status, "retryable": kind.retryable}
        if number is not None:
            problem["number"] = int(number)
        found.append({"problem": problem, "ends_first": first, "ends_later": later})
    return found


def _contributions() -> Any:
    """What a payment from coop 1 owes its commons, by the rate of the bylaws in millionths."""
    for amount, rate, coop, payee in (
        (1250, 20_000, 1, 7),
        (49, 20_000, 1, 7),
        (50, 20_000, 2, 7),
        (1250, 0, 1, 7),
        (1250, 20_000, 1, 0),
        (1250, 20_000, 2, 0),
        (999_999, 1, 1, 7),
        (1_000_000, 1, 1, 7),
        (MAX, 100_000, 1, 7),
        (MAX, 99_999, 1, 7),
    ):
        is_to_commons = (coop, payee) == (1, 0)
        fee = contribution_of(amount, rate=rate, is_to_commons=is_to_commons)
        yield {"amount": amount, "rate": rate, "payee_coop": coop, "payee": payee, "fee": fee}


def _twins() -> Any:
    """Pairs of a wish and a recorded payment. References are hex or null."""
    wish = {
        "payee_coop": 2,
        "payee": 7,
        "amount": 1250,
        "reference": None,
        "next_sequence": 10,
    }
    paid = {
        "id": "1-40",
        "payee_coop": 2,
        "payee": 7,
        "amount": 1250,
        "reference": None,
        "time": _NOW - 60,
        "sequence": 9,
    }
    one, other = "aa" * 32, "bb" * 32
    old = _NOW - TWIN_SECONDS
    cases: list[tuple[str, Json, Json, bool]] = [
        ("the same a minute ago", {}, {}, True),
        ("the same at the last second", {}, {"time": old + 1}, True),
        ("the same half a day ago", {}, {"time": old}, False),
        ("another amount", {}, {"amount": 1251}, False),
        ("another account", {}, {"payee": 8}, False),
        ("the same number at another coop", {}, {"payee_coop": 1}, False),
        ("another reference", {"reference": one}, {"reference": other}, True),
        ("one reference, long ago", {"reference": one}, {"reference": one, "time": 0}, True),
        (
            "one reference, another amount",
            {"reference": one},
            {"reference": one, "amount": 1, "time": 0},
            True,
        ),
        ("another amount since the payer looked", {}, {"amount": 5, "sequence": 10}, True),
        ("to another since the payer looked", {}, {"payee": 8, "sequence": 10}, False),
        ("a time ahead of the node's", {}, {"time": _NOW + 100}, True),
    ]
    for note, wished, recorded, is_twin in cases:
        yield {"note": note, "wish": wish | wished, "paid": paid | recorded, "is_twin": is_twin}


def _invoice(federation: Federation, **changes: Any) -> Invoice:
    """An open invoice of coop 1's account 7, with a reference that fits."""
    invoice = Invoice(
        id=_ID,
        account=7,
        reference=b"",
        amount=1250,
        expires=_NOW + 900,
        created_ms=_NOW * 1000,
        link=f"https://shop.example/p/{_ID}",
        description="bread & <b>cheese</b>",
        order="A-1",
    )
    invoice = replace(invoice, **changes)
    price = invoice.price
    reference = invoice_reference(
        federation=federation.id,
        coop=1,
        id_=bytes.fromhex(invoice.id),
        account=invoice.account,
        amount=invoice.amount,
        price=None if price is None else (price.minor, price.day),
        expires=invoice.expires,
        description=invoice.description,
        private=private_hash(invoice.order, invoice.metadata),
    )
    return replace(invoice, reference=reference)


def _view(federation: Federation, **changes: Any) -> Json:
    views = Views(ReferenceValidator(federation.founding), 1)
    view: Json = to_plain(views.public(_invoice(federation, **changes), "almacen", _NOW))
    return view


def _bills(federation: Federation) -> Any:
    price = Price(minor=250_000, currency="ARS", day=20_000)
    for note, changes, left in (
        ("open", {}, 1250),
        ("with a price", {"price": price}, 1250),
        ("paid in part", {"credited": 250, "coming": 400}, 600),
        ("paid", {"credited": 1250, "state": State.SETTLED}, 0),
        ("paid with more than asked for", {"credited": 1300, "state": State.SETTLED}, 0),
        ("withdrawn", {"state": State.CANCELLED}, 1250),
        ("without a description", {"description": ""}, 1250),
        ("beyond ASCII", {"description": "pão · ñandú · 面包 🍞"}, 1250),
    ):
        view = _view(federation, **changes)
        yield {"note": note, "view": view, "left": left, "state": view["state"]}


def _wrong_bills(federation: Federation) -> Any:
    view = _view(federation)
    payee = view["payee"]
    for note, changes in (
        ("another amount", {"amount": 125}),
        ("another account", {"payee": payee | {"account": 8}}),
        ("another coop", {"payee": payee | {"coop_number": 2}}),
        ("a coop that is not in the charter", {"payee": payee | {"coop_number": 99}}),
        ("another description", {"description": "bread"}),
        ("another end", {"expires": view["expires"] + 1}),
        ("a price that was not there", {"price": {"minor": 1, "currency": "ARS", "day": 1}}),
        ("another federation", {"federation": "00" * 32}),
        ("another bill", {"id": "5b" * 16}),
        ("another reference", {"reference": "00" * 32}),
        ("a reference that is none", {"reference": "zz"}),
        ("an amount as text", {"amount": "1250"}),
        ("an amount with a fraction", {"amount": 12.5}),
        ("an amount below zero", {"amount": -1250}),
        ("paid below zero, so that more is left", {"paid": -1000}),
        ("no payee", {"payee": None}),
    ):
        yield {"note": note, "view": view | changes}


def _on_its_way() -> Any:
    """What the payer has paid under a bill's reference, and what the shop's node has heard of."""
    for paid, heard, is_on_its_way in (
        ([], 0, False),
        ([1250], 0, True),
        ([1250], 1250, False),
        ([250], 250, False),
        ([250, 1000], 250, True),
        ([250], None, True),
        ([], None, False),
    ):
        yield {"paid": paid, "heard": heard, "is_on_its_way": is_on_its_way}


if __name__ == "__main__":
    FILE.write_text(render(paying_vectors()), encoding="utf-8")
