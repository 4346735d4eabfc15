"""Guarantees in plain words: what somebody is asked to sign who answers for another."""

from collections.abc import Callable
from typing import assert_never

from cli.shell.forms import in_units, moment
from cli.shell.language import later, say
from cli.shell.states import state_words
from cli.shell.terminal import Output
from ledger.government.guarantees import Guarantee, GuaranteeChange, Lapse
from node.member.client import Json
from node.member.guaranteeing import Outlook

when = moment
"""A time of the ledger, in universal time."""


def describe_guarantee(
    change: GuaranteeChange, *, who: Callable[[int], str], moment: Callable[[int], str]
) -> list[str]:
    """What it does, in sentences; `who` names an account, `moment` a time."""
    guarantor, member = who(change.guarantor), who(change.member)
    match change:
        case Guarantee(until=None):
            return [
                say(
                    "{guarantor} answers for {member} no more, as soon as no debt needs it.",
                    guarantor=guarantor,
                    member=member,
                ),
                say("Until then as much stays as the other guarantors don't cover."),
            ]
        case Guarantee():
            assert change.until is not None, "what has no day is withdrawn"
            return [
                say(
                    "{guarantor} answers for {member} up to {amount}, until {time}.",
                    guarantor=guarantor,
                    member=member,
                    amount=in_units(change.cap),
                    time=moment(change.until),
                ),
                say(
                    "If {member} leaves with a debt, {guarantor} may have to pay up to that much.",
                    member=member,
                    guarantor=guarantor,
                ),
                say("What {guarantor} can spend is less by as much.", guarantor=guarantor),
            ]
        case Lapse():
            return [
                say(
                    "What {guarantor} answers for with {member} goes down: its day has come, or no debt "
                    "needs it.",
                    guarantor=guarantor,
                    member=member,
                )
            ]
        case _:
            assert_never(change)


def worst_case_lines(asked: Json, outlook: Outlook, *, cap: int, until: int | None) -> list[str]:
    """What somebody reads before signing; `asked` is what stands, and `cap` what shall."""
    stands = asked["guarantee"]
    who = f"{stands['member']['handle']}@{asked['coop']}"
    before = in_units(asked["room"])
    lines = [
        say(
            "Your own room goes from {before} to {amount}.",
            before=before,
            amount=in_units(outlook.room_after),
        ),
    ]
    if outlook.held > 0:
        lines.append(
            say(
                "{amount} stays for now, because the debt of {who} needs it: so much you may have to "
                "pay at worst, for new debt of theirs too, until the debt has been paid or others "
                "cover it.",
                amount=in_units(outlook.worst),
                who=who,
            )
        )
    if until is None:
        return [
            say("You answer for {who} no more, but for what their debt needs now.", who=who),
            *lines,
        ]
    return [
        say(
            "At worst you pay {amount}: if {who} leaves or is closed with such a debt.",
            amount=in_units(outlook.worst),
            who=who,
        ),
        *lines,
        say(
            "It ends on {time}. To stop before: `fiado guarantee withdraw {handle}`, which ends "
            "it as soon as no debt needs it.",
            time=when(until),
            handle=stands["member"]["handle"],
        ),
    ]


def show_guarantees(found: Json, output: Output) -> None:
    """All that somebody has given and been given."""
    who = f"{found['handle']}@{found['coop']}"
    for title, other, rows in (
        (say("{who} answers for:", who=who), later("member"), found["given"]),
        (say("For {who} answer:", who=who), later("guarantor"), found["received"]),
    ):
        if rows:
            output.line(title)
            output.table(
                [
                    say(other),
                    say("up to"),
                    say("would pay now"),
                    say("can't be withdrawn"),
                    say("until"),
                ],
                [
                    [
                        each[other]["handle"],
                        in_units(each["cap"]),
                        in_units(each["share"]),
                        in_units(each["needed"]),
                        _until_words(each),
                    ]
                    for each in rows
                ],
            )
    if found["ended"]:
        names = ", ".join(f"{each['handle']}@{found['coop']}" for each in found["ended"])
        output.line(
            say(
                "{who} answers no more for {names}: it was withdrawn, its day came, or somebody who "
                "answers for more took the place.",
                who=who,
                names=names,
            )
        )
    if not found["given"] and not found["received"] and not found["ended"]:
        output.line(say("{who} answers for nobody, and nobody for {who}.", who=who))


def _until_words(guarantee: Json) -> str:
    if guarantee["until"] is None:
        return say("withdrawn: as soon as no debt needs it")
    held = guarantee["cap"] > guarantee["wanted"]
    lower = say("; goes down to {amount}", amount=in_units(guarantee["wanted"])) if held else ""
    return f"{when(guarantee['until'])}{lower}"


def guarantee_fields(found: Json) -> dict[str, str]:
    """One of them, and what would stay if it were withdrawn."""
    stands = found["guarantee"]
    limit = {} if stands["limit"] is None else {say("credit limit"): in_units(stands["limit"])}
    return {
        say(
            "member"
        ): f"{stands['member']['handle']}@{found['coop']}, {state_words(stands['status'])}",
        say("you answer up to"): in_units(stands["cap"]),
        say("until"): _until_words(stands) if stands["cap"] else say("nothing stands"),
        say("you would pay now"): in_units(stands["share"]),
        say("can't be withdrawn"): in_units(stands["needed"]),
        **limit,
        say("your room"): in_units(found["room"]),
    }


def given_lines(found: Json) -> list[str]:
    """What a guarantor has to know of those whom they answer for: what changed, and what is claimed."""
    lines = []
    for each in found["given"]:
        who = f"{each['member']['handle']}@{found['coop']}"
        you = say("you answer up to {amount}", amount=in_units(each["cap"]))
        for news in each["news"]:
            changed = say(
                "the credit limit of {who} is {amount}",
                who=who,
                amount=in_units(news["limit"] or 0),
            )
            if news["kind"] == "status":
                changed = say(
                    "the account of {who} is {status}", who=who, status=state_words(news["status"])
                )
            lines.append(
                say(
                    "Since {time} {changed}; {you}.",
                    time=when(news["time"]),
                    changed=changed,
                    you=you,
                )
            )
        claim = each["claim"]
        if claim is not None:
            lines.append(
                say(
                    "Stewards have claimed what {who} owes; from {time} on it can be settled, and {you}. "
                    "Your share: `fiado debts`.",
                    who=who,
                    time=when(claim["due"]),
                    you=you,
                )
            )
    return lines


def ring_lines(rings: list[list[Json]]) -> list[str]:
    """Circles, and what they mean."""
    return [
        say("In a circle, so that each leans on itself: ")
        + ", ".join(each["handle"] for each in ring)
        + "."
        for ring in rings
    ]
