"""The words for what can keep a payment from being made, or its outcome from being known.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.paying.in_doubt import settling_command
from cli.paying.prices import worth_words
from cli.paying.settling import already_words, payment_words
from cli.shell.errors import CliError, explain, in_words
from cli.shell.exit_codes import ExitCode
from node.member.amounts import format_amount
from node.member.links import LinkError
from node.member.orders import OrderDamaged, OrderError
from node.member.paying.invoices import InvoiceNotOpen, OtherFederation
from node.member.paying.paid_before import PaidAlready
from node.member.paying.paying import MemoTooLong, PayeeCoopUnknown, PaymentInDoubt
from node.member.paying.pricing import NoIndex, OtherCurrency, PriceNotKnown, PriceTooSmall
from node.member.paying.settling import OrderDiffers
from node.member.pending_journal import (
    JournalDamaged,
    JournalUnusable,
    NothingPending,
    PaymentPending,
    SequenceUsed,
)
from node.member.sealing import LONGEST_MEMO_BYTES


@explain.register
def _(error: LinkError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "link_malformed",
        f"The payment link can't be used: {error.problem}.",
        "Ask the payee for a new one, or pay to the address, such as alice@norte.",
    )


@explain.register
def _(error: InvoiceNotOpen) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "invoice_not_open",
        f"There is nothing to pay: the invoice is {error.state}.",
        "Ask the merchant for a new invoice if you have not paid.",
        {"state": error.state},
    )


@explain.register
def _(error: OtherFederation) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "other_federation",
        "The link is for another federation than yours.",
        "Ask the payee for a link of yours, or for another way to be paid.",
    )


@explain.register
def _(error: NoIndex) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "no_index",
        "This federation's unit is not indexed to prices.",
        "Amounts are in units; an index takes a charter with an [index] table.",
    )


@explain.register
def _(error: OtherCurrency) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "other_currency",
        f"The unit is indexed in {error.indexed_in}, not in {error.asked}.",
        f"Give the price in {error.indexed_in}, or the amount in units.",
    )


@explain.register
def _(error: PriceNotKnown) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "price_not_known",
        "What a unit is worth today is not known yet: the next print is late.",
        "Agree on an amount in units, or wait until the cooperatives have published it.",
    )


@explain.register
def _(error: PriceTooSmall) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "price_too_small",
        f"{error.asked} is less than a hundredth of a unit ({worth_words(error.value)}).",
        "Give a higher price.",
    )


@explain.register
def _(error: MemoTooLong) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "memo_too_long",
        f"The memo has {error.size} bytes; it may have {LONGEST_MEMO_BYTES}.",
        "Make it shorter. Letters with accents count twice.",
    )


@explain.register
def _(error: PayeeCoopUnknown) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "coop_unknown",
        f"There is no cooperative “{error.address.coop}” in your federation.",
        f"Its cooperatives are {', '.join(error.coops)}.",
    )


@explain.register
def _(error: PaymentInDoubt) -> CliError:
    words = payment_words(error.intent)
    facts: dict[str, str | int | bool | None] = {
        "payee": error.intent.payee,
        "amount": error.intent.amount,
        "settle": settling_command(error.intent),
    }
    remedy = (
        "It is safe to run the same command again: it sends the same bytes, which count only once. "
        "`fiado balance` shows what is in doubt."
    )
    cause = None if error.cause is None else in_words(error.cause)
    if cause is None:
        return CliError(
            ExitCode.INTERRUPTED,
            "payment_interrupted",
            f"Interrupted. Whether {words} was recorded is not known.",
            remedy,
            facts,
        )
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        cause.name,
        f"Whether {words} was recorded is not known: {cause.message[:1].lower()}{cause.message[1:]}",
        remedy,
        {**cause.details, **facts},
    )


@explain.register
def _(error: PaidAlready) -> CliError:
    fell = error.twin.fell
    return CliError(
        ExitCode.REFUSED,
        "paid_and_undone" if fell else "paid_already",
        f"{already_words(error)} Nothing {'' if fell else 'more '}was paid now.",
        "To pay it anew give --again."
        if fell
        else "If it is to be paid once more, give --again. Scripts give each payment an id of its own with "
        "--order, which is never paid twice.",
        {
            **({"outcome": fell} if fell else {}),
            "coop": error.coop,
            "number": error.twin.number,
            "time": error.twin.time,
            "payee": error.intent.payee,
            "amount": error.intent.amount,
        },
    )


@explain.register
def _(error: OrderDiffers) -> CliError:
    paid = error.paid
    return CliError(
        ExitCode.REFUSED,
        "order_differs",
        f"This order was paid already, with {format_amount(paid.amount)} to {paid.payee}: entry "
        f"{error.coop}/{error.number}. Nothing more was paid.",
        "Give what is to be paid now an id of its own.",
        {
            "coop": error.coop,
            "number": error.number,
            "payee": paid.payee,
            "amount": paid.amount,
        },
    )


@explain.register
def _(error: OrderError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "order_malformed",
        f"The order's id can't be used: {error.problem}.",
        "Take any plain text that names this payment and no other, such as an invoice's number.",
    )


@explain.register
def _(error: OrderDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "order_damaged",
        f"The file {error.path} says that this order was paid, but can't be read.",
        "Look at `fiado history`: if the payment is there, leave the file as it is. Nothing was paid now.",
    )


@explain.register
def _(error: JournalDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "journal_damaged",
        f"The file of pending payments {error.path} can't be used: {error.problem}.",
        "A payment may be under way that it no longer tells of. Look at `fiado history` first; if "
        "the last payment is there, or none was under way, move the file away and go on.",
    )


@explain.register
def _(error: JournalUnusable) -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "journal_unusable",
        f"Writing the file of pending payments {error.path} failed, so nothing more is signed.",
        "Make sure that the disk has room and works, then run this again.",
    )


@explain.register
def _(error: PaymentPending) -> CliError:
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        "payment_pending",
        f"The outcome of payment {error.sequence} is not known yet, so no other can begin.",
        "Run the command again when the node can be reached: it first sends that payment's same "
        "bytes, which can be recorded only once.",
        {"sequence": error.sequence},
    )


@explain.register
def _(error: SequenceUsed) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "sequence_used",
        f"The node asks for payment number {error.sequence}, which this wallet has used already.",
        "Nothing was signed. The node has lost what it had recorded, or is still catching up: try "
        "later, and tell your cooperative's stewards if it stays so. If the node has signed several "
        "histories, and your payment is in one that does not stand, this wallet goes on by itself once the "
        "cooperatives have decided, and readmitted yours with a new key: it has the receipt that proves it. "
        "If that receipt is lost, `fiado wallet restore` into another folder makes a wallet that remembers "
        "no number.",
        {"sequence": error.sequence},
    )


@explain.register
def _(error: NothingPending) -> CliError:
    return CliError(
        ExitCode.INTERNAL,
        "nothing_pending",
        f"Payment {error.sequence} was to be finished but is not under way.",
        "Please report this.",
        {"sequence": error.sequence},
    )
