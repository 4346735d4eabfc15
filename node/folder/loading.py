"""Reading a node's folder, strictly: what is missing or wrong is named with its file."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.charter import Charter, Coop
from ledger.charter_entries import CharterEntry
from ledger.errors import CharterError
from ledger.founding import (
    Founding,
    check_charter_signatures,
    parse_charter_signatures,
    parse_founding,
)
from ledger.signatures import SEED_BYTES, SigningKey
from node.changes import (
    CHANGES_FILE,
    MOST_CHANGES_BYTES,
    check_changes,
    read_changes,
    write_changes,
)
from node.folder.files import (
    CHARTER_FILE,
    KEY_FILE,
    MAIL_PASSWORD_FILE,
    SETTINGS_FILE,
    SIGNATURES_FILE,
    FolderError,
    NotInCharter,
    read_file,
)
from node.folder.settings import NodeSettings, parse_settings
from node.store_urls import SQLITE
from node.wage import WageFile


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFolder:
    """A folder that was read and checked: everything that a node needs to start."""

    folder: Path
    founding: Founding
    charter_signatures: bytes
    known: Charter
    """The charter as far as the folder has it; the logs may know a newer one."""
    coop: Coop
    key: SigningKey
    settings: NodeSettings
    mail_password: str = ""
    """What the node shows to the operator's mail server."""

    @property
    def store_address(self) -> str:
        """The store's address, a relative SQLite path taken from the folder."""
        return absolute_store(self.settings.store.url, self.folder)

    @property
    def peers(self) -> dict[int, str]:
        """The URLs of the peers that the folder's charter has, by their coops' numbers."""
        return self.peers_in(self.known)

    def wages(self) -> WageFile | None:
        """The file of the index of wages that the settings name; one that is wrong shows nothing."""
        if self.settings.wage is None:
            return None
        return WageFile(self.settings.wage, self.folder)

    def peers_in(self, charter: Charter) -> dict[int, str]:
        """The URLs of the peers that a charter has, by their coops' numbers."""
        by_name = {coop.name: number for number, coop in charter.coops.items()}
        peers = self.settings.peers
        return {by_name[name]: url for name, url in peers.items() if name in by_name}


def absolute_store(address: str, folder: Path) -> str:
    """`sqlite:///name` names a file in `folder`; other addresses are left as they are."""
    if not address.startswith(SQLITE):
        return address
    return SQLITE + str((folder / address.removeprefix(SQLITE)).absolute())


def own_coop(
    folder: Path, charter: Charter, settings: NodeSettings, *, any_key: bool = False
) -> tuple[Coop, SigningKey]:
    """The folder's coop in the charter, and its key; raises `NotInCharter` unless both fit.

    `any_key`: also a key that the charter does not name for it, such as one that it shall have.
    """
    coop = charter.coop_named(settings.coop)
    if coop is None:
        raise NotInCharter(f"{SETTINGS_FILE}: coop: the charter has no coop named {settings.coop}")
    key = read_node_key(folder)
    if key.public_key != coop.node_key and not any_key:
        raise NotInCharter(
            f"{KEY_FILE}: this is not the key that the charter names for coop {coop.name}"
        )
    return coop, key


def read_charter(folder: Path) -> tuple[Founding, Charter]:
    """The founding file in a folder, and the charter as far as the folder has it; raises `FolderError`."""
    founding = check_founding(read_file(folder / CHARTER_FILE), read_file(folder / SIGNATURES_FILE))
    if not (folder / CHANGES_FILE).exists():
        return founding, founding.genesis
    try:
        changes = read_changes(read_file(folder / CHANGES_FILE, most=MOST_CHANGES_BYTES))
        return founding, check_changes(founding, changes)[-1]
    except CharterError as error:
        raise FolderError(f"{CHANGES_FILE}: {error}") from error


def read_peers(folder: Path) -> dict[str, str]:
    """The peers' URLs by name, whether the charter has them or not; raises `FolderError`."""
    return parse_settings(read_file(folder / SETTINGS_FILE)).peers


def keep_changes(folder: Path, changes: Sequence[CharterEntry]) -> None:
    """Write down changes that were checked, in place of those before; durable when this returns."""
    path = folder / CHANGES_FILE
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(write_changes(changes))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load_folder(folder: Path, *, any_key: bool = False) -> NodeFolder:
    """Read and check everything in a node's folder; raises `FolderError`, or `NotInCharter`.

    `any_key`: also with a key that the charter does not name for the coop; no node runs with that.

    A peer's name that the charter does not have may be that of a coop that joined later.
    """
    settings = parse_settings(read_file(folder / SETTINGS_FILE))
    founding, known = read_charter(folder)
    signatures = read_file(folder / SIGNATURES_FILE)
    coop, key = own_coop(folder, known, settings, any_key=any_key)
    if coop.name in settings.peers:
        raise FolderError(f"{SETTINGS_FILE}: peers: {coop.name} is this node itself")
    return NodeFolder(
        folder=folder,
        founding=founding,
        charter_signatures=signatures,
        known=known,
        coop=coop,
        key=key,
        settings=settings,
        mail_password=_read_mail_password(folder, settings),
    )


def _read_mail_password(folder: Path, settings: NodeSettings) -> str:
    """The content of `mail.password` where a mail server is asked for as somebody; raises `FolderError`."""
    if not settings.notices.mail_host or not settings.notices.mail_user:
        return ""
    content = _read_secret(folder / MAIL_PASSWORD_FILE)
    return content.decode("utf-8", "replace").rstrip("\r\n")


def read_node_key(folder: Path) -> SigningKey:
    """The key in `node.key`; raises `FolderError` when others could read the file."""
    content = _read_secret(folder / KEY_FILE)
    text = content.decode("ascii", "replace").strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * SEED_BYTES}}}", text):
        raise FolderError(f"{KEY_FILE}: must be {2 * SEED_BYTES} hex digits in lower case")
    return SigningKey(bytes.fromhex(text))


def _read_secret(path: Path) -> bytes:
    content = read_file(path)
    if path.stat().st_mode & 0o077:
        raise FolderError(f"{path.name}: others can read this secret; run: chmod 600 {path}")
    return content


def check_founding(charter: bytes, signatures: bytes) -> Founding:
    """What a founding file and the signatures under it say; raises `FolderError` unless both are right."""
    try:
        parsed = parse_founding(charter)
    except CharterError as error:
        raise FolderError(f"{CHARTER_FILE}: {error}") from error
    try:
        check_charter_signatures(parsed, parse_charter_signatures(signatures))
    except CharterError as error:
        raise FolderError(f"{SIGNATURES_FILE}: {error}") from error
    return parsed
