"""Waiting for a place in the charter: a node whose coop joins, or whose key is new, before it can start.

It has the founding file and its peers' addresses. Of them it asks for the changes of the charter, checks each
(`node.changes`), and writes them down once they name its coop with its key. Nothing that it hears has to be
believed, and it makes no link before: the others would not know it.
"""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any, Final

import aiohttp

from ledger.charter_entries import CharterEntry
from ledger.errors import CharterError
from node.changes import MOST_CHANGES_BYTES, check_changes, read_changes
from node.errors import NodeFault
from node.folder.files import NobodyToAsk, NotInCharter
from node.folder.loading import keep_changes, load_folder, read_charter, read_peers
from node.logs import log_event
from node.spellings import from_base64url

INTERVAL_S: Final = 5
"""How often the peers are asked again."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
_PAGE_BYTES: Final = 8 * 1024 * 1024


async def wait_for_place(folder: Path, *, interval_s: float = INTERVAL_S) -> None:
    """Return when the folder's charter has its coop with its key.

    Raises `NobodyToAsk` when there is no peer in the settings, and `FolderError` for a folder that can't be
    used.
    """
    told = ""
    while True:
        try:
            load_folder(folder)
            return
        except NotInCharter as missing:
            if not read_peers(folder):
                raise NobodyToAsk(str(missing)) from missing
            if str(missing) != told:
                told = str(missing)
                log_event("node_waits", {"text": told}, level=logging.WARNING)
        if not await ask_peers(folder):
            await asyncio.sleep(interval_s)


async def ask_peers(folder: Path) -> bool:
    """Ask the peers in turn for changes that the folder does not have; whether there were any, kept now."""
    founding, known = read_charter(folder)
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for url in read_peers(folder).values():
            try:
                changes = await _changes(session, url)
                newest = check_changes(founding, changes)[-1]
            except (TimeoutError, OSError, aiohttp.ClientError, CharterError, _Malformed) as error:
                text = str(error) or type(error).__name__
                log_event("changes_not_told", {"url": url, "text": text})
                continue
            if newest.version > known.version:
                keep_changes(folder, changes)
                return True
    return False


class _Malformed(NodeFault):
    """What answered is no node of this protocol."""


async def _changes(session: aiohttp.ClientSession, url: str) -> list[CharterEntry]:
    """All changes that a node hands out, page by page, not checked yet."""
    changes: list[bytes] = []
    first: object = 1
    size = 0
    while first == len(changes) + 1:
        found, more = await _page(session, f"{url}/v1/federation/changes?first={first}")
        size += sum(map(len, found))
        if size > MOST_CHANGES_BYTES:
            raise _Malformed("more changes than a federation can have")
        changes += found
        first = more if found else None
    return read_changes(b"".join(changes))


async def _page(session: aiohttp.ClientSession, url: str) -> tuple[list[bytes], object]:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise _Malformed(f"the answer has status {response.status}")
        body = await response.content.read(_PAGE_BYTES)
        if not response.content.at_eof():
            raise _Malformed("the answer is too long")
    return _read_page(body)


def _read_page(body: bytes) -> tuple[list[bytes], object]:
    try:
        document: Any = json.loads(body)
        found = [from_base64url(change["transaction"]) for change in document["changes"]]
        more: object = document["next"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _Malformed("the answer is not a list of changes") from error
    changes = [change for change in found if change]
    if len(changes) < len(found):
        raise _Malformed("the answer is not a list of changes")
    return changes, more
