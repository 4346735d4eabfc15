"""`fiado index`: the indexed unit, for everybody who wants to look, recompute or take part.

Each command lives in a module of its own; `index_group` gathers them. `publish` and `verify` need a node,
`show` and `convert` ask one when they are given its address, and the others need none.
"""

import click

from . import words as words  # Importing it registers the words of the errors.
from .backtest_command import backtest
from .compute import compute
from .lookup import convert, show
from .node_values import history
from .plot_command import plot
from .publish import publish
from .survey import survey
from .verify import verify


@click.group("index")
def index_group() -> None:
    """The unit that keeps its purchasing power: its value, its rules and its history."""


for command in (backtest, compute, convert, history, plot, publish, show, survey, verify):
    index_group.add_command(command)
