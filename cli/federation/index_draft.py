"""The table [index] of a charter's draft, and what people should know of it before they sign.

An official unit is named as `fiado index units` names it. What a cap on a step can't follow is said with the
draft, because a federation learns of it in the month in which it hurts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from textwrap import wrap
from typing import Any, Final

import click

from cli.index.unit_files import Unit, bundled_units, unit_names
from cli.shell.language import later, say
from ledger.index.days import UNITS, Method, day_from_text, text_from_day
from ledger.index.definition_fields import definition_fields
from ledger.index.parameters import LOWEST_VALUE
from node.member.amounts import parse_number

SURVEY: Final = "survey"
OFFICIAL_CAP: Final = 300
"""Tenths of a percent a month."""
SURVEY_CAP: Final = 100
"""Tenths of a percent a week."""

_VALUE_PLACES: Final = 6
_COMMENT_WIDTH: Final = 98
_DEFAULT_CURRENCY: Final = "ARS"
_SOURCES: Final = {
    "cer": later("INDEC, consumer prices, monthly change as printed"),
    "uf": later("INE, consumer prices, monthly change as printed"),
    SURVEY: later("the cooperatives' own baskets"),
}
_NAMED: Final = {method.name.lower() for method in UNITS}
"""Those that are methods of their own; the others stand in the charter with their definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDraft:
    """How the unit follows prices, and what it is worth on its first day."""

    method: str
    """`survey`, or the name of an official unit."""
    currency: str
    base_day: str
    """Such as `2026-01-15`."""
    base_value: str
    """With six decimals."""

    @property
    def chartered(self) -> str:
        """The method as the charter names it."""
        is_method = self.method == SURVEY or self.method in _NAMED
        return self.method if is_method else Method.UNIT.name.lower()

    @property
    def definition(self) -> Mapping[str, Any] | None:
        """The fields of the charter's [index.unit]; None where the method says it all."""
        if self.chartered != Method.UNIT.name.lower():
            return None
        return definition_fields(_units()[self.method].definition)

    @property
    def source(self) -> str:
        """Where prints come from."""
        told = _SOURCES.get(self.method)
        return _units()[self.method].source if told is None else say(told)


@cache
def _units() -> Mapping[str, Unit]:
    return bundled_units()


def index_names() -> list[str]:
    """What a draft's index may be."""
    return [SURVEY, *unit_names()]


def index_draft(name: str | None, currency: str | None, base: str | None) -> IndexDraft | None:
    """The draft of what the options say; None without any. Raises `click.UsageError`."""
    if name is None and base is None:
        return None
    if name is None or base is None:
        raise click.UsageError(
            say("--index and --base go together, such as --base 2026-01-15=1000.")
        )
    day, _, value = base.partition("=")
    try:
        base_day = text_from_day(day_from_text(day))
        millionths = parse_number(value, places=_VALUE_PLACES)
        if millionths < LOWEST_VALUE:
            raise ValueError
    except ValueError as error:
        raise click.UsageError(
            say(
                "{base} is not a day and a value of at least 1, such as 2026-01-15=1000.",
                base=repr(base),
            )
        ) from error
    usual = _DEFAULT_CURRENCY if name == SURVEY else _units()[name].currency
    return IndexDraft(
        method=name,
        currency=usual if currency is None else currency,
        base_day=base_day,
        base_value=f"{Decimal(millionths).scaleb(-_VALUE_PLACES):.6f}",
    )


def index_advice(name: str) -> list[str]:
    """What such an index can't follow, in a few sentences."""
    if name == SURVEY:
        cap = say(
            "Index: one survey moves the unit by step_cap at most. 10 % a week keeps up with prices that "
            "rise by 51 % a month; what is faster is followed late, and who is owed loses meanwhile."
        )
    else:
        cap = say(
            "Index: a printed change beyond step_cap is refused until you have raised the cap, and prices "
            "wait meanwhile. 30 % a month would have refused Lebanon's March 2023. Choose it above the worst "
            "month that you remember."
        )
    floor = say(
        "A unit is never worth less than 1.00 of the currency: prices that fall so far end the table. So "
        "begin well above it."
    )
    return [cap, floor]


def index_lines(index: IndexDraft, *, coops: int) -> list[str]:
    """All cooperatives publish, by the rules that docs/INDEX.md proposes to an assembly."""
    is_survey = index.method == SURVEY
    quorum = coops // 2 + 1
    lines = [
        *comment(
            say(
                "How the unit follows prices: docs/INDEX.md says what each line means. All cooperatives "
                "publish."
            )
        ),
        "[index]",
        f"method = {quoted(index.chartered)}",
        f"currency = {quoted(index.currency)}",
        f"base_day = {quoted(index.base_day)}",
        f"base_value = {quoted(index.base_value)}",
        *comment(say("How many must sign a print, and a change of where prints come from.")),
        f"quorum = {quorum}",
        f"source_quorum = {min(quorum + 1, coops)}",
        *comment(say("Tenths of a percent: the most that one print may move the unit.")),
        *(_survey_cap() if is_survey else _official_cap()),
        "stand_in_limit = 2",
        "quote_days = 7",
        f"source = {quoted(index.source)}",
    ]
    if is_survey:
        lines += [
            *comment(
                say("Of how many cooperatives' own figures the middle one is taken, at least.")
            ),
            f"observations_needed = {coops - (coops - 1) // 3}",
            *comment(say("A survey every so many days, 1 to 28.")),
            "period_days = 7",
            "lead_days = 3",
            "pace_weeks = 4",
        ]
    if index.definition is not None:
        lines += ["", *comment(say("As `fiado index units` has it.")), "[index.unit]"]
        lines += [
            f"{name} = {_toml(value)}"
            for name, value in index.definition.items()
            if value is not None
        ]
    return lines


def _survey_cap() -> list[str]:
    return [
        *comment(
            say(
                "10 % a week keeps up with prices that rise by 51 % a month; faster ones are followed late."
            )
        ),
        f"step_cap = {SURVEY_CAP}",
    ]


def _official_cap() -> list[str]:
    return [
        *comment(
            say(
                "A change beyond it is refused until the cap is raised: 30 % refuses Lebanon's March 2023."
            )
        ),
        f"step_cap = {OFFICIAL_CAP}",
    ]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return quoted(value) if isinstance(value, str) else str(value)


def comment(text: str) -> list[str]:
    """A text as lines that TOML passes over."""
    return [f"# {line}" for line in wrap(text, _COMMENT_WIDTH, break_on_hyphens=False)]


def quoted(text: str) -> str:
    """A TOML basic string. Raises `ValueError` for what can't be printed."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise ValueError("a text has characters that can't be printed")
    return f'"{escaped}"'
