"""`fiado account`: who may sign for your account, and who may pay from it within caps."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from cli.keys.drafting import sign_and_send
from cli.keys.showing import show_keys
from cli.keys.waiting import discard, pending, sign
from cli.shell.days import read_last_day
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import (
    ADDRESS,
    AMOUNT,
    NODE_URL,
    output_option,
    passphrase_options,
    wallet_option,
)
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership, unlock
from ledger.account_keys import NO_CAPS, Caps, Delegate, Payees, SetOwners
from ledger.shapes import MAX_DELEGATES, MAX_OWNERS
from ledger.texts import is_shown
from node.member.addresses import Address
from node.member.answers import integer, number
from node.member.charters import fetch_charter, keep_charter
from node.member.client import NodeClient, NodeMisbehaved, path_of
from node.member.membership import Membership, check_joined
from node.member.owning import NotATill, fetch_keys, fetch_labels, label_key
from node.member.wallet_file import check_unchanged, read_wallet, replace_public
from node.member.wallet_lock import lock_wallet

_LONGEST_LABEL: Final = 40
_FILE = click.Path(dir_okay=False, path_type=Path)
_yes = click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")
_draft = click.option(
    "--draft",
    type=_FILE,
    metavar="FILE",
    help="Where several owners sign: write here what they sign, instead of leaving it at the node.",
)


@click.group()
def account() -> None:
    """The keys of your account: those of several owners, and of tills that pay within caps."""


@account.command("keys")
@click.option(
    "--labels",
    "with_labels",
    is_flag=True,
    help="Show what you call them too, which takes your key.",
)
@wallet_option
@passphrase_options
@output_option
def keys(with_labels: bool, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show whose keys sign for the account, and which may pay from it within caps."""
    if with_labels:
        with open_membership(wallet, passphrase) as member:
            member.open_session()
            found, labels = fetch_keys(member.client, member.account), fetch_labels(member.client)
        show_keys(found, member.key.public_key, labels, output)
        return
    locked = read_wallet(wallet)
    check_joined(locked)
    with NodeClient(str(locked.public.node_url)) as client:
        found = fetch_keys(client, int(locked.public.account or 0))
    show_keys(found, locked.public.public_key, {}, output)


@account.command("label")
@click.argument("place", type=click.IntRange(0, MAX_DELEGATES - 1))
@click.argument("label", required=False)
@click.option("--owner", "is_owner", is_flag=True, help="PLACE is that of an owner.")
@wallet_option
@passphrase_options
@output_option
def label(
    place: int,
    label: str | None,
    is_owner: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Call the key at PLACE so, such as "kiosk till"; without LABEL call it nothing.

    Only the owners of the account see it, with `fiado account keys --labels` and on the page of keys. It is
    kept at your node, in no log, and goes when your name is erased.
    """
    if label is not None and not (1 <= len(label) <= _LONGEST_LABEL and is_shown(label)):
        raise click.UsageError(
            say(
                "LABEL is 1 to {longest} characters in one line, with single spaces and none that nobody "
                "sees. Leave it out to call the key nothing.",
                longest=_LONGEST_LABEL,
            )
        )
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = fetch_keys(member.client, member.account)
        tills = {till.place: till.key for till in found.tills}
        at_place = dict(enumerate(found.owners)) if is_owner else tills
        if place not in at_place:
            raise click.UsageError(say("There is no key at that place."))
        label_key(member.client, at_place[place], label)
        output.line(say("Kept for the owners of the account."))
        output.result({"place": place, "key": at_place[place].hex(), "label": label})


@account.command("delegate")
@click.argument("key")
@click.option("--per-payment", type=AMOUNT, required=True, help="What it may pay at once.")
@click.option("--per-day", type=AMOUNT, required=True, help="What it may pay in a day.")
@click.option("--until", required=True, metavar="DATE", help="The last day on which it pays.")
@click.option(
    "--to", "payees", type=ADDRESS, multiple=True, help="Only to this address; up to 16 of them."
)
@click.option(
    "--place",
    type=click.IntRange(0, MAX_DELEGATES - 1),
    help="The place of a key whose caps you change; otherwise the first that is free.",
)
@_draft
@_yes
@wallet_option
@passphrase_options
@output_option
def delegate(
    key: str,
    per_payment: int,
    per_day: int,
    until: str,
    payees: tuple[Address, ...],
    place: int | None,
    draft: Path | None,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Let KEY pay from your account, within caps that every node enforces.

    KEY is the wallet file of a till, an employee or a program, made with `fiado wallet new`, or its public
    key in hex. Fees count in the caps, and a day is one of universal time. On the device of the till run
    `fiado account link` once, and then `fiado pay --as`.
    """
    with open_membership(wallet, passphrase) as member:
        found = fetch_keys(member.client, member.account)
        if found.hides_tills:
            member.open_session()
            found = fetch_keys(member.client, member.account)
        chosen = found.free_place() if place is None else place
        if chosen is None:
            raise click.UsageError(say("64 keys may pay already: revoke one first."))
        caps = Caps(
            per_payment=per_payment,
            per_day=per_day,
            until=read_last_day(until, "--until"),
            payees=_payees(member, payees),
        )
        change = Delegate(
            account=member.account,
            revision=found.revision + 1,
            place=chosen,
            key=_public_key(key),
            caps=caps,
        )
        sign_and_send(member, found, change, draft=draft, is_agreed=is_agreed, output=output)


def _payees(member: Membership, addresses: tuple[Address, ...]) -> Payees | None:
    found = set()
    for address in addresses:
        known = member.client.get(path_of("v1", "accounts", address.coop, f"@{address.handle}"))
        found.add(
            (number(member.client, known, "coop_number"), number(member.client, known, "account"))
        )
    return tuple(sorted(found)) or None


def _public_key(key: str) -> bytes:
    """Of a wallet's file, or in hex."""
    if len(key) == 64:
        try:
            return bytes.fromhex(key)
        except ValueError:
            pass
    return read_wallet(Path(key)).public.public_key


@account.command("revoke")
@click.argument("place", type=click.IntRange(0, MAX_DELEGATES - 1))
@_draft
@_yes
@wallet_option
@passphrase_options
@output_option
def revoke(
    place: int,
    draft: Path | None,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Take the key at PLACE away, such as that of a till that was lost: it pays nothing from then on.

    `fiado account keys` shows the places.
    """
    with open_membership(wallet, passphrase) as member:
        found = fetch_keys(member.client, member.account)
        change = Delegate(
            account=member.account,
            revision=found.revision + 1,
            place=place,
            key=None,
            caps=NO_CAPS,
        )
        sign_and_send(member, found, change, draft=draft, is_agreed=is_agreed, output=output)


@account.command("owners")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option(
    "--needed", type=click.IntRange(1, MAX_OWNERS), required=True, help="How many of them sign."
)
@_draft
@_yes
@wallet_option
@passphrase_options
@output_option
def owners(
    keys: tuple[str, ...],
    needed: int,
    draft: Path | None,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Say who owns the account from now on: each KEY a wallet file or a public key in hex, yours among them.

    So many of them sign from then on whatever the account does. Memos are sealed to the first. All keys that
    may pay within caps are taken away. One KEY makes it one person's account again.
    """
    with open_membership(wallet, passphrase) as member:
        found = fetch_keys(member.client, member.account)
        change = SetOwners(
            account=member.account,
            revision=found.revision + 1,
            needed=needed,
            keys=tuple(_public_key(key) for key in keys),
        )
        sign_and_send(member, found, change, draft=draft, is_agreed=is_agreed, output=output)


@account.command("link")
@click.argument("key", type=_FILE, metavar="WALLET")
@click.option("--node", "node_url", type=NODE_URL, required=True, metavar="URL")
@click.option("--handle", required=True, help="The name before the @ of the account's address.")
@passphrase_options
@output_option
def link(
    key: Path, node_url: str, handle: str, passphrase: PassphraseSource, output: Output
) -> None:
    """On a till or with an owner's new wallet: note in WALLET which account it signs for.

    The account has to know the key already, by `fiado account delegate` or `fiado account owners`.
    """
    locked = read_wallet(key)
    with NodeClient(node_url) as client:
        known = fetch_charter(client, expected=locked.public.federation)
        coop = known.charter.coops.get(integer(client, client.get("/v1/status"), "coop_number"))
        if coop is None:
            raise NodeMisbehaved(client.url, say("its cooperative is not in its charter"))
        found = fetch_keys(client, f"@{handle}", till=locked.public.public_key)
        is_owner = locked.public.public_key in found.owners
        if not is_owner and found.till_of(locked.public.public_key) is None:
            raise NotATill
    unlocked = unlock(locked, passphrase)
    if unlocked.public.account not in (None, found.account):
        raise CliError(
            ExitCode.REFUSED,
            "wallet_in_use",
            say("That wallet is for another account already."),
            say("Make a new one for the till: `fiado wallet new`."),
        )
    public = replace(
        unlocked.public,
        federation=known.founding.federation,
        coop=coop.name,
        account=found.account,
        handle=handle,
        node_url=node_url,
    )
    with lock_wallet(key) as lock:
        check_unchanged(unlocked)
        replace_public(lock, unlocked, public=public)
    keep_charter(key, known)
    if is_owner:
        output.line(
            say("{key} signs for {handle}@{coop} now.", key=key, handle=handle, coop=coop.name)
        )
    else:
        output.line(
            say(
                "{key} pays for {handle}@{coop} now: `fiado pay --as {key} …`.",
                key=key,
                handle=handle,
                coop=coop.name,
            )
        )
    output.result(
        {"account": found.account, "coop": coop.name, "handle": handle, "owner": is_owner}
    )


for _command in (pending, sign, discard):
    account.add_command(_command)
