"""`fiado steward admit`: signing a request to join, and the limit that the new member is to have.

The new key has signed the first limit together with its account number, so no steward can change it. What
stewards grant beside it is a change of the limit: it can be drafted and signed with the admission, and is
recorded right after it.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import LIMIT
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft
from cli.steward.signing import (
    find_member,
    new_reason,
    sign_change,
    sign_draft,
    signing_options,
    waiting_drafts,
)
from cli.steward.stewardship import Stewardship, open_stewardship
from ledger.transactions import Admit, Limit, account_of
from node.member.answers import integer
from node.member.client import Json


@click.command("admit")
@click.argument("who", metavar="HANDLE|ID")
@click.option("--limit", type=LIMIT, help="Grant this credit limit too, right after the admission.")
@click.option("--reason", metavar="TEXT", help="Why that limit; the member can read it.")
@signing_options
def admit(
    who: str,
    limit: int | None,
    reason: str | None,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Sign somebody's request to join, named by handle or by the request's id.

    The new member has signed the first limit in it, so that one can't be changed. With --limit and
    --reason another limit is drafted and signed too. If more stewards have to sign, the next one types the
    same command: it signs both, and the limit holds as soon as the member is admitted.
    """
    if (limit is None) != (reason is None):
        raise click.UsageError(say("Give --limit and --reason together: the member reads why."))
    if limit is not None and out is not None:
        raise click.UsageError(
            say(
                "Give --limit without --out: `fiado steward limit` drafts it once the member is "
                "admitted."
            )
        )
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        waiting = waiting_drafts(steward)
        request, admission = _request(steward, waiting, who)
        result = sign_draft(steward, request, out=out, yes=yes, output=output)
        if limit is None or reason is None:
            _tell_of_others(request, waiting, result, output)
            output.result(result)
        elif limit == admission.limit:
            output.note(say("The request has the limit {amount} already.", amount=in_units(limit)))
            output.result(result | {"limit": None})
        else:
            is_member = result.get("state") == "recorded"
            why = new_reason(reason)
            change = _limit_of(steward, admission, limit, reason=why.hash, is_member=is_member)
            output.line()
            then = sign_change(steward, change, why, out=None, yes=yes, output=output)
            output.result(result | {"limit": then})


def _request(steward: Stewardship, waiting: Sequence[Draft], who: str) -> tuple[Draft, Admit]:
    """The one request to join that was meant."""
    handle = who.removesuffix(f"@{steward.coop.name}")
    chosen = [
        (draft, draft.transaction)
        for draft in waiting
        if isinstance(draft.transaction, Admit) and (draft.id_ == who or draft.handle == handle)
    ]
    if len(chosen) != 1:
        raise CliError(
            ExitCode.REFUSED,
            "draft_not_found" if not chosen else "draft_ambiguous",
            say("No request to join waits for “{who}”.", who=who)
            if not chosen
            else say("More than one request to join waits for “{who}”.", who=who),
            say(
                "`fiado steward pending` lists all requests with their ids; somebody who was admitted "
                "is no longer among them, and `fiado steward limit` sets their limit."
            ),
        )
    return chosen[0]


def _limit_of(
    steward: Stewardship, admission: Admit, limit: int, *, reason: bytes, is_member: bool
) -> Limit:
    """The change of the new member's limit. Nothing else can have changed before the admission."""
    revision = 1
    if is_member:
        member: Json = find_member(steward, str(admission.account))
        revision = integer(steward.client, member, "revision") + 1
    return Limit(
        account=admission.account,
        revision=revision,
        limit=limit,
        from_=0,
        until=None,
        after=None,
        reason=reason,
    )


def _tell_of_others(request: Draft, waiting: Sequence[Draft], result: Json, output: Output) -> None:
    """Say what else waits about the new member, such as the limit that another steward drafted."""
    if result.get("state") != "recorded":
        return
    handle, admission = request.handle, request.transaction
    if isinstance(admission, Admit) and admission.limit == 0:
        output.note(
            say(
                "{handle} can be paid but can't pay yet: `fiado steward limit {handle} AMOUNT "
                "--reason TEXT` grants a limit.",
                handle=handle,
            )
        )
    for other in waiting:
        about = account_of(other.transaction)
        if about == account_of(admission) and not isinstance(other.transaction, Admit):
            output.note(
                say(
                    "Draft {id}, about {handle} too, waits: `fiado steward sign {id}` shows it.",
                    id=other.id_,
                    handle=handle,
                )
            )
