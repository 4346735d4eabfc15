"""Nodes of a demo that stay up at its end."""

import sys
import time
from collections.abc import Sequence

import click

from cli.demo.processes import RunningNode
from cli.shell.language import say
from cli.shell.terminal import Output


def show_nodes(nodes: Sequence[RunningNode], output: Output) -> None:
    """Say where they are."""
    output.line()
    output.line(say("The nodes stay up until you press Ctrl-C:"))
    for node in nodes:
        output.line(f"  {node.folder.name}  {node.url}  {node.folder}")
    output.line(
        say("Each address is a page: the open books; /wallet and /pos below it are worth a look.")
    )


def wait_for_interrupt() -> None:
    """Wait until Ctrl-C."""
    sys.stdout.flush()
    try:
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        click.echo()
