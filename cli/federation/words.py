"""The words for what can be wrong when a charter is to be changed, or shown.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from collections.abc import Mapping
from typing import Final

from cli.federation.faults import (
    ChangeImpossible,
    NodeNotNamed,
    NothingToEndorse,
    SeveralToEndorse,
)
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import later, say
from ledger.refusals import Refusal

WHY: Final[Mapping[Refusal, str]] = {
    Refusal.COOP_UNKNOWN: later("The charter has no such cooperative."),
    Refusal.KEY_INADMISSIBLE: later(
        "One of the keys can't be used: it is not one that an honest program makes."
    ),
    Refusal.LIMIT_OUT_OF_RANGE: later(
        "All clearing limits together would be more than can be counted."
    ),
    Refusal.CHARTER_COOP_EXISTS: later(
        "There is, or was, a cooperative with that number or name: neither is ever given again."
    ),
    Refusal.CHARTER_FULL: later("The federation has as many cooperatives as a charter can name."),
    Refusal.CHARTER_KEY_TAKEN: later("A cooperative has, or once had, that very key."),
    Refusal.CHARTER_STANDING_WRONG: later(
        "That can't be done with a cooperative of that standing: only members are "
        "quarantined, only those in quarantine readmitted, and who has left stays away."
    ),
    Refusal.CHARTER_LENGTH_WRONG: later(
        "The length named does not go with what the log has been up to now."
    ),
    Refusal.CHARTER_QUORUM_IMPOSSIBLE: later(
        "So many can't be asked for: decisions need more than half of the members and at most "
        "all, witnesses are fewer than the members, and one member has to stay."
    ),
    Refusal.CHARTER_INDEX_IMPOSSIBLE: later(
        "The charter could not have such an index. Look at the method and the numbers, and "
        "whether there is an index already, which then goes on with its values."
    ),
    Refusal.INDEX_NOT_CHARTERED: later(
        "The unit follows no index of prices, so there is none to change."
    ),
    Refusal.CHARTER_DAY_WRONG: later(
        "That can't be the first day. A table begins where a window of the one before does, "
        "the 16th of a month with cer, and changes follow each other."
    ),
    Refusal.CHARTER_UNCHANGED: later("It is so already."),
}
"""Why a change is refused, in words."""


@explain.register
def _(error: NodeNotNamed) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "node_not_named",
        say("No node was named, and no steward's key or wallet here says which one to ask."),
        say("Name one: --node http://norte.example:8440."),
    )


@explain.register
def _(error: ChangeImpossible) -> CliError:
    code = error.refusal.code
    return CliError(
        ExitCode.REFUSED,
        code,
        say(
            WHY.get(error.refusal, later("Every node would refuse this change: {code}.")), code=code
        ),
        say("`fiado federation show URL` has the charter that is in force now."),
        {"number": error.refusal.value},
    )


@explain.register
def _(error: NothingToEndorse) -> CliError:
    what = say("Nothing")
    if error.what is not None:
        what = say("Nothing called {what}", what=error.what)
    return CliError(
        ExitCode.REFUSED,
        "nothing_to_endorse",
        say(
            "{what} stands to be change {version} of the charter.", what=what, version=error.version
        ),
        say(
            "`fiado federation show URL` lists what is proposed, `fiado federation history` what "
            "was decided, `fiado federation requests` who asks to join; `fiado federation "
            "propose` proposes something."
        ),
    )


@explain.register
def _(error: SeveralToEndorse) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "several_to_endorse",
        say("More than one thing could be meant: ") + " / ".join(error.lines),
        say(
            "Name one by the digits before it, such as `fiado federation endorse {digits}`.",
            digits=error.lines[0].partition(":")[0],
        ),
    )
