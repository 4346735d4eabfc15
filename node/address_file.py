"""A node folder's own word on where it answers: the file `node.address`, made by `fiado node moved`.

Where nobody has made one, the node itself says the public address of its settings when it starts, and says
it anew when that setting was changed (decision 0080). What a person has said stands until a person says
otherwise.

The node tells it to its peers. Losing the file loses nothing: others know what was told, and serial numbers
rise with the clock.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from node.addresses import NodeAddress, address_from_json, is_address, sign_address, signer_of
from node.folder.files import FolderError
from node.folder.loading import NodeFolder

ADDRESS_FILE: Final = "node.address"
_LARGEST: Final = 4_096
_BY: Final = "by"
_BY_SETTINGS: Final = "public_url"
"""Stands beside a statement that the node made of its settings, and beside no other."""


def read_own_address(folder: NodeFolder) -> NodeAddress | None:
    """What the folder says; None when it says nothing, or said it under a key that was replaced since.

    Raises `FolderError` for what is not its own word.
    """
    document = _read_document(folder)
    if document is None:
        return None
    statement = address_from_json(document)
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


def _read_document(folder: NodeFolder) -> object:
    """What the file holds; None when there is no file, and an empty object for what is no JSON."""
    try:
        with (folder.folder / ADDRESS_FILE).open("rb") as file:
            content = file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderError(f"{ADDRESS_FILE}: can't be read: {error.strerror}") from error
    try:
        return json.loads(content) or {}
    except (ValueError, RecursionError):
        return {}


def own_address(folder: NodeFolder, *, now: int) -> NodeAddress | None:
    """What a node that starts says of itself: the folder's word, or else the public address of its settings.

    `now` is in Unix seconds. Raises `FolderError` as `read_own_address`.
    """
    said = read_own_address(folder)
    public_url = folder.settings.merchant.public_url.lower()
    if not is_address(public_url):
        return said
    is_by_settings = said is None or _is_by_settings(_read_document(folder))
    if not is_by_settings or (said is not None and said.url == public_url):
        return said
    statement = _sign(folder, public_url, now=now, before=said)
    with suppress(OSError):  # a folder that can't be written: said anew at the next start
        write_address(folder.folder, statement, by=_BY_SETTINGS)
    return statement


def _is_by_settings(document: object) -> bool:
    return isinstance(document, dict) and document.get(_BY) == _BY_SETTINGS


def move(folder: NodeFolder, url: str, *, now: int) -> NodeAddress:
    """Sign that the node answers at `url` from now on, and write it down for its next start.

    `now` is in Unix seconds. Raises `FolderError`, and ValueError for an address that can't be told.
    """
    statement = _sign(folder, url, now=now, before=read_own_address(folder))
    write_address(folder.folder, statement)
    return statement


def _sign(folder: NodeFolder, url: str, *, now: int, before: NodeAddress | None) -> NodeAddress:
    return sign_address(
        folder.key,
        federation=folder.founding.federation,
        coop=folder.coop.number,
        serial=max(now, 1 if before is None else before.serial + 1),
        time=now,
        url=url,
    )


def write_address(folder: Path, statement: NodeAddress, *, by: str = "") -> None:
    """Write down, in a node's folder, what its node says at its next start. Durable when this returns.

    `by` is what it was made of, if not of a person's word.
    """
    document: dict[str, Any] = statement.as_json() | ({_BY: by} if by else {})
    path = folder / ADDRESS_FILE
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
