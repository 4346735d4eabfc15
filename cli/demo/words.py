"""The words for what can go wrong in the demonstration.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.demo.graph import GraphError
from cli.demo.processes import NodeFailed
from cli.demo.sending import SendingFailed
from cli.demo.stage import TourFailed
from cli.demo.trade import NotSettled
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode


@explain.register
def _(error: GraphError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "graph_malformed",
        f"Line {error.line} of the trade graph can't be used: {error.problem}.",
        "Every line is `payer payee amount`, such as `17 4 12.50`; lines that begin with # are notes.",
        {"line": error.line},
    )


@explain.register
def _(error: NodeFailed) -> CliError:
    lines = " ".join(error.last_lines) or "its log is empty"
    return CliError(
        ExitCode.INTERNAL,
        "demo_node_failed",
        f"The node in {error.folder} ended or did not become ready.",
        f"Its last words: {lines}",
    )


@explain.register
def _(error: SendingFailed) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "demo_sending_failed",
        f"{error.url} did not take what was sent: {error.reason}",
        "Run it again with --folder to keep the nodes' logs, and look there.",
    )


@explain.register
def _(error: NotSettled) -> CliError:
    return CliError(
        ExitCode.AUDIT_FAILED,
        "demo_not_settled",
        f"The nodes did not come to rest in time: {error.in_transit} payments are on their way.",
        "Run it again with --folder to keep the nodes' logs, and look there.",
        {"in_transit": error.in_transit},
    )


@explain.register
def _(error: TourFailed) -> CliError:
    return CliError(
        ExitCode.INTERNAL,
        "demo_failed",
        f"`{error.command}` ended with code {error.code}: {error.output.strip()}",
        "Please report it, with these lines.",
    )
