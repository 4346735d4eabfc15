"""`fiado federation propose currency` and `index`: what changes about the index of prices."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from cli.federation.proposing import coop_named, propose, signing_options
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
from cli.steward.stewardship import Stewardship
from ledger.charter import Charter
from ledger.charter_changes import read_change
from ledger.charter_index import IndexTable, LineStart, Redenominate, SetIndex, SurveyRules
from ledger.codec import MAX
from ledger.index.days import Method, day_from_text
from ledger.index.definition_fields import read_definition
from ledger.index.definitions import DefinitionError
from node.member.amounts import AmountError, parse_number

_COMMON: Final = frozenset(
    {
        *("method", "publishers", "quorum", "source_quorum", "step_cap", "stand_in_limit"),
        *("quote_days", "source"),
    }
)
_SURVEY: Final = frozenset({"observations_needed", "lead_days", "pace_weeks"})
_SURVEY_TOO: Final = frozenset({"period_days"})
"""May be left out."""
_START: Final = frozenset({"currency", "base_value"})
_VALUE_PLACES: Final = 6


class DayType(click.ParamType[int]):
    """A date such as 2027-01-01, as the ledger counts days."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        try:
            return day_from_text(str(value))
        except ValueError:
            self.fail(
                say("{value} is not a date such as 2027-01-01.", value=repr(value)), param, ctx
            )


DAY = DayType()


@click.command("currency")
@click.argument("currency", metavar="CODE")
@click.option("--from", "first_day", type=DAY, required=True, help="The first day of the new one.")
@click.option(
    "--old",
    type=click.IntRange(1, MAX),
    required=True,
    metavar="N",
    help="So many of the old currency…",
)
@click.option(
    "--new",
    type=click.IntRange(1, MAX),
    default=1,
    show_default=True,
    metavar="N",
    help="…are so many of the new one.",
)
@signing_options
def currency(currency: str, first_day: int, old: int, new: int, **signing: Any) -> None:
    """Go over to another national currency from a day on, such as when it loses three zeros: --old 1000.

    CODE has three capital letters. No balance changes, and what a unit buys is the same the day before
    and after.
    """
    change = Redenominate(first_day=first_day, numerator=new, denominator=old, currency=currency)
    if read_change(change.value()) is None:
        raise click.UsageError(
            say("{currency} is not three capital letters, such as ARS.", currency=currency)
        )

    def find(steward: Stewardship) -> Redenominate:
        chartered = steward.charter.index
        if chartered is not None and chartered.line.currency_on(first_day) == currency:
            raise click.UsageError(
                say(
                    "Prices are in {currency} on that day already: a new currency has another code. If it "
                    "keeps its name, agree on one that tells the two apart.",
                    currency=currency,
                )
            )
        return change

    propose(find, **signing)


@click.command("index")
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option("--from", "first_day", type=DAY, required=True, help="The first day of it.")
@click.option("--end", is_flag=True, help="The unit follows no index from that day on.")
@signing_options
def index(file: Path | None, first_day: int, end: bool, **signing: Any) -> None:
    """Let the unit follow prices by another table of rules from a day on.

    FILE is TOML with the lines of the charter's table `[index]`; docs/INDEX.md says what they mean.
    `currency` and `base_value` belong to it only where there was no index before; otherwise values go on
    where they were.
    """
    if end == (file is not None):
        raise click.UsageError(say("Give a FILE with the rules, or --end."))

    def find(steward: Stewardship) -> SetIndex:
        if file is None:
            return SetIndex(first_day=first_day, table=None)
        return read_table(file, first_day, steward.charter)

    propose(find, **signing)


def read_table(file: Path, first_day: int, charter: Charter) -> SetIndex:
    """The change that a file describes; raises `CliError` for one that describes none."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        table = document.get("index", document)
        _check_names(table)
        change = SetIndex(first_day=first_day, table=_table(table, charter), start=_start(table))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(file, say("it is not TOML ({error})", error=retold(str(error)))) from error
    except DefinitionError as error:
        raise _unusable(file, f"unit.{retold(str(error))}") from error
    except (KeyError, TypeError, AttributeError, AmountError) as error:
        raise _unusable(
            file, say("this is missing or wrong: {error}", error=retold(str(error)))
        ) from error
    if read_change(change.value()) is None:
        raise _unusable(file, say("a number is out of its range, or a field has another type"))
    return change


def _check_names(table: Mapping[str, Any]) -> None:
    unknown = sorted(table.keys() - _COMMON - _SURVEY - _SURVEY_TOO - _START - {"unit"})
    if unknown:
        raise KeyError(unknown[0])


def _table(table: Mapping[str, Any], charter: Charter) -> IndexTable:
    method = Method[str(table["method"]).upper()]
    named = table.get("publishers", [coop.number for coop in charter.members()])
    publishers = [
        coop_named(charter, each).number if isinstance(each, str) else each for each in named
    ]
    return IndexTable(
        method=method,
        publishers=tuple(sorted(publishers)),
        quorum=table["quorum"],
        source_quorum=table["source_quorum"],
        step_cap=table["step_cap"],
        stand_in_limit=table["stand_in_limit"],
        quote_days=table["quote_days"],
        source=table["source"],
        survey=_survey(table),
        unit=read_definition(table["unit"]) if "unit" in table else None,
    )


def _survey(table: Mapping[str, Any]) -> SurveyRules | None:
    if not (_SURVEY | _SURVEY_TOO) & table.keys():
        return None
    optional = _SURVEY_TOO & table.keys()
    return SurveyRules(**{name: table[name] for name in _SURVEY | optional})


def _start(table: Mapping[str, Any]) -> LineStart | None:
    if not _START & table.keys():
        return None
    value = parse_number(str(table["base_value"]), places=_VALUE_PLACES)
    return LineStart(currency=table["currency"], value=value)


def _unusable(file: Path, problem: str) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "index_table_unusable",
        say("{file} does not describe an index: {problem}.", file=file, problem=problem),
        say(
            "Its lines are those of the charter's table [index]: method, publishers, quorum, "
            "source_quorum, step_cap, stand_in_limit, quote_days, source; with surveys "
            "observations_needed, lead_days, pace_weeks and, if it is not a week, period_days; with "
            "the method unit a table [index.unit]."
        ),
    )
