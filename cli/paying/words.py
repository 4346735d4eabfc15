"""The words for what can keep a payment from being made, or its outcome from being known.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.paying.in_doubt import settling_command
from cli.paying.prices import worth_words
from cli.paying.settling import already_words, payment_words
from cli.shell.errors import CliError, explain, in_words
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.retelling import retold
from cli.shell.states import state_words
from node.member.contacts import (
    LONGEST_NAME,
    MOST_CONTACTS,
    ContactsDamaged,
    NameUnknown,
    NameUnusable,
    TooManyContacts,
)
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
        say("The payment link can't be used: {problem}.", problem=retold(error.problem)),
        say("Ask the payee for a new one, or pay to the address, such as alice@norte."),
    )


@explain.register
def _(error: NameUnusable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "name_malformed",
        say("“{text}” can't be a name.", text=error.text),
        say(
            "A name is 1 to {count} letters, digits, blanks, dots, apostrophes and hyphens.",
            count=LONGEST_NAME,
        ),
    )


@explain.register
def _(error: NameUnknown) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "address_malformed",
        say(
            "“{text}” is not an address, and no contact of this device has that name.",
            text=error.text,
        ),
        say(
            "An address is a handle and a cooperative, such as alice@norte; `fiado contact list` shows names."
        ),
    )


@explain.register
def _(error: TooManyContacts) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "too_many_contacts",
        say("There are {count} contacts already.", count=MOST_CONTACTS),
        say("Remove one that you don't need: `fiado contact remove NAME`."),
    )


@explain.register
def _(error: ContactsDamaged) -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "contacts_damaged",
        say("The contacts in {path} can't be read.", path=str(error.path)),
        say("Put a copy in its place, or move the file away and add them again."),
    )


@explain.register
def _(error: InvoiceNotOpen) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "invoice_not_open",
        say("There is nothing to pay: the invoice is {state}.", state=state_words(error.state)),
        say("Ask the merchant for a new invoice if you have not paid."),
        {"state": error.state},
    )


@explain.register
def _(error: OtherFederation) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "other_federation",
        say("The link is for another federation than yours."),
        say("Ask the payee for a link of yours, or for another way to be paid."),
    )


@explain.register
def _(error: NoIndex) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "no_index",
        say("This federation's unit is not indexed to prices."),
        say("Amounts are in units; an index takes a charter with an [index] table."),
    )


@explain.register
def _(error: OtherCurrency) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "other_currency",
        say(
            "The unit is indexed in {indexed_in}, not in {asked}.",
            indexed_in=error.indexed_in,
            asked=error.asked,
        ),
        say("Give the price in {indexed_in}, or the amount in units.", indexed_in=error.indexed_in),
    )


@explain.register
def _(error: PriceNotKnown) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "price_not_known",
        say("What a unit is worth today is not known yet: the next print is late."),
        say("Agree on an amount in units, or wait until the cooperatives have published it."),
    )


@explain.register
def _(error: PriceTooSmall) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "price_too_small",
        say(
            "{asked} is less than a hundredth of a unit ({worth}).",
            asked=error.asked,
            worth=worth_words(error.value),
        ),
        say("Give a higher price."),
    )


@explain.register
def _(error: MemoTooLong) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "memo_too_long",
        say(
            "The memo has {size} bytes; it may have {longest_memo_bytes}.",
            size=error.size,
            longest_memo_bytes=LONGEST_MEMO_BYTES,
        ),
        say("Make it shorter. Letters with accents count twice."),
    )


@explain.register
def _(error: PayeeCoopUnknown) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "coop_unknown",
        say("There is no cooperative “{coop}” in your federation.", coop=error.address.coop),
        say("Its cooperatives are {names}.", names=", ".join(error.coops)),
    )


@explain.register
def _(error: PaymentInDoubt) -> CliError:
    words = payment_words(error.intent)
    facts: dict[str, str | int | bool | None] = {
        "payee": error.intent.payee,
        "amount": error.intent.amount,
        "settle": settling_command(error.intent),
    }
    remedy = say(
        "It is safe to run the same command again: it sends the same bytes, which count only "
        "once. `fiado balance` shows what is in doubt."
    )
    cause = None if error.cause is None else in_words(error.cause)
    if cause is None:
        return CliError(
            ExitCode.INTERRUPTED,
            "payment_interrupted",
            say("Interrupted. Whether {payment} was recorded is not known.", payment=words),
            remedy,
            facts,
        )
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        cause.name,
        say(
            "Whether {payment} was recorded is not known: {message}",
            payment=words,
            message=cause.message[:1].lower() + cause.message[1:],
        ),
        remedy,
        {**cause.details, **facts},
    )


@explain.register
def _(error: PaidAlready) -> CliError:
    fell = error.twin.fell
    return CliError(
        ExitCode.REFUSED,
        "paid_and_undone" if fell else "paid_already",
        say("{already} Nothing was paid now.", already=already_words(error))
        if fell
        else say("{already} Nothing more was paid now.", already=already_words(error)),
        say("To pay it anew give --again.")
        if fell
        else say(
            "If it is to be paid once more, give --again. Scripts give each payment an id of its "
            "own with --order, which is never paid twice."
        ),
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
        say(
            "This order was paid already, with {amount} to {payee}: entry {coop}/{number}. "
            "Nothing more was paid.",
            amount=in_units(paid.amount),
            payee=paid.payee,
            coop=error.coop,
            number=error.number,
        ),
        say("Give what is to be paid now an id of its own."),
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
        say("The order's id can't be used: {problem}.", problem=retold(error.problem)),
        say(
            "Take any plain text that names this payment and no other, such as an invoice's number."
        ),
    )


@explain.register
def _(error: OrderDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "order_damaged",
        say("The file {path} says that this order was paid, but can't be read.", path=error.path),
        say(
            "Look at `fiado history`: if the payment is there, leave the file as it is. Nothing "
            "was paid now."
        ),
    )


@explain.register
def _(error: JournalDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "journal_damaged",
        say(
            "The file of pending payments {path} can't be used: {problem}.",
            path=error.path,
            problem=retold(error.problem),
        ),
        say(
            "A payment may be under way that it no longer tells of. Look at `fiado history` "
            "first; if the last payment is there, or none was under way, move the file away and "
            "go on."
        ),
    )


@explain.register
def _(error: JournalUnusable) -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "journal_unusable",
        say(
            "Writing the file of pending payments {path} failed, so nothing more is signed.",
            path=error.path,
        ),
        say("Make sure that the disk has room and works, then run this again."),
    )


@explain.register
def _(error: PaymentPending) -> CliError:
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        "payment_pending",
        say(
            "The outcome of payment {sequence} is not known yet, so no other can begin.",
            sequence=error.sequence,
        ),
        say(
            "Run the command again when the node can be reached: it first sends that payment's "
            "same bytes, which can be recorded only once."
        ),
        {"sequence": error.sequence},
    )


@explain.register
def _(error: SequenceUsed) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "sequence_used",
        say(
            "The node asks for payment number {sequence}, which this wallet has used already.",
            sequence=error.sequence,
        ),
        say(
            "Nothing was signed. The node has lost what it had recorded, or is still catching up: "
            "try later, and tell your cooperative's stewards if it stays so. If the node has "
            "signed several histories, and your payment is in one that does not stand, this "
            "wallet goes on by itself once the cooperatives have decided, and readmitted yours "
            "with a new key: it has the receipt that proves it. If that receipt is lost, `fiado "
            "wallet restore` into another folder makes a wallet that remembers no number."
        ),
        {"sequence": error.sequence},
    )


@explain.register
def _(error: NothingPending) -> CliError:
    return CliError(
        ExitCode.INTERNAL,
        "nothing_pending",
        say("Payment {sequence} was to be finished but is not under way.", sequence=error.sequence),
        say("Please report this."),
        {"sequence": error.sequence},
    )
