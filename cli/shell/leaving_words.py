"""How a membership ends, in plain words: what people are asked to sign about it."""

from collections.abc import Callable
from typing import assert_never

from ledger.government.leaving import Leave, Leaving, Settle, Step
from node.member.amounts import format_amount
from node.member.client import Json
from node.plain import PlainForms

Who = Callable[[int], str]

when = PlainForms().time
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
    lines = [f"{who(leave.account)} leaves, and the account closes for ever."]
    if leave.payee is not None:
        return [*lines, f"Whatever it has then goes to {who(leave.payee)}."]
    lines.append(f"Whatever it has then goes to {who(0)}.")
    if leave.debt == 0:
        return [*lines, "It settles no debt."]
    return [
        *lines,
        f"It settles up to {format_amount(leave.debt)}: what it owes then is paid by its guarantors, and the "
        f"rest by {who(0)}.",
    ]


def _settle(settle: Settle, who: str) -> list[str]:
    match settle.step:
        case Step.CLAIM:
            return [
                f"Claim what {who} owes.",
                "The account goes on as it is; once the term of the bylaws is over the debt can be settled.",
            ]
        case Step.SETTLE:
            return [
                f"Settle what {who} owes, and close the account for ever.",
                "Its guarantors pay, each up to the cap, and the commons the rest.",
            ]
        case Step.WITHDRAW:
            return [f"Withdraw the claim about what {who} owes."]
        case _:
            assert_never(settle.step)


def debt_lines(paid: Json | None, coop: str) -> list[str]:
    """Who pays a debt, a sentence each, as a node tells it; nothing where nothing is owed."""
    if paid is None:
        return []
    lines = [f"As of now {format_amount(int(paid['debt']))} are owed, and would be paid so:"]
    lines += [
        f"{each['handle']}@{coop} pays {format_amount(int(each['amount']))} as guarantor."
        for each in paid["shares"]
    ]
    if paid["commons"]:
        lines.append(f"The commons of {coop} pays {format_amount(int(paid['commons']))}.")
    if not paid.get("within_ceiling", True):
        lines.append(
            "That is more than the bylaws let the commons owe: as long as it is, the debt can't be settled. "
            "The assembly can vote on a levy or on a higher ceiling."
        )
    return lines


def claim_lines(claim: Json, who: str) -> list[str]:
    """A claim that stands, as loud as it has to be for whoever it is about."""
    return [
        f"CLAIMED: stewards have claimed what {who} owes, on {when(int(claim['time']))}.",
        f"From {when(int(claim['due']))} on they can settle it: guarantors and the commons pay, and the "
        "account closes. Once nothing is owed the claim goes by itself.",
    ]


def paid_for_lines(paid: list[Json], coop: str) -> list[str]:
    """What somebody paid as a guarantor of late."""
    return [
        f"On {when(int(each['time']))} you paid {format_amount(int(each['amount']))} for "
        f"{each['handle']}@{coop}, for whom you answered: entry {coop}/{each['number']}."
        for each in paid
    ]
