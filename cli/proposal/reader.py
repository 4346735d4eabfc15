"""Whoever reads proposals: a member with the wallet, or a steward with the key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.shell.parameters import wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.steward.stewardship import open_stewardship
from cli.wallet.membership import open_membership
from ledger.charter import Charter, Coop
from node.member.client import NodeClient

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody of a cooperative who has shown to its node who it is."""

    charter: Charter
    coop: Coop
    client: NodeClient
    account: int | None
    """A member's; None for a steward."""


def reader_options(command: Command) -> Command:
    """Add `--wallet` and `--key`; the command gets both paths, the second one None for a member."""
    with_key = click.option(
        "--key",
        "key_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Read as a steward, with this key, instead of as a member.",
    )(command)
    return wallet_option(with_key)


@contextmanager
def open_reader(
    wallet: Path, key_path: Path | None, passphrase: PassphraseSource
) -> Iterator[Reader]:
    """A session at the own node, for the `with` block."""
    if key_path is not None:
        with open_stewardship(key_path, passphrase) as steward:
            steward.open_session()
            yield Reader(
                charter=steward.charter, coop=steward.coop, client=steward.client, account=None
            )
        return
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        yield Reader(
            charter=member.charter,
            coop=member.coop,
            client=member.client,
            account=member.account,
        )
