"""`fiado join`: asking a cooperative's node for an account, or finding one's account again."""

from pathlib import Path

import click

from cli.account.asking import Asking
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import (
    HANDLE,
    LIMIT,
    NODE_URL,
    output_option,
    passphrase_options,
    wallet_option,
)
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import unlock
from ledger.charter import Charter, Coop
from ledger.signatures import SigningKey
from node.member.account_search import OwnAccount, find_accounts
from node.member.answers import integer
from node.member.charters import KnownCharter, fetch_charter
from node.member.client import NodeClient, NodeMisbehaved
from node.member.wallet_file import read_wallet
from node.member.wallet_format import PublicPart


@click.command()
@click.option(
    "--node",
    "node_url",
    type=NODE_URL,
    metavar="URL",
    help="The address of your cooperative's node.",
)
@click.option(
    "--handle", type=HANDLE, metavar="NAME", help="The name before the @ of your address."
)
@click.option(
    "--organisation/--person",
    default=None,
    help="Whether the account is an organisation's or, as when nothing is said, a person's.",
)
@click.option(
    "--limit",
    type=LIMIT,
    help="Ask for this first credit limit, as agreed on with the stewards; otherwise the cooperative's "
    "usual one, which may be zero.",
)
@click.option(
    "--federation",
    metavar="ID",
    help="Join only the federation with this id, as your cooperative published it.",
)
@click.option(
    "--another",
    is_flag=True,
    help="Ask for one more account under this wallet's key, though it has one already.",
)
@click.option(
    "--replace",
    "may_replace",
    is_flag=True,
    help="Let the wallet be for this account from now on, instead of the one that it is for.",
)
@wallet_option
@passphrase_options
@output_option
def join(
    node_url: str | None,
    handle: str | None,
    organisation: bool | None,
    limit: int | None,
    federation: str | None,
    another: bool,
    may_replace: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Ask a cooperative for an account, or see how the request stands.

    The stewards decide. Run the same command again to see whether they have; once they have admitted
    you, you can pay and be paid. While they have not, --limit, --handle or --organisation change the request;
    stewards who had signed it sign again. On a new device, with the wallet restored from its words, it finds
    your account by its key.
    """
    public = read_wallet(wallet).public
    node_url = node_url or public.node_url
    if node_url is None:
        raise click.UsageError(say("Give --node: the address of your cooperative's node."))
    with NodeClient(node_url) as client:
        known = _known(client, public.federation, federation)
        coop = _coop_of(client, known.charter)
        unlocked = unlock(read_wallet(wallet), passphrase)
        owned = find_accounts(
            client, SigningKey(unlocked.seed), coop=coop, federation=known.founding.federation
        )
        found = _choose(owned, coop, handle=handle, another=another, known=public)
        asked = Asking(
            client=client,
            known=known,
            coop=coop,
            handle=_handle(found, handle, public),
            is_organisation=organisation,
            limit=limit,
            may_replace=may_replace,
            output=output,
        )
        asked.check_handle(unlocked.public.public_key, is_ours=found is not None)
        asked.agree_to_replace(unlocked.public)
        if found is None:
            asked.ask(unlocked)
            return
        if limit is not None:
            output.note(say("You are a member already; your limit is for the stewards to change."))
        asked.link(unlocked, found.number)


def _handle(found: OwnAccount | None, wanted: str | None, known: PublicPart) -> str:
    handle = wanted or (known.handle if found is None else found.handle)
    if handle is None:
        raise click.UsageError(
            say(
                "This wallet's key has no account there yet. Give --handle: under which name to ask."
            )
        )
    return handle


def _choose(
    owned: list[OwnAccount],
    coop: Coop,
    *,
    handle: str | None,
    another: bool,
    known: PublicPart,
) -> OwnAccount | None:
    """The account of the key that is meant, or None when a new one is to be asked for."""
    mine = {account.handle: account for account in owned}
    if handle in mine:
        return mine[handle]
    if handle is not None and another:
        return None
    addresses = ", ".join(f"{name}@{coop.name}" for name in mine)
    is_waiting = handle is not None and (handle, coop.name) == (known.handle, known.coop)
    if mine and handle is not None and not is_waiting:
        raise CliError(
            ExitCode.REFUSED,
            "key_has_account",
            say(
                "This wallet's key has an account there already: {addresses}.", addresses=addresses
            ),
            say(
                "Run `fiado join` with that --handle to use it. If you want one more account under "
                "the same key, add --another."
            ),
        )
    if not mine or is_waiting:
        return None
    if len(mine) == 1:
        return owned[0]
    if known.coop == coop.name and known.handle in mine:
        return mine[known.handle]
    raise CliError(
        ExitCode.REFUSED,
        "several_accounts",
        say("This wallet's key has several accounts there: {addresses}.", addresses=addresses),
        say("Say which one the wallet is for, with --handle."),
    )


def _known(client: NodeClient, joined: bytes | None, wanted: str | None) -> KnownCharter:
    expected = joined
    if wanted is not None:
        try:
            expected = bytes.fromhex(wanted)
        except ValueError:
            raise click.UsageError(say("--federation takes the id: 64 hex digits.")) from None
    return fetch_charter(client, expected=expected)


def _coop_of(client: NodeClient, charter: Charter) -> Coop:
    coop = charter.coops.get(integer(client, client.get("/v1/status"), "coop_number"))
    if coop is None:
        raise NodeMisbehaved(client.url, say("its cooperative is not in its charter"))
    return coop
