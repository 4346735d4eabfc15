"""A member's wallet together with the account that it is for: what acting for a member begins with.

    wallet = unlock_wallet(read_wallet(path), passphrase=passphrase)
    with open_account(wallet) as member:
        member.open_session()
        ...

It checks that the wallet names an account, reads the trusted charter and has a client for the home node.
`open_session` proves to the node who asks, when something needs that. Nobody is asked or told anything here;
what a program may want to tell its user goes to the functions that it gives.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledger.charter import Charter, Coop
from ledger.founding import Founding
from ledger.signatures import SigningKey
from node.addresses import NodeAddress
from node.member.addresses import Address
from node.member.answers import integer
from node.member.charters import KnownCharter, trusted_charter
from node.member.client import Json, NodeClient, NodeError, NodeMisbehaved, NodeProblem
from node.member.moves import find_node, renew_addresses
from node.member.sessions import closing_session, open_session
from node.member.troubles import Trouble, read_troubles
from node.member.wallet_file import UnlockedWallet, read_wallet, replace_public
from node.member.wallet_format import LockedWallet
from node.member.wallet_lock import WalletBusy, lock_wallet

_KEEP_FROM_ARRIVING: Final = frozenset({"accused", "cut"})
"""Kinds of trouble with a cooperative because of which a payment there does not arrive."""

OnLost = Callable[[NodeError], None]
"""Told when an answer was lost and the node is asked once more, which takes a while."""
OnMoved = Callable[[Coop, NodeAddress], None]
"""Told when the node of the coop was found at another address, which the wallet remembers."""


@dataclass(eq=False)
class NotJoined(Exception):
    """The wallet at `path` belongs to no account yet."""

    path: Path


@dataclass(eq=False)
class NodeInTrouble(Exception):
    """The home node does not know the account now, because of `trouble`; the wallet is not the cause."""

    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An account as its owner uses it."""

    wallet: UnlockedWallet
    key: SigningKey
    known: KnownCharter
    coop: Coop
    account: int
    handle: str
    client: NodeClient

    @property
    def charter(self) -> Charter:
        """The charter in force, as far as this wallet knows it."""
        return self.known.charter

    @property
    def founding(self) -> Founding:
        """What never changes about the federation."""
        return self.known.founding

    @property
    def address(self) -> Address:
        """The address at which others pay this account."""
        return Address(handle=self.handle, coop=self.coop.name)

    def open_session(self) -> None:
        """Prove to the home node that this is the account's owner.

        Raises `NodeInTrouble` when the node knows nobody because it has lost its logs, and says so.
        """
        try:
            open_session(
                self.client,
                self.key,
                role="member",
                number=self.account,
                coop=self.coop.number,
                federation=self.charter.federation,
            )
        except NodeProblem as problem:
            if problem.code == "challenge_invalid":
                for trouble in self.what_stops_recording():
                    raise NodeInTrouble(trouble) from problem
            raise

    def me(self) -> Json:
        """The account as the home node has it. Needs a session."""
        me = self.client.get("/v1/me")
        if integer(self.client, me, "account") != self.account:
            raise NodeMisbehaved(self.client.url, "it answers for another account")
        return me

    def what_stops_recording(self) -> list[Trouble]:
        """What keeps the home node from recording; what it shows may then be old."""
        return [trouble for trouble in self._troubles() if trouble.stops_recording]

    def what_keeps_from(self, coop: str) -> list[Trouble]:
        """Why a payment to that cooperative may not arrive, as far as the home node knows."""
        if coop == self.coop.name:
            return []
        return [
            trouble
            for trouble in self._troubles()
            if trouble.kind in _KEEP_FROM_ARRIVING and trouble.coop == coop
        ]

    def _troubles(self) -> list[Trouble]:
        return read_troubles(self.client.get("/v1/status"))


@contextmanager
def open_account(
    wallet: UnlockedWallet,
    *,
    on_lost: OnLost = lambda _: None,
    on_moved: OnMoved = lambda _, __: None,
) -> Iterator[Membership]:
    """Reach for the home node of the wallet's account, for the `with` block.

    Raises `NotJoined`, and what the client raises.
    """
    public = wallet.public
    if (
        public.node_url is None
        or public.federation is None
        or public.coop is None
        or public.account is None
        or public.handle is None
    ):
        raise NotJoined(wallet.path)
    with NodeClient(public.node_url, on_lost=on_lost) as client:
        known = trusted_charter(wallet.path, client, public.federation, needed=public.coop)
        charter = known.charter
        coop = home_coop(client, charter, public.coop)
        client.when_unreachable(lambda: moved_to(wallet, charter, coop, on_moved))
        member = Membership(
            wallet=wallet,
            key=SigningKey(wallet.seed),
            known=known,
            coop=coop,
            account=public.account,
            handle=public.handle,
            client=client,
        )
        with closing_session(client):
            yield member
        renew_addresses(wallet.path, client, charter)


def home_coop(client: NodeClient, charter: Charter, name: str) -> Coop:
    """The coop of that name; `NodeMisbehaved` when the charter that the node gave has none."""
    coop = charter.coop_named(name)
    if coop is None:
        raise NodeMisbehaved(client.url, f"its charter has no cooperative {name}")
    return coop


def moved_to(wallet: UnlockedWallet, charter: Charter, coop: Coop, on_moved: OnMoved) -> str | None:
    """Where the home node has moved, which the wallet then remembers and its owner is told."""
    found = find_node(wallet.path, charter, coop, old_url=wallet.public.node_url or "")
    if found is None:
        return None
    on_moved(coop, found)
    keep_node(wallet, found.url)
    return found.url


def keep_node(wallet: UnlockedWallet, url: str) -> None:
    """Remember another address of the home node, unless somebody is at work on the wallet."""
    with suppress(WalletBusy), lock_wallet(wallet.path, tries=1) as lock:
        # A passphrase that was changed a moment ago must not be changed back.
        if read_wallet(wallet.path).salt == wallet.salt:
            replace_public(lock, wallet, public=replace(wallet.public, node_url=url))


def check_joined(wallet: LockedWallet) -> None:
    """Raise `NotJoined` when the wallet names no account: before anybody types a passphrase."""
    if wallet.public.account is None or wallet.public.node_url is None:
        raise NotJoined(wallet.path)
