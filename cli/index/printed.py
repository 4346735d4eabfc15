"""What a steward types of a print: its period, and what was printed of it, a change in percent or two levels.

Everything is kept as it was typed until it is known how many decimals the unit has and which periods.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from cli.shell.language import say
from cli.shell.parameters import read_number
from ledger.index.days import day_from_text, month_from_text
from ledger.index.definitions import MOST_DECIMALS

_LARGEST_PERCENT: Final = 10**5
_LEVEL: Final = re.compile(rf"([0-9]{{1,9}})(?:[.,]([0-9]{{1,{MOST_DECIMALS}}}))?")
_DATE_LENGTH: Final = len("2026-03-15")
_HALVES: Final = ("1", "2")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it was typed: without its mark, and how many decimals it has."""

    digits: int
    decimals: int

    def scaled(self, decimals: int) -> int:
        """In units of the last of so many decimals. Raises `click.UsageError` if it has more."""
        if self.decimals > decimals:
            raise click.UsageError(
                say(
                    "What is printed of prices for this unit has at most {decimals} decimals.",
                    decimals=decimals,
                )
            )
        return self.digits * int(10 ** (decimals - self.decimals))


class ChangeType(click.ParamType[PrintedNumber]):
    """A change in percent with at most four decimals, such as `2.5` or `-0,3`."""

    name = "percent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PrintedNumber:
        """Read the text."""
        if isinstance(value, PrintedNumber):
            return value
        text = str(value).strip().removesuffix("%").strip()
        _, _, decimals = text.replace(",", ".").partition(".")
        places = min(len(decimals), MOST_DECIMALS)
        digits = read_number(self, text, param, ctx, places=places, is_signed=True)
        if abs(digits) > _LARGEST_PERCENT * 10**places:
            self.fail(
                say("{value} is not a change such as 2.5 or -0.3, in percent.", value=repr(value)),
                param,
                ctx,
            )
        return PrintedNumber(digits, places)


class LevelType(click.ParamType[PrintedNumber]):
    """A printed level with at most four decimals, such as `137.949`. Its one mark is for decimals."""

    name = "level"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PrintedNumber:
        """Read the text."""
        if isinstance(value, PrintedNumber):
            return value
        match = _LEVEL.fullmatch(str(value).strip())
        if match is None or not int(match[1] + (match[2] or "")):
            self.fail(
                say("{value} is not a level such as 137.949, above 0.", value=repr(value)),
                param,
                ctx,
            )
        decimals = match[2] or ""
        return PrintedNumber(int(match[1] + decimals), len(decimals))


class PeriodType(click.ParamType[str]):
    """A month such as 2026-03, a half of one such as 2026-03/2, or a survey's period by a date in it."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        text = str(value)
        month, mark, half = text.partition("/")
        try:
            if mark and half not in _HALVES:
                raise ValueError(text)
            day_from_text(text) if len(text) == _DATE_LENGTH and not mark else month_from_text(
                month
            )
        except ValueError:
            self.fail(
                say("{value} is not a month such as 2026-03, or a date.", value=repr(value)),
                param,
                ctx,
            )
        return text


@dataclass(frozen=True, slots=True)
class LatePrint:
    """What was printed after all of a period that a stand-in stands for: a change, or two levels."""

    period: str
    printed: Sequence[PrintedNumber]


class LateType(click.ParamType[LatePrint]):
    """A late change such as `2026-02=3.1`, or late levels such as `2026-02=137.8:138.1`."""

    name = "late"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> LatePrint:
        """Read the text."""
        if isinstance(value, LatePrint):
            return value
        period, mark, printed = str(value).partition("=")
        if not mark:
            self.fail(
                say("{value} is not a late change such as 2026-02=3.1.", value=repr(value)),
                param,
                ctx,
            )
        period = PeriodType().convert(period, param, ctx)
        before, is_pair, now = printed.partition(":")
        if not is_pair:
            return LatePrint(period, (ChangeType().convert(printed, param, ctx),))
        levels = (LevelType().convert(each, param, ctx) for each in (before, now))
        return LatePrint(period, tuple(levels))
