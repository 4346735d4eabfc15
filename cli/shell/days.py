"""Days as people type them."""

import datetime
import time

import click


def read_day(text: str, option: str) -> int:
    """The beginning of a day in universal time, in Unix seconds; `now` is the present moment."""
    if text == "now":
        return int(time.time())
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{option} {text}: give a day such as 2027-03-01.") from None
    return int(datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC).timestamp())
