"""`fiado account pending`, `sign` and `discard`: what several owners of an account sign one after another."""

import re
from pathlib import Path

import click

from cli.keys.drafting import describe_owned, sign_and_send
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from ledger.kinds import KINDS
from ledger.transactions import Owned, owner_of
from node.member.membership import Membership
from node.member.owning import (
    LARGEST_DRAFT,
    DraftUnreadable,
    KeptDraft,
    KeysOfAccount,
    NotAnOwner,
    discard_draft,
    fetch_drafts,
    fetch_keys,
    read_draft,
    signatures_of,
)

_ID = re.compile(r"[0-9a-f]{32}")
_yes = click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")


@click.command("pending")
@wallet_option
@passphrase_options
@output_option
def pending(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """List what waits at the node for signatures of the account's owners.

    Only owners see it. What nobody signs goes after sixty days, unless your node says otherwise.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        keys, found = fetch_keys(member.client, member.account), fetch_drafts(member.client)
        for each in found:
            _print(member, keys, each, output)
        if not found:
            output.line(say("Nothing waits for signatures."))
        output.result({"drafts": [_as_json(keys, each) for each in found]})


def _print(member: Membership, keys: KeysOfAccount, kept: KeptDraft, output: Output) -> None:
    output.line(
        say("{id}, kept until {time}:", id=kept.id, time=when(kept.expires)),
    )
    for line in describe_owned(member, kept.transaction):
        output.line(f"  {line}")
    signed = signatures_of(kept.transaction)
    words = say("Signed by {count} of {needed}.", count=len(signed), needed=keys.needed)
    if any(keys.owners[place] == member.key.public_key for place, _ in signed):
        words = f"{words} {say('You have signed.')}"
    output.line(f"  {words}")


def _as_json(keys: KeysOfAccount, kept: KeptDraft) -> dict[str, object]:
    return {
        "id": kept.id,
        "kind": KINDS[kept.transaction.kind].name,
        "created": kept.created,
        "expires": kept.expires,
        "signed_by": [place for place, _ in signatures_of(kept.transaction)],
        "needed": keys.needed,
    }


@click.command("sign")
@click.argument("draft")
@_yes
@wallet_option
@passphrase_options
@output_option
def sign(
    draft: str, is_agreed: bool, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Sign what another owner has begun: a draft that waits at the node, by its id, or one in a file.

    With enough signatures it is recorded at once.
    """
    with open_membership(wallet, passphrase) as member:
        id_, file = (draft, None) if _ID.fullmatch(draft) else ("", Path(draft))
        transaction = _at_node(member, id_) if file is None else _in_file(member, file)
        if owner_of(transaction) != member.account:
            raise NotAnOwner
        keys = fetch_keys(member.client, member.account)
        sign_and_send(
            member, keys, transaction, draft=file, is_agreed=is_agreed, output=output, id_=id_
        )


def _at_node(member: Membership, id_: str) -> Owned:
    member.open_session()
    found = next((each for each in fetch_drafts(member.client) if each.id == id_), None)
    if found is None:
        raise CliError(
            ExitCode.REFUSED,
            "owned_draft_not_found",
            say("Nothing waits under this id."),
            say("`fiado account pending` lists what waits."),
        )
    return found.transaction


def _in_file(member: Membership, path: Path) -> Owned:
    if not path.is_file():
        raise click.UsageError(
            say("“{path}” is no file, and no id as `fiado account pending` lists them.", path=path)
        )
    try:
        text = path.read_bytes()[:LARGEST_DRAFT].decode("utf-8")
    except UnicodeDecodeError as error:
        raise DraftUnreadable from error
    return read_draft(text, federation=member.founding.federation, coop=member.coop.number)


@click.command("discard")
@click.argument("draft", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def discard(draft: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Discard what waits at the node for the owners' signatures. Nothing in the books changes."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        discard_draft(member.client, draft)
    output.line(say("Discarded."))
    output.result({"draft": draft, "state": "discarded"})
