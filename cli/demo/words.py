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
from cli.shell.language import say
from cli.shell.retelling import retold


@explain.register
def _(error: GraphError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "graph_malformed",
        say(
            "Line {line} of the trade graph can't be used: {problem}.",
            line=error.line,
            problem=error.problem,
        ),
        say(
            "Every line is `payer payee amount`, such as `17 4 12.50`; lines that begin with # "
            "are notes."
        ),
        {"line": error.line},
    )


@explain.register
def _(error: NodeFailed) -> CliError:
    lines = " ".join(error.last_lines) or say("its log is empty")
    return CliError(
        ExitCode.INTERNAL,
        "demo_node_failed",
        say("The node in {folder} ended or did not become ready.", folder=error.folder),
        say("Its last words: {lines}", lines=lines),
    )


@explain.register
def _(error: SendingFailed) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "demo_sending_failed",
        say(
            "{url} did not take what was sent: {reason}", url=error.url, reason=retold(error.reason)
        ),
        say("Run it again with --folder to keep the nodes' logs, and look there."),
    )


@explain.register
def _(error: NotSettled) -> CliError:
    return CliError(
        ExitCode.AUDIT_FAILED,
        "demo_not_settled",
        say(
            "The nodes did not come to rest in time: {in_transit} payments are on their way.",
            in_transit=error.in_transit,
        ),
        say("Run it again with --folder to keep the nodes' logs, and look there."),
        {"in_transit": error.in_transit},
    )


@explain.register
def _(error: TourFailed) -> CliError:
    return CliError(
        ExitCode.INTERNAL,
        "demo_failed",
        say(
            "`{command}` ended with code {code}: {printed}",
            command=error.command,
            code=error.code,
            printed=error.output.strip(),
        ),
        say("Please report it, with these lines."),
    )
