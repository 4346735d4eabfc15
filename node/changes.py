"""The changes of a charter as nodes hand them on: `charter` transactions, one after the other.

Whoever has the founding file can check them without any log: each is certified by the coops of the
charter before it (PROTOCOL section 7.11). So programs of members and stewards know whom the federation
has now, and which keys it had when something was signed. What a log itself has to do with a change, such
as how long it was when its coop left, only replaying it can tell.
"""

from collections.abc import Sequence
from typing import Final

from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.codec import encode, split
from ledger.entries import decode_transaction
from ledger.errors import CharterError, EncodingError
from ledger.founding import Founding
from ledger.refusals import Refusal
from ledger.rules.charter import decide_charter

CHANGES_FILE: Final = "charter.changes"
MOST_CHANGES_BYTES: Final = 16 * 1_048_576
"""Of all changes together, to whoever reads them from outside: some hundred for each coop of a large one."""


def read_changes(data: bytes) -> list[CharterEntry]:
    """The changes in these bytes, nothing verified; raises `CharterError`."""
    if len(data) > MOST_CHANGES_BYTES:
        raise CharterError("changes: they are too many to be read")
    try:
        return [_read_change(each) for each in split(data)]
    except EncodingError as error:
        raise CharterError(f"changes: not what nodes hand on: {error}") from error


def write_changes(entries: Sequence[CharterEntry]) -> bytes:
    """The inverse of `read_changes`."""
    return b"".join(encode(entry.fields()) for entry in entries)


def check_changes(founding: Founding, entries: Sequence[CharterEntry]) -> tuple[Charter, ...]:
    """The charters that follow from the founding file, by version; raises `CharterError`."""
    charters = [founding.genesis]
    for entry in entries:
        after = decide_charter(entry, charter=charters[-1], log=None)
        if isinstance(after, Refusal):
            raise CharterError(f"changes: version {entry.version} is refused: {after.code}")
        charters.append(after)
    return tuple(charters)


def _read_change(data: bytes) -> CharterEntry:
    transaction = decode_transaction(data)
    if not isinstance(transaction, CharterEntry):
        raise CharterError("changes: not a change of a charter")
    return transaction
