"""The vectors of payment links: what a payee shows, and what a wallet reads in it.

    python -m tests.vectors.make_payment_links

writes `payment_links.json`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "payment_links.json"
_REF: Final = "9c" * 32
_FEDERATION: Final = "3f" * 32
_BILL: Final = f"https://shop.example/p/{'5a' * 16}"
_PAGE: Final = "https://node.example/pay?"


def payment_links() -> dict[str, Any]:
    """All of the file."""
    return {"read": list(_read()), "refused": [{"note": n, "text": t} for n, t in _refused()]}


def _read() -> Iterator[dict[str, Any]]:
    for text, more in (
        ("ana@norte", {}),
        (" Ana@Norte ", {}),
        ("fiado:ana@norte", {}),
        ("fiado:ana@norte?amount=12.50&memo=bread", {"amount": 1250, "purpose": "bread"}),
        ("fiado:ana%40norte?amount=12,5", {"amount": 1250}),
        (f"fiado:ana@norte?federation={_FEDERATION}", {"federation": _FEDERATION}),
        (_PAGE + "to=ana@norte", {}),
        (
            _PAGE + "to=ana%40norte&amount=12.50&for=two+loaves",
            {"amount": 1250, "purpose": "two loaves"},
        ),
        (_PAGE + f"to=ana@norte&amount=0.05&ref={_REF}", {"amount": 5, "reference": _REF}),
        (_PAGE + "to=ana@norte&for=pan%20%26%20queso", {"purpose": "pan & queso"}),
        ("http://127.0.0.1:8080/pay?to=ana@norte&amount=90071992547409.91", {"amount": 2**53 - 1}),
        (
            _PAGE + f"to=ana@norte&amount=3&ref={_REF}&bill={_BILL}",
            {"amount": 300, "reference": _REF, "bill": _BILL},
        ),
    ):
        empty = {"amount": None, "purpose": "", "reference": None, "federation": None, "bill": None}
        yield {"text": text, "to": "ana@norte", **empty, **more}
    for text in (_BILL, f"{_BILL}/", f"{_BILL}?lang=pt#top"):
        yield {"text": text, "bill": _BILL}


def _refused() -> Iterator[tuple[str, str]]:
    yield "no cooperative", "ana"
    yield "two cooperatives", "ana@norte@sur"
    yield "an amount twice", _PAGE + "to=ana@norte&amount=1&amount=100"
    yield "a payee twice", _PAGE + "to=ana@norte&to=eva@norte"
    yield "an amount twice, of the program", "fiado:ana@norte?amount=1&amount=100"
    yield "a mark for thousands", _PAGE + "to=ana@norte&amount=1.250"
    yield "an amount of zero", _PAGE + "to=ana@norte&amount=0"
    yield "an amount below zero", "fiado:ana@norte?amount=-1"
    yield "more than an amount can be", _PAGE + "to=ana@norte&amount=90071992547409.92"
    yield "an amount that rounds", "fiado:ana@norte?amount=1.005"
    yield "an amount with an exponent", _PAGE + "to=ana@norte&amount=1e3"
    yield "an amount in other digits", _PAGE + "to=ana@norte&amount=\u0663"
    yield "a short reference", _PAGE + "to=ana@norte&ref=9c"
    yield "a reference in capitals", _PAGE + f"to=ana@norte&ref={_REF.upper()}"
    yield "something unknown, of the program", "fiado:ana@norte?fee=1"
    yield "no payee", _PAGE + "amount=1"
    yield "a payee that can't be one", _PAGE + "to=%3Cb%3E@norte"


if __name__ == "__main__":
    FILE.write_text(render(payment_links()), encoding="utf-8")
