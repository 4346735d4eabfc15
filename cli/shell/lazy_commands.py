"""Commands that are loaded when they are asked for.

Loading everything costs a second of processor time, most of it for libraries that only a few commands need.
So the outermost group knows its commands by name and place, and only the one that is typed is imported; its
module in turn imports what it needs. Lists of commands with their help load them all.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click

from cli.shell.language import speaking
from node.words.codes import SOURCE_LANGUAGE


class LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name, each imported at its first use; a mapping as `click.Group` takes it."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """Of each command by name, its place such as `cli.paying.commands:pay`."""
        self._places = dict(places)
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module, _, attribute = self._places[name].partition(":")
            with speaking(SOURCE_LANGUAGE):  # click names types of files when they are made
                command = getattr(import_module(module), attribute)
            assert isinstance(command, click.Command), self._places[name]
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places.setdefault(name, "")
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
