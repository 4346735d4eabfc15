"""Paying an invoice: looked up, checked, shown, and paid once however often the command is run."""

import time

from ledger.entries import decode_entry
from ledger.refusals import Refusal
from ledger.transactions import Pay

from .amounts import format_amount
from .client import NodeProblem
from .consent import agree_to_pay
from .invoice_links import InvoiceLink, OpenInvoice, fetch_invoice
from .membership import Membership
from .paying import Bound, Paid, pay, resume
from .pending_journal import PaymentIntent, PendingJournal, open_journal
from .terminal import Output
from .wallet_lock import WalletLock


def pay_invoice(
    member: Membership, lock: WalletLock, link: InvoiceLink, *, yes: bool, output: Output
) -> Paid:
    """Pay what is left of an invoice. An earlier payment that is in doubt is finished first.

    Raises `CliError` when there is nothing to pay, or the member says no.
    """
    invoice = fetch_invoice(link, member.charter)
    journal = open_journal(lock, public_key=member.key.public_key)
    earlier = _finish_earlier(member, journal, output)
    if earlier is not None and _reference(earlier) == invoice.reference:
        output.note("That is the payment of this invoice, so nothing more is paid.")
        return earlier
    invoice.check_open()
    _agree(member, invoice, yes=yes, output=output)
    member.open_session()
    intent = PaymentIntent(payee=str(invoice.payee), amount=invoice.amount)
    bound = Bound(account=invoice.account, reference=invoice.reference)
    return pay(member, journal, intent, payee=invoice.payee, now=int(time.time()), bound=bound)


def _agree(member: Membership, invoice: OpenInvoice, *, yes: bool, output: Output) -> None:
    what = f" for “{invoice.description}”" if invoice.description else ""
    asked = f"{invoice.payee} asks for {format_amount(invoice.amount)} {member.charter.unit}{what}."
    output.line(asked)
    if not yes:
        agree_to_pay("Pay it?")


def _finish_earlier(member: Membership, journal: PendingJournal, output: Output) -> Paid | None:
    pending = journal.pending()
    if pending is None:
        return None
    words = f"{format_amount(pending.intent.amount)} to {pending.intent.payee}"
    output.note(f"First the payment whose outcome is unknown: {words}.")
    try:
        earlier = resume(member, journal)
    except NodeProblem as problem:
        if not problem.is_final:
            raise
        output.note(f"The node refused that payment: {problem.detail or problem.title}")
        return None
    if earlier is not None:
        output.note(f"It is recorded: {words}, entry {earlier.index}.")
    return earlier


def _reference(paid: Paid) -> bytes | None:
    entry = decode_entry(paid.receipt.entry)
    if isinstance(entry, Refusal) or not isinstance(entry.transaction, Pay):
        return None
    return entry.transaction.reference
