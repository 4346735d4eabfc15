"""Agreeing to a change of an account's key, and recording it; also where the answer is lost."""

from dataclasses import replace
from pathlib import Path

import click

from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.recovery_words import describe_keys
from cli.shell.terminal import Output
from ledger.government.recovery import Rekey
from ledger.transactions import KeyChange, encode_transaction
from node.member.answers import encode_bytes, integer
from node.member.failures import AnswerLost, NodeProblem, NodeUnreachable
from node.member.membership import Membership
from node.member.wallet_file import UnlockedWallet, replace_public
from node.member.wallet_lock import lock_wallet


def agree(change: KeyChange, who: str, is_agreed: bool, output: Output) -> None:
    """Say in words what is about to be signed, and ask."""
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    for line in describe_keys(change, who=who):
        output.line(line)
    if not is_agreed:
        agree_to_sign(say("Sign this?"))


def record_linked(
    member: Membership, change: Rekey, path: Path, new: UnlockedWallet, output: Output
) -> int:
    """Record a replaced key with the new wallet linked already.

    If the answer is lost, nobody knows which of the two keys the account has: both wallets are linked then,
    and the one that the node knows goes on. A definite refusal leaves the new wallet as it was.
    """
    before = new.public
    linked = replace(member.wallet.public, public_key=before.public_key)
    with lock_wallet(path) as lock:
        replace_public(lock, new, public=linked)
        try:
            return send(member, change, output)
        except (NodeUnreachable, NodeProblem, AnswerLost) as error:
            is_unknown = isinstance(error, AnswerLost) or (
                isinstance(error, NodeProblem) and not error.is_final
            )
            if is_unknown:
                raise CliError(
                    ExitCode.OUTCOME_UNKNOWN,
                    "outcome_unknown",
                    say("The answer was lost: whether the account has the new key now is unknown."),
                    say(
                        "`fiado balance --wallet {path}` works if it has: then use that wallet. If it does "
                        "not, run this command again.",
                        path=path,
                    ),
                ) from error
            replace_public(lock, replace(new, public=linked), public=before)
            raise


def record(member: Membership, change: KeyChange, is_agreed: bool, output: Output) -> int:
    """Ask, record what is signed, and say where."""
    agree(change, str(member.address), is_agreed, output)
    return send(member, change, output)


def send(member: Membership, change: KeyChange, output: Output) -> int:
    """Record what is signed, and say where."""
    body = {"transaction": encode_bytes(encode_transaction(change))}
    recorded = member.client.post("/v1/transactions", body)
    entry = integer(member.client, recorded, "number")
    output.line(say("Recorded: entry {name}/{entry}.", name=member.coop.name, entry=entry))
    return entry
