"""A node's folder and its settings: reading, checking, and writing a new one.

A node folder holds `charter.toml` and `charter.signatures.toml` (what the federation agreed on),
`node.key` (the secret key of this node: a seed of 32 bytes in hex, readable by its owner only),
`node.toml` (which coop this is, where to listen, where the peers and the database are) and, by
default, the database `node.db`. `charter.changes` is there when the node could not start by the founding
file: the changes up to the one that let its coop join, or gave it another key. `node.mark` (see
`node.mark`) says how far the key has signed.

Reading is strict: a field that is not known, a wrong type or a number out of range raises
`FolderError`, whose text names the file and the field. Nothing is ever overwritten, and a secret
never becomes part of an error.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ledger.charter import Charter, Coop
from ledger.charter_entries import CharterEntry
from ledger.codec import MAX
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
from node.engine.settings import EngineSettings
from node.errors import NodeFault
from node.http.base.settings import HttpSettings
from node.link.settings import LinkSettings
from node.mark import write_first_mark
from node.merchant.settings import MerchantSettings
from node.runner.settings import RunnerSettings
from node.shapes import Shape, ValueMalformed, read
from node.spellings import Json
from node.store_urls import SQLITE, StoreUrlError, check_store_url
from node.urls import NodeUrlError, parse_host, parse_node_url
from node.zones import ZoneUnknown, find_zone

CHARTER_FILE: Final = "charter.toml"
SIGNATURES_FILE: Final = "charter.signatures.toml"
KEY_FILE: Final = "node.key"
SETTINGS_FILE: Final = "node.toml"
MARK_FILE: Final = "node.mark"
DEFAULT_STORE: Final = "sqlite:///node.db"
DEFAULT_PORT: Final = 8440
MAX_FILE_BYTES: Final = 1024 * 1024


class FolderError(NodeFault):
    """The folder can't be used; the text names the file and says what is wrong with it."""


class NotInCharter(FolderError):
    """The charter, as far as the folder has it, does not have this coop, or has another key for it."""


class Listen(Shape, frozen=True):
    """Where the node is reached."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT


class Storing(Shape, frozen=True):
    """Where the node keeps what it knows; an address as `SqlStore` takes it."""

    url: str = DEFAULT_STORE


class NodeSettings(Shape, frozen=True):
    """What `node.toml` says, table by table. `peers`: name -> URL."""

    coop: str
    listen: Listen = Listen()
    store: Storing = Storing()
    peers: dict[str, str] = msgspec.field(default_factory=dict)
    engine: EngineSettings = EngineSettings()
    runner: RunnerSettings = RunnerSettings()
    http: HttpSettings = HttpSettings()
    link: LinkSettings = LinkSettings()
    merchant: MerchantSettings = MerchantSettings()


_PARTS: Final = ("engine", "runner", "http", "link", "merchant")
"""The tables whose settings belong to parts of the node."""


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

    @property
    def store_address(self) -> str:
        """The store's address, a relative SQLite path taken from the folder."""
        return absolute_store(self.settings.store.url, self.folder)

    @property
    def peers(self) -> dict[int, str]:
        """The URLs of the peers that the folder's charter has, by their coops' numbers."""
        return self.peers_in(self.known)

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


def create_node_key(folder: Path, seed: bytes) -> SigningKey:
    """Write `node.key` from 32 random bytes, readable by its owner only, and that it has signed nothing yet.

    Makes the folder.
    """
    key = SigningKey(seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(folder / KEY_FILE, seed.hex().encode("ascii") + b"\n", mode=0o600)
    write_first_mark(folder / MARK_FILE)
    return key


def init_folder(
    folder: Path,
    *,
    coop: str,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    store: str = DEFAULT_STORE,
    peers: Mapping[str, str] | None = None,
) -> None:
    """Write `node.toml`. Makes the folder."""
    lines = [
        f"coop = {_quoted(coop)}",
        "",
        "[listen]",
        f"host = {_quoted(host)}",
        f"port = {port}",
        "",
        "[store]",
        f"url = {_quoted(store)}",
        "",
        *_peers_lines(peers or {}),
    ]
    text = "\n".join(lines) + "\n"
    parse_settings(text.encode("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(folder / SETTINGS_FILE, text.encode("utf-8"))


def _peers_lines(peers: Mapping[str, str]) -> list[str]:
    """The table of peers. An empty one would stand in the way of whoever appends theirs to the file."""
    if not peers:
        return [
            "# Where the nodes of the other cooperatives answer. Take the # away and write theirs:",
            "# [peers]",
            '# sur = "https://fiado.sur.example"',
        ]
    return [
        "[peers]",
        *(f"{_quoted(name)} = {_quoted(url)}" for name, url in sorted(peers.items())),
    ]


def install_charter(folder: Path, *, charter: bytes, signatures: bytes) -> None:
    """Check a charter, its signatures and that this node has a place in it, and write both files.

    Raises `FolderError`; a node that could not run by the charter does not get it.
    """
    checked = _checked_founding(charter, signatures)
    new = {
        folder / name: content
        for name, content in ((CHARTER_FILE, charter), (SIGNATURES_FILE, signatures))
        if not (folder / name).exists() or (folder / name).read_bytes() != content
    }
    for path in new:
        if path.exists():
            raise FolderError(f"{path.name}: already in {path.parent}, and left as it is")
    if (folder / SETTINGS_FILE).exists():
        _own_coop(folder, checked.genesis, parse_settings(_read(folder / SETTINGS_FILE)))
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in new.items():
        _write_new(path, content)


def _own_coop(folder: Path, charter: Charter, settings: NodeSettings) -> tuple[Coop, SigningKey]:
    """The folder's coop in the charter, and its key; raises `NotInCharter` unless both fit."""
    coop = charter.coop_named(settings.coop)
    if coop is None:
        raise NotInCharter(f"{SETTINGS_FILE}: coop: the charter has no coop named {settings.coop}")
    key = read_node_key(folder)
    if key.public_key != coop.node_key:
        raise NotInCharter(
            f"{KEY_FILE}: this is not the key that the charter names for coop {coop.name}"
        )
    return coop, key


def read_charter(folder: Path) -> tuple[Founding, Charter]:
    """The founding file in a folder, and the charter as far as the folder has it; raises `FolderError`."""
    founding = _checked_founding(_read(folder / CHARTER_FILE), _read(folder / SIGNATURES_FILE))
    if not (folder / CHANGES_FILE).exists():
        return founding, founding.genesis
    try:
        changes = read_changes(_read(folder / CHANGES_FILE, most=MOST_CHANGES_BYTES))
        return founding, check_changes(founding, changes)[-1]
    except CharterError as error:
        raise FolderError(f"{CHANGES_FILE}: {error}") from error


def read_peers(folder: Path) -> dict[str, str]:
    """The peers' URLs by name, whether the charter has them or not; raises `FolderError`."""
    return parse_settings(_read(folder / SETTINGS_FILE)).peers


def keep_changes(folder: Path, changes: Sequence[CharterEntry]) -> None:
    """Write down changes that were checked, in place of those before; durable when this returns."""
    path = folder / CHANGES_FILE
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(write_changes(changes))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load_folder(folder: Path) -> NodeFolder:
    """Read and check everything in a node's folder; raises `FolderError`, or `NotInCharter`.

    A peer's name that the charter does not have may be that of a coop that joined later.
    """
    settings = parse_settings(_read(folder / SETTINGS_FILE))
    founding, known = read_charter(folder)
    signatures = _read(folder / SIGNATURES_FILE)
    coop, key = _own_coop(folder, known, settings)
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
    )


def read_node_key(folder: Path) -> SigningKey:
    """The key in `node.key`; raises `FolderError` when others could read the file."""
    path = folder / KEY_FILE
    content = _read(path)
    if path.stat().st_mode & 0o077:
        raise FolderError(f"{KEY_FILE}: others can read this secret; run: chmod 600 {path}")
    text = content.decode("ascii", "replace").strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * SEED_BYTES}}}", text):
        raise FolderError(f"{KEY_FILE}: must be {2 * SEED_BYTES} hex digits in lower case")
    return SigningKey(bytes.fromhex(text))


def parse_settings(source: bytes) -> NodeSettings:
    """Read `node.toml`'s bytes; raises `FolderError`."""
    try:
        content = tomllib.loads(source.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FolderError(f"{SETTINGS_FILE}: not a TOML file: {error}") from error
    try:
        _check_peers(content.get("peers"))
        settings = read(content, NodeSettings)
        for name in _PARTS:
            _check_part(name, content.get(name, {}), getattr(settings, name))
    except ValueMalformed as error:
        raise FolderError(f"{SETTINGS_FILE}: {error.where}: {_words(error)}") from error
    return msgspec.structs.replace(
        settings,
        listen=msgspec.structs.replace(settings.listen, host=_host(settings.listen.host)),
        store=Storing(url=_store_url(settings.store.url)),
        peers={name: _url(f"peers.{name}", url) for name, url in settings.peers.items()},
        merchant=_merchant_settings(settings.merchant),
    )


def _check_peers(peers: object) -> None:
    """Raise `ValueMalformed` with the name of a peer whose address is no text, which a shape can't say."""
    if isinstance(peers, dict):
        for name, url in peers.items():
            if not isinstance(url, str):
                raise ValueMalformed(["peers", name], "a text")


def _check_part(name: str, content: Json, part: Any) -> None:
    """Raise `ValueMalformed` for what a dataclass does not refuse: unknown settings, numbers out of range."""
    known = {field.name for field in fields(part)}
    for unknown in sorted(content.keys() - known):
        raise ValueMalformed([name, unknown], None)
    for setting in content:
        value = getattr(part, setting)
        if type(value) is int and not 0 <= value <= MAX:
            raise ValueMalformed([name, setting], f"an integer from 0 to {MAX}")


def _words(error: ValueMalformed) -> str:
    """What is wrong with a setting, in the words of TOML."""
    if error.expected is None:
        return "is not a setting"
    expected = error.expected.replace("an integer", "a whole number").replace(
        "an object", "a table"
    )
    return f"must be {expected}"


def _merchant_settings(settings: MerchantSettings) -> MerchantSettings:
    if settings.zone:
        try:
            find_zone(settings.zone)
        except ZoneUnknown as error:
            raise FolderError(
                f"{SETTINGS_FILE}: merchant.zone: there is no time zone {settings.zone!r}; write a "
                'name such as "America/Argentina/Buenos_Aires"'
            ) from error
    if not settings.public_url:
        return settings
    return replace(settings, public_url=_url("merchant.public_url", settings.public_url))


def _store_url(text: str) -> str:
    try:
        return check_store_url(text)
    except StoreUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: store.url: {error}") from error


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except NodeUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: listen.host: {error}") from error


def _url(field_: str, text: str) -> str:
    try:
        return parse_node_url(text)
    except NodeUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: {field_}: {error}") from error


def _checked_founding(charter: bytes, signatures: bytes) -> Founding:
    try:
        parsed = parse_founding(charter)
    except CharterError as error:
        raise FolderError(f"{CHARTER_FILE}: {error}") from error
    try:
        check_charter_signatures(parsed, parse_charter_signatures(signatures))
    except CharterError as error:
        raise FolderError(f"{SIGNATURES_FILE}: {error}") from error
    return parsed


def _read(path: Path, *, most: int = MAX_FILE_BYTES) -> bytes:
    try:
        if path.stat().st_size > most:
            raise FolderError(f"{path.name}: over {most} bytes")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FolderError(f"{path.name}: missing in {path.parent}") from error
    except OSError as error:
        raise FolderError(f"{path.name}: can't be read: {error.strerror}") from error


def _write_new(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Create a file that must not be there yet, durable when this returns."""
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


def _quoted(text: str) -> str:
    """A TOML basic string; only what needs no escape is let through."""
    if not text.isprintable() or '"' in text or "\\" in text:
        raise FolderError(f"{SETTINGS_FILE}: a text has characters that can't be used: {text!r}")
    return f'"{text}"'
