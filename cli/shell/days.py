"""Days as people type them."""

import datetime
import time
from typing import Final

import click

from cli.shell.language import say

_DAY_S: Final = 86_400


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


def read_last_day(text: str, option: str) -> int:
    """The end of a day in universal time, in Unix seconds: all of that day belongs to it."""
    begin = read_day(text, option)
    return begin if text == "now" else begin + _DAY_S
