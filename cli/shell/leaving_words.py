"""How a membership ends, in plain words: what people are asked to sign about it."""

from collections.abc import Callable
from typing import assert_never

from cli.shell.forms import in_units, moment
from cli.shell.language import say
from ledger.government.leaving import Leave, Leaving, Settle, Step
from node.member.client import Json

Who = Callable[[int], str]

when = moment
"""A time of the ledger, in universal time."""


def describe_leaving(change: Leaving, *, who: Who) -> list[str]:
    """What it does, in sentences; `who` names an account, 0 being the commons."""
    match change:
        case Leave():
            return _leave(change, who)
        case Settle():
            return _settle(change, who(change.account))
        case _:
            assert_never(change)


def _leave(leave: Leave, who: Who) -> list[str]:
    lines = [say("{who} leaves, and the account closes for ever.", who=who(leave.account))]
    if leave.payee is not None:
        return [*lines, say("Whatever it has then goes to {who}.", who=who(leave.payee))]
    lines.append(say("Whatever it has then goes to {who}.", who=who(0)))
    if leave.debt == 0:
        return [*lines, say("It settles no debt.")]
    return [
        *lines,
        say(
            "It settles up to {amount}: what it owes then is paid by its guarantors, and the rest "
            "by {who}.",
            amount=in_units(leave.debt),
            who=who(0),
        ),
    ]


def _settle(settle: Settle, who: str) -> list[str]:
    match settle.step:
        case Step.CLAIM:
            return [
                say("Claim what {who} owes.", who=who),
                say(
                    "The account goes on as it is; once the term of the bylaws is over the debt can be "
                    "settled."
                ),
            ]
        case Step.SETTLE:
            return [
                say("Settle what {who} owes, and close the account for ever.", who=who),
                say("Its guarantors pay, each up to the cap, and the commons the rest."),
            ]
        case Step.WITHDRAW:
            return [say("Withdraw the claim about what {who} owes.", who=who)]
        case _:
            assert_never(settle.step)


def debt_lines(paid: Json | None, coop: str) -> list[str]:
    """Who pays a debt, a sentence each, as a node tells it; nothing where nothing is owed."""
    if paid is None:
        return []
    lines = [
        say(
            "As of now {amount} are owed, and would be paid so:",
            amount=in_units(int(paid["debt"])),
        )
    ]
    lines += [
        say(
            "{handle}@{coop} pays {amount} as guarantor.",
            handle=each["handle"],
            coop=coop,
            amount=in_units(int(each["amount"])),
        )
        for each in paid["shares"]
    ]
    if paid["commons"]:
        lines.append(
            say(
                "The commons of {coop} pays {amount}.",
                coop=coop,
                amount=in_units(int(paid["commons"])),
            )
        )
    if not paid.get("within_ceiling", True):
        lines.append(
            say(
                "That is more than the bylaws let the commons owe: as long as it is, the debt can't "
                "be settled. The assembly can vote on a levy or on a higher ceiling."
            )
        )
    return lines


def claim_lines(claim: Json, who: str) -> list[str]:
    """A claim that stands, as loud as it has to be for whoever it is about."""
    return [
        say(
            "CLAIMED: stewards have claimed what {who} owes, on {time}.",
            who=who,
            time=when(int(claim["time"])),
        ),
        say(
            "From {time} on they can settle it: guarantors and the commons pay, and the account "
            "closes. Once nothing is owed the claim goes by itself.",
            time=when(int(claim["due"])),
        ),
    ]


def paid_for_lines(paid: list[Json], coop: str) -> list[str]:
    """What somebody paid as a guarantor of late."""
    return [
        say(
            "On {time} you paid {amount} for {handle}@{coop}, for whom you answered: entry "
            "{coop}/{number}.",
            time=when(int(each["time"])),
            amount=in_units(int(each["amount"])),
            handle=each["handle"],
            coop=coop,
            number=each["number"],
        )
        for each in paid
    ]
