"""Names beside the log, PROTOCOL section 15: what an admission commits to, and what opens it.

A log is for ever and open, and a name is somebody's. So an admission carries a commitment, a hash over a
salt and the handle; who knows both can show that the account has that name, and when nobody does any more
the log is as valid as before. Logs of earlier versions have the handle itself there: the two are told apart
by their type.

Nothing here draws a salt or keeps a name.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeGuard

from ledger.messages import TAG_NAME, signing_context

HANDLE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
SALT_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32

Named = str | bytes
"""What a log has of an account's name: the handle itself, or a commitment to it."""


class NameNotOpened(ValueError):
    """A salt and a handle don't open what the log has of the account's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a commitment: `salt`, 16 bytes that nobody else knows, and the handle."""

    salt: bytes
    handle: str

    def commitment(self, *, federation: bytes, coop: int) -> bytes:
        """What an admission to that coop carries in place of the handle.

        Raises `ValueError` for a handle that none can have, and for a salt of another length.
        """
        if len(self.salt) != SALT_BYTES or not HANDLE.fullmatch(self.handle):
            raise ValueError("not a salt of 16 bytes with a handle")
        context = signing_context(TAG_NAME, federation=federation, coop=coop)
        return sha256(context + self.salt + self.handle.encode("ascii")).digest()


def check_opening(opening: Opening, named: Named, *, federation: bytes, coop: int) -> None:
    """Raise `NameNotOpened` unless it opens `named`, which is a commitment."""
    try:
        commitment = opening.commitment(federation=federation, coop=coop)
    except ValueError as error:
        raise NameNotOpened(str(error)) from error
    if commitment != named:
        raise NameNotOpened("they open another commitment")


def is_named(value: object) -> TypeGuard[Named]:
    """Whether it can stand where an admission has a name: a handle, or 32 bytes."""
    if type(value) is bytes:
        return len(value) == COMMITMENT_BYTES
    return type(value) is str and HANDLE.fullmatch(value) is not None


def shown(named: Named, number: int) -> str:
    """What an account is called by who has the log alone: its handle, where that has one, or its number."""
    return named if isinstance(named, str) else f"#{number}"
