"""`fiado demo`: the command."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from cli.demo.graph import make_graph, read_graph
from cli.demo.play import run_play
from cli.demo.plays import ASSEMBLY, FEDERATION, MOVING_IN
from cli.demo.processes import RunningNode
from cli.demo.staying import show_nodes, wait_for_interrupt
from cli.demo.tour import run_tour
from cli.demo.trade import TradeResult, run_trade
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import marked
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output


@click.command()
@click.option(
    "--trade-graph",
    "graph_file",
    type=click.Path(path_type=Path, allow_dash=False),
    is_flag=False,
    flag_value=Path(),
    help="Run the payments in this file, a line `payer payee amount` for each; without a file they are "
    "made up.",
)
@click.option(
    "--federation",
    "is_federation",
    is_flag=True,
    help="Play what happens to a federation: a coop joins, a key is lost, one cheats, one leaves.",
)
@click.option(
    "--assembly",
    "is_assembly",
    is_flag=True,
    help="Play how a coop governs itself: bylaws, votes, a debtor who leaves, a lost telephone.",
)
@click.option(
    "--moving-in",
    "is_moving_in",
    is_flag=True,
    help="Play how a community of 300 moves in from another system, with its balances.",
)
@click.option("--coops", type=click.IntRange(1, 64), default=3, help="How many cooperatives.")
@click.option(
    "--members", type=click.IntRange(2), default=1_000, help="Members of a made-up graph."
)
@click.option(
    "--payments", type=click.IntRange(0), default=5_000, help="Payments of a made-up graph."
)
@click.option("--seed", type=int, default=1, help="The seed of a made-up graph.")
@click.option(
    "--keep",
    is_flag=True,
    default=lambda: os.environ.get("KEEP") == "1",
    help="Keep the nodes running at the end, until Ctrl-C; KEEP=1 says the same.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make the nodes' folders here and leave them; otherwise they are removed at the end.",
)
@output_option
def demo(
    graph_file: Path | None,
    is_federation: bool,
    is_assembly: bool,
    is_moving_in: bool,
    coops: int,
    members: int,
    payments: int,
    seed: int,
    keep: bool,
    folder: Path | None,
    output: Output,
) -> None:
    """Show a federation of real nodes on this machine, from its charter to its audit.

    Without an option it is a tour: three cooperatives, a few members, and every command with what it
    prints. With --federation it is a play in acts about everything in a federation that can change, with
    --assembly one about what the members of a cooperative decide together, with --moving-in one about a
    community that comes from another system.
    With --trade-graph all payments of a graph are made for real: members are spread over the
    cooperatives so that communities stay together, admitted with signatures, and each signs what they
    pay. All servers listen on this machine only and are stopped at the end.
    """
    with _folder(folder) as root:
        if graph_file is None:
            program = click.get_current_context().find_root().command
            play = MOVING_IN if is_moving_in else ASSEMBLY if is_assembly else FEDERATION
            if is_federation or is_assembly or is_moving_in:
                if keep:
                    raise click.UsageError(
                        say("A play stops its nodes at its end: leave out --keep, or KEEP=1.")
                    )
                if not run_play(play, root, program=program, output=output):
                    click.get_current_context().exit(int(ExitCode.REFUSED))
                return
            run_tour(root, program=program, keep=keep, output=output)
            return
        if graph_file == Path():
            graph = make_graph(members=members, payments=payments, seed=seed)
        else:
            graph = read_graph(graph_file)

        def at_end(result: TradeResult, nodes: Sequence[RunningNode]) -> None:
            _show(result, output)
            output.result(result.as_json())
            if keep:
                show_nodes(nodes, output)
                wait_for_interrupt()

        result = run_trade(graph, coops=coops, root=root, output=output, at_end=at_end)
    if not result.holds:
        click.get_current_context().exit(int(ExitCode.AUDIT_FAILED))


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that goes away at the end."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="fiado-demo-") as temporary:
        yield Path(temporary)


def _show(result: TradeResult, output: Output) -> None:
    """The result for people."""
    document = result.as_json()
    refused = ", ".join(f"{count} {code}" for code, count in result.sent.refused.items())
    output.fields(
        {
            say("members"): str(result.members),
            say("payments"): say(
                "{accepted} accepted of {offered}",
                accepted=result.sent.accepted,
                offered=result.offered,
            ),
            say("refused"): refused or say("none"),
            say("within a cooperative"): marked(f"{100 * result.local_share:.1f} %"),
            say("on its way"): str(result.in_transit),
            say("sum of everything"): str(result.total),
            say("same state everywhere"): say("yes") if result.digests_equal else say("NO"),
            say("audits"): say("everything holds")
            if result.holds
            else say("SOMETHING DOES NOT HOLD"),
            say("validator"): str(document["validator"]),
            say("seconds"): ", ".join(
                f"{say(part)} {marked(f'{took:.1f}')}" for part, took in result.seconds.items()
            ),
        }
    )
