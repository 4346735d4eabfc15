"""Where a payment link leads and what it asks for, shown before anything is asked there or signed."""

from dataclasses import replace

import click

from cli.shell.consent import agree_to_pay
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.paying.invoices import InvoiceLink
from node.member.paying.link_hosts import strange_node
from node.member.pending_journal import PaymentIntent


def meet_bill(member: Membership, bill: InvoiceLink, *, yes: bool, output: Output) -> None:
    """Show a node that the member's own doesn't know, and go on only if the member agrees, or said `yes`.

    What the bill asks for is shown when its node has told it. Raises `OtherFederation` for a link of another
    one, and `CliError` after a no.
    """
    strange = strange_node(bill, member)
    if strange is None:
        return
    _show_strange(strange, output)
    if not yes:
        agree_to_pay(say("Go on?"), option="--yes")


def meet_link(
    member: Membership,
    asked: PaymentRequest,
    intent: PaymentIntent,
    *,
    is_agreed: bool,
    output: Output,
) -> None:
    """Show what a link would have paid, which nobody typed, and go on only if the member agrees.

    An address that was typed is left alone. `is_agreed`: the member said so, or is asked later. Raises
    `OtherFederation` for a link of another one, and `CliError` after a no.
    """
    if not asked.is_link:
        return
    strange = strange_node(asked, member)
    # Which federation a page's link is for says whom it pays, not whose page it is.
    strange = strange or strange_node(replace(asked, federation=""), member)
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json and a link give --yes too: nobody can be asked."))
    if strange is not None:
        _show_strange(strange, output)
    text = intent.memo or asked.memo
    what = say(" for “{description}”", description=text) if text else ""
    if intent.amount:
        words = say(
            "The link pays {amount} {unit} to {payee}{what}.",
            amount=in_units(intent.amount),
            unit=member.founding.unit,
            payee=asked.payee,
            what=what,
        )
    else:
        words = say("The link pays {payee}{what}.", payee=asked.payee, what=what)
    output.note(words)
    if not is_agreed:
        agree_to_pay(say("Pay it?"), option="--yes")


def _show_strange(strange: str, output: Output) -> None:
    output.note(
        say(
            "The link leads to {strange}. That is no cooperative's node, as far as yours knows. "
            "Nobody there or anywhere needs the words of your wallet.",
            strange=strange,
        )
    )
