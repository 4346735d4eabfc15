"""A steward's key together with the coop that it serves: what most steward commands begin with.

A steward's key is in a file like a wallet's. Which cooperative it serves the charter says; where the
node answers is kept in the file once `fiado steward key use` has been there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.shell.parameters import default_wallet
from cli.shell.passphrase import PassphraseSource
from cli.shell.words_of_nodes import tell_of_a_lost_answer, tell_of_a_move
from cli.steward.office import coop_in_office
from cli.wallet.membership import unlock
from ledger.charter import Charter, Coop
from ledger.founding import Founding
from ledger.signatures import SigningKey
from node.member.charters import KnownCharter, trusted_charter
from node.member.client import NodeClient
from node.member.membership import home_coop, moved_to
from node.member.moves import renew_addresses
from node.member.sessions import closing_session, open_session
from node.member.wallet_file import WalletMissing, read_wallet
from node.member.wallet_format import LockedWallet

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(eq=False)
class StewardNotLinked(Exception):
    """The steward's key file at `path` does not say yet which node it is for."""

    path: Path


@dataclass(eq=False)
class StewardNotInOffice(Exception):
    """The key at `path` is of nobody who is a steward of the cooperative named `coop` now."""

    path: Path
    coop: str


@dataclass(eq=False)
class StewardKeyMissing(Exception):
    """There is no steward's key at `path`."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stewardship:
    """A steward at work. `coop` has the stewards who are in office, and `number` is the place among them."""

    key: SigningKey
    known: KnownCharter
    coop: Coop
    number: int
    client: NodeClient

    @property
    def charter(self) -> Charter:
        """The charter in force, as the node proves it."""
        return self.known.charter

    @property
    def founding(self) -> Founding:
        """What never changes about the federation."""
        return self.known.founding

    def open_session(self) -> None:
        """Prove to the node who this is."""
        open_session(
            self.client,
            self.key,
            role="steward",
            number=self.number,
            coop=self.coop.number,
            federation=self.charter.federation,
        )


def steward_key_option(command: Command) -> Command:
    """Add `--key`; the command gets the path as its argument `key_path`."""
    return click.option(
        "--key",
        "key_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=default_steward_key,
        envvar="FIADO_STEWARD_KEY",
        show_default="~/.local/share/fiado/steward.json",
        help="The steward's key file.",
    )(command)


def default_steward_key() -> Path:
    """Where a steward's key is unless somebody says otherwise: beside the wallet."""
    return default_wallet().with_name("steward.json")


def _key_or_wallet(path: Path) -> Path:
    """The wallet in the place of a key that isn't there: who was elected signs with the own account's key."""
    if path == default_steward_key() and not path.exists() and default_wallet().exists():
        return default_wallet()
    return path


def read_steward_key(path: Path) -> LockedWallet:
    """The key's file, which is made like a wallet's.

    Raises `StewardKeyMissing`, and what `read_wallet` raises.
    """
    try:
        return read_wallet(path)
    except WalletMissing as error:
        raise StewardKeyMissing(path) from error


@contextmanager
def open_stewardship(path: Path, passphrase: PassphraseSource) -> Iterator[Stewardship]:
    """Unlock the key and reach for the node, for the `with` block."""
    path = _key_or_wallet(path)
    locked = read_steward_key(path)
    public = locked.public
    if public.node_url is None or public.federation is None or public.coop is None:
        raise StewardNotLinked(path)
    wallet = unlock(locked, passphrase)
    key = SigningKey(wallet.seed)
    with NodeClient(public.node_url, on_lost=tell_of_a_lost_answer) as client:
        known = trusted_charter(path, client, public.federation)
        charter = known.charter
        coop = coop_in_office(public.node_url, home_coop(client, charter, public.coop))
        number = next(
            (i for i, steward in enumerate(coop.stewards) if steward.key == key.public_key), None
        )
        if number is None:
            # Without the node only the charter's stewards are known: then it is the node that is missing.
            client.get("/v1/stewards")
            raise StewardNotInOffice(path, coop.name)
        client.when_unreachable(lambda: moved_to(wallet, charter, coop, tell_of_a_move))
        steward = Stewardship(key=key, known=known, coop=coop, number=number, client=client)
        with closing_session(client):
            yield steward
        renew_addresses(path, client, charter)
