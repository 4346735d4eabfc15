"""Addresses of accounts as people write them: `alice@norte`, a handle at a cooperative.

An address is only a name. Which account number and key stand behind it, the ledger says.
"""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 32
"""The longest handle or cooperative name, in characters."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?", re.ASCII)


@dataclass(eq=False)
class AddressError(Exception):
    """A text is not an address of the form `handle@coop`."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """The address of one account: its handle, and the short name of its cooperative."""

    handle: str
    coop: str

    def __str__(self) -> str:
        return f"{self.handle}@{self.coop}"


def parse_address(text: str) -> Address:
    """Read `alice@norte`. Blanks around it are ignored and capital letters count as small ones.

    Each of the two names is 1 to `LONGEST_NAME` of the letters a to z, digits, `-` and `_`, and
    begins and ends with a letter or digit, so that two addresses never look alike.

    Raises `AddressError` for everything else.
    """
    stripped = text.strip()
    handle, mark, coop = stripped.partition("@")
    if not (mark and is_name(handle.lower()) and is_name(coop.lower())):
        raise AddressError(stripped[: 2 * LONGEST_NAME + 1])
    return Address(handle=handle.lower(), coop=coop.lower())


def is_name(text: str) -> bool:
    """Whether the text can be a handle or a cooperative's short name."""
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None
