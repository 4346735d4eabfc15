"""Writing a node's folder: its key, its settings, and the charter once the coops have agreed on it."""

from collections.abc import Mapping
from pathlib import Path

from ledger.signatures import SigningKey
from node.changes import CHANGES_FILE, MOST_CHANGES_BYTES
from node.folder.files import (
    CHARTER_FILE,
    KEY_FILE,
    MARK_FILE,
    SETTINGS_FILE,
    SIGNATURES_FILE,
    FolderError,
    read_file,
    write_new,
)
from node.folder.loading import check_founding, own_coop
from node.folder.settings import DEFAULT_PORT, DEFAULT_STORE, parse_settings
from node.mark import write_first_mark


def create_node_key(folder: Path, seed: bytes) -> SigningKey:
    """Write `node.key` from 32 random bytes, readable by its owner only, and that it has signed nothing yet.

    Makes the folder.
    """
    key = SigningKey(seed)
    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder / KEY_FILE, seed.hex().encode("ascii") + b"\n", mode=0o600)
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
    public_url: str = "",
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
        *(["", "[merchant]", f"public_url = {_quoted(public_url)}"] if public_url else []),
    ]
    text = "\n".join(lines) + "\n"
    parse_settings(text.encode("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder / SETTINGS_FILE, text.encode("utf-8"))


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


def init_like(folder: Path, old: Path) -> str:
    """Write into a new folder the settings of the coop's old one, and the charter as far as that has it.

    Everything but key, database and word on where it answers. Returns the coop's name. Makes the folder;
    raises `FolderError`.
    """
    settings = read_file(old / SETTINGS_FILE)
    coop = parse_settings(settings).coop
    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder / SETTINGS_FILE, settings)
    for name in (CHARTER_FILE, SIGNATURES_FILE, CHANGES_FILE):
        if (old / name).exists():
            write_new(folder / name, read_file(old / name, most=MOST_CHANGES_BYTES))
    return coop


def install_charter(
    folder: Path, *, charter: bytes, signatures: bytes, new_key: bool = False
) -> None:
    """Check a charter, its signatures and that this node has a place in it, and write both files.

    `new_key`: the coop is to get the folder's key, and maybe its place, by a change of the charter.

    Raises `FolderError`; a node that could not run by the charter does not get it.
    """
    checked = check_founding(charter, signatures)
    new = {
        folder / name: content
        for name, content in ((CHARTER_FILE, charter), (SIGNATURES_FILE, signatures))
        if not (folder / name).exists() or (folder / name).read_bytes() != content
    }
    for path in new:
        if path.exists():
            raise FolderError(f"{path.name}: already in {path.parent}, and left as it is")
    if (folder / SETTINGS_FILE).exists() and not new_key:
        own_coop(folder, checked.genesis, parse_settings(read_file(folder / SETTINGS_FILE)))
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in new.items():
        write_new(path, content)


def _quoted(text: str) -> str:
    """A TOML basic string; only what needs no escape is let through."""
    if not text.isprintable() or '"' in text or "\\" in text:
        raise FolderError(f"{SETTINGS_FILE}: a text has characters that can't be used: {text!r}")
    return f'"{text}"'
