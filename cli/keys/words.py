"""The words for what can be wrong with the keys of an account. Importing this module registers them."""

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from node.member.owning import DraftStale, DraftUnreadable, NotAnOwner, NotATill


@explain.register
def _(error: NotATill) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "not_a_till",
        say("This key may not pay for the account: it was never given, or it was taken away."),
        say("The owner of the account gives it with `fiado account delegate`."),
    )


@explain.register
def _(error: NotAnOwner) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "not_an_owner",
        say("This wallet's key owns no part of the account."),
        say("`fiado account keys` shows who owns it."),
    )


@explain.register
def _(error: DraftUnreadable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "draft_unreadable",
        say("The file is no draft of owners, or it was damaged on its way."),
        say("Let whoever made it send it once more."),
    )


@explain.register
def _(error: DraftStale) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "draft_stale",
        say(
            "Somebody has signed it who owns the account no more, or it is of another cooperative."
        ),
        say("Make the draft anew."),
    )
