"""`fiado index plot --node URL --weeks`: what one unit bought each week, the rows that the page has too."""

from collections.abc import Sequence
from typing import Final

from cli.index.pictures import PictureFile
from cli.index.plot_node import in_one_currency, read_changes, read_values
from cli.index.week_pictures import draw_weeks, week_lines
from cli.shell.language import say
from cli.shell.terminal import Output
from ledger.index.days import DAYS_IN_WEEK, day_from_text, text_from_day
from ledger.index.exact import MILLIONTHS
from node.index_weeks import MOST_BEFORE, weeks_worth
from node.member.answers import integer, text
from node.member.client import NodeClient
from node.member.paying.pricing import NoIndex, read_rules

_DAYS_BEFORE: Final = DAYS_IN_WEEK * (MOST_BEFORE + 1)


def weeks_of_node(url: str, files: Sequence[PictureFile], output: Output) -> None:
    """Show the weeks around today, or the newest ones where today has no value."""
    with NodeClient(url) as client:
        rules = read_rules(client)
        if rules is None:
            raise NoIndex
        base, last = (
            day_from_text(text(client, rules, key)) for key in ("base_day", "known_until")
        )
        today, currency = integer(client, rules, "day"), text(client, rules, "currency")
        first = max(base, min(today, last) - _DAYS_BEFORE)
        values = in_one_currency(
            read_values(client, first, last), first, read_changes(client, rules), today
        )
    millionths = [round(value * MILLIONTHS) for value in values]
    weeks = weeks_worth(millionths, first_day=first, today=today)
    title = say("What one unit bought, in {currency}, at the end of each week", currency=currency)
    output.line(title)
    output.line()
    for line in week_lines(weeks):
        output.line(line)
    if files:
        draw_weeks(weeks, title=title, subtitle=_subtitle(last), files=files)
    for file in files:
        output.note(say("Drawn to {path}.", path=file.path))
    output.result(
        {
            "currency": currency,
            "weeks": [
                {
                    "day": text_from_day(week.day),
                    "value_millionths": week.value,
                    "when": week.when.value,
                }
                for week in weeks
            ],
        }
    )


def _subtitle(last: int) -> str:
    return say("As the cooperatives certified it; known until {day}.", day=text_from_day(last))
