"""`fiado index`: the indexed unit, for everybody who wants to look, recompute or take part.

Each command lives in a module of its own; `index_group` gathers them. `publish` and `verify` need a node,
`show` and `convert` ask one when they are given its address, and the others need none.
"""

import click

from cli.index.backtest_command import backtest
from cli.index.compute import compute
from cli.index.lookup import convert, show
from cli.index.node_values import history
from cli.index.plot_command import plot
from cli.index.publish import publish
from cli.index.survey import survey
from cli.index.survey_linking import link, rebase
from cli.index.survey_sheets import check, import_, sheet
from cli.index.units import units
from cli.index.verify import verify
from cli.shell.errors import words_stand_in

words_stand_in("cli.index.words", "cli.paying.words")


@click.group("index")
def index_group() -> None:
    """The unit that keeps its purchasing power: its value, its rules and its history."""


for command in (
    backtest,
    compute,
    convert,
    history,
    plot,
    publish,
    show,
    survey,
    units,
    verify,
):
    index_group.add_command(command)

for command in (import_, check, sheet, link, rebase):
    survey.add_command(command)
