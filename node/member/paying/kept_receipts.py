"""The receipts that a wallet keeps of its own payments, in a folder beside it.

They are no secrets, but say who paid whom. A name has the federation in it: two federations may each have a
cooperative of one name.
"""

from pathlib import Path
from typing import Final

from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.receipts import Receipt, decode_receipt
from node.member.places import EntryPlace
from node.member.private_files import DiskFiles

RECEIPTS_FOLDER: Final = "receipts"
_FEDERATION_DIGITS: Final = 16


def keep_receipt(wallet: Path, charter: Charter, receipt: Receipt) -> None:
    """Write a receipt down; it is durable when this returns."""
    folder = wallet.parent / RECEIPTS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{charter.coops[receipt.coop].name}-{receipt.length}"
    DiskFiles().replace(folder / f"{_prefix(charter)}-{name}.receipt", receipt.encode())


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
