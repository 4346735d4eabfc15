"""What a person is told and asked before something is paid: what was in doubt, and what is paid already.

A question is put to the person outside of the wallet's lock, and what was answered counts for the payment
that was shown and for no other.
"""

import sys
from collections.abc import Callable
from typing import Final

from cli.shell.consent import agree_to_pay
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from node.member.membership import Membership
from node.member.paying.desk import Desk, open_desk
from node.member.paying.paid_before import MayRepeat, PaidAlready, Twin
from node.member.paying.paying import Paid
from node.member.paying.settling import News, Step, Tell
from node.member.pending_journal import PaymentIntent

Settle = Callable[[Desk], Paid | None]
"""Finishes what is in doubt; the payment if that was the one that is wanted."""

_WHAT_HOLDS: Final = {
    "undone": later("Nobody was paid, and you have the amount again."),
    "kept": later(
        "The payee keeps it all the same, and you have the amount again: paying anew pays "
        "them twice."
    ),
    "commons": later(
        "The payee's account had closed, and the common fund of their cooperative keeps it; "
        "you have the amount again."
    ),
}
_NOT_KNOWN: Final = later(
    "You have the amount again. Whether the payee was credited all the same, your node "
    "does not know: ask them first."
)

_NEVER: Final[MayRepeat] = lambda _: False  # noqa: E731
_ALWAYS: Final[MayRepeat] = lambda _: True  # noqa: E731


def payment_words(intent: PaymentIntent) -> str:
    """A payment in a few words."""
    price = f" ({intent.price})" if intent.price else ""
    return say(
        "{amount}{price} to {payee}",
        amount=in_units(intent.amount),
        price=price,
        payee=intent.payee,
    )


def telling(output: Output) -> Tell:
    """Tells a person what happens while a payment is settled."""
    return lambda news: output.note(news_words(news))


def telling_contribution(output: Output) -> Callable[[int], None]:
    """Tells a person what the commons gets on top, before anything is signed."""
    return lambda amount: output.note(
        say(
            "On top, {amount} go to the commons: your cooperative's bylaws ask that.",
            amount=in_units(amount),
        )
    )


def telling_near_limit(output: Output) -> Callable[[int, int], None]:
    """Tells a person, before anything is signed, that this payment comes near the credit limit."""
    return lambda owed, limit: output.note(
        say(
            "After this you will owe {amount}, near your credit limit of {amount_2}.",
            amount=in_units(owed),
            amount_2=in_units(limit),
        )
    )


def contribution_words(amount: int) -> str:
    """What the commons got on top, to follow a payment's words; empty where it got nothing."""
    return say(", and {amount} to the commons", amount=in_units(amount)) if amount else ""


def news_words(news: News) -> str:
    """What happened, as one sentence."""
    match news.step:
        case Step.RESUMING:
            return say(
                "First the payment whose outcome is unknown: {payment}.",
                payment=payment_words(news.intent),
            )
        case Step.REFUSED:
            why = "" if news.problem is None else news.problem.detail or news.problem.title
            return say("The node refused that payment: {why}", why=retold(why))
        case Step.RECORDED:
            return say(
                "It is recorded: {payment}, entry {number}.",
                payment=payment_words(news.intent),
                number=news.number,
            )
        case Step.WAS_MEANT:
            return say("That is the payment you asked for now, so nothing more is paid.")
        case Step.ORDER_PAID:
            return say("This order is paid already, so nothing more is paid.")


def unless_repeated(
    member: Membership, attempt: Callable[[Desk, MayRepeat], Paid], *, again: bool, output: Output
) -> Paid:
    """What `attempt` pays at the desk; asks when the same was paid already.

    Raises `PaidAlready` when there is nobody to ask, and as `agree_to_pay` when the answer is no.
    """
    may_repeat = _ALWAYS if again else _NEVER
    while True:
        try:
            with open_desk(member) as desk:
                return attempt(desk, may_repeat)
        except PaidAlready as paid:
            if output.is_json or not sys.stdin.isatty():
                raise
            output.note(already_words(paid))
            question = say("Pay it anew?") if paid.twin.fell else say("Pay it once more?")
            agree_to_pay(question, option="--again")
            may_repeat = _only(paid.twin)


def agree_although(
    member: Membership, coop: str, *, anyway: bool, output: Output, settle: Settle
) -> Paid | None:
    """Say what the home node knows against paying into that cooperative now, and ask.

    What is in doubt is settled first: it may be this very payment, which is returned then. Raises `CliError`
    when there is nobody to ask and `anyway` was not given, and as `agree_to_pay` when the answer is no.
    """
    troubles = member.what_keeps_from(coop)
    if not troubles:
        return None
    with open_desk(member) as desk:
        paid = settle(desk)
    if paid is not None:
        return paid
    for trouble in troubles:
        output.note(say("Careful: {detail}", detail=retold(trouble.detail)))
    if anyway:
        return None
    if output.is_json or not sys.stdin.isatty():
        raise CliError(
            ExitCode.REFUSED,
            "would_not_arrive",
            say(
                "Nothing was paid: a payment to {coop} would not arrive now. {detail}",
                coop=coop,
                detail=retold(troubles[0].detail),
            ),
            say(
                "Wait until the cooperatives have decided, or pay all the same with --anyway: the "
                "amount leaves your account at once."
            ),
            {"coop": coop, "warnings": ", ".join(trouble.kind for trouble in troubles)},
        )
    agree_to_pay(
        say(
            "Pay all the same? The amount leaves your account at once; it arrives later, if at all."
        ),
        option="--anyway",
    )
    return None


def already_words(paid: PaidAlready) -> str:
    """What was recorded, as one sentence."""
    moment, entry = when(paid.twin.time), f"{paid.coop}/{paid.twin.number}"
    if paid.twin.fell:
        return say(
            "{payment} was paid, entry {entry}, {moment}, and is undone: that entry is in a "
            "history of the log of {coop} that does not stand. ",
            payment=payment_words(paid.intent),
            entry=entry,
            moment=moment,
            coop=paid.coop,
        ) + say(_WHAT_HOLDS.get(paid.twin.fell, _NOT_KNOWN))
    return say(
        "{payment} is paid already: entry {entry}, {moment}.",
        payment=payment_words(paid.intent),
        entry=entry,
        moment=moment,
    )


def _only(agreed: Twin) -> MayRepeat:
    return lambda twin: twin == agreed
