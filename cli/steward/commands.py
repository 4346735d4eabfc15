"""`fiado steward`: admissions, limits, freezing; several stewards sign what each can read."""

import time
from pathlib import Path

import click

from cli.shell.days import read_day
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.matters import federation_matters
from cli.shell.parameters import LIMIT, output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.admission import admit
from cli.steward.desk import discard, members
from cli.steward.draft_file import DraftError, read_draft
from cli.steward.guarantees import guarantees
from cli.steward.key import steward_key
from cli.steward.naming import erase_name
from cli.steward.review import long_debts_line, review
from cli.steward.settling import claim, debts, settle, unclaim
from cli.steward.signing import (
    FILE,
    check_in_time,
    draft_as_json,
    draft_document,
    draft_of,
    drafts_at_node,
    find_member,
    names_of,
    new_reason,
    print_draft,
    show_recorded,
    sign_change,
    sign_draft,
    signing_options,
    waiting_drafts,
)
from cli.steward.stewardship import open_stewardship, steward_key_option
from ledger.transactions import Kind, Limit, SetStatus, Status
from node.member.answers import integer
from node.member.client import path_of

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; the member can read it."
)


@click.group()
def steward() -> None:
    """What stewards decide for their cooperative, each with their own key."""


steward.add_command(steward_key)
steward.add_command(admit)
steward.add_command(members)
steward.add_command(discard)
steward.add_command(erase_name)
steward.add_command(review)
steward.add_command(guarantees)
steward.add_command(claim)
steward.add_command(debts)
steward.add_command(settle)
steward.add_command(unclaim)


@steward.command("pending")
@steward_key_option
@passphrase_options
@output_option
def pending(key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """List what waits for signatures: requests to join, and drafts of other stewards.

    At the end it says whether the federation has something to decide.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        # Admissions first: what waits about somebody who is not a member yet follows them.
        waiting, late = drafts_at_node(steward)
        found = sorted(waiting, key=lambda draft: draft.transaction.kind != Kind.ADMIT)
        if not found:
            output.line(say("Nothing waits for a signature."))
        for draft in found:
            print_draft(draft, names_of(steward, draft, found), output)
            if draft.missing:
                output.line(say("Sign it with: fiado steward sign {id}", id=draft.id_))
            else:
                output.line(
                    say(
                        "Enough have signed, but the node recorded nothing then. Once it does, sign it "
                        "again: fiado steward sign {id}",
                        id=draft.id_,
                    )
                )
            output.line()
        for id_ in late:
            output.note(
                say(
                    "Draft {id} came too late and can't be recorded any more: `fiado steward discard "
                    "{id}`.",
                    id=id_,
                )
            )
        matters = federation_matters(steward.client)
        for line in matters.lines():
            output.line(line)
        if (debts := long_debts_line(steward)) is not None:
            output.line(debts)
        output.result(
            {"drafts": [draft_as_json(draft) for draft in found], "federation": matters.as_json()}
        )


@steward.command("limit")
@click.argument("member", metavar="HANDLE")
@click.argument("limit", type=LIMIT)
@click.option("--from", "from_", metavar="DATE", help="From this day on; at once when left out.")
@click.option("--until", metavar="DATE", help="Up to this day; for good when left out.")
@click.option("--after", type=LIMIT, help="The limit after that day; with --until only.")
@reason_option
@signing_options
def limit(
    member: str,
    limit: int,
    from_: str | None,
    until: str | None,
    after: int | None,
    reason: str,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Draft a change of somebody's credit limit and sign it.

    If another steward's draft of the same change with the same reason waits, that one is signed.

    A limit below what the member owes takes nothing back; it only stops further spending. Dates are
    days in universal time, such as 2027-03-01.
    """
    if (until is None) != (after is None):
        raise click.UsageError(
            say("Give --until and --after together: when it ends, and what then applies.")
        )
    begins = 0 if from_ is None else read_day(from_, "--from")
    ends = None if until is None else read_day(until, "--until")
    if ends is not None and ends <= max(begins, int(time.time())):
        raise click.UsageError(
            say("--until {until}: that is over before the limit applies.", until=until)
        )
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        account = find_member(steward, member)
        text = new_reason(reason)
        change = Limit(
            account=integer(steward.client, account, "account"),
            revision=integer(steward.client, account, "revision") + 1,
            limit=limit,
            from_=begins,
            until=ends,
            after=after,
            reason=text.hash,
        )
        output.line(
            say(
                "{handle} has a balance of {amount} and a limit of {amount_2} now.",
                handle=account.get("handle"),
                amount=in_units(account["balance"]),
                amount_2=in_units(account["limit"]),
            )
        )
        output.result(sign_change(steward, change, text, out=out, yes=yes, output=output))


def _status_command(name: str, status: Status, explanation: str) -> None:
    @steward.command(name, help=explanation)
    @click.argument("member", metavar="HANDLE")
    @reason_option
    @signing_options
    def change_status(
        member: str,
        reason: str,
        out: Path | None,
        yes: bool,
        key_path: Path,
        passphrase: PassphraseSource,
        output: Output,
    ) -> None:
        with open_stewardship(key_path, passphrase) as steward:
            steward.open_session()
            account = find_member(steward, member)
            text = new_reason(reason)
            balance = integer(steward.client, account, "balance")
            if status is Status.CLOSED and balance:
                output.note(
                    say(
                        "{handle} has a balance of {amount}; closing can be recorded only once that is zero.",
                        handle=account.get("handle"),
                        amount=in_units(balance),
                    )
                )
            change = SetStatus(
                account=integer(steward.client, account, "account"),
                revision=integer(steward.client, account, "revision") + 1,
                status=status,
                reason=text.hash,
            )
            output.result(sign_change(steward, change, text, out=out, yes=yes, output=output))


_status_command(
    "freeze",
    Status.FROZEN,
    "Draft the freezing of an account, and sign it: it can't pay, but can still be paid.",
)
_status_command(
    "thaw",
    Status.OPEN,
    "Draft the thawing of a frozen account, and sign it: it may pay again.",
)
_status_command(
    "close",
    Status.CLOSED,
    ("Draft the closing of an account, and sign it. That is for ever; its balance has to be zero."),
)


@steward.command("sign")
@click.argument("draft", metavar="ID|FILE")
@signing_options
def sign(
    draft: str,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Sign a draft: one that waits at the node, by its id, or one in a file.

    A file is written again with the signature in it, or to --out.
    """
    with open_stewardship(key_path, passphrase) as steward:
        if Path(draft).is_file():
            found = read_draft(Path(draft), steward.charter, steward.coop)
            file = out or Path(draft)
            output.result(sign_draft(steward, found, out=file, yes=yes, output=output))
            return
        steward.open_session()
        answer = steward.client.get(path_of("v1", "drafts", draft))
        asked = draft_of(steward, answer)
        check_in_time(asked, answer.get("state"))
        waiting = waiting_drafts(steward)
        output.result(sign_draft(steward, asked, out=out, yes=yes, output=output, waiting=waiting))


@steward.command("submit")
@click.argument("files", nargs=-1, required=True, type=FILE)
@steward_key_option
@passphrase_options
@output_option
def submit(
    files: tuple[Path, ...], key_path: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Bring the signatures in several files of one draft together and hand it to the node."""
    with open_stewardship(key_path, passphrase) as steward:
        first, *others = [read_draft(file, steward.charter, steward.coop) for file in files]
        draft = first
        for other in others:
            if other.message != draft.message:
                raise DraftError(say("the files are not of the same draft"))
            draft = draft.merge(other.transaction.stewards)
        if draft.missing:
            raise CliError(
                ExitCode.REFUSED,
                "stewards_too_few",
                say(
                    "{missing} more stewards have to sign; signed have: {names}.",
                    missing=draft.missing,
                    names=", ".join(draft.signed_by) or say("nobody"),
                ),
                say("Pass the file on: `fiado steward sign FILE`."),
            )
        answer = steward.client.post("/v1/transactions", draft_document(draft))
        output.result(show_recorded(answer, steward, output))
