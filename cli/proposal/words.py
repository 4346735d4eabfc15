"""The words for what can be wrong with an election held elsewhere. Only words: see `cli.shell.errors`."""

from cli.proposal.belenios import ElectionWrong
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say


@explain.register
def _(error: ElectionWrong) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        error.code,
        say("The election's file is not as it should be: {problem}.", problem=error.problem),
        say(
            "Ask whoever held the election for the right file; if there is none, tell your "
            "assembly."
        ),
    )
