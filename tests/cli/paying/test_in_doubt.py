"""A payment in doubt is told in one line, and the command in it asks for exactly the same payment."""

import shlex

import pytest

from cli.paying.commands import pay
from cli.paying.in_doubt import in_doubt_as_json, in_doubt_line, settling_command
from node.member.pending_journal import PaymentIntent, PendingPayment


@pytest.mark.parametrize(
    ("intent", "command"),
    [
        (PaymentIntent(payee="carla@sur", amount=1_250), "fiado pay carla@sur 12.50"),
        (
            PaymentIntent(payee="carla@sur", amount=5, memo="it's $HOME"),
            "fiado pay carla@sur 0.05 --memo 'it'\"'\"'s $HOME'",
        ),
        (
            PaymentIntent(payee="carla@sur", amount=478, price="ARS 5000.00"),
            "fiado pay carla@sur --price 'ARS 5000.00'",
        ),
    ],
)
def test_the_command_asks_for_the_same(intent: PaymentIntent, command: str) -> None:
    assert settling_command(intent) == command
    words = shlex.split(command)[2:]
    context = pay.make_context("pay", [*words, "--wallet", "none"], resilient_parsing=True)
    given = context.params
    assert str(given["payee"].payee) == intent.payee
    assert (given["memo"] or "") == intent.memo
    if intent.price:
        assert str(given["price"]) == intent.price
    else:
        assert given["amount"] == intent.amount


def test_it_is_one_line_and_one_field() -> None:
    intent = PaymentIntent(payee="carla@sur", amount=1_250, memo="two chairs")
    pending = PendingPayment(sequence=4, payload=b"bytes", intent=intent, begun_at=1_700_000_000)
    line = in_doubt_line(pending)
    assert "12.50 to carla@sur" in line
    assert line.endswith("fiado pay carla@sur 12.50 --memo 'two chairs'")
    assert "\n" not in line
    assert in_doubt_as_json(None) is None
    assert in_doubt_as_json(pending) == {
        "payee": "carla@sur",
        "amount": 1_250,
        "memo": "two chairs",
        "price": None,
        "sequence": 4,
        "begun": 1_700_000_000,
        "settle": "fiado pay carla@sur 12.50 --memo 'two chairs'",
    }
