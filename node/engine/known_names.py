"""What questions and changes see of names: the own coop's directory, and what other homes told.

PROTOCOL section 15. Everything is called in the engine's thread.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from ledger.names import Opening
from ledger.state import Account
from node.store import Write

Wanted = Mapping[int, Collection[int | str]]
"""By coop: numbers of accounts, and handles."""


class HandleTaken(Exception):
    """An account of this coop is or was called so."""


class OwnNames(Protocol):
    """The directory of the own coop. What its changes give is to be written in the same tick."""

    def is_erased(self, account: int) -> bool:
        """Whether the name of that account was erased."""

    def was_erased(self, handle: str) -> bool:
        """Whether an account was called so, and its name was erased."""

    def is_taken(self, handle: str) -> bool:
        """Whether an account is or was called so."""

    def opens(self, commitment: bytes) -> bool:
        """Whether what opens that commitment is kept."""

    def commitment(self, opening: Opening) -> bytes:
        """What an admission to this coop carries for it. Raises `ValueError` for what is no opening."""

    def keep(self, opening: Opening, *, now: int) -> Write:
        """Let an account that is about to be admitted be called so. Raises `HandleTaken`, `ValueError`."""

    def drop(self, opening: Opening) -> Write:
        """Forget what was kept for an admission that is refused."""

    def erase(self, account: Account, *, now: int) -> Write:
        """Erase what an account is called, for good, and what its owners call its keys.

        An account without a name stays as it is.
        """


def labels_id(account: int) -> str:
    """Under which document of names it is kept what the owners of an account call its keys."""
    return f"labels/{account}"


class KnownNames(Protocol):
    """What people call accounts, of whichever coop, as far as this node knows."""

    @property
    def directory(self) -> OwnNames:
        """Those of the own coop."""

    def name(self, coop: int, account: Account) -> str | None:
        """What an account is called; None when that is not known or was erased."""

    def opening(self, coop: int, account: Account) -> Opening | None:
        """What opens an account's commitment, if that is known here."""

    def is_erased(self, coop: int, account: int) -> bool:
        """Whether its home says, or has said, that the name of an account was erased."""

    def account_named(self, coop: int, handle: str) -> int | None:
        """The number of the account that is called so, if that is known here."""

    def is_missing(self, coop: int, handle: str) -> bool:
        """Whether the home of that coop's accounts said a moment ago that nobody is called so."""

    def unknown(self, wanted: Wanted) -> dict[int, list[int | str]]:
        """What of it is not known here, and can be asked of a home that there is a link with."""

    def ask(self, wanted: Wanted) -> bool:
        """Ask for what is not known; whether there is something to wait for."""
