"""`fiado steward key`: the key with which a steward signs."""

from dataclasses import replace
from pathlib import Path

import click
from nacl.utils import random

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.stewardship import read_steward_key, steward_key_option
from cli.wallet.commands import ask_for_words, check_free, make_wallet, show_words
from cli.wallet.membership import unlock
from cli.wallet.word_lists import usual_language
from node.member.charters import fetch_charter, keep_charter
from node.member.client import NodeClient
from node.member.mnemonic import (
    Language,
    entropy_length,
    parse_words,
    seed_from_words,
    words_from_entropy,
)
from node.member.wallet_file import check_unchanged, replace_public
from node.member.wallet_lock import lock_wallet


@click.group("key")
def steward_key() -> None:
    """A steward's own key, in an encrypted file."""


@steward_key.command("new")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=usual_language,
    show_default="spanish where Spanish is spoken, else english",
    help="The language of the words.",
)
@steward_key_option
@passphrase_options
@output_option
def new(language: str, key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Make a steward's key and show the words that bring it back.

    The public key, which it prints, belongs into the charter. Use another key than that of your own
    account: a steward's work and a member's money should not be lost together.
    """
    words = words_from_entropy(random(entropy_length(24)), language=Language(language))
    public_key = make_wallet(key_path, seed_from_words(words), passphrase)
    output.line(say("Your words. Write them on paper, in this order, and keep the paper safe:"))
    output.line()
    show_words(words, output)
    output.line()
    output.line(
        say("The key is in {key_path}. Put this public key into the charter:", key_path=key_path)
    )
    output.line(public_key.hex())
    output.result({"key": str(key_path), "public_key": public_key.hex(), "words": list(words)})


@steward_key.command("restore")
@steward_key_option
@passphrase_options
@output_option
def restore(key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Bring a steward's key back from its words, which are asked for."""
    check_free(key_path)
    words = parse_words(ask_for_words())
    public_key = make_wallet(key_path, seed_from_words(words), passphrase)
    output.line(
        say(
            "The key is back, in {key_path}. Its public key is {public_key}.",
            key_path=key_path,
            public_key=public_key.hex(),
        )
    )
    output.result({"key": str(key_path), "public_key": public_key.hex()})


@steward_key.command("use")
@click.argument("url", type=NODE_URL)
@steward_key_option
@passphrase_options
@output_option
def use(url: str, key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Say at which node this key serves, such as `http://10.0.0.2:8440`.

    The node's charter has to name the key as that of a steward of the node's own cooperative.
    """
    locked = read_steward_key(key_path)
    with NodeClient(url) as client:
        known = fetch_charter(client, expected=locked.public.federation)
        founding = known.founding
        coop = known.charter.coop_named(str(client.get("/v1/status").get("coop")))
        keys = [] if coop is None else [steward.key for steward in coop.stewards]
        if coop is None or locked.public.public_key not in keys:
            raise CliError(
                ExitCode.REFUSED,
                "not_a_steward",
                say(
                    "The charter of that node does not name this key as a steward of its cooperative."
                ),
                say(
                    "The key is {public_key}. Use the node of the cooperative that named it, or bring "
                    "back the right key.",
                    public_key=locked.public.public_key.hex(),
                ),
            )
        public = replace(
            locked.public, federation=founding.federation, coop=coop.name, node_url=client.url
        )
        unlocked = unlock(locked, passphrase)
        with lock_wallet(key_path) as lock:
            check_unchanged(unlocked)
            replace_public(lock, unlocked, public=public)
        keep_charter(key_path, known)
        name = coop.stewards[keys.index(locked.public.public_key)].name
        output.line(
            say(
                "You are {name}, a steward of {title}, in the federation {name_2}.",
                name=name,
                title=coop.title,
                name_2=founding.name,
            )
        )
        output.line(
            say(
                "Its id is {federation}: compare it with what was agreed.",
                federation=founding.federation.hex(),
            )
        )
        output.result(
            {
                "coop": coop.name,
                "steward": keys.index(locked.public.public_key),
                "name": name,
                "federation": founding.federation.hex(),
            }
        )
