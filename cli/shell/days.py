"""Days as people type them."""

import datetime
import time

import click

from cli.shell.language import say


def read_day(text: str, option: str) -> int:
    """The beginning of a day in universal time, in Unix seconds; `now` is the present moment."""
    if text == "now":
        return int(time.time())
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            say("{option} {text}: give a day such as 2027-03-01.", option=option, text=text)
        ) from None
    return int(datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC).timestamp())
