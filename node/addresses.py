"""Where a coop's node answers, by its own word: a statement under its node key, PROTOCOL section 10.6.

A statement names an address and has a serial number; the highest serial counts. Whoever knows the charter
can check one, so it may come from anybody: the node at its new place, any other node, a copy beside a wallet.

It does not say whether anybody answers there, and gives no access: who answers proves itself as before.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ledger.charter import Charter
from ledger.codec import MAX, Value, encode
from ledger.entries import LAST_TIME
from ledger.errors import ProofError
from ledger.messages import TAG_ADDRESS, signed_bytes
from ledger.shapes import is_number
from ledger.signatures import SignatureInvalid, SigningKey, verify

LONGEST_URL: Final = 200
"""Bytes of an address."""
_URL: Final = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_LARGEST_PORT: Final = 65_535
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAddress:
    """A coop's word that its node answers at `url`. `time` is in Unix seconds, for people."""

    coop: int
    serial: int
    time: int
    url: str
    signature: bytes

    def value(self) -> Value:
        """`[coop, serial, time, url, signature]`."""
        return [self.coop, self.serial, self.time, self.url, self.signature]

    def as_json(self) -> dict[str, str | int]:
        """The same for files and the HTTP interface."""
        return {
            "coop_number": self.coop,
            "serial": self.serial,
            "time": self.time,
            "url": self.url,
            "signature": self.signature.hex(),
        }


def sign_address(
    key: SigningKey, *, federation: bytes, coop: int, serial: int, time: int, url: str
) -> NodeAddress:
    """Make a statement. Raises ValueError for what no statement can say."""
    statement = NodeAddress(
        coop=coop,
        serial=serial,
        time=time,
        url=url,
        signature=key.sign(_signed(federation, coop, serial, time, url)),
    )
    if read_address(statement.value()) is None:
        raise ValueError(f"{url} can't be told as an address")
    return statement


def read_address(value: object) -> NodeAddress | None:
    """A statement in its shape, nothing verified; None for anything else."""
    match value:
        case [int(coop), int(serial), int(time), str(url), bytes(signature)]:
            is_good = (
                is_number(coop)
                and 1 <= serial <= MAX
                and 0 <= time <= LAST_TIME
                and is_address(url)
                and len(signature) == _SIGNATURE_BYTES
            )
            if is_good:
                return NodeAddress(
                    coop=coop, serial=serial, time=time, url=url, signature=signature
                )
        case _:
            pass
    return None


def address_from_json(document: object) -> NodeAddress | None:
    """The inverse of `NodeAddress.as_json`, nothing verified; None for anything else."""
    if not isinstance(document, Mapping):
        return None
    fields: Mapping[str, Any] = document
    try:
        signature = bytes.fromhex(fields["signature"])
        names = ("coop_number", "serial", "time", "url")
        return read_address([*(fields[name] for name in names), signature])
    except (KeyError, TypeError, ValueError):
        return None


def is_address(url: str) -> bool:
    """Whether a text is an address as a statement has it: small letters, no path, nothing to be guessed."""
    matched = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    return matched is not None and (matched[1] is None or 1 <= int(matched[1]) <= _LARGEST_PORT)


def check_address(charter: Charter, statement: NodeAddress) -> None:
    """Raise `ProofError` unless the statement is one of a coop of this charter, under its present key."""
    coop = charter.coops.get(statement.coop)
    if coop is None:
        raise ProofError("an address of a coop that the charter does not have")
    if signer_of(statement, federation=charter.federation, keys=[coop.node_key]) is None:
        raise ProofError(f"the address is not signed by the node of {coop.name}")


def signer_of(statement: NodeAddress, *, federation: bytes, keys: Iterable[bytes]) -> bytes | None:
    """The one of these keys under which the statement is signed, or None."""
    message = _signed(federation, statement.coop, statement.serial, statement.time, statement.url)
    for key in keys:
        with suppress(SignatureInvalid):
            verify(public_key=key, message=message, signature=statement.signature)
            return key
    return None


def _signed(federation: bytes, coop: int, serial: int, time: int, url: str) -> bytes:
    body = encode([serial, time, url])
    return signed_bytes(TAG_ADDRESS, federation=federation, coop=coop, body=body)
