"""The help of commands in the language that is spoken.

A command keeps the English that stands in its code; who asks for it in another language gets a copy.
"""

import inspect
import re
from collections.abc import Collection, Iterator
from copy import copy
from typing import Final, TypeVar

import click

from cli.shell.language import language, later, say
from node.words.codes import SOURCE_LANGUAGE

Command = TypeVar("Command", bound=click.Command)

PLACES: Final = (
    later("ADDRESS"),
    later("AMOUNT"),
    later("CHARTER"),
    later("CODE"),
    later("CURSOR"),
    later("DATE"),
    later("DAY"),
    later("DIRECTORY"),
    later("ENTRY"),
    later("EVENT"),
    later("FILE"),
    later("FILES"),
    later("FOLDER"),
    later("HANDLE"),
    later("HEAD"),
    later("INTEGER"),
    later("INTEGER RANGE"),
    later("INVOICE"),
    later("ITEM"),
    later("LATE"),
    later("LEVEL"),
    later("LIMIT"),
    later("MESSAGE"),
    later("NAME"),
    later("NEW_WALLET"),
    later("NUMBER"),
    later("PATH"),
    later("PAYEE"),
    later("PERCENT"),
    later("PERIOD"),
    later("PRICE"),
    later("SECONDS"),
    later("SIGNATURE_FILES"),
    later("TEXT"),
    later("TIME"),
    later("TITLE"),
    later("UNITS"),
    later("VALUE"),
    later("VERSION"),
)
"""What stands in a usage line for what people type; the same in every language: COOP, HEX, ID, N, URL."""
_PLACE: Final = re.compile(r"\b(?:INTEGER RANGE|[A-Z]{3,}(?:_[A-Z]+)?)\b")


def in_language(command: Command) -> Command:
    """The command with its help and that of its options, and of its own commands, in the language."""
    if language() == SOURCE_LANGUAGE:
        return command
    said = copy(command)
    said._help_option = None  # click keeps the one that it made in the language before
    names = {name for each in command.params for name in _PLACE.findall(_place(each, command))}
    said.help = _named(_said(command.help), names)
    said.short_help = _named(_said(command.short_help), names)
    said.params = [_parameter(each, command, names) for each in command.params]
    said.options_metavar = say(command.options_metavar or "")
    if isinstance(said, click.Group):
        said.subcommand_metavar = say(said.subcommand_metavar)
    if isinstance(said, click.Group) and isinstance(said.commands, dict):
        said.commands = {name: in_language(each) for name, each in said.commands.items()}
    return said


def _parameter(
    parameter: click.Parameter, command: click.Command, names: Collection[str]
) -> click.Parameter:
    said = copy(parameter)
    if isinstance(said.type, click.Path):
        said.type = copy(said.type)
        said.type.name = say(said.type.name)
    if isinstance(said, click.Option):
        said.help = _named(_said(said.help), names)
        if isinstance(said.show_default, str):
            said.show_default = say(said.show_default)
    place = _place(parameter, command)
    if place and not place.startswith(("[en", "{")):
        said.metavar = _named(place, names)
    return said


def _place(parameter: click.Parameter, command: click.Command) -> str:
    """What stands for the parameter's value in English; nothing for one that has none to be named."""
    if isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count):
        return ""
    if isinstance(parameter.type, click.Choice) and parameter.metavar is None:
        return ""
    return parameter.make_metavar(click.Context(command))


def _named(text: str | None, names: Collection[str]) -> str | None:
    """A help text with the command's own places as the language calls them."""
    if text is None:
        return None
    return _PLACE.sub(lambda found: say(found[0]) if found[0] in names else found[0], text)


def _said(text: str | None) -> str | None:
    return None if text is None else say(cleaned(text))


def cleaned(text: str) -> str:
    """A help text as catalogues have it: paragraphs, each on one line, as click shows them."""
    shown = inspect.cleandoc(text).partition("\f")[0]
    paragraphs = shown.split("\n\n")
    return "\n\n".join(
        each if each.startswith("\b") else " ".join(each.split()) for each in paragraphs
    )


def help_of(command: click.Command, *, deep: bool = True) -> Iterator[str]:
    """All the texts of a command's help, and of its own commands' unless only its own are asked for."""
    for text in (command.help, command.short_help):
        if text:
            yield cleaned(text)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield cleaned(parameter.help)
        shown = parameter.show_default if isinstance(parameter, click.Option) else None
        if isinstance(shown, str) and " " in shown:
            yield shown
    if deep and isinstance(command, click.Group):
        for name in command.commands:
            yield from help_of(command.commands[name])
