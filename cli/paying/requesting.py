"""`fiado request`: asking for a payment with a link and a code."""

from pathlib import Path

import click

from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import AMOUNT, output_option, wallet_option
from cli.shell.terminal import Output
from node.member.addresses import Address
from node.member.links import PaymentRequest, format_link
from node.member.membership import NotJoined
from node.member.wallet_file import read_wallet


@click.command()
@click.argument("amount", type=AMOUNT, required=False)
@click.option("--memo", metavar="TEXT", default="", help="What it is for; it stands in the link.")
@wallet_option
@output_option
def request(amount: int | None, memo: str, wallet: Path, output: Output) -> None:
    """Ask for a payment: a link to send, and a QR code to show.

    It needs no network and no passphrase.
    """
    public = read_wallet(wallet).public
    if public.handle is None or public.coop is None or public.federation is None:
        raise NotJoined(wallet)
    address = Address(handle=public.handle, coop=public.coop)
    link = format_link(
        PaymentRequest(
            payee=address, amount=amount, memo=memo, federation=public.federation.hex()[:16]
        )
    )
    what = say("any amount") if amount is None else in_units(amount)
    output.line(say("Pay {what} to {address}:", what=what, address=address))
    output.line()
    output.qr(link)
    output.line(link)
    output.result({"link": link, "payee": str(address), "amount": amount, "memo": memo})
