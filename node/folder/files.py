"""The files of a node's folder: their names, reading one, writing a new one.

`charter.toml` and `charter.signatures.toml` are what the federation agreed on; `node.key` is the secret key
of this node, a seed of 32 bytes in hex, readable by its owner only; `node.toml` says which coop this is,
where to listen, where the peers and the database are; the database is `node.db` unless that says otherwise.
`charter.changes` is there when the node could not start by the founding file: the changes up to the one that
let its coop join, or gave it another key. `node.mark` (see `node.mark`) says how far the key has signed.
`mail.password` is what the node shows to the operator's mail server, if it has one; its owner only reads it.
`join.request` is what a coop that wants to join has asked for; its node asks again until it has joined.

Only `charter.changes` and `join.request` are ever overwritten, and a secret never becomes part of an error.
"""

import os
from pathlib import Path
from typing import Final

from node.errors import NodeFault

CHARTER_FILE: Final = "charter.toml"
SIGNATURES_FILE: Final = "charter.signatures.toml"
KEY_FILE: Final = "node.key"
SETTINGS_FILE: Final = "node.toml"
MARK_FILE: Final = "node.mark"
MAIL_PASSWORD_FILE: Final = "mail.password"
REQUEST_FILE: Final = "join.request"
MAX_FILE_BYTES: Final = 1024 * 1024


class FolderError(NodeFault):
    """The folder can't be used; the text names the file and says what is wrong with it."""


class NotInCharter(FolderError):
    """The charter, as far as the folder has it, does not have this coop, or has another key for it."""


class NobodyToAsk(NotInCharter):
    """The same, and the settings name no peer that could tell of changes of the charter."""


def read_file(path: Path, *, most: int = MAX_FILE_BYTES) -> bytes:
    """The content of a file; raises `FolderError` when it is missing or larger than `most` bytes."""
    try:
        if path.stat().st_size > most:
            raise FolderError(f"{path.name}: over {most} bytes")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FolderError(f"{path.name}: missing in {path.parent}") from error
    except OSError as error:
        raise FolderError(f"{path.name}: can't be read: {error.strerror}") from error


def write_new(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Create a file that must not be there yet, durable when this returns; raises `FolderError`."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise FolderError(f"{path.name}: already in {path.parent}, and left as it is") from error
    except OSError as error:
        raise FolderError(f"{path.name}: can't be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
