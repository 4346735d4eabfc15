"""`fiado wallet passphrase`: another passphrase for the same key, in the same file."""

from dataclasses import replace
from pathlib import Path

import click

from cli.shell.language import say
from cli.shell.parameters import ask_at_terminal, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import (
    PassphraseError,
    PassphraseFault,
    PassphraseSource,
    read_passphrase,
)
from cli.shell.terminal import Output
from cli.wallet.membership import unlock
from node.member.wallet_file import (
    WrongPassphrase,
    change_passphrase,
    check_unchanged,
    read_wallet,
    unlock_wallet,
)
from node.member.wallet_format import LockedWallet
from node.member.wallet_lock import lock_wallet


@click.command("passphrase")
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    help="Read the new passphrase from the first line of this file, which only you can read.",
)
@click.option(
    "--new-passphrase-fd",
    type=click.IntRange(min=0),
    help="Read the new passphrase from this open file descriptor.",
)
@wallet_option
@passphrase_options
@output_option
def wallet_passphrase(
    new_passphrase_file: Path | None,
    new_passphrase_fd: int | None,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Change the passphrase of the wallet, or with --wallet FILE of a steward's key.

    Key, account and words stay as they are. Copies of the old file still open with the old passphrase:
    if somebody may have both, the key itself is no longer yours alone.
    """
    if new_passphrase_file is not None and new_passphrase_fd is not None:
        raise click.UsageError(say("Give --new-passphrase-file or --new-passphrase-fd, not both."))
    new = PassphraseSource(file=new_passphrase_file, descriptor=new_passphrase_fd)
    locked = read_wallet(wallet)
    unlocked = unlock(locked, passphrase)
    secret = read_passphrase(new, is_new=True, prompt=_ask_for_new)
    if _opens(locked, secret):
        raise PassphraseError(PassphraseFault.SAME)
    with lock_wallet(wallet) as lock:
        check_unchanged(unlocked)
        # What was read may be older than an address of the node that another command has learnt since.
        public = read_wallet(wallet).public
        change_passphrase(lock, replace(unlocked, public=public), passphrase=secret)
    output.line(
        say(
            "The wallet {wallet} opens with the new passphrase now, and no longer with the old "
            "one.",
            wallet=wallet,
        )
    )
    output.line(say("Copies that you made of the file before still open with the old one."))
    output.result({"wallet": str(wallet), "public_key": unlocked.public.public_key.hex()})


def _opens(locked: LockedWallet, passphrase: str) -> bool:
    try:
        unlock_wallet(locked, passphrase=passphrase)
    except WrongPassphrase:
        return False
    return True


def _ask_for_new(label: str, *, confirm: bool) -> str:
    """Ask at the terminal; where there is none, the options for the new passphrase help, not the others."""
    try:
        return ask_at_terminal(label, confirm=confirm)
    except PassphraseError as error:
        if error.fault is PassphraseFault.NO_TERMINAL:
            raise PassphraseError(PassphraseFault.NO_TERMINAL_FOR_NEW) from None
        raise
