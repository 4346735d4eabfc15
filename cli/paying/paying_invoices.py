"""Paying an invoice: looked up, checked, shown, and paid once however often the command is run.

What it asks for is looked up once more just before signing: between the question and the answer an invoice
may have been cancelled, or paid by somebody else.
"""

import time

from cli.paying.by_others import Pays, pay_by_owner
from cli.paying.settling import (
    agree_although,
    telling,
    telling_contribution,
    telling_near_limit,
    unless_repeated,
)
from cli.shell.consent import agree_to_pay
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.membership import Membership
from node.member.paying.desk import Desk, open_desk
from node.member.paying.invoices import InvoiceLink, OpenInvoice, fetch_invoice
from node.member.paying.paid_before import MayRepeat
from node.member.paying.paying import Bound, Paid, Terms
from node.member.paying.settling import settle
from node.member.pending_journal import PaymentIntent


def pay_invoice(
    member: Membership,
    link: InvoiceLink,
    *,
    yes: bool,
    again: bool,
    anyway: bool,
    output: Output,
    by: Pays = pay_by_owner,
) -> Paid:
    """Pay what is left of an invoice, as `by` says. An earlier payment in doubt is finished first.

    Raises `CliError` when there is nothing to pay, or the member says no.
    """
    invoice = fetch_invoice(link, member.charter)

    def settled(desk: Desk) -> Paid | None:
        return settle(desk, _intent(link, invoice), tell=telling(output))

    with open_desk(member) as desk:
        earlier = settled(desk)
    if earlier is not None:
        return earlier
    invoice.check_open()
    earlier = agree_although(
        member, invoice.payee.coop, anyway=anyway, output=output, settle=settled
    )
    if earlier is not None:
        return earlier
    _agree(member, invoice, yes=yes, output=output)

    def attempt(desk: Desk, may_repeat: MayRepeat) -> Paid:
        intent = _intent(link, invoice)
        paid = settle(desk, intent, tell=telling(output))
        if paid is not None:
            return paid
        now = fetch_invoice(link, member.charter)
        now.check_open()
        if now != invoice:
            raise CliError(
                ExitCode.REFUSED,
                "invoice_changed",
                say(
                    "The invoice asks for {amount} now, not for {amount_2}. Nothing was paid.",
                    amount=in_units(now.amount),
                    amount_2=in_units(invoice.amount),
                ),
                say("Run the command again to see what is left."),
            )
        bound = Bound(account=invoice.account, reference=invoice.reference)
        terms = Terms(
            bound=bound,
            may_repeat=may_repeat,
            on_contribution=telling_contribution(output),
            on_near_limit=telling_near_limit(output),
        )
        return by(desk, intent, payee=invoice.payee, now=int(time.time()), terms=terms)

    return unless_repeated(member, attempt, again=again, output=output)


def _intent(link: InvoiceLink, invoice: OpenInvoice) -> PaymentIntent:
    return PaymentIntent(
        payee=str(invoice.payee),
        amount=invoice.amount,
        reference=invoice.reference.hex(),
        link=f"{link.node_url}/p/{link.id}",
    )


def _agree(member: Membership, invoice: OpenInvoice, *, yes: bool, output: Output) -> None:
    description = " / ".join(invoice.description.split("\n"))
    what = say(" for “{description}”", description=description) if description else ""
    asked = say(
        "{payee} asks for {amount} {unit}{what}.",
        payee=invoice.payee,
        amount=in_units(invoice.amount),
        unit=member.founding.unit,
        what=what,
    )
    output.line(asked)
    if not yes:
        agree_to_pay(say("Pay it?"), option="--yes")
