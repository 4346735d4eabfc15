"""The tour's step about merchants: an invoice with a price in pesos, paid by a member of another coop."""

from typing import Final

from cli.demo.stage import Cast, Stage

INVOICE_PRICE: Final = "ARS 8000"
"""What the stall asks for, in national currency."""


def sell(stage: Stage, cast: Cast) -> None:
    """Carla makes an invoice at Sur, Beto of Norte pays it, and the invoice is settled."""
    carla, beto = cast.member("carla"), cast.member("beto")
    stage.say(
        "Carla has a stall. She makes an invoice of {price}; its amount in units is fixed until it "
        "expires. On a screen she would show the QR code of its page.",
        price=INVOICE_PRICE,
    )
    invoice = stage.ask(
        carla,
        *("merchant", "invoice", "create", "--price", INVOICE_PRICE),
        *("--description", "empanadas", "--order", "stall-17"),
    )
    stage.output.line()
    stage.output.line(f"    {invoice['link']}")
    stage.say("Beto, of another cooperative, pays it by its address.")
    stage.run(beto, "pay", str(invoice["link"]), "--yes", "--wait", "delivered")
    stage.say("Carla's node has matched payment and invoice, in the commit that credited her.")
    stage.run(carla, "merchant", "invoice", "show", str(invoice["id"]))
