"""The credit limit in words: how near it is, how it changes, and who changed what, and why."""

from cli.shell.describing import CHANGE_WORDS, STEP_WORDS
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.terminal import Output
from node.member.client import Json

_SHOWN_WITH_BALANCE = 3

NEW_STATUS_WORDS = {
    "open": later("thawed"),
    "frozen": later("frozen"),
    "closed": later("closed"),
}


def near_limit_line(me: Json) -> str | None:
    """What the bylaws' soft limit has to say; None where it says nothing."""
    if me.get("is_near_limit") is not True:
        return None
    beyond = -int(me["balance"]) - int(me["limit"])
    if beyond > 0:
        return say(
            "You are beyond your credit limit: you owe {amount} of {amount_2}, {beyond} more than it. "
            "What you sell brings you back; until then you can't pay.",
            amount=in_units(-int(me["balance"])),
            amount_2=in_units(int(me["limit"])),
            beyond=in_units(beyond),
        )
    left = in_units(max(0, int(me["available"])))
    return say(
        "You are near your credit limit: you owe {amount} of {amount_2}, and {left} are left. "
        "Nothing is blocked before the limit; what you sell brings you away from it.",
        amount=in_units(-int(me["balance"])),
        amount_2=in_units(int(me["limit"])),
        left=left,
    )


def long_debt_line(me: Json) -> str | None:
    """That the debt is longer than the bylaws' term; None where it isn't, or the node does not say."""
    debt = me.get("debt")
    if debt is None or debt["is_long"] is not True:
        return None
    return say(
        "You have been below zero since {time}, longer than the term of your bylaws. Your "
        "stewards see that, and nothing is blocked by it: talk to them. `fiado review` shows "
        "what they see.",
        time=when(debt["since"]),
    )


def fall_line(me: Json) -> str | None:
    """That the limit falls soon below what is owed; None where it doesn't, or the node does not say."""
    fall = me.get("fall")
    if fall is None:
        return None
    return say(
        "On {time} your credit limit falls to {limit}, which is {beyond} less than you owe or answer for: "
        "sell before then, or talk to your stewards.",
        time=when(int(fall["time"])),
        limit=in_units(int(fall["limit"])),
        beyond=in_units(int(fall["beyond"])),
    )


def show_schedule(me: Json, output: Output) -> None:
    """The limit that comes after the present one."""
    schedule = me.get("schedule") or {}
    until, after = schedule.get("until"), schedule.get("after")
    if until is not None and after is not None:
        output.line(
            say(
                "From {time} on, the credit limit is {amount}.",
                time=when(until),
                amount=in_units(after),
            )
        )


def show_newest_changes(changes: list[Json], output: Output) -> None:
    """The newest changes with their reasons, below the balance."""
    for change in changes[:_SHOWN_WITH_BALANCE]:
        reason = (change.get("reason") or {}).get("text")
        if reason:
            output.line(
                f"{when(change['time'])}, {change_words(change)} {who_words(change)}: {reason}"
            )


def show_all_changes(changes: list[Json], unknown: int, output: Output) -> None:
    """Every change that the node knows of."""
    rows = [
        [
            when(change["time"]),
            change_words(change),
            who_words(change),
            (change.get("reason") or {}).get("text") or say("(the node does not have the text)"),
        ]
        for change in changes
    ]
    if rows:
        output.table([say("when"), say("what"), say("who"), say("why")], rows)
    else:
        output.line(say("Nothing was changed since you were admitted."))
    if unknown:
        output.line(
            say(
                "Changes of which your node has kept no note: {unknown}. The ledger has them; ask "
                "your stewards.",
                unknown=unknown,
            )
        )
    output.line(
        say(
            "You disagree? Members can overturn it by a vote: `fiado proposal new`, also without "
            "the stewards (--demand)."
        )
    )


def change_words(change: Json) -> str:
    """What was changed, and to what and until when if the node says that."""
    if change.get("limit") is not None:
        return say(
            "limit changed to {amount}{dates}",
            amount=in_units(change["limit"]),
            dates=_dates(change),
        )
    status = NEW_STATUS_WORDS.get(str(change.get("status"))) or STEP_WORDS.get(
        str(change.get("step"))
    )
    return say(status or CHANGE_WORDS.get(str(change["kind"]), str(change["kind"])))


def _dates(change: Json) -> str:
    words = ""
    if change.get("from") is not None and change["from"] > change["time"]:
        words += say(" from {time} on", time=when(change["from"]))
    if change.get("until") is not None:
        words += say(
            " until {time}, then {amount}",
            time=when(change["until"]),
            amount=in_units(change["after"]),
        )
    return words


def who_words(change: Json) -> str:
    """Who decided it."""
    if change.get("proposal") is not None:
        return say("by the members' vote {proposal}", proposal=change["proposal"])
    names = change.get("by") or []
    return (
        say("by the stewards {names}", names=", ".join(names)) if names else say("by the stewards")
    )
