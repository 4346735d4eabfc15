"""The entry point of the `fiado` command.

It gathers the commands; each group of commands lives in a module of its own.
"""

import click

import ledger
from cli.command_group import CommandGroup


@click.group(cls=CommandGroup)
@click.version_option(ledger.__version__, prog_name="fiado")
def main() -> None:
    """Fiado: mutual credit between cooperatives, with books that anyone can audit."""
