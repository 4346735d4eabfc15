"""The words for what can be wrong with a steward's key or a draft.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
from cli.steward.draft_file import DraftError, ReasonUnusable
from cli.steward.stewardship import StewardKeyMissing, StewardNotInOffice, StewardNotLinked
from ledger.memos import MAX_TEXT_BYTES


@explain.register
def _(error: StewardKeyMissing) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "steward_key_missing",
        say("There is no steward's key at {path}.", path=error.path),
        say(
            "Make one with `fiado steward key new`, bring one back from its words with `fiado "
            "steward key restore`, or say where it is with --key."
        ),
    )


@explain.register
def _(error: StewardNotLinked) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "steward_not_linked",
        say("The key {path} does not say at which node its steward serves.", path=error.path),
        say(
            "Say it once: `fiado steward key use URL`, with the address of your cooperative's node."
        ),
    )


@explain.register
def _(error: StewardNotInOffice) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "steward_not_in_office",
        say(
            "The key {path} is of nobody who is a steward of {coop} now.",
            path=error.path,
            coop=error.coop,
        ),
        say(
            "Who has been elected signs with the wallet of the own account; `fiado proposal list` "
            "shows the elections."
        ),
    )


@explain.register
def _(error: DraftError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "draft_unusable",
        say("This can't be signed or submitted: {problem}.", problem=retold(error.problem)),
        say(
            "Ask whoever drafted it for a new one; `fiado steward pending` lists what waits at "
            "the node."
        ),
    )


@explain.register
def _(error: ReasonUnusable) -> CliError:
    if error.size <= MAX_TEXT_BYTES:
        return CliError(
            ExitCode.USAGE,
            "reason_empty",
            say("The text of the reason or resolution is empty."),
            say("Write what was decided and why."),
        )
    return CliError(
        ExitCode.USAGE,
        "reason_too_long",
        say(
            "The text has {size} bytes; a reason or a resolution may have {most}.",
            size=error.size,
            most=MAX_TEXT_BYTES,
        ),
        say("Make it shorter, and say where the whole text is. Letters with accents count twice."),
    )
