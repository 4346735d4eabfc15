"""The words for what can go wrong between a command and a node, and for the node's own refusals.

Only words: see `errors`. Importing this module registers them. The node words its problems itself, in
one language; where this program knows better what a member or steward can do, its remedy stands here.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

import click

from cli.shell import forms
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import later, say
from cli.shell.retelling import retold
from ledger.charter import Coop
from node.addresses import NodeAddress
from node.member.client import AnswerLost, NodeError, NodeMisbehaved, NodeProblem, NodeUnreachable

SYSTEM: Final = (
    later("Connection refused"),
    later("Connection reset by peer"),
    later("Name or service not known"),
    later("Network is unreachable"),
    later("No route to host"),
    later("Temporary failure in name resolution"),
    later("it took too long"),
)
"""What systems say of a connection."""

_EPOCH: Final = date(1970, 1, 1)

REMEDIES: Final[Mapping[str, str]] = {
    "account_unknown": later(
        "The account is not open yet: its owner's `fiado join` says which stewards still have "
        "to sign, and they do so with `fiado steward admit`."
    ),
    "account_frozen": later("`fiado balance` shows the stewards' reason; only they can thaw it."),
    "account_closed": later("A closed account stays closed. Ask the stewards about a new one."),
    "sequence_used": later(
        "Another copy of this wallet has paid in the meantime. Look at `fiado history`, then "
        "run the command again."
    ),
    "sequence_gap": later(
        "The node does not know your last payments: it may still be catching up. Try again in "
        "a minute, and tell the stewards if it stays so."
    ),
    "payee_unknown": later(
        "Check the address. A member who has just joined can be paid once the two "
        "cooperatives' nodes have met: wait a minute and run it again."
    ),
    "payee_is_payer": later("Give the address of somebody else."),
    "payee_closed": later("The account was closed; ask the payee for another address."),
    "limit_exceeded": later(
        "Pay less, wait until somebody has paid you, or ask your cooperative's stewards for a "
        "higher limit. `fiado balance` shows what is available."
    ),
    "clearing_limit_exceeded": later(
        "Your cooperative as a whole owes the others as much as the charter allows. Payments "
        "within it still pass; others pass again after the others bought from it."
    ),
    "coop_quarantined": later(
        "`fiado federation show URL` shows it; stewards can say what is decided about it. "
        "Payments within it go on."
    ),
    "coop_left": later("Ask the payee for an address at another cooperative."),
    "fee_out_of_range": later("A fee is from 0 to the amount."),
    "stewards_too_few": later("More stewards have to sign: pass the draft on."),
    "revision_mismatch": later(
        "Somebody changed this account in the meantime, so the draft is out of date: make a "
        "new one."
    ),
    "balance_not_zero": later(
        "The balance has to be zero first: let the member pay, or be paid, the rest."
    ),
    "draft_not_found": later(
        "`fiado steward pending` lists what waits. A request to join is signed with `fiado "
        "steward admit HANDLE`; whoever made it may have changed it since."
    ),
    "handle_taken": later("Choose another handle; one that was ever used is never given again."),
    "session_invalid": later(
        "Run the command again. If it stays so, the node knows another key for this account "
        "than this wallet's."
    ),
    "challenge_invalid": later(
        "If you asked to join, the stewards may not have admitted you yet: `fiado join` says "
        "so. Otherwise run the command again; if it stays so, the node knows another key for "
        "this account than yours."
    ),
    "request_malformed": later(
        "Change that and run the command again. If you wrote it as the help says, this "
        "program and the node are of different versions."
    ),
    "refund_too_large": later(
        "`fiado merchant invoice show ID` says what was paid and what was paid back already."
    ),
    "outcome_unknown": later(
        "Run the same command again: it sends the same bytes, which count only once."
    ),
}
"""Code of a problem -> what helps, where it differs from what the node says."""

MESSAGES: Final[Mapping[str, str]] = {
    "challenge_invalid": later("The node knows no account or steward with this key so far."),
    "refund_too_large": later("So much is not left of the payment to be paid back."),
}
"""Code of a problem -> what is wrong, where the node's words are meant for programs."""


@explain.register
def _(error: NodeProblem) -> CliError:
    code = ExitCode.REFUSED
    if error.was_passed_over:
        code = ExitCode.NODE_UNREACHABLE
    elif not error.is_final:
        code = ExitCode.OUTCOME_UNKNOWN
    message = retold(MESSAGES.get(error.code) or error.detail or error.title)
    details: dict[str, str | int | bool | None] = {
        "node": error.url,
        "status": error.status,
        "retryable": error.is_retryable,
    }
    if error.number is not None:
        details["number"] = error.number
    return CliError(
        code,
        error.code,
        message if message.endswith(".") else f"{message}.",
        retold(REMEDIES.get(error.code, error.remedy) or later("Try again later.")),
        details,
    )


@explain.register
def _(error: NodeUnreachable) -> CliError:
    return CliError(
        ExitCode.NODE_UNREACHABLE,
        "node_unreachable",
        say(
            "The node {url} can't be reached: {reason}.", url=error.url, reason=retold(error.reason)
        ),
        say("Nothing was sent. Check the address and your connection, and try again."),
        {"node": error.url},
    )


@explain.register
def _(error: AnswerLost) -> CliError:
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        "answer_lost",
        say(
            "The node {url} was asked, but its answer did not arrive: {reason}.",
            url=error.url,
            reason=retold(error.reason),
        ),
        say("It is safe to run the same command again: what was sent counts only once."),
        {"node": error.url},
    )


@explain.register
def _(error: NodeMisbehaved) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "node_misbehaved",
        say(
            "What answers at {url} can't be used: {reason}.",
            url=error.url,
            reason=retold(error.reason),
        ),
        say("Check that this is the address of your cooperative's node, and tell its stewards."),
        {"node": error.url},
    )


def tell_of_a_move(coop: Coop, found: NodeAddress) -> None:
    """Say on standard error that the home node is elsewhere, and how that is known."""
    day = datetime.fromtimestamp(found.time, UTC).date()
    click.echo(
        say(
            "The node of {title} has moved: it answers at {url} now, as its own key signed on "
            "{day}. The wallet asks there from now on.",
            title=coop.title,
            url=found.url,
            day=forms.day((day - _EPOCH).days),
        ),
        err=True,
    )


def tell_of_a_lost_answer(error: NodeError) -> None:
    """Say on standard error why a command takes so long, when a node is asked once more."""
    click.echo(say("No answer from {url} yet; asking again.", url=error.url), err=True)
