"""Paying by a name of this device's address book: the whole address is shown before anything is signed."""

from pathlib import Path

import click

from cli.shell.consent import agree_to_pay
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.contacts import ContactBook, ContactName
from node.member.links import PaymentRequest


def agree_to_contact(
    name: ContactName, wallet: Path, *, yes: bool, output: Output
) -> PaymentRequest:
    """Whom the name stands for, once the payer has agreed.

    Raises `NameUnknown`, and as `agree_to_pay` does.
    """
    found = ContactBook(wallet).find(name.text)
    address = str(found.address)
    output.note(say("{name} is {address} on this device.", name=found.name, address=address))
    if output.is_json and not yes:
        raise click.UsageError(say("With --json and a name give --yes too: nobody can be asked."))
    if not yes:
        agree_to_pay(say("Pay {address}?", address=address), option="--yes")
    return PaymentRequest(payee=found.address)
