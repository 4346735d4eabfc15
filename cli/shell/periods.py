"""A time from one day to another, as statements are asked for: `--from`, `--to` and `--zone`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from cli.shell.language import say
from node.zones import ZoneUnknown, day_begins, day_of, find_zone, machine_zone

Command = TypeVar("Command", bound=Callable[..., Any])

_LAST: Final = date(9998, 12, 31)
_EARLIEST: Final = date(1970, 1, 2)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, which is in it; without a first one from the beginning."""

    first: date | None
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> int:
        """When it begins, in Unix seconds."""
        return 0 if self.first is None else day_begins(self.first, self.zone)

    @property
    def until(self) -> int:
        """When it is over, in Unix seconds."""
        return day_begins(self.last + timedelta(days=1), self.zone)


def read_period(first: str | None, last: str | None, zone: str | None) -> Period:
    """The time that the options name. Raises `click.UsageError`."""
    found = _zone(zone)
    today = day_of(int(time.time()), found)
    period = Period(
        None if first is None else _day("--from", first),
        today if last is None else _day("--to", last),
        found,
    )
    if period.first is not None and period.first > period.last:
        raise click.UsageError(
            say("--from {first} comes after the last day, {last}.", first=first, last=period.last)
        )
    return period


def _zone(name: str | None) -> ZoneInfo:
    try:
        return find_zone(machine_zone() if name is None else name)
    except ZoneUnknown:
        raise click.UsageError(
            say("--zone {name}: give a name such as America/Argentina/Buenos_Aires.", name=name)
        ) from None


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text or not _EARLIEST <= day <= _LAST:
        raise click.UsageError(
            say("{option} {text}: give a day such as 2027-03-01.", option=option, text=text)
        )
    return day


def period_options(command: Command) -> Command:
    """Add `--from`, `--to` and `--zone`; the command gets them as `first`, `last` and `zone`."""
    for option in (
        click.option(
            "--zone",
            metavar="NAME",
            help="The time zone in which days begin and end, such as America/Argentina/Buenos_Aires; "
            "this machine's, if not said.",
        ),
        click.option("--to", "last", metavar="DAY", help="The last day; today, if not said."),
        click.option(
            "--from", "first", metavar="DAY", help="The first day; the very first, if not said."
        ),
    ):
        command = option(command)
    return command


def continue_option(command: Command) -> Command:
    """Add `--continue`, which the command gets as `continues`."""
    return click.option(
        "--continue",
        "continues",
        is_flag=True,
        help="For a bookkeeping program: without an opening balance, to be read together with the file of "
        "the time before.",
    )(command)


def check_continues(format_: str, *, continues: bool, period: Period) -> None:
    """Raise `click.UsageError` for a file that can't go on where another one ended."""
    if continues and (format_ not in ("hledger", "beancount") or period.first is None):
        raise click.UsageError(
            say("--continue goes with --from, and with --format hledger or beancount.")
        )
