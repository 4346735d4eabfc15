"""`fiado index`: the indexed unit, for everybody who wants to look, recompute or take part.

The commands here need no node. Each lives in a module of its own; `index_group` gathers them. Those
that ask a node are added to the same group elsewhere.
"""

import click

from . import words as words  # Importing it registers the words of the errors.
from .backtest_command import backtest
from .compute import compute
from .lookup import convert, show
from .plot_command import plot
from .survey import survey


@click.group("index")
def index_group() -> None:
    """The unit that keeps its purchasing power: its value, its rules and its history."""


for command in (backtest, compute, convert, plot, show, survey):
    index_group.add_command(command)
