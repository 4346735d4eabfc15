"""What bad input gets: each thing is refused with its own code, or rendered harmless."""

import json
from pathlib import Path

import pytest

from node.http.merchant import texts
from node.spellings import Text
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, a_stall, outcome

AMOUNT = {"value": "1000", "scale": 2}
MARKUP = "<script>alert(1)</script>&\"'"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "request_malformed", "/amount"),
        ({"amount": AMOUNT, "surprise": None}, "request_malformed", "/surprise"),
        ({"amount": AMOUNT, "client_id": "a\n"}, "request_malformed", "/client_id"),
        ({"amount": AMOUNT, "price": AMOUNT}, "request_malformed", "/price"),
        ({"amount": 1000}, "request_malformed", "/amount"),
        ({"amount": {"value": 1000, "scale": 2}}, "request_malformed", "/amount/value"),
        ({"amount": {"value": "10.00", "scale": 2}}, "request_malformed", "/amount/value"),
        ({"amount": {"value": "-1", "scale": 2}}, "request_malformed", "/amount/value"),
        ({"amount": {"value": "01", "scale": 2}}, "request_malformed", "/amount/value"),
        ({"amount": {"value": "0", "scale": 2}}, "amount_out_of_range", "/amount/value"),
        (
            {"amount": {"value": "9007199254740992", "scale": 2}},
            "amount_out_of_range",
            "/amount/value",
        ),
        ({"amount": {"value": "1", "scale": 0}}, "request_malformed", "/amount/scale"),
        ({"amount": {"value": "1"}}, "request_malformed", "/amount/scale"),
        ({"amount": AMOUNT | {"currency": "ARS"}}, "currency_unknown", "/amount/currency"),
        ({"amount": AMOUNT | {"more": 1}}, "request_malformed", "/amount/more"),
        ({"price": AMOUNT | {"currency": "ARS"}}, "index_missing", "/price"),
        ({"amount": AMOUNT, "client_id": "two words"}, "request_malformed", "/client_id"),
        ({"amount": AMOUNT, "client_id": "a" * 65}, "request_malformed", "/client_id"),
        ({"amount": AMOUNT, "description": "a\u0000b"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "a\r\nb"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "a\tb"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "a\u2028b"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "a\n\u202eb"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "order_id": "a\nb"}, "request_malformed", "/order_id"),
        ({"amount": AMOUNT, "description": "\u202eevil"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "\ud800"}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "description": "x" * 201}, "request_malformed", "/description"),
        ({"amount": AMOUNT, "order_id": 7}, "request_malformed", "/order_id"),
        ({"amount": AMOUNT, "redirect_url": "javascript:1"}, "request_malformed", "/redirect_url"),
        ({"amount": AMOUNT, "redirect_url": "//evil"}, "request_malformed", "/redirect_url"),
        ({"amount": AMOUNT, "expires_in": 0}, "request_malformed", "/expires_in"),
        ({"amount": AMOUNT, "expires_in": 10**9}, "request_malformed", "/expires_in"),
        ({"amount": AMOUNT, "metadata": {"a": 1}}, "request_malformed", "/metadata"),
        ({"amount": AMOUNT, "metadata": {"": "a"}}, "request_malformed", "/metadata"),
        ({"amount": AMOUNT, "metadata": {"a": "\udfff"}}, "request_malformed", "/metadata"),
        (
            {"amount": AMOUNT, "metadata": {str(n): "a" for n in range(21)}},
            "request_malformed",
            "/metadata",
        ),
        ({"amount": AMOUNT, "unheard": 1}, "request_malformed", "/unheard"),
    ],
)
def test_what_can_not_be_an_invoice(tmp_path: Path, body: object, code: str, pointer: str) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path, members=1) as stall:
            answer = await stall.ask("/v1/invoices", body)
            assert (answer.problem(), answer.json.get("pointer")) == (code, pointer), answer.body
            listed = await stall.ask("/v1/invoices", method="GET", key="read")
            assert listed.ok()["invoices"] == []

    run()


@on_loop
async def test_what_is_wrong_with_amount_and_price_is_said_as_it_is(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        for body, said in (
            ({}, "amount: must be there, or price."),
            (
                {"amount": AMOUNT, "price": AMOUNT},
                "price: must be left out where there is an amount.",
            ),
            ({"amount": {"value": "1", "scale": 3}}, "amount.scale: must be 2."),
        ):
            answer = await stall.ask("/v1/invoices", body)
            assert answer.json["detail"] == said


@on_loop
async def test_bodies_that_are_no_json_object_of_a_fit_size(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        headers = {"Content-Type": "application/json"}
        amount = json.dumps(AMOUNT).encode()
        for body, code in (
            (b'{"amount":' + amount + b',"amount":' + amount + b"}", "request_malformed"),
            (b'{"amount":{"value":"1","value":"1","scale":2}}', "request_malformed"),
            (b"[]", "request_malformed"),
            (b"{", "request_malformed"),
            (b'{"amount":NaN}', "request_malformed"),
            (b'{"a":' * 5_000, "request_malformed"),
            (b'{"description":"' + b"a" * 70_000 + b'"}', "body_too_large"),
        ):
            answer = await stall.ask("/v1/invoices", body, headers=headers)
            assert answer.problem() == code
        octets = await stall.ask("/v1/invoices", b"{}")
        assert octets.problem() == "content_type_unsupported"


@on_loop
async def test_keys_do_what_their_power_is_and_no_more(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice()
        id_ = invoice["id"]
        calls = [
            ("POST", "/v1/invoices", {"amount": AMOUNT}, {"invoices"}),
            ("GET", "/v1/invoices", None, {"invoices", "read"}),
            ("GET", f"/v1/invoices/{id_}", None, {"invoices", "read"}),
            ("POST", f"/v1/invoices/{id_}/cancel", None, {"invoices"}),
            ("POST", f"/v1/invoices/{id_}/mark", None, {"invoices"}),
            ("POST", f"/v1/invoices/{id_}/refunds", {}, {"invoices"}),
            ("GET", f"/v1/invoices/{id_}/refunds", None, {"invoices", "read"}),
            ("GET", "/v1/webhooks", None, {"webhooks"}),
            ("POST", "/v1/webhooks", {"url": "http://127.0.0.1:1/"}, {"webhooks"}),
        ]
        for method, path, body, powers in calls:
            for power in ("invoices", "read", "webhooks"):
                answer = await stall.ask(path, body, method=method, key=power)
                is_refused = answer.status == 403 and answer.problem() == "key_forbidden"
                assert is_refused == (power not in powers), (method, path, power)
        for method, path in (
            ("GET", "/v1/me"),
            ("GET", "/v1/me/history"),
            ("GET", "/v1/merchant/keys"),
        ):
            answer = await stall.ask(path, method=method, key="invoices")
            assert answer.status == 401, path


@on_loop
async def test_a_key_is_shown_once_and_can_be_revoked(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        key = await stall.key("invoices")
        token = await stall.town.people.member(MERCHANT)
        client = stall.town.client
        listed = (await client.get("/v1/merchant/keys", token=token)).ok()
        assert key not in json.dumps(listed)
        (one,) = listed["keys"]
        other = await stall.town.people.member(2)
        path = f"/v1/merchant/keys/{one['id']}"
        answer = await client.call("DELETE", path, token=other)
        assert answer.problem() == "key_not_found"
        assert (await client.call("DELETE", path, token=token)).status == 204
        assert (await stall.ask("/v1/invoices", {"amount": AMOUNT})).problem() == "key_invalid"
        database = (stall.town.node.folder.folder / "node.db").read_bytes()
        assert key.encode() not in database


@on_loop
async def test_unknown_keys_are_slowed_down(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        codes = set()
        for number in range(80):
            answer = await stall.town.client.get("/v1/invoices", token=f"fk_{number}")
            codes.add(answer.problem())
        assert codes == {"key_invalid", "too_many_requests"}


@on_loop
async def test_somebody_elses_invoice_is_not_there(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice()
        token = await stall.town.people.member(2)
        for method, path in (
            ("GET", ""),
            ("POST", "/cancel"),
            ("POST", "/mark"),
            ("GET", "/refunds"),
        ):
            answer = await stall.town.client.call(
                method, f"/v1/invoices/{invoice['id']}{path}", token=token
            )
            assert (answer.status, answer.problem()) == (404, "invoice_not_found")
        for id_ in ("0" * 32, "nonsense", "%00", "%F0%9F%8D%9E"):
            answer = await stall.town.client.get(f"/v1/invoices/{id_}/public")
            assert answer.problem() == "invoice_not_found"


@on_loop
async def test_markup_comes_back_as_the_text_that_it_was(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(
            description=MARKUP, order_id=MARKUP, metadata={MARKUP: MARKUP}
        )
        answer = await stall.ask(f"/v1/invoices/{invoice['id']}", method="GET", key="read")
        assert answer.headers["Content-Type"] == "application/json"
        found = answer.ok()
        assert (found["description"], found["order_id"]) == (MARKUP, MARKUP)
        assert found["metadata"] == {MARKUP: MARKUP}


@on_loop
async def test_a_frozen_payer_and_a_paid_invoice(tmp_path: Path) -> None:
    """The same invoice paid twice by two members: the second shows as over, and can be refunded."""
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        await stall.pay(invoice)
        twice = await stall.pay(invoice, payer=3)
        assert outcome(twice) == ("settled", "over")
        assert len(twice["payments"]) == 2


@on_loop
async def test_cursors_and_queries_that_are_none(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        wrong = (
            "before=x",
            "before=1",
            "before=1.%00",
            "before=1.%C3%A1",
            "before=9999999999999999.a",
        )
        for query in (*wrong, "limit=0", "limit=9999", "state=x", "x=1"):
            answer = await stall.ask(f"/v1/invoices?{query}", method="GET", key="read")
            assert answer.problem() == "request_malformed", query
        answer = await stall.ask("/v1/invoices?before=1.", method="GET", key="read")
        assert answer.ok()["invoices"] == []


@pytest.mark.parametrize(
    "kind",
    [
        each
        for each in vars(texts).values()
        if isinstance(each, type)
        and issubclass(each, Text)
        and each not in (Text, texts.Name, texts.EventType)
    ],
)
def test_who_writes_too_much_is_told_how_much_is_taken(kind: type[Text]) -> None:
    """The characters of a text that is only too long may all be right."""
    with pytest.raises(ValueError, match=rf"\b{kind.longest}\b"):
        kind.parse("https://a.example/" + "a" * kind.longest)
