"""Guarantees in plain words: what somebody is asked to sign who answers for another."""

from collections.abc import Callable
from typing import assert_never

from cli.shell.terminal import Output
from ledger.government.guarantees import Guarantee, GuaranteeChange, Lapse
from node.member.amounts import format_amount
from node.member.client import Json
from node.member.guaranteeing import Outlook
from node.plain import PlainForms

when = PlainForms().time
"""A time of the ledger, in universal time."""


def describe_guarantee(
    change: GuaranteeChange, *, who: Callable[[int], str], moment: Callable[[int], str]
) -> list[str]:
    """What it does, in sentences; `who` names an account, `moment` a time."""
    guarantor, member = who(change.guarantor), who(change.member)
    match change:
        case Guarantee(until=None):
            return [
                f"{guarantor} answers for {member} no more, as soon as no debt needs it.",
                "Until then as much stays as the other guarantors don't cover.",
            ]
        case Guarantee():
            assert change.until is not None, "what has no day is withdrawn"
            return [
                f"{guarantor} answers for {member} up to {format_amount(change.cap)}, "
                f"until {moment(change.until)}.",
                f"If {member} leaves with a debt, {guarantor} may have to pay up to that much.",
                f"What {guarantor} can spend is less by as much.",
            ]
        case Lapse():
            return [
                f"What {guarantor} answers for with {member} goes down: its day has come, or no debt "
                "needs it."
            ]
        case _:
            assert_never(change)


def worst_case_lines(asked: Json, outlook: Outlook, *, cap: int, until: int | None) -> list[str]:
    """What somebody reads before signing; `asked` is what stands, and `cap` what shall."""
    stands = asked["guarantee"]
    who = f"{stands['member']['handle']}@{asked['coop']}"
    before = format_amount(asked["room"])
    lines = [
        f"Your own room goes from {before} to {format_amount(outlook.room_after)}.",
    ]
    if outlook.held > 0:
        lines.append(
            f"{format_amount(outlook.worst)} stays for now, because the debt of {who} needs it: so much "
            "you may have to pay at worst, for new debt of theirs too, until the debt has been paid or "
            "others cover it."
        )
    if until is None:
        return [f"You answer for {who} no more, but for what their debt needs now.", *lines]
    return [
        f"At worst you pay {format_amount(outlook.worst)}: if {who} leaves or is closed with such a debt.",
        *lines,
        f"It ends on {when(until)}. To stop before: `fiado guarantee withdraw "
        f"{stands['member']['handle']}`, which ends it as soon as no debt needs it.",
    ]


def show_guarantees(found: Json, output: Output) -> None:
    """All that somebody has given and been given."""
    who = f"{found['handle']}@{found['coop']}"
    for title, other, rows in (
        (f"{who} answers for:", "member", found["given"]),
        (f"For {who} answer:", "guarantor", found["received"]),
    ):
        if rows:
            output.line(title)
            output.table(
                [other, "up to", "would pay now", "can't be withdrawn", "until"],
                [
                    [
                        each[other]["handle"],
                        format_amount(each["cap"]),
                        format_amount(each["share"]),
                        format_amount(each["needed"]),
                        _until_words(each),
                    ]
                    for each in rows
                ],
            )
    if found["ended"]:
        names = ", ".join(f"{each['handle']}@{found['coop']}" for each in found["ended"])
        output.line(
            f"{who} answers no more for {names}: it was withdrawn, its day came, or somebody who answers "
            "for more took the place."
        )
    if not found["given"] and not found["received"] and not found["ended"]:
        output.line(f"{who} answers for nobody, and nobody for {who}.")


def _until_words(guarantee: Json) -> str:
    if guarantee["until"] is None:
        return "withdrawn: as soon as no debt needs it"
    held = guarantee["cap"] > guarantee["wanted"]
    lower = f"; goes down to {format_amount(guarantee['wanted'])}" if held else ""
    return f"{when(guarantee['until'])}{lower}"


def guarantee_fields(found: Json) -> dict[str, str]:
    """One of them, and what would stay if it were withdrawn."""
    stands = found["guarantee"]
    limit = {} if stands["limit"] is None else {"credit limit": format_amount(stands["limit"])}
    return {
        "member": f"{stands['member']['handle']}@{found['coop']}, {stands['status']}",
        "you answer up to": format_amount(stands["cap"]),
        "until": _until_words(stands) if stands["cap"] else "nothing stands",
        "you would pay now": format_amount(stands["share"]),
        "can't be withdrawn": format_amount(stands["needed"]),
        **limit,
        "your room": format_amount(found["room"]),
    }


def given_lines(found: Json) -> list[str]:
    """What a guarantor has to know of those whom they answer for: what changed, and what is claimed."""
    lines = []
    for each in found["given"]:
        who = f"{each['member']['handle']}@{found['coop']}"
        you = f"you answer up to {format_amount(each['cap'])}"
        for news in each["news"]:
            changed = f"the credit limit of {who} is {format_amount(news['limit'] or 0)}"
            if news["kind"] == "status":
                changed = f"the account of {who} is {news['status']}"
            lines.append(f"Since {when(news['time'])} {changed}; {you}.")
        claim = each["claim"]
        if claim is not None:
            lines.append(
                f"Stewards have claimed what {who} owes; from {when(claim['due'])} on it can be settled, "
                f"and {you}. Your share: `fiado debts`."
            )
    return lines


def ring_lines(rings: list[list[Json]]) -> list[str]:
    """Circles, and what they mean."""
    return [
        "In a circle, so that each leans on itself: "
        + ", ".join(each["handle"] for each in ring)
        + "."
        for ring in rings
    ]
