"""A review of an account in sentences, each with its arithmetic: the very sentences of the pages.

`tests/vectors/review.json` has them for both. Nothing is summed up to a judgement.
"""

from cli.shell.forms import in_units
from cli.shell.language import say
from node.member.client import Json

_HOUR_S = 3_600
_DAY_S = 86_400


def duration_words(seconds: int) -> str:
    """A duration in whole days and hours."""
    days, hours = seconds // _DAY_S, seconds % _DAY_S // _HOUR_S
    if not days:
        return f"{hours} h"
    return f"{days} d {hours} h" if hours else f"{days} d"


def review_lines(review: Json) -> list[str]:
    """All that a node says of an account."""
    looked_at = duration_words(review["time"] - review["since"])
    lines = [say("Counted are the payments of the last {looked_at}.", looked_at=looked_at)]
    if not review["complete"]:
        lines.append(say("There were more in a year than are counted here."))
    lines += trade_lines(say("Sold"), review["sold"]) + trade_lines(say("Bought"), review["bought"])
    back = review["came_back"]
    if back["count"]:
        lines.append(
            say(
                "Of what was bought, came back: {count} payments, {amount}.",
                count=back["count"],
                amount=in_units(back["amount"]),
            )
        )
    last = review["last_sale"]
    lines.append(
        say("No sale in that time.")
        if last is None
        else say("Last sale: {duration} ago.", duration=duration_words(review["time"] - last))
    )
    return [*lines, *debt_lines(review), *guarantee_lines(review)]


def trade_lines(title: str, trade: Json) -> list[str]:
    """What was sold or bought, and how much of it with whom."""
    if not trade["count"]:
        return [say("{title}: nothing.", title=title)]
    total = in_units(trade["amount"])
    lines = [
        say(
            "{title}: {count} payments, {total} together, partners: {partners}.",
            title=title,
            count=trade["count"],
            total=total,
            partners=trade["partners"],
        )
    ]
    for each in trade["largest"]:
        other, permille = each["other"], each["permille"]
        who = say("somebody") if other is None else _partner(other)
        share = f"{permille // 10}.{permille % 10} %"
        lines.append(
            say(
                "  {who}: {amount} of {total}, {share}, payments: {count}.",
                who=who,
                amount=in_units(each["amount"]),
                total=total,
                share=share,
                count=each["count"],
            )
        )
    if trade["others"]:
        lines.append(
            say(
                "  all others: {amount} of {total}.",
                amount=in_units(trade["others"]),
                total=total,
            )
        )
    return lines


def debt_lines(review: Json) -> list[str]:
    """How long the account was in debt, and is."""
    lines, times, debt = [], review["in_debt"], review["debt"]
    if times is None:
        lines.append(
            say(
                "How long it was in debt is not told: the node still reads its books, or it is too "
                "old by law."
            )
        )
    else:
        of = duration_words(times["of_seconds"])
        parts = " + ".join(duration_words(each["seconds"]) for each in times["stretches"])
        lines.append(
            say(
                "In debt for {parts} = {duration} of the last {of}.",
                parts=parts,
                duration=duration_words(times["seconds"]),
                of=of,
            )
            if parts
            else say("Never in debt in the last {of}.", of=of)
        )
    if debt is not None:
        term = duration_words(debt["long_at"] - debt["since"])
        lasts = duration_words(review["time"] - debt["since"])
        lines.append(
            say(
                "Owes {amount} now, below zero for {lasts}; by the bylaws a debt is long after "
                "{term}.",
                amount=in_units(debt["owed"]),
                lasts=lasts,
                term=term,
            )
        )
        if debt["is_long"]:
            lines.append(say("It is long. Nothing follows from that by itself: people decide."))
    return lines


def guarantee_lines(review: Json) -> list[str]:
    """For whom the account answers, and who for it."""
    lines = [
        say(
            "Answers for {name} up to {amount}.",
            name=_name(each),
            amount=in_units(each["cap"]),
        )
        for each in review["answers_for"]
    ]
    if lines:
        lines.append(say("Pledged in all: {amount}.", amount=in_units(review["pledged"])))
    return lines + [
        say(
            "{name} answers for this account up to {amount}.",
            name=_name(each),
            amount=in_units(each["cap"]),
        )
        for each in review["answered_by"]
    ]


def _partner(other: Json) -> str:
    return f"{other['handle'] or '#' + str(other['account'])}@{other['coop']}"


def _name(guarantee: Json) -> str:
    return str(guarantee["handle"] or f"#{guarantee['account']}")
