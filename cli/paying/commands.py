"""`fiado pay`: paying an address, a link, a bill, or somebody by their name."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from cli.paying.by_others import OWNER, TILL, Signer
from cli.paying.contacts import agree_to_contact
from cli.paying.leading import meet_bill, meet_link
from cli.paying.payees import ORDER, Payee, PayeeType
from cli.paying.paying_invoices import pay_invoice
from cli.paying.prices import PRICE, price_words, worth_words
from cli.paying.settling import (
    agree_although,
    contribution_words,
    payment_words,
    telling,
    telling_contribution,
    telling_near_limit,
    unless_repeated,
)
from cli.paying.waiting import wait_for_delivery
from cli.shell.consent import agree_to_pay
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import later, say
from cli.shell.parameters import AMOUNT, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.contacts import ContactName
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.paying.arrival import Arrival
from node.member.paying.contribution import paid_contribution
from node.member.paying.desk import Desk, open_desk
from node.member.paying.invoices import InvoiceLink
from node.member.paying.paid_before import MayRepeat
from node.member.paying.paying import Bound, Paid, Terms
from node.member.paying.pricing import CurrencyPrice, Quote, quote
from node.member.paying.settling import settle
from node.member.pending_journal import PaymentIntent

_ARRIVAL_WORDS: Final[Mapping[Arrival, str]] = {
    Arrival.NOT_ASKED: later("It is recorded in your cooperative's log."),
    Arrival.DELIVERED: later("It has arrived: the payee can spend it."),
    Arrival.RETURNED: later(
        "The payee's account was closed or their cooperative has left: the payment comes back "
        "to you."
    ),
    Arrival.ON_ITS_WAY: later(
        "It is recorded and can't be lost, but the payee's cooperative has not taken it in "
        "yet: its node may be switched off. Nothing more is to be done."
    ),
    Arrival.NOT_KNOWN: later(
        "It is recorded and can't be lost. Whether it has arrived is not known, because your "
        "node stopped answering: `fiado history` shows it later."
    ),
}


@click.command()
@click.argument("payee", type=PayeeType())
@click.argument("amount", type=AMOUNT, required=False)
@click.option(
    "--price",
    type=PRICE,
    metavar="PRICE",
    help='Pay a price in national currency, such as "ARS 15000", at what a unit is worth today.',
)
@click.option(
    "--yes",
    is_flag=True,
    help="With --price, a link, an invoice or a contact's name: pay what it comes to without asking.",
)
@click.option("--memo", metavar="TEXT", help="What it is for; only you and the payee can read it.")
@click.option(
    "--order",
    type=ORDER,
    metavar="ID",
    help="Your own id of what is paid. One id is never paid twice, however often the command is run.",
)
@click.option(
    "--again", is_flag=True, help="Pay even if the same was paid a short while ago; for scripts."
)
@click.option(
    "--anyway",
    is_flag=True,
    help="Pay even if your node knows that it would not arrive now; for scripts.",
)
@click.option(
    "--wait",
    "until",
    type=click.Choice(["recorded", "delivered"]),
    default="recorded",
    help="Return when it is in your cooperative's log, or only when the payee can spend it.",
)
@click.option(
    "--timeout",
    type=click.IntRange(1, 3_600),
    default=60,
    help="How many seconds to wait for the delivery.",
)
@click.option(
    "--as",
    "till",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="WALLET",
    help="Pay by the delegated key of this wallet, such as a till's: `fiado account delegate`.",
)
@click.option(
    "--draft",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="From an account of several owners: write here what the others sign with `fiado account sign`.",
)
@click.option(
    "--together",
    "is_shared",
    is_flag=True,
    help="From an account of several owners: sign, and leave it at the node for the others.",
)
@wallet_option
@passphrase_options
@output_option
def pay(
    payee: Payee,
    amount: int | None,
    price: CurrencyPrice | None,
    yes: bool,
    memo: str | None,
    order: str | None,
    again: bool,
    anyway: bool,
    until: str,
    timeout: int,
    till: Path | None,
    draft: Path | None,
    is_shared: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Pay somebody: `fiado pay alice@norte 12.50`, or `fiado pay 'fiado:…'` with a payment link.

    A merchant's invoice is paid by the address of its page, `fiado pay https://node/p/…`: what it asks for
    is checked and shown before you sign. A name of `fiado contact` is taken as well: the address that it
    stands for is shown, and you are asked. A link that a wallet's page made, `https://node/pay?to=…`, is paid
    as well. Of any link you are shown whom it pays, how much and what for, and asked: you typed none of that.
    One that leads to a node that is no cooperative's, as far as yours knows, says so.

    With --price the amount follows from what a unit is worth, and both are shown before you sign; the
    ledger takes the payment only if the conversion is exact.

    The payment is safe the moment your cooperative has recorded it, though the payee's node be switched
    off. If your node knows that the payee's cooperative can't take it in now, such as one that cheated, you
    are asked first. If the answer gets lost, run the same command again: it sends the same bytes, which count
    only once. If the same was recorded already, you are asked before it is paid once more.
    """
    if isinstance(payee, ContactName):
        payee = agree_to_contact(payee, wallet, yes=yes, output=output)
    if draft is not None or is_shared:
        from cli.paying.by_draft import draft_payment

        others = (price, order, till)
        if isinstance(payee, InvoiceLink) or any(each is not None for each in others):
            raise click.UsageError(
                say("With --draft and --together give an address and an amount only.")
            )
        intent = _intent(payee, amount, memo)
        with open_membership(wallet, passphrase) as member:
            meet_link(member, payee, intent, is_agreed=True, output=output)
            draft_payment(member, payee, intent, draft=draft, is_agreed=yes, output=output)
        return
    by = OWNER if till is None else TILL
    if isinstance(payee, InvoiceLink):
        _check_invoice_options(amount, price, memo, order, yes, output)
        with open_membership(till or wallet, passphrase) as member:
            meet_bill(member, payee, yes=yes, output=output)
            done = pay_invoice(
                member, payee, yes=yes, again=again, anyway=anyway, output=output, by=by.pays
            )
            _finish(member, done, until, timeout, output)
        return
    if price is not None and (amount is not None or payee.amount is not None):
        raise click.UsageError(say("Give either an amount in units or --price."))
    if price is not None and output.is_json and not yes:
        raise click.UsageError(say("With --json and --price give --yes too: nobody can be asked."))
    intent = _intent(payee, amount, memo) if price is None else _priced(payee, price, memo)
    with open_membership(till or wallet, passphrase) as member:
        is_agreed = yes or price is not None  # of a price the member is asked later
        meet_link(member, payee, intent, is_agreed=is_agreed, output=output)
        wish = _Wish(
            payee=payee, intent=intent, order=order or "", again=again, anyway=anyway, by=by
        )
        _finish(member, _pay(member, wish, price, yes, output), until, timeout, output)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is to be paid. `order` is the id that was given, or empty."""

    payee: PaymentRequest
    intent: PaymentIntent
    order: str
    again: bool
    anyway: bool
    by: Signer


def _pay(
    member: Membership, wish: _Wish, price: CurrencyPrice | None, yes: bool, output: Output
) -> Paid:
    intent, quoted = wish.intent, None
    if price is not None:
        # What is pending or paid already is looked for before anybody agrees to a price.
        with open_desk(member) as desk:
            paid = settle(desk, intent, order=_digest(desk, wish), tell=telling(output))
        if paid is not None:
            return paid
        quoted = _agree(member, price, yes, output)
        intent = replace(intent, amount=quoted.amount)
    earlier = agree_although(
        member,
        wish.payee.payee.coop,
        anyway=wish.anyway,
        output=output,
        settle=lambda desk: settle(desk, intent, order=_digest(desk, wish), tell=telling(output)),
    )
    if earlier is not None:
        return earlier

    def attempt(desk: Desk, may_repeat: MayRepeat) -> Paid:
        reference = wish.payee.reference
        terms = Terms(
            price=None if quoted is None else quoted.price,
            bound=Bound(reference=bytes.fromhex(reference)) if reference else None,
            order=_digest(desk, wish),
            may_repeat=may_repeat,
            on_contribution=telling_contribution(output),
            on_near_limit=telling_near_limit(output),
        )
        return wish.by.pays_once(
            desk,
            intent,
            payee=wish.payee.payee,
            now=int(time.time()),
            terms=terms,
            tell=telling(output),
        )

    return unless_repeated(member, attempt, again=wish.again, output=output)


def _digest(desk: Desk, wish: _Wish) -> str:
    return desk.orders.digest(wish.order) if wish.order else ""


def _check_invoice_options(
    amount: int | None,
    price: CurrencyPrice | None,
    memo: str | None,
    order: str | None,
    yes: bool,
    output: Output,
) -> None:
    if amount is not None or price is not None or memo is not None:
        raise click.UsageError(say("An invoice says itself what is to be paid; give nothing more."))
    if order is not None:
        raise click.UsageError(say("An invoice is an order of its own; leave --order out."))
    if output.is_json and not yes:
        raise click.UsageError(
            say("With --json and an invoice give --yes too: nobody can be asked.")
        )


def _intent(payee: PaymentRequest, amount: int | None, memo: str | None) -> PaymentIntent:
    if amount is None:
        amount = payee.amount
    elif payee.amount is not None and payee.amount != amount:
        raise CliError(
            ExitCode.USAGE,
            "amount_twice",
            say(
                "The link asks for {amount}, and you gave {amount_2}.",
                amount=in_units(payee.amount),
                amount_2=in_units(amount),
            ),
            say("Leave the amount out to pay what the link asks for."),
        )
    if amount is None:
        raise click.UsageError(say("Give the amount, such as 12.50."))
    return PaymentIntent(
        payee=str(payee.payee),
        amount=amount,
        memo=_memo(payee, memo),
        reference=payee.reference,
        link=payee.link if payee.reference else "",
    )


def _memo(payee: PaymentRequest, memo: str | None) -> str:
    """What is sealed with the payment: nothing when the link has a reference of its own."""
    if payee.reference:
        if memo is not None:
            raise click.UsageError(say("The link has a reference of its own; leave --memo out."))
        return ""
    return payee.memo if memo is None else memo


def _priced(payee: PaymentRequest, price: CurrencyPrice, memo: str | None) -> PaymentIntent:
    """What is asked for with a price, before it is known how much that is."""
    return PaymentIntent(
        payee=str(payee.payee),
        amount=0,
        memo=_memo(payee, memo),
        price=str(price),
        reference=payee.reference,
    )


def _agree(member: Membership, price: CurrencyPrice, yes: bool, output: Output) -> Quote:
    """Show both amounts and ask."""
    quoted = quote(member.client, price)
    output.note(
        say(
            "{price} is {amount} {unit} ({worth}).",
            price=price_words(price),
            amount=in_units(quoted.amount),
            unit=member.founding.unit,
            worth=worth_words(quoted.value),
        )
    )
    if not yes:
        agree_to_pay(say("Pay that?"), option="--yes")
    return quoted


def _finish(member: Membership, paid: Paid, until: str, timeout: int, output: Output) -> None:
    """Wait if that was asked for, and say what was paid.

    From here on the payment is recorded, and running the command again would be another payment: whoever
    interrupts it has to know that.
    """
    where = f"{member.coop.name}/{paid.number}"
    try:
        arrival = Arrival.NOT_ASKED
        if until == "delivered":
            arrival = wait_for_delivery(member, paid, seconds=timeout, output=output)
        _show(where, paid, arrival, output)
    except KeyboardInterrupt:
        raise CliError(
            ExitCode.INTERRUPTED,
            "wait_interrupted",
            say(
                "Interrupted. The payment is made: {payment}, recorded at {where}; it can't be lost. "
                "Running the command again would pay once more.",
                payment=payment_words(paid.intent),
                where=where,
            ),
            say(
                "`fiado history` shows whether it has arrived, `fiado receipt show {where}` the "
                "receipt.",
                where=where,
            ),
            {"coop": member.coop.name, "number": paid.number, "status": "recorded"},
        ) from None
    output.result(
        {
            "status": arrival.status,
            "coop": member.coop.name,
            "number": paid.number,
            "sequence": paid.sequence,
            "payee": paid.intent.payee,
            "amount": paid.intent.amount,
            "contribution": paid_contribution(paid.receipt),
            "price": paid.intent.price or None,
            "repeated": paid.is_repeated,
            "warnings": list(paid.warnings),
            "receipt": paid.receipt.encode().hex(),
        }
    )


def _show(where: str, paid: Paid, arrival: Arrival, output: Output) -> None:
    output.line(
        say(
            "Paid {payment}{contribution}.",
            payment=payment_words(paid.intent),
            contribution=contribution_words(paid_contribution(paid.receipt)),
        )
    )
    output.line(say(_ARRIVAL_WORDS[arrival]))
    output.line(say("Receipt: {where} (`fiado receipt show {where}`).", where=where))
