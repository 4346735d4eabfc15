"""A payment that several owners sign, one after the other, by a draft.

Loaded where one is made: with it comes what describes every kind of transaction to those who sign it.
"""

from pathlib import Path

import click

from cli.keys.drafting import sign_and_send
from cli.paying.settling import telling_contribution
from cli.shell.language import say
from cli.shell.terminal import Output
from ledger.transactions import Pay
from node.member.answers import number
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.owning import fetch_drafts, fetch_keys
from node.member.paying.contribution import owed_contribution
from node.member.paying.paying import PayeeCoopUnknown, find_payee
from node.member.pending_journal import PaymentIntent


def draft_payment(
    member: Membership,
    payee: PaymentRequest,
    intent: PaymentIntent,
    *,
    draft: Path | None,
    is_agreed: bool,
    output: Output,
) -> None:
    """Sign a payment as one of several owners, and leave the rest to the others, in a file or at the node."""
    if intent.memo:
        raise click.UsageError(say("A payment that several sign carries no memo; leave it out."))
    client, address = member.client, payee.payee
    coop = member.charter.coop_named(address.coop)
    if coop is None:
        names = tuple(each.name for each in member.charter.coops.values())
        raise PayeeCoopUnknown(address, names)
    member.open_session()
    me, found = member.me(), find_payee(member, address, None)
    payee_number = number(client, found, "account")
    fee = owed_contribution(member, me, intent.amount, payee_coop=coop.number, payee=payee_number)
    if fee:
        telling_contribution(output)(fee)
    unsigned = Pay(
        payer=member.account,
        sequence=number(client, me, "next_sequence", least=1),
        payee_coop=coop.number,
        payee=payee_number,
        amount=intent.amount,
        fee=fee,
        reference=bytes.fromhex(intent.reference) if intent.reference else None,
    )
    keys = fetch_keys(client, member.account)
    if keys.is_joint:
        _warn_of_twins(member, unsigned, output)
    sign_and_send(member, keys, unsigned, draft=draft, is_agreed=is_agreed, output=output)


def _warn_of_twins(member: Membership, payment: Pay, output: Output) -> None:
    """Say so when another payment waits at the node under the same number."""
    for kept in fetch_drafts(member.client):
        waits = kept.transaction
        if isinstance(waits, Pay) and waits.sequence == payment.sequence:
            output.note(
                say(
                    "{id} waits for signatures with the same payment number, {sequence}: only one of the "
                    "two can be recorded.",
                    id=kept.id,
                    sequence=payment.sequence,
                )
            )
