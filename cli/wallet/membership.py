"""A member's wallet together with the account that it is for: what most member commands begin with.

    with open_membership(wallet_path, passphrase) as member:
        ...

It unlocks the wallet, checks that it names an account, reads the trusted charter and has a client for
the home node. `open_session` proves to the node who asks, when a command needs that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.parameters import ask_at_terminal
from cli.shell.passphrase import PassphraseSource, read_passphrase
from cli.shell.words_node import tell_of_a_lost_answer, tell_of_a_move
from ledger.charter import Charter, Coop
from ledger.signatures import SigningKey
from node.member.addresses import Address
from node.member.answers import integer
from node.member.charters import trusted_charter
from node.member.client import Json, NodeClient, NodeMisbehaved, NodeProblem
from node.member.moves import find_node, renew_addresses
from node.member.sessions import open_session
from node.member.troubles import Trouble, read_troubles
from node.member.wallet_file import UnlockedWallet, read_wallet, replace_public, unlock_wallet
from node.member.wallet_format import LockedWallet
from node.member.wallet_lock import WalletBusy, lock_wallet

_KEEP_FROM_ARRIVING: Final = frozenset({"accused", "cut"})
"""Kinds of trouble with a cooperative because of which a payment there does not arrive."""


@dataclass(eq=False)
class NotJoined(Exception):
    """The wallet at `path` belongs to no account yet."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An account as its owner uses it."""

    wallet: UnlockedWallet
    key: SigningKey
    charter: Charter
    coop: Coop
    account: int
    handle: str
    client: NodeClient

    @property
    def address(self) -> Address:
        """The address at which others pay this account."""
        return Address(handle=self.handle, coop=self.coop.name)

    def open_session(self) -> None:
        """Prove to the home node that this is the account's owner.

        A node that has lost its logs knows nobody, and says what is wrong with it: that is then the error.
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
                for trouble in self._stopping():
                    raise CliError(
                        ExitCode.REFUSED,
                        "node_in_trouble",
                        f"Your cooperative's node does not know this account now. {trouble.detail}",
                        f"{trouble.remedy} Tell whoever runs the node; your wallet is not the cause.",
                    ) from problem
            raise

    def tell_of_trouble(self, tell: Callable[[str], None]) -> None:
        """Say it when something keeps the home node from recording: what it shows may then be old."""
        for trouble in self._stopping():
            tell(f"Careful: what the node shows may be out of date. {trouble.detail}")

    def _stopping(self) -> list[Trouble]:
        troubles = read_troubles(self.client.get("/v1/status"))
        return [trouble for trouble in troubles if trouble.stops_recording]

    def me(self) -> Json:
        """The account as the home node has it. Needs a session."""
        me = self.client.get("/v1/me")
        if integer(self.client, me, "account") != self.account:
            raise NodeMisbehaved(self.client.url, "it answers for another account")
        return me

    def warn_of(self, coop: str, tell: Callable[[str], None]) -> None:
        """Say what the home node knows against paying into that cooperative now."""
        if coop == self.coop.name:
            return
        for trouble in read_troubles(self.client.get("/v1/status")):
            if trouble.kind in _KEEP_FROM_ARRIVING and trouble.coop == coop:
                tell(
                    f"Careful: {trouble.detail} A payment to {coop} may not arrive. {trouble.remedy}"
                )


@contextmanager
def open_membership(path: Path, passphrase: PassphraseSource) -> Iterator[Membership]:
    """Unlock the wallet and reach for its home node, for the `with` block.

    Raises what reading and unlocking a wallet raise, `NotJoined`, and what the client raises.
    """
    locked = read_wallet(path)
    check_joined(locked)
    wallet = unlock(locked, passphrase)
    public = wallet.public
    if (
        public.node_url is None
        or public.federation is None
        or public.coop is None
        or public.account is None
        or public.handle is None
    ):
        raise NotJoined(path)
    with NodeClient(public.node_url, on_lost=tell_of_a_lost_answer) as client:
        charter = trusted_charter(path, client, public.federation)
        coop = charter.coop_named(public.coop)
        if coop is None:
            raise NodeMisbehaved(client.url, f"its charter has no cooperative {public.coop}")
        client.when_unreachable(lambda: moved_to(wallet, charter, coop))
        yield Membership(
            wallet=wallet,
            key=SigningKey(wallet.seed),
            charter=charter,
            coop=coop,
            account=public.account,
            handle=public.handle,
            client=client,
        )
        renew_addresses(path, client, charter)


def moved_to(wallet: UnlockedWallet, charter: Charter, coop: Coop) -> str | None:
    """Where the home node has moved, which the wallet then remembers and its owner is told."""
    found = find_node(wallet.path, charter, coop, old_url=wallet.public.node_url or "")
    if found is None:
        return None
    tell_of_a_move(coop, found)
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


def unlock(wallet: LockedWallet, source: PassphraseSource) -> UnlockedWallet:
    """Unlock with the passphrase from where the member said."""
    passphrase = read_passphrase(source, is_new=False, prompt=ask_at_terminal)
    return unlock_wallet(wallet, passphrase=passphrase)
