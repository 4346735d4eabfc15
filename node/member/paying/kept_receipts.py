"""The receipts that a wallet keeps of its own payments, in a folder beside it.

They are not secrets, but say who paid whom. A name has the federation in it: two federations may each have a
cooperative of one name.

A receipt has numbers of accounts in it and no handles. Those of the payees are kept beside the receipts as
the payer knew them: they help to read a receipt, and prove nothing.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from ledger.chain import extend
from ledger.charter import Charter, Coop
from ledger.errors import ProofError
from ledger.receipts import MAX_RECEIPT_BYTES, Receipt, decode_receipt
from ledger.transactions import HANDLE, Pay
from node.member.places import EntryPlace
from node.member.private_files import DiskFiles, UnsafeFile

RECEIPTS_FOLDER: Final = "receipts"
_FEDERATION_DIGITS: Final = 16
_HEAD_DIGITS: Final = 16
_LARGEST_HANDLES: Final = 4_194_304


def keep_receipt(wallet: Path, charter: Charter, receipt: Receipt) -> None:
    """Write a receipt down; it is durable when this returns.

    One of another entry under that number, in a history that does not stand, is kept under its head's name.
    """
    folder = wallet.parent / RECEIPTS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{_prefix(charter)}-{charter.coops[receipt.coop].name}-{receipt.length}"
    path = folder / f"{name}.receipt"
    before = _read(path)
    if before is not None and before.entry != receipt.entry:
        head = extend(before.previous, before.entry).hex()[:_HEAD_DIGITS]
        DiskFiles().replace(folder / f"{name}-{head}.receipt", before.encode())
    DiskFiles().replace(path, receipt.encode())


def receipts_of(
    wallet: Path, charter: Charter, coop: Coop, number: int | None = None
) -> Iterator[Receipt]:
    """All receipts that the wallet keeps of that cooperative's log, or those of one number; not checked."""
    folder = wallet.parent / RECEIPTS_FOLDER
    start = "" if number is None else str(number)
    for path in sorted(folder.glob(f"{_prefix(charter)}-{coop.name}-{start}*.receipt")):
        receipt = _read(path)
        if receipt is not None and (receipt.federation, receipt.coop) == (
            charter.federation,
            coop.number,
        ):
            yield receipt


def receipts_at(wallet: Path, charter: Charter, coop: Coop, number: int) -> Iterator[Receipt]:
    """Those of entries with that number: of one history each."""
    return (each for each in receipts_of(wallet, charter, coop, number) if each.length == number)


def _read(path: Path) -> Receipt | None:
    """The receipt in a file; None when there is none that can be read."""
    with suppress(OSError, UnsafeFile, ProofError):
        data = DiskFiles().read(path, largest=MAX_RECEIPT_BYTES)
        return None if data is None else decode_receipt(data)
    return None


def keep_handle(wallet: Path, charter: Charter, pay: Pay, handle: str) -> None:
    """Remember under which handle an account was paid; losing that costs nothing but a name."""
    known = known_handles(wallet, charter)
    account = (pay.payee_coop, pay.payee)
    if known.get(account) == handle:
        return
    document = {f"{coop}/{number}": name for (coop, number), name in known.items()}
    document[f"{account[0]}/{account[1]}"] = handle
    with suppress(OSError, UnsafeFile):
        DiskFiles().replace(_handles_file(wallet, charter), json.dumps(document).encode("ascii"))


def known_handles(wallet: Path, charter: Charter) -> dict[tuple[int, int], str]:
    """The handles of accounts that this wallet paid, by coop and number; none when they can't be read."""
    handles = {}
    with suppress(OSError, UnsafeFile, ValueError, AttributeError, RecursionError):
        data = DiskFiles().read(_handles_file(wallet, charter), largest=_LARGEST_HANDLES)
        for account, handle in json.loads(data or b"{}").items():
            coop, _, number = account.partition("/")
            if isinstance(handle, str) and HANDLE.fullmatch(handle):
                handles[int(coop), int(number)] = handle
    return handles


def _handles_file(wallet: Path, charter: Charter) -> Path:
    return wallet.parent / RECEIPTS_FOLDER / f"{_prefix(charter)}-handles.json"


def kept_receipt(wallet: Path, charter: Charter, place: EntryPlace) -> bytes | None:
    """The receipt of an entry of this federation, if the wallet has it."""
    folder = wallet.parent / RECEIPTS_FOLDER
    name = f"{place.coop}-{place.number}.receipt"
    for path in (folder / f"{_prefix(charter)}-{name}", folder / name):
        if path.exists() and _is_of(path.read_bytes(), charter):
            return path.read_bytes()
    return None


def _is_of(data: bytes, charter: Charter) -> bool:
    """Older names had no federation in them. Whether it proves anything is for the reader to check."""
    try:
        return decode_receipt(data).federation == charter.federation
    except ProofError:
        return True


def _prefix(charter: Charter) -> str:
    return charter.federation.hex()[:_FEDERATION_DIGITS]
