"""Who signs a payment: the owner, or several owners one after the other by a draft."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import click

from cli.keys.drafting import sign_and_send
from cli.paying.settling import telling_contribution
from cli.shell.language import say
from cli.shell.terminal import Output
from ledger.transactions import Pay
from node.member.addresses import Address
from node.member.answers import number
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.owning import fetch_drafts, fetch_keys
from node.member.paying.contribution import owed_contribution
from node.member.paying.delegated import pay_as_till, pay_once_as_till
from node.member.paying.desk import Desk
from node.member.paying.paying import Paid, PayeeCoopUnknown, Terms, find_payee, pay
from node.member.paying.settling import pay_once
from node.member.pending_journal import PaymentIntent


class Pays(Protocol):
    """Pays at the desk, whoever signs it."""

    def __call__(
        self, desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms
    ) -> Paid:
        """As `paying.pay`."""


def pay_by_owner(
    desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms
) -> Paid:
    """By the account's own key, which opens a session."""
    desk.member.open_session()
    return pay(desk, intent, payee=payee, now=now, terms=terms)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signs: how that pays what is looked up before, such as a bill, and anything else once."""

    pays: Pays
    pays_once: Callable[..., Paid]


OWNER: Final = Signer(pay_by_owner, pay_once)
TILL: Final = Signer(pay_as_till, pay_once_as_till)


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
