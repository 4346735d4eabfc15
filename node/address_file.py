"""A node folder's own word on where it answers: the file `node.address`, made by `fiado node moved`.

The node tells it to its peers. Losing the file loses nothing: others know what was told, and serial numbers
rise with the clock.
"""

import json
import os
from pathlib import Path
from typing import Final

from node.addresses import NodeAddress, address_from_json, sign_address, signer_of
from node.folder.files import FolderError
from node.folder.loading import NodeFolder

ADDRESS_FILE: Final = "node.address"
_LARGEST: Final = 4_096


def read_own_address(folder: NodeFolder) -> NodeAddress | None:
    """What the folder says; None when it says nothing, or said it under a key that was replaced since.

    Raises `FolderError` for what is not its own word.
    """
    path = folder.folder / ADDRESS_FILE
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderError(f"{ADDRESS_FILE}: can't be read: {error.strerror}") from error
    try:
        statement = address_from_json(json.loads(content))
    except (ValueError, RecursionError):
        statement = None
    if statement is None or statement.coop != folder.coop.number:
        raise FolderError(
            f"{ADDRESS_FILE}: is not an address of this node; `fiado node moved` makes one"
        )
    own = folder.key.public_key
    signer = signer_of(
        statement, federation=folder.known.federation, keys=(own, *folder.coop.all_keys)
    )
    if signer is None:
        raise FolderError(f"{ADDRESS_FILE}: the address is not signed by the node of this coop")
    return statement if signer == own else None


def move(folder: NodeFolder, url: str, *, now: int) -> NodeAddress:
    """Sign that the node answers at `url` from now on, and write it down for its next start.

    `now` is in Unix seconds. Raises `FolderError`, and ValueError for an address that can't be told.
    """
    before = read_own_address(folder)
    statement = sign_address(
        folder.key,
        federation=folder.founding.federation,
        coop=folder.coop.number,
        serial=max(now, 1 if before is None else before.serial + 1),
        time=now,
        url=url,
    )
    write_address(folder.folder, statement)
    return statement


def write_address(folder: Path, statement: NodeAddress) -> None:
    """Write down, in a node's folder, what its node says at its next start. Durable when this returns."""
    path = folder / ADDRESS_FILE
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(statement.as_json(), file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
