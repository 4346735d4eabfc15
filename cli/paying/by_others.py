"""Payments that are not one owner's alone: by a till's key, and by several owners who sign a draft."""

import time
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
from node.member.owning import fetch_keys
from node.member.paying.contribution import owed_contribution
from node.member.paying.delegated import pay_as_till
from node.member.paying.desk import open_desk
from node.member.paying.paying import Paid, PayeeCoopUnknown, find_payee
from node.member.pending_journal import PaymentIntent


def pay_by_till(
    member: Membership, payee: PaymentRequest, intent: PaymentIntent, *, output: Output
) -> Paid:
    """Pay by the delegated key of the wallet that was opened."""
    with open_desk(member) as desk:
        return pay_as_till(
            desk,
            intent,
            payee=payee.payee,
            now=int(time.time()),
            on_contribution=telling_contribution(output),
        )


def draft_payment(
    member: Membership,
    payee: PaymentRequest,
    intent: PaymentIntent,
    *,
    draft: Path | None,
    is_agreed: bool,
    output: Output,
) -> None:
    """Sign a payment as one of several owners, and write what the others sign."""
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
    sign_and_send(member, keys, unsigned, draft=draft, is_agreed=is_agreed, output=output)
