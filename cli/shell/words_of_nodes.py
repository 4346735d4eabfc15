"""The words for what can go wrong between a command and a node, and for the node's own refusals.

Only words: see `errors`. Importing this module registers them. The node words its problems itself, in
one language; where this program knows better what a member or steward can do, its remedy stands here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import click

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from ledger.charter import Coop
from node.addresses import NodeAddress
from node.member.client import AnswerLost, NodeError, NodeMisbehaved, NodeProblem, NodeUnreachable

REMEDIES: Final[Mapping[str, str]] = {
    "account_unknown": "The account is not open yet: its owner's `fiado join` says which stewards still "
    "have to sign, and they do so with `fiado steward admit`.",
    "account_frozen": "`fiado balance` shows the stewards' reason; only they can thaw it.",
    "account_closed": "A closed account stays closed. Ask the stewards about a new one.",
    "sequence_used": "Another copy of this wallet has paid in the meantime. Look at `fiado history`, "
    "then run the command again.",
    "sequence_gap": "The node does not know your last payments: it may still be catching up. Try "
    "again in a minute, and tell the stewards if it stays so.",
    "payee_unknown": "Check the address. A member who has just joined can be paid once the two "
    "cooperatives' nodes have met: wait a minute and run it again.",
    "payee_is_payer": "Give the address of somebody else.",
    "payee_closed": "The account was closed; ask the payee for another address.",
    "limit_exceeded": "Pay less, wait until somebody has paid you, or ask your cooperative's stewards "
    "for a higher limit. `fiado balance` shows what is available.",
    "clearing_limit_exceeded": "Your cooperative as a whole owes the others as much as the charter "
    "allows. Payments within it still pass; others pass again after the others bought from it.",
    "coop_quarantined": "`fiado federation show URL` shows it; stewards can say what is decided about it. "
    "Payments within it go on.",
    "coop_left": "Ask the payee for an address at another cooperative.",
    "fee_out_of_range": "A fee is from 0 to the amount.",
    "stewards_too_few": "More stewards have to sign: pass the draft on.",
    "revision_mismatch": "Somebody changed this account in the meantime, so the draft is out of date: "
    "make a new one.",
    "balance_not_zero": "The balance has to be zero first: let the member pay, or be paid, the rest.",
    "draft_not_found": "`fiado steward pending` lists what waits. A request to join is signed with "
    "`fiado steward admit HANDLE`; whoever made it may have changed it since.",
    "handle_taken": "Choose another handle; one that was ever used is never given again.",
    "session_invalid": "Run the command again. If it stays so, the node knows another key for this "
    "account than this wallet's.",
    "challenge_invalid": "If you asked to join, the stewards may not have admitted you yet: `fiado join` "
    "says so. Otherwise run the command again; if it stays so, the node knows another key for this "
    "account than yours.",
    "request_malformed": "Change that and run the command again. If you wrote it as the help says, this "
    "program and the node are of different versions.",
    "refund_too_large": "`fiado merchant invoice show ID` says what was paid and what was paid back already.",
    "outcome_unknown": "Run the same command again: it sends the same bytes, which count only once.",
}
"""Code of a problem -> what helps, where it differs from what the node says."""

MESSAGES: Final[Mapping[str, str]] = {
    "challenge_invalid": "The node knows no account or steward with this key so far.",
    "refund_too_large": "So much is not left of the payment to be paid back.",
}
"""Code of a problem -> what is wrong, where the node's words are meant for programs."""


@explain.register
def _(error: NodeProblem) -> CliError:
    code = ExitCode.REFUSED
    if error.was_passed_over:
        code = ExitCode.NODE_UNREACHABLE
    elif not error.is_final:
        code = ExitCode.OUTCOME_UNKNOWN
    message = MESSAGES.get(error.code) or error.detail or error.title
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
        REMEDIES.get(error.code, error.remedy) or "Try again later.",
        details,
    )


@explain.register
def _(error: NodeUnreachable) -> CliError:
    return CliError(
        ExitCode.NODE_UNREACHABLE,
        "node_unreachable",
        f"The node {error.url} can't be reached: {error.reason}.",
        "Nothing was sent. Check the address and your connection, and try again.",
        {"node": error.url},
    )


@explain.register
def _(error: AnswerLost) -> CliError:
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        "answer_lost",
        f"The node {error.url} was asked, but its answer did not arrive: {error.reason}.",
        "It is safe to run the same command again: what was sent counts only once.",
        {"node": error.url},
    )


@explain.register
def _(error: NodeMisbehaved) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "node_misbehaved",
        f"What answers at {error.url} can't be used: {error.reason}.",
        "Check that this is the address of your cooperative's node, and tell its stewards.",
        {"node": error.url},
    )


def tell_of_a_move(coop: Coop, found: NodeAddress) -> None:
    """Say on standard error that the home node is elsewhere, and how that is known."""
    day = datetime.fromtimestamp(found.time, UTC).date()
    click.echo(
        f"The node of {coop.title} has moved: it answers at {found.url} now, as its own key signed on "
        f"{day}. The wallet asks there from now on.",
        err=True,
    )


def tell_of_a_lost_answer(error: NodeError) -> None:
    """Say on standard error why a command takes so long, when a node is asked once more."""
    click.echo(f"No answer from {error.url} yet; asking again.", err=True)
