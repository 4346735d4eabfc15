"""Addresses of accounts as people write them: `alice@norte`, a handle at a cooperative.

What a handle and a cooperative's name may contain, the protocol says (sections 4 and 6). An
address is only a name: which account number and key stand behind it, the ledger says.
"""

import re
from dataclasses import dataclass
from typing import Final

from ledger.founding import COOP_NAME
from ledger.transactions import HANDLE

_NAMED: Final = re.compile(rf"{HANDLE.pattern}|#[1-9][0-9]{{0,9}}")

LONGEST_NAME: Final = 32
"""The longest handle or cooperative name, in characters."""


@dataclass(eq=False)
class AddressError(Exception):
    """A text, of which this is the beginning, is not an address of the form `handle@coop`."""

    text: str


@dataclass(eq=False)
class HandleError(Exception):
    """A text, of which this is the beginning, is not a handle."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The address of one account: its handle, or `#` and its number, and its cooperative's name."""

    handle: str
    coop: str

    def __str__(self) -> str:
        return f"{self.handle}@{self.coop}"


def parse_address(text: str) -> Address:
    """Read `alice@norte`, or `#7@norte` of an account without a name.

    Blanks around it are ignored and capital letters count as small ones.

    Raises `AddressError` for anything else.
    """
    handle, _, coop = _lowered(text).partition("@")
    if not (_NAMED.fullmatch(handle) and COOP_NAME.fullmatch(coop)):
        raise AddressError(text.strip()[: 2 * LONGEST_NAME + 1])
    return Address(handle=handle, coop=coop)


def parse_handle(text: str) -> str:
    """Read a new member's handle as the one in an address, not of digits alone. Raises `HandleError`."""
    handle = _lowered(text)
    if not HANDLE.fullmatch(handle) or handle.isdecimal():
        raise HandleError(text.strip()[: 2 * LONGEST_NAME + 1])
    return handle


def _lowered(text: str) -> str:
    # Only A to Z become small here: other capitals may turn into letters that look like these.
    stripped = text.strip()
    return stripped.lower() if stripped.isascii() else stripped
