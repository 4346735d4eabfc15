"""The words that click itself says: usage, options, and what is wrong with a command line.

Click asks gettext for them, which reads compiled catalogues that we don't have. So its modules are given
our `say` in place of it. Its texts stand here because the catalogues are made from what stands in our code;
one that a newer click adds is said in English until it stands here too.
"""

from typing import Final

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from cli.shell.language import later, say

WORDS: Final = (
    later("(dynamic)"),
    later("[OPTIONS]"),
    later("COMMAND [ARGS]..."),
    later("Choose from:\n\t{choices}"),
    later("Commands"),
    later("Could not open file {filename!r}: {message}"),
    later("Did you mean {possibility}?"),
    later("Error: The two entered values do not match."),
    later("Error: invalid input"),
    later("Error: {message}"),
    later("Got unexpected extra argument ({args})"),
    later("Got unexpected extra arguments ({args})"),
    later("Invalid value for {param_hint}: {message}"),
    later("Invalid value: {message}"),
    later("Missing argument"),
    later("Missing command."),
    later("Missing option"),
    later("Missing parameter"),
    later("(Did you mean one of: {possibilities}?)"),
    later("No such command {name!r}."),
    later("No such option {name!r}."),
    later("No such option: {name}"),
    later("Option {name!r} does not take a value."),
    later("Option {name!r} requires an argument."),
    later("Options"),
    later("Repeat for confirmation"),
    later("Show the version and exit."),
    later("Show this message and exit."),
    later("Try '{command} {option}' for help."),
    later("Usage:"),
    later("default: {default}"),
    later("directory"),
    later("env var: {var}"),
    later("file"),
    later("path"),
    later("required"),
    later("unknown error"),
    later("{name} {filename!r} does not exist."),
    later("{name} {filename!r} is a directory."),
    later("{name} {filename!r} is a file."),
    later("{name} {filename!r} is not readable."),
    later("{name} {filename!r} is not writable."),
    later("{value!r} is not a valid {number_type}."),
    later("{value!r} is not one of {choices}."),
    later("{value} is not in the range {range}."),
    later("%(prog)s, version %(version)s"),
)

_CLICKS_METAVAR: Final = click.core.Parameter.make_metavar
_MODULES: Final = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)


METAVARS: Final = (
    later("FILE"),
    later("FOLDER"),
    later("INTEGER"),
    later("PATH"),
    later("TEXT"),
)
"""What stands behind an option that names no word of its own for its value."""


def speak() -> None:
    """Let click say its words by our catalogues."""
    setattr(click.core.Parameter, "make_metavar", _make_metavar)  # noqa: B010 - a method of click's
    for module in _MODULES:
        for name, words in (("_", say), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, words)


def _make_metavar(parameter: click.core.Parameter, ctx: click.core.Context) -> str:
    """A plain word for a value. Click's own is the name of its type, which is made for sentences."""
    word = None if parameter.metavar is not None else _word_of(parameter.type)
    if word is None:
        return _CLICKS_METAVAR(parameter, ctx)
    return say(word) + ("..." if parameter.nargs != 1 else "")


def _word_of(kind: object) -> str | None:
    match kind:
        case click.types.Path():
            either = "FILE" if kind.file_okay else "FOLDER"
            return "PATH" if kind.file_okay and kind.dir_okay else either
        case click.types.StringParamType():
            return "TEXT"
        case click.types.IntParamType():
            return "INTEGER"
        case _:
            return None


def _counted(one: str, many: str, count: int) -> str:
    return say(one if count == 1 else many)
