"""A payment in doubt, in words: it was signed and sent, and no answer came that says what became of it.

The node may have recorded it or not. The same command settles it: it sends the same bytes, which count
only once. This module only tells; `paying.resume` settles.
"""

import shlex

from cli.shell.forms import in_units
from cli.shell.language import say
from node.member.amounts import format_amount
from node.member.client import Json
from node.member.pending_journal import PaymentIntent, PendingPayment


def in_doubt_line(pending: PendingPayment) -> str:
    """The payment and what settles it, in one line."""
    intent = pending.intent
    return say(
        "In doubt: {amount} to {payee}; its answer was lost, so the balance may or may not "
        "have it. This settles it and never pays twice: {settling_command}",
        amount=in_units(intent.amount),
        payee=intent.payee,
        settling_command=settling_command(intent),
    )


def in_doubt_as_json(pending: PendingPayment | None) -> Json | None:
    """The same for programs; `begun` is in Unix seconds by this machine's clock."""
    if pending is None:
        return None
    return {
        "payee": pending.intent.payee,
        "amount": pending.intent.amount,
        "memo": pending.intent.memo,
        "price": pending.intent.price or None,
        "sequence": pending.sequence,
        "begun": pending.begun_at,
        "settle": settling_command(pending.intent),
    }


def settling_command(intent: PaymentIntent) -> str:
    """The command that asks for the same payment, as one types it in a shell."""
    if intent.link:
        return shlex.join(["fiado", "pay", intent.link])
    words = ["fiado", "pay", intent.payee]
    words += ["--price", intent.price] if intent.price else [format_amount(intent.amount)]
    words += ["--memo", intent.memo] if intent.memo else []
    return shlex.join(words)
