"""Where a payment link leads, looked at before anything is asked there."""

from cli.shell.consent import agree_to_pay
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.paying.invoices import InvoiceLink
from node.member.paying.link_hosts import strange_node


def meet_link(
    member: Membership, asked: PaymentRequest | InvoiceLink, *, yes: bool, output: Output
) -> None:
    """Show a node that the member's own doesn't know, and go on only if the member agrees, or said `yes`.

    Raises `OtherFederation` for a link of another one, and `CliError` after a no.
    """
    strange = strange_node(asked, member)
    if strange is None:
        return
    output.note(
        say(
            "The link leads to {strange}. That is no cooperative's node, as far as yours knows. "
            "Nobody there or anywhere needs the words of your wallet.",
            strange=strange,
        )
    )
    if not yes:
        agree_to_pay(say("Go on?"), option="--yes")
