"""`fiado wallet`: the member's own key, in an encrypted file, from words on paper."""

import sys
from pathlib import Path

import click
from nacl.utils import random

from cli.shell.language import say
from cli.shell.parameters import ask_at_terminal, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource, read_passphrase
from cli.shell.terminal import Output
from cli.wallet.membership import unlock
from cli.wallet.node import wallet_node
from cli.wallet.passphrase import wallet_passphrase
from cli.wallet.word_lists import usual_language
from node.member.mnemonic import (
    Language,
    entropy_length,
    parse_words,
    seed_from_words,
    words_from_entropy,
)
from node.member.wallet_file import WalletExists, create_wallet, read_wallet
from node.member.wallet_format import PublicPart
from node.member.wallet_lock import lock_wallet

WORDS_PER_ROW = 4


@click.group()
def wallet() -> None:
    """Your key: make it, bring it back from its words, look at it."""


@wallet.command("new")
@click.option(
    "--words", "word_count", type=click.Choice(["12", "24"]), default="24", help="How many words."
)
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=usual_language,
    show_default="spanish where Spanish is spoken, else english",
    help="The language of the words.",
)
@wallet_option
@passphrase_options
@output_option
def new(
    word_count: str, language: str, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Make a new key and show the words that bring it back.

    The words are shown once and kept nowhere. Write them on paper: whoever has them can pay in your
    name, and without them a lost file is lost.
    """
    words = words_from_entropy(random(entropy_length(int(word_count))), language=Language(language))
    public_key = make_wallet(wallet, seed_from_words(words), passphrase)
    output.line(say("Your words. Write them on paper, in this order, and keep the paper safe:"))
    output.line()
    show_words(words, output)
    output.line()
    output.line(
        say(
            "The wallet is in {wallet}. Its public key is {public_key}.",
            wallet=wallet,
            public_key=public_key.hex(),
        )
    )
    output.line(
        say(
            "Next: `fiado join --node URL --handle NAME`, with the address of your cooperative's "
            "node."
        )
    )
    output.result({"wallet": str(wallet), "public_key": public_key.hex(), "words": list(words)})


@wallet.command("restore")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help="The language of the words, if they are valid in both.",
)
@wallet_option
@passphrase_options
@output_option
def restore(
    language: str | None, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Bring a key back from its 12 or 24 words.

    The words are asked for, or read from standard input when that is not a terminal. They are never taken
    from the command line, where other programs could read them.
    """
    check_free(wallet)
    words = parse_words(ask_for_words(), language=None if language is None else Language(language))
    public_key = make_wallet(wallet, seed_from_words(words), passphrase)
    output.line(
        say(
            "The key is back, in {wallet}. Its public key is {public_key}.",
            wallet=wallet,
            public_key=public_key.hex(),
        )
    )
    output.line(say("Next: `fiado join --node URL --handle NAME` finds your account again."))
    output.result({"wallet": str(wallet), "public_key": public_key.hex()})


@wallet.command("show")
@click.option("--check", is_flag=True, help="Unlock it too, to see that the passphrase opens it.")
@wallet_option
@passphrase_options
@output_option
def show(check: bool, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show whose wallet this is. It needs no passphrase and no network."""
    locked = read_wallet(wallet)
    if check:
        unlock(locked, passphrase)
    public = locked.public
    output.fields(describe(wallet, public))
    if public.account is None:
        output.line()
        output.line(say("It belongs to no account yet: `fiado join --node URL --handle NAME`."))
    if check:
        output.line(say("The passphrase opens it."))
    output.result(
        {
            "wallet": str(wallet),
            "public_key": public.public_key.hex(),
            "federation": None if public.federation is None else public.federation.hex(),
            "coop": public.coop,
            "account": public.account,
            "handle": public.handle,
            "node": public.node_url,
        }
    )


wallet.add_command(wallet_node)
wallet.add_command(wallet_passphrase)


def describe(path: Path, public: PublicPart) -> dict[str, str]:
    """The public part of a wallet as lines for people."""
    fields = {say("wallet"): str(path), say("public key"): public.public_key.hex()}
    if public.handle is not None and public.coop is not None:
        fields[say("address")] = f"{public.handle}@{public.coop}"
    if public.account is not None:
        fields[say("account")] = str(public.account)
    if public.federation is not None:
        fields[say("federation")] = public.federation.hex()
    if public.node_url is not None:
        fields[say("node")] = public.node_url
    return fields


def make_wallet(path: Path, seed: bytes, passphrase: PassphraseSource) -> bytes:
    """Write a new wallet for `seed`; returns the public key. Makes the folder."""
    check_free(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = read_passphrase(passphrase, is_new=True, prompt=ask_at_terminal)
    with lock_wallet(path) as lock:
        return create_wallet(lock, seed=seed, passphrase=secret).public.public_key


def check_free(path: Path) -> None:
    """Raise `WalletExists` before anybody types words or a passphrase in vain."""
    if path.is_symlink() or path.exists():
        raise WalletExists(path)


def show_words(words: tuple[str, ...], output: Output) -> None:
    """Print the words with their numbers, some in a row."""
    rows = [words[start : start + WORDS_PER_ROW] for start in range(0, len(words), WORDS_PER_ROW)]
    for number, row in enumerate(rows):
        first = number * WORDS_PER_ROW + 1
        output.line(
            "  " + "".join(f"{first + i:>2} {word:<12}" for i, word in enumerate(row)).rstrip()
        )


def ask_for_words() -> str:
    """The words, typed without echo, or from standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt(say("Your words, separated by blanks"), hide_input=True, err=True)
        return typed
    return sys.stdin.read(4_096)
