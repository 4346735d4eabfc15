"""Whom `fiado pay` pays, as it is typed: an address, a link, a bill, a name; and the id of an order."""

from dataclasses import replace
from typing import Any, Final

import click

from cli.shell.language import say
from node.member.contacts import ContactName, is_name
from node.member.links import LinkError, PaymentRequest, parse_payee
from node.member.orders import check_order
from node.member.paying.invoices import InvoiceLink, parse_link

Payee = PaymentRequest | InvoiceLink | ContactName


class PayeeType(click.ParamType[Payee]):
    """An address such as `alice@norte`, a link, the address of an invoice's page, or a contact's name."""

    name = "payee"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Payee:
        """Read the text; defaults are requests already. What can be an address is never a name."""
        if isinstance(value, Payee):
            return value
        if is_name(str(value)):
            return ContactName(str(value))
        invoice = parse_link(str(value))
        if invoice is not None:
            return invoice
        request = parse_payee(str(value))
        # A bill on its way to the payer's wallet: what it asks for is looked up where it was made.
        bill = parse_link(request.bill) if request.bill else None
        if request.bill and bill is None:
            raise LinkError(say("its bill is not the address of one"))
        return replace(bill, federation=request.federation) if bill else request


class OrderType(click.ParamType[str]):
    """The id of an order, which whoever runs the command chooses."""

    name = "order"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text; raises `OrderError`."""
        return check_order(str(value))


ORDER: Final = OrderType()
