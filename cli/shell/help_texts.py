"""The help of commands in the language that is spoken.

A command keeps the English that stands in its code; who asks for it in another language gets a copy.
"""

import inspect
from collections.abc import Iterator
from copy import copy
from typing import TypeVar

import click

from cli.shell.language import language, say
from node.words.codes import SOURCE_LANGUAGE

Command = TypeVar("Command", bound=click.Command)


def in_language(command: Command) -> Command:
    """The command with its help and that of its options, and of its own commands, in the language."""
    if language() == SOURCE_LANGUAGE:
        return command
    said = copy(command)
    said._help_option = None  # click keeps the one that it made in the language before
    said.help, said.short_help = _said(command.help), _said(command.short_help)
    said.params = [_parameter(each) for each in command.params]
    said.options_metavar = say(command.options_metavar or "")
    if isinstance(said, click.Group):
        said.subcommand_metavar = say(said.subcommand_metavar)
    if isinstance(said, click.Group) and isinstance(said.commands, dict):
        said.commands = {name: in_language(each) for name, each in said.commands.items()}
    return said


def _parameter(parameter: click.Parameter) -> click.Parameter:
    said = copy(parameter)
    if isinstance(said.type, click.Path):
        said.type = copy(said.type)
        said.type.name = say(said.type.name)
    if isinstance(said, click.Option):
        said.help = _said(said.help)
    return said


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
    if deep and isinstance(command, click.Group):
        for name in command.commands:
            yield from help_of(command.commands[name])
