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
_OTHER: Final = "3e" * 32
_BILL: Final = f"https://shop.example/p/{'5a' * 16}"
_PAGE: Final = "https://node.example/pay?"


def payment_links() -> dict[str, Any]:
    """All of the file."""
    return {
        "read": list(_read()),
        "refused": [{"note": n, "text": t} for n, t in _refused()],
        "federation": _FEDERATION,
        "known": ["https://node.example", "http://[2001:db8::1]:8440"],
        "followed": list(_followed()),
    }


def _read() -> Iterator[dict[str, Any]]:
    for text, more in (
        ("ana@norte", {}),
        (" Ana@Norte ", {}),
        ("fiado:ana@norte", {}),
        ("fiado:ana@norte?amount=12.50&memo=bread", {"amount": 1250, "purpose": "bread"}),
        ("fiado:ana%40norte?amount=12,5", {"amount": 1250}),
        (f"fiado:ana@norte?federation={_FEDERATION}", {"federation": _FEDERATION}),
        (_PAGE + "to=ana@norte", {}),
        (_PAGE + "to=ana@norte&federation=", {}),
        (
            _PAGE + "to=ana%40norte&amount=12.50&for=two+loaves",
            {"amount": 1250, "purpose": "two loaves"},
        ),
        (_PAGE + f"to=ana@norte&federation={_FEDERATION[:16]}", {"federation": _FEDERATION[:16]}),
        (_PAGE + f"to=ana@norte&amount=0.05&ref={_REF}", {"amount": 5, "reference": _REF}),
        (_PAGE + "to=ana@norte&for=pan%20%26%20queso", {"purpose": "pan & queso"}),
        (_PAGE + "to=ana@norte&amount=&for=&ref=&bill=", {}),
        ("fiado:ana@norte?amount=&memo=&federation=", {}),
        (_PAGE + "to=ana@norte&for=pan%E2%80%AEnap%C2%AD%E3%85%A4", {"purpose": "pannap"}),
        (_PAGE + "to=ana@norte&for=pan%0Ay%E3%80%80queso", {"purpose": "pan y queso"}),
        ("fiado:ana@norte?memo=a%E2%80%8Bb%C2%A0c", {"purpose": "ab c"}),
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


def _followed() -> Iterator[dict[str, Any]]:
    """What a wallet of `federation` that knows the nodes `known` makes of a link."""
    to, bill, own = "to=ana@norte", f"p/{'5a' * 16}", f"federation={_FEDERATION[:16]}"
    for text, strange in (
        ("ana@norte", None),
        (f"fiado:ana@norte?{own}", None),
        (_PAGE + to, None),
        (_PAGE + f"{to}&{own}", None),
        (f"https://NODE.example:443/pay?{to}", None),
        (f"https://node.example/{bill}", None),
        (f"HTTPS://Node.Example:443/{bill}/", None),
        (f"http://[2001:DB8::1]:8440/{bill}", None),
        # Its federation is said, so nothing is asked of that page.
        (f"https://strange.example/pay?{to}&{own}", None),
        (f"https://strange.example/pay?{to}", "https://strange.example"),
        (f"https://strange.example/{bill}", "https://strange.example"),
        (f"https://strange.example:8443/{bill}", "https://strange.example:8443"),
        (f"http://node.example/{bill}", "http://node.example"),
        (f"https://node.example:8440/{bill}", "https://node.example:8440"),
        (f"https://node.example.strange.example/{bill}", "https://node.example.strange.example"),
        (f"https://n\u043ede.example/{bill}", "https://xn--nde-sed.example"),
        (_PAGE + f"{to}&{own}&bill={_BILL}", "https://shop.example"),
        (f"https://strange.example/pay?{to}&{own}&bill=https://node.example/{bill}", None),
    ):
        yield {"text": text, "is_foreign": False, "strange": strange}
    for text in (
        f"fiado:ana@norte?federation={_OTHER}",
        f"fiado:ana@norte?federation={_OTHER[:16]}",
        _PAGE + f"{to}&federation={_OTHER}",
        # A namesake elsewhere is nobody that a strange node has to be asked about.
        f"https://strange.example/pay?{to}&federation={_OTHER}&bill={_BILL}",
    ):
        yield {"text": text, "is_foreign": True, "strange": None}


def _refused() -> Iterator[tuple[str, str]]:
    yield "no cooperative", "ana"
    yield "two cooperatives", "ana@norte@sur"
    yield "an amount twice", _PAGE + "to=ana@norte&amount=1&amount=100"
    yield "a payee twice", _PAGE + "to=ana@norte&to=eva@norte"
    yield "an amount twice, of the program", "fiado:ana@norte?amount=1&amount=100"
    yield "a mark for thousands", _PAGE + "to=ana@norte&amount=1.250"
    yield "marks for thousands that a person may type", _PAGE + "to=ana@norte&amount=1.250,00"
    yield "an amount of zero", _PAGE + "to=ana@norte&amount=0"
    yield "an amount below zero", "fiado:ana@norte?amount=-1"
    yield "more than an amount can be", _PAGE + "to=ana@norte&amount=90071992547409.92"
    yield "an amount that rounds", "fiado:ana@norte?amount=1.005"
    yield "an amount with an exponent", _PAGE + "to=ana@norte&amount=1e3"
    yield "an amount in other digits", _PAGE + "to=ana@norte&amount=\u0663"
    yield "a reference twice, once empty", _PAGE + f"to=ana@norte&ref=&ref={_REF}"
    yield "a memo twice, of the program", "fiado:ana@norte?memo=&memo=bread"
    yield "a short reference", _PAGE + "to=ana@norte&ref=9c"
    yield "a reference in capitals", _PAGE + f"to=ana@norte&ref={_REF.upper()}"
    yield "too little of a federation", _PAGE + f"to=ana@norte&federation={_FEDERATION[:15]}"
    yield "more than a federation", f"fiado:ana@norte?federation={_FEDERATION}0"
    yield "a federation in capitals", _PAGE + f"to=ana@norte&federation={_FEDERATION.upper()}"
    yield "a federation twice", _PAGE + f"to=ana@norte&federation={_OTHER}&federation={_FEDERATION}"
    yield "something unknown, of the program", "fiado:ana@norte?fee=1"
    yield "no payee", _PAGE + "amount=1"
    yield "a payee that can't be one", _PAGE + "to=%3Cb%3E@norte"


if __name__ == "__main__":
    FILE.write_text(render(payment_links()), encoding="utf-8")
