"""Founding a federation for a demonstration: keys, charter, signatures, and the nodes' folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.demo.signing import derive_key, steward_key
from cli.federation.draft import CoopDraft, StewardDraft, render_charter
from cli.federation.index_draft import IndexDraft
from ledger.charter import Charter
from ledger.founding import Founding, format_charter_signatures, parse_founding, sign_charter
from node.folder.files import SETTINGS_FILE
from node.folder.making import create_node_key, init_folder, install_charter

COOP_NAMES: Final = ("norte", "sur", "este", "oeste", "rio", "lago", "monte", "valle")
STEWARDS: Final = ("ana", "blas", "celia")
THRESHOLD: Final = 2
QUICK_SETTINGS: Final = """
[engine]
anchor_interval_ms = 1000

[http]
first_limit = {first_limit}
costly_per_minute = 1000000
costly_burst = 1000000
"""
"""All nodes are on one machine, and one client makes all calls: what else would be a flood is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A federation whose nodes can be started. Folders and ports are in the order of the coops."""

    founding: Founding
    folders: Sequence[Path]
    ports: Sequence[int]

    @property
    def charter(self) -> Charter:
        """The charter that it begins with."""
        return self.founding.genesis


def coop_name(number: int) -> str:
    """The name of the coop with that number, from 1."""
    return COOP_NAMES[number - 1] if number <= len(COOP_NAMES) else f"coop-{number}"


def quicken(folder: Path, *, first_limit: int = 0) -> None:
    """Add to a node's settings what a demonstration on one machine needs."""
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(QUICK_SETTINGS.format(first_limit=first_limit))


def found(
    root: Path,
    *,
    seed: bytes,
    name: str,
    clearing_limits: Sequence[int],
    ports: Sequence[int],
    index: IndexDraft | None = None,
) -> Founded:
    """Make a folder under `root` for each coop; the clearing limits are in minor units."""
    numbers = range(1, len(clearing_limits) + 1)
    node_keys = {number: derive_key(seed, "node", number) for number in numbers}
    drafts = [
        CoopDraft(
            name=coop_name(number),
            title=f"Cooperativa {coop_name(number).capitalize()}",
            node_key=node_keys[number].public_key.hex(),
            clearing_limit=limit,
            threshold=THRESHOLD,
            stewards=[
                StewardDraft(
                    name=steward,
                    key=steward_key(seed, coop=number, steward=index).public_key.hex(),
                )
                for index, steward in enumerate(STEWARDS)
            ],
        )
        for number, limit in zip(numbers, clearing_limits, strict=True)
    ]
    source = render_charter(
        name=name,
        unit="fiado",
        witness_quorum=0,
        decision_quorum=len(drafts) // 2 + 1,
        coops=drafts,
        index=index,
    ).encode()
    founding = parse_founding(source)
    signatures = format_charter_signatures(
        {coop: sign_charter(founding, coop=coop, key=key) for coop, key in node_keys.items()}
    )
    folders = [root / coop_name(number) for number in numbers]
    urls = {coop_name(number): f"http://127.0.0.1:{ports[number - 1]}" for number in numbers}
    for number, folder in zip(numbers, folders, strict=True):
        own = coop_name(number)
        peers = {coop: url for coop, url in urls.items() if coop != own}
        init_folder(folder, coop=own, port=ports[number - 1], peers=peers, public_url=urls[own])
        create_node_key(folder, node_keys[number].seed)
        install_charter(folder, charter=source, signatures=signatures)
        quicken(folder)
    return Founded(founding=founding, folders=folders, ports=list(ports))
