"""`fiado recovery`: another key for an account, by its owner or with the help of others."""

from dataclasses import replace
from pathlib import Path

import click
from nacl.utils import random

from cli.keys.drafting import sign_together
from cli.recovery.files import Card, Request, read_card, read_request, render_card, render_request
from cli.recovery.recording import agree, record, record_linked
from cli.recovery.showing import print_key
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft, DraftError
from cli.steward.signing import FILE, sign_draft, signing_options
from cli.steward.stewardship import open_stewardship
from cli.wallet.membership import open_membership, unlock
from ledger.government.recovery import MAX_GUARDIANS, SALT_BYTES, GuardianList
from ledger.signatures import SigningKey
from node.member.answers import integer, text
from node.member.charters import fetch_charter
from node.member.client import Json, NodeClient, path_of
from node.member.membership import Membership
from node.member.paying.desk import account_of
from node.member.pending_journal import look_at_pending
from node.member.recovering import (
    request_recovery,
    sign_guardians,
    sign_objection,
    sign_rekey,
    with_guardian,
)
from node.member.wallet_file import read_wallet

words_stand_in("cli.steward.words")

_DAY_S = 86_400
_yes = click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")


@click.group()
def recovery() -> None:
    """Another key for an account: replaced by its owner, or recovered when it is lost or stolen."""


@recovery.command("rekey")
@click.argument("new_wallet", type=FILE)
@_yes
@wallet_option
@passphrase_options
@output_option
def rekey(
    new_wallet: Path, is_agreed: bool, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Replace your key by that of NEW_WALLET, which `fiado wallet new` has made.

    From then on only the new wallet pays. A passphrase from a file has to open both wallets.
    """
    with open_membership(wallet, passphrase) as member:
        if look_at_pending(wallet, public_key=member.key.public_key, account=account_of(member)):
            raise CliError(
                ExitCode.REFUSED,
                "payment_in_doubt",
                say("The answer to your last payment was lost, and only this key can settle it."),
                say("Settle it first: `fiado balance` shows how."),
            )
        new = unlock(read_wallet(new_wallet), passphrase)
        state = _state(member.client, member.account)
        change = sign_rekey(
            member.key,
            SigningKey(new.seed),
            federation=member.founding.federation,
            coop=member.coop.number,
            account=member.account,
            revision=integer(member.client, state, "revision") + 1,
        )
        agree(change, str(member.address), is_agreed, output)
        entry = record_linked(member, change, new_wallet, new, output)
        output.line(
            say(
                "From now on use {new_wallet}. The old wallet pays nothing any more.",
                new_wallet=new_wallet,
            )
        )
        output.result({"number": entry, "wallet": str(new_wallet), "key": change.key.hex()})


@recovery.command("guardians")
@click.argument("names", nargs=-1, metavar="HANDLE...")
@click.option("--needed", type=click.IntRange(1, MAX_GUARDIANS), help="How many begin a recovery.")
@click.option(
    "--wait-days",
    type=click.IntRange(1, 365),
    help="How long your key can object then; as long as the bylaws ask when left out.",
)
@click.option("--card", type=FILE, help="Write here the card that each guardian gets.")
@click.option("--none", "is_none", is_flag=True, help="Have no guardians any more.")
@_yes
@wallet_option
@passphrase_options
@output_option
def guardians(
    names: tuple[str, ...],
    needed: int | None,
    wait_days: int | None,
    card: Path | None,
    is_none: bool,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Name members who together can begin to give your account another key.

    The books have a hash of the list only. Give each guardian the card, in person: they need it then.
    Whatever you change about guardians takes effect after the wait that is in force.
    """
    if is_none == bool(names) or (names and (card is None or needed is None)):
        raise click.UsageError(say("Give handles with --needed and --card, or --none."))
    with open_membership(wallet, passphrase) as member:
        state = _state(member.client, member.account)
        listed = _list(member, names) if names else None
        if listed is not None and needed is not None and needed > len(listed.accounts):
            raise click.UsageError(say("More guardians are needed than are named."))
        shortest = integer(member.client, state, "shortest_wait")
        change = sign_guardians(
            member.key,
            listed,
            federation=member.founding.federation,
            coop=member.coop.number,
            account=member.account,
            revision=integer(member.client, state, "revision") + 1,
            needed=needed or 0,
            wait=shortest if wait_days is None else wait_days * _DAY_S,
        )
        if listed is not None and card is not None:
            written = Card(
                coop=member.coop.number,
                account=member.account,
                handle=member.handle,
                needed=needed or 0,
                names=names,
                guardians=listed,
            )
            # Before it is recorded: without the card nobody could use what is in the books.
            card.write_text(render_card(written), encoding="utf-8")
            card.chmod(0o600)
        if sign_together(member, change, is_agreed=is_agreed, output=output):
            return
        entry = record(member, change, is_agreed, output)
        if card is not None:
            output.line(say("Give each of them a copy of {card}, and nobody else.", card=card))
        output.result({"number": entry, "card": None if card is None else str(card)})


def _list(member: Membership, names: tuple[str, ...]) -> GuardianList:
    found = {_account(member.client, member.coop.name, name) for name in names}
    if len(found) < len(names) or member.account in found:
        raise click.UsageError(
            say("Each guardian is named once, and nobody guards their own account.")
        )
    return GuardianList(accounts=tuple(sorted(found)), salt=random(SALT_BYTES))


def _account(client: NodeClient, coop: str, name: str) -> int:
    handle = name.removesuffix(f"@{coop}")
    return integer(client, client.get(path_of("v1", "accounts", coop, f"@{handle}")), "account")


@recovery.command("request")
@click.option("--node", "node_url", type=NODE_URL, required=True, metavar="URL")
@click.option("--handle", required=True, help="The name before the @ of your address.")
@click.option("--out", type=FILE, required=True, help="Write the request here.")
@wallet_option
@passphrase_options
@output_option
def request(
    node_url: str,
    handle: str,
    out: Path,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """On a new device, with a new wallet: write the request that guardians or stewards sign.

    Meet them, or let them hear your voice: by signing they say that this key is yours.
    """
    with NodeClient(node_url) as client:
        public = read_wallet(wallet).public
        known = fetch_charter(client, expected=public.federation)
        coop = integer(client, client.get("/v1/status"), "coop_number")
        state = client.get(path_of("v1", "keys", f"@{handle}"))
        new = SigningKey(unlock(read_wallet(wallet), passphrase).seed)
        asked = Request(
            federation=known.founding.federation,
            coop=coop,
            handle=handle,
            node=node_url,
            transaction=request_recovery(
                new,
                federation=known.founding.federation,
                coop=coop,
                account=integer(client, state, "account"),
                recovery=integer(client, state, "recoveries") + 1,
            ),
        )
    out.write_text(render_request(asked), encoding="utf-8")
    output.line(
        say(
            "The request is in {out}. The key begins with {public_key}.",
            out=out,
            public_key=new.public_key.hex()[:16],
        )
    )
    output.line(
        say("Guardians sign it with `fiado recovery sign`, stewards with `fiado recovery begin`.")
    )
    output.line(
        say("Once the wait is over, `fiado join --node URL` finds your account by the new key.")
    )
    output.result({"file": str(out), "key": new.public_key.hex()})


@recovery.command("sign")
@click.argument("file", type=FILE)
@click.option("--card", type=FILE, required=True, help="The card that the member gave you.")
@_yes
@wallet_option
@passphrase_options
@output_option
def sign(
    file: Path,
    card: Path,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Sign, as a guardian, the request of a member's new device. Be sure that it is theirs."""
    asked, held = read_request(file), read_card(card)
    with open_membership(wallet, passphrase) as member:
        if (asked.federation, asked.coop) != (member.founding.federation, member.coop.number):
            raise DraftError(say("it is for another cooperative"))
        if (held.coop, held.account) != (asked.coop, asked.transaction.account):
            raise DraftError(say("the card is of another account than the request"))
        if member.account not in held.guardians.accounts:
            raise DraftError(say("you are not on the card"))
        agree(asked.transaction, f"{held.handle}@{member.coop.name}", is_agreed, output)
        signed = with_guardian(
            asked.transaction,
            member.key,
            held.guardians,
            federation=asked.federation,
            coop=asked.coop,
            guardian=member.account,
        )
    file.write_text(render_request(replace(asked, transaction=signed)), encoding="utf-8")
    count = len(signed.members)
    output.line(
        say(
            "Signed, in {file}: {count} of {needed} that are needed.",
            file=file,
            count=count,
            needed=held.needed,
        )
    )
    if count >= held.needed:
        output.line(say("That is enough: anybody can run `fiado recovery begin` with it."))
    output.result({"file": str(file), "signed": count, "needed": held.needed})


@recovery.command("begin")
@click.argument("file", type=FILE)
@click.option("--stewards", "by_stewards", is_flag=True, help="As a steward, without guardians.")
@signing_options
def begin(
    file: Path,
    by_stewards: bool,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Begin a recovery: with the guardians' signatures, or as stewards, who sign like any draft."""
    asked = read_request(file)
    if by_stewards:
        with open_stewardship(key_path, passphrase) as steward:
            if (asked.federation, asked.coop) != (steward.charter.federation, steward.coop.number):
                raise DraftError(say("it is for another cooperative"))
            steward.open_session()
            bare = replace(asked.transaction, guardians=None, members=())
            draft = Draft(charter=steward.charter, coop=steward.coop, transaction=bare)
            output.result(sign_draft(steward, draft, out=out, yes=yes, output=output))
        return
    if not asked.transaction.members:
        raise DraftError(say("no guardian has signed it; stewards give --stewards"))
    with NodeClient(asked.node) as client:
        recorded = client.post("/v1/transactions", asked.body())
        entry = integer(client, recorded, "number")
        state = client.get(path_of("v1", "keys", asked.transaction.account))
        output.line(
            say("Recorded: entry {coop}/{entry}.", coop=text(client, recorded, "coop"), entry=entry)
        )
        print_key(state, text(client, state, "coop"), output)
        output.result({"number": entry, **state})


@recovery.command("object")
@_yes
@wallet_option
@passphrase_options
@output_option
def object_(is_agreed: bool, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Object, with the key that your account has, to its recovery. Then members can vote about it."""
    with open_membership(wallet, passphrase) as member:
        state = _state(member.client, member.account)
        running = state.get("recovery")
        if not isinstance(running, dict):
            raise CliError(
                ExitCode.REFUSED,
                "recovery_unknown",
                say("No recovery of your account runs."),
                say("Nothing needs to be done."),
            )
        change = sign_objection(
            member.key,
            federation=member.founding.federation,
            coop=member.coop.number,
            account=member.account,
            recovery=integer(member.client, running, "number"),
        )
        if sign_together(member, change, is_agreed=is_agreed, output=output):
            return
        entry = record(member, change, is_agreed, output)
        output.line(
            say("Ask members or stewards now to open a vote; without one the recovery goes on.")
        )
        output.result({"number": entry})


@recovery.command("show")
@click.argument("name", required=False, metavar="[HANDLE]")
@wallet_option
@passphrase_options
@output_option
def show(name: str | None, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show what the books have of an account's key: guardians, changes, a recovery that runs."""
    with open_membership(wallet, passphrase) as member:
        coop = member.coop.name
        account = member.account if name is None else _account(member.client, coop, name)
        state = _state(member.client, account)
        print_key(state, coop, output)
        output.result(state)


def _state(client: NodeClient, account: int) -> Json:
    return client.get(path_of("v1", "keys", account))
