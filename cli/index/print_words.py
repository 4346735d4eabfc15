"""A print in a few words, whatever it is of: a change in percent, two printed levels, or a survey's level."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cli.shell.forms import marked
from cli.shell.language import say
from ledger.index.days import Method
from ledger.index.exact import MILLIONTHS

_TENTHS: Final = 1
"""The decimals of a change under `cer` and `uf`."""
_PERCENT_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """How what is printed reads under the rules of a node's index."""

    is_survey: bool
    decimals: int = _TENTHS

    @classmethod
    def by_rules(cls, rules: Mapping[str, Any]) -> "Printed":
        """By what a node tells of its index."""
        decimals = rules.get("decimals")
        return cls(
            is_survey=rules.get("method") == Method.SURVEY.name.lower(),
            decimals=decimals if type(decimals) is int else _TENTHS,
        )

    def words(self, value: int, before: int | None = None) -> str:
        """`+2.5 %`, `137.802 → 137.949 (+0.11 %)`, or a level with six decimals."""
        if self.is_survey:
            return level_words(value)
        if before is None:
            return percent(value, self.decimals)
        first, second = (
            marked(f"{Decimal(each).scaleb(-self.decimals):.{self.decimals}f}")
            for each in (before, value)
        )
        if before < 1:
            return f"{first} → {second}"
        change = (Decimal(value) / Decimal(before) - 1) * 100
        return f"{first} → {second} ({marked(f'{change:+.{_PERCENT_PLACES}f} %')})"

    def of_told(self, told: Mapping[str, Any]) -> str:
        """Of a print as a node tells it, with what is late and whether it is a stand-in."""
        words = self.words(int(told.get("value", 0)), _before(told))
        if told.get("stand_in") is True:
            words = say("{shown}, repeated because the print is late", shown=words)
        for late in self.late_words(told):
            words += say(", late {percent}", percent=late)
        return words

    def late_words(self, told: Mapping[str, Any]) -> list[str]:
        """What a print as a node tells it makes good."""
        return [
            self.words(int(each.get("change", 0)), _before(each)) for each in told.get("late", [])
        ]


def percent(change: int, decimals: int = _TENTHS) -> str:
    """A change in percent, such as `+2.5 %`; an integer in units of the last of its decimals."""
    return marked(f"{Decimal(change).scaleb(-decimals):+.{decimals}f} %")


def level_words(millionths: int) -> str:
    """A level, with six decimals."""
    return marked(f"{Decimal(millionths) / MILLIONTHS:.6f}")


def _before(told: Mapping[str, Any]) -> int | None:
    before = told.get("before")
    return before if type(before) is int else None
