"""A review of an account in sentences, each with its arithmetic: the very sentences of the pages.

`tests/vectors/review.json` has them for both. Nothing is summed up to a judgement.
"""

from node.member.amounts import format_amount
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
    lines = [f"Counted are the payments of the last {looked_at}."]
    if not review["complete"]:
        lines.append("There were more in a year than are counted here.")
    lines += trade_lines("Sold", review["sold"]) + trade_lines("Bought", review["bought"])
    back = review["came_back"]
    if back["count"]:
        lines.append(
            f"Of what was bought, came back: {back['count']} payments, {format_amount(back['amount'])}."
        )
    last = review["last_sale"]
    lines.append(
        "No sale in that time."
        if last is None
        else f"Last sale: {duration_words(review['time'] - last)} ago."
    )
    return [*lines, *debt_lines(review), *guarantee_lines(review)]


def trade_lines(title: str, trade: Json) -> list[str]:
    """What was sold or bought, and how much of it with whom."""
    if not trade["count"]:
        return [f"{title}: nothing."]
    total = format_amount(trade["amount"])
    lines = [
        f"{title}: {trade['count']} payments, {total} together, partners: {trade['partners']}."
    ]
    for each in trade["largest"]:
        other, permille = each["other"], each["permille"]
        who = "somebody" if other is None else _partner(other)
        share = f"{permille // 10}.{permille % 10} %"
        lines.append(
            f"  {who}: {format_amount(each['amount'])} of {total}, {share}, payments: {each['count']}."
        )
    if trade["others"]:
        lines.append(f"  all others: {format_amount(trade['others'])} of {total}.")
    return lines


def debt_lines(review: Json) -> list[str]:
    """How long the account was in debt, and is."""
    lines, times, debt = [], review["in_debt"], review["debt"]
    if times is None:
        lines.append(
            "How long it was in debt is not told: the node still reads its books, or it is too old by law."
        )
    else:
        of = duration_words(times["of_seconds"])
        parts = " + ".join(duration_words(each["seconds"]) for each in times["stretches"])
        lines.append(
            f"In debt for {parts} = {duration_words(times['seconds'])} of the last {of}."
            if parts
            else f"Never in debt in the last {of}."
        )
    if debt is not None:
        term = duration_words(debt["long_at"] - debt["since"])
        lasts = duration_words(review["time"] - debt["since"])
        lines.append(
            f"Owes {format_amount(debt['owed'])} now, below zero for {lasts}; by the bylaws a debt is long "
            f"after {term}."
        )
        if debt["is_long"]:
            lines.append("It is long. Nothing follows from that by itself: people decide.")
    return lines


def guarantee_lines(review: Json) -> list[str]:
    """For whom the account answers, and who for it."""
    lines = [
        f"Answers for {_name(each)} up to {format_amount(each['cap'])}."
        for each in review["answers_for"]
    ]
    if lines:
        lines.append(f"Pledged in all: {format_amount(review['pledged'])}.")
    return lines + [
        f"{_name(each)} answers for this account up to {format_amount(each['cap'])}."
        for each in review["answered_by"]
    ]


def _partner(other: Json) -> str:
    return f"{other['handle'] or '#' + str(other['account'])}@{other['coop']}"


def _name(guarantee: Json) -> str:
    return str(guarantee["handle"] or f"#{guarantee['account']}")
