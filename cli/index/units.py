"""`fiado index units`: the official units that the product knows, and whether they come out as published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from cli.index.unit_check import Found, check_unit
from cli.index.unit_files import Unit, bundled_units, read_published
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output
from ledger.index.days import text_from_day

_MOST_SHOWN = 3
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@dataclass(eq=False)
class NothingToCheck(Exception):
    """No file in `folder` has a name that begins with that of a unit."""

    folder: str


@click.command()
@click.option(
    "--check",
    "folder",
    type=_FOLDER,
    help="Recompute the published values in this folder of CSV files, each named after its unit.",
)
@output_option
def units(*, folder: Path | None, output: Output) -> None:
    """List the official units that are known, or recompute their published values to the last digit.

    A file has the columns date (or month) and value, and its name begins with that of the unit: cer_2024.csv,
    uf_2021.csv. Where the prints behind the values are not known, each window is computed from the start and
    the print that fit it best; the note behind the count says so.
    """
    known = bundled_units()
    if folder is None:
        rows = [(unit.name, unit.currency, unit.title, unit.source) for unit in known.values()]
        output.table([say("name"), say("currency"), say("unit"), say("source")], rows)
        output.result({unit.name: unit.title for unit in known.values()})
        return
    found = dict(_checked(folder, known))
    if not found:
        raise NothingToCheck(str(folder))
    for name, result in found.items():
        output.line(
            say(
                "{name}: {value} of {days} exact",
                name=name,
                value=result.days - len(result.wrong),
                days=result.days,
            )
        )
    for line in _notes(found, known):
        output.note(line)
    output.result(
        {
            name: {"days": one.days, "exact": one.days - len(one.wrong)}
            for name, one in found.items()
        }
    )
    if any(result.wrong for result in found.values()):
        raise CliError(
            ExitCode.REFUSED,
            "units_differ",
            say("Not all published values come out."),
            say("Compare the days that are named with the publisher's own list."),
        )


def _checked(folder: Path, known: Mapping[str, Unit]) -> Iterator[tuple[str, Found]]:
    for path in sorted(folder.glob("*.csv")):
        unit = _unit_of(path.stem, known)
        if unit is not None:
            yield unit.name, check_unit(unit, read_published(path))


def _unit_of(stem: str, known: Mapping[str, Unit]) -> Unit | None:
    """The unit with the longest name that a file's name begins with, or has as its second part."""
    plain = stem.lower().replace("-", "_")
    parts = plain.split("_")
    for name in sorted(known, key=len, reverse=True):
        if plain.startswith(name.replace("-", "_")) and (plain + "_").startswith(
            name.replace("-", "_") + "_"
        ):
            return known[name]
    return next((known[part] for part in parts if part in known), None)


def _notes(found: Mapping[str, Found], known: Mapping[str, Unit]) -> Iterator[str]:
    sought = [name for name, result in found.items() if not result.is_from_prints]
    if sought:
        yield say(
            "Starts and prints were sought among those that fit: {names}.", names=", ".join(sought)
        )
    for name, result in found.items():
        valid_from = known[name].valid_from
        if valid_from is not None:
            yield say(
                "{name}: days from {day} on; before, it was another unit.",
                name=name,
                day=text_from_day(valid_from),
            )
        for day in result.wrong[:_MOST_SHOWN]:
            yield say("{name}: {day} comes out otherwise.", name=name, day=text_from_day(day))
