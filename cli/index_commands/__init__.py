"""`fiado index`: the indexed unit, for everybody who wants to look, recompute or take part.

Each command lives in a module of its own; `index_group` gathers them. `publish` and `verify` need a node,
`show` and `convert` ask one when they are given its address, and the others need none.
"""

import click

from cli.index_commands import words as words  # Importing it registers the words of the errors.
from cli.index_commands.backtest_command import backtest
from cli.index_commands.compute import compute
from cli.index_commands.lookup import convert, show
from cli.index_commands.node_values import history
from cli.index_commands.plot_command import plot
from cli.index_commands.publish import publish
from cli.index_commands.survey import survey
from cli.index_commands.verify import verify


@click.group("index")
def index_group() -> None:
    """The unit that keeps its purchasing power: its value, its rules and its history."""


for command in (backtest, compute, convert, history, plot, publish, show, survey, verify):
    index_group.add_command(command)
