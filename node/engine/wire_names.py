"""Messages between nodes about names, PROTOCOL section 15.4.

Decoding checks shape and sizes, and trusts nothing.
"""

from dataclasses import dataclass
from typing import Final

from ledger.codec import Value, encode
from ledger.names import HANDLE, SALT_BYTES, Opening
from ledger.shapes import is_bytes, is_number

MOST_NAMES: Final = 64
"""How many accounts, and how many handles, one message asks for or tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesQuestion:
    """Asks the receiver what accounts of its coop are called, and which of them have these handles."""

    accounts: tuple[int, ...]
    handles: tuple[str, ...]

    def encode(self) -> bytes:
        """`["names?", [account, ...], [handle, ...]]`."""
        return encode(["names?", list(self.accounts), list(self.handles)])


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesAnswer:
    """Names of accounts of the sender's coop: None for one that was erased.

    `missing`: what nobody is called.
    """

    found: tuple[tuple[int, Opening | None], ...]
    missing: tuple[str, ...]

    def encode(self) -> bytes:
        """`["names", [[account, salt or nil, handle or nil], ...], [handle, ...]]`."""
        found: list[Value] = [
            [account, None, None] if opening is None else [account, opening.salt, opening.handle]
            for account, opening in self.found
        ]
        return encode(["names", found, list(self.missing)])


NamesMessage = NamesQuestion | NamesAnswer


def read_names_message(value: object) -> NamesMessage | None:
    """The message that a decoded value is; None for another shape."""
    match value:
        case ["names?", list(accounts), list(handles)]:
            if len(accounts) + len(handles) > MOST_NAMES or not all(map(is_number, accounts)):
                return None
            if not all(map(_is_handle, handles)):
                return None
            return NamesQuestion(accounts=tuple(accounts), handles=tuple(handles))
        case ["names", list(found), list(missing)] if len(found) + len(missing) <= MOST_NAMES:
            read = [_found(each) for each in found]
            told = tuple(each for each in read if each is not None)
            if len(told) != len(found) or not all(map(_is_handle, missing)):
                return None
            return NamesAnswer(found=told, missing=tuple(missing))
        case _:
            return None


def _found(value: object) -> tuple[int, Opening | None] | None:
    match value:
        case [int(account), None, None] if is_number(account):
            return account, None
        case [int(account), salt, str(handle)] if is_number(account) and _is_handle(handle):
            if is_bytes(salt, SALT_BYTES):
                return account, Opening(salt=salt, handle=handle)
        case _:
            pass
    return None


def _is_handle(value: object) -> bool:
    return type(value) is str and HANDLE.fullmatch(value) is not None
