"""Waiting for a place in the charter: a node whose coop joins, or whose key is new, before it can start.

It has the founding file and its peers' addresses. Of them it asks for the changes of the charter, checks each
(`node.changes`), and writes them down once they name its coop with its key. Nothing that it hears has to be
believed, and it makes no link before: the others would not know it. Meanwhile it leaves its request to join
again at every address that it hears of: a node that was asked may have lost it.
"""

import asyncio
import json
import logging
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import aiohttp

from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.errors import CharterError, ProofError
from node.addresses import check_address, read_address
from node.changes import MOST_CHANGES_BYTES, check_changes, read_changes
from node.errors import NodeFault
from node.folder.files import REQUEST_FILE, NobodyToAsk, NotInCharter, read_file
from node.folder.loading import keep_changes, load_folder, read_charter, read_peers
from node.join_requests import MOST_REQUEST_BYTES
from node.logs import log_event
from node.spellings import from_base64url, to_base64url

INTERVAL_S: Final = 5
"""How often the peers are asked again."""
_NOT_SO: Final = (KeyError, TypeError, ValueError, RecursionError)
_CREATED: Final = 201
_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
PEER_S: Final = 300
"""How long one peer may take for all that it is asked, however it divides its answers."""
ASK_AGAIN_S: Final = 3_600
"""How often the request to join is left at the nodes again."""
_MOST_ADDRESSES: Final = 16
_PAGE_BYTES: Final = 8 * 1024 * 1024


async def wait_for_place(folder: Path, *, interval_s: float = INTERVAL_S) -> None:
    """Return when the folder's charter has its coop with its key.

    Raises `NobodyToAsk` when there is no peer in the settings, and `FolderError` for a folder that can't be
    used.
    """
    told = ""
    ask_at = 0.0
    while True:
        try:
            load_folder(folder)
            return
        except NotInCharter as missing:
            if not read_peers(folder):
                raise NobodyToAsk(str(missing)) from missing
            if str(missing) != told:
                told = str(missing)
                text = f"waits until the federation has decided: {told}. It asks the nodes under [peers]."
                log_event("node_waits", {"text": text}, level=logging.WARNING)
        if time.monotonic() >= ask_at:
            ask_at = time.monotonic() + ASK_AGAIN_S
            await ask_again(folder)
        if not await ask_peers(folder):
            await asyncio.sleep(interval_s)


async def ask_peers(folder: Path) -> bool:
    """Ask the peers in turn for changes that the folder does not have; whether there were any, kept now."""
    founding, known = read_charter(folder)
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for url in read_peers(folder).values():
            try:
                async with asyncio.timeout(PEER_S):
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


async def ask_again(folder: Path) -> int:
    """Leave the folder's request to join, if there is one, at every node that can be found; at how many."""
    if not (folder / REQUEST_FILE).exists():
        return 0
    body = {"request": to_base64url(read_file(folder / REQUEST_FILE, most=MOST_REQUEST_BYTES))}
    _, charter = read_charter(folder)
    known = list(read_peers(folder).values())
    asked = 0
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for url in known:
            if len(known) < _MOST_ADDRESSES:
                known += await _addresses(session, url, known, charter)
            try:
                path = f"{url}/v1/federation/requests"
                async with session.post(path, json=body, allow_redirects=False) as response:
                    asked += response.status == _CREATED
                    log_event("asked_to_join", {"url": url, "status": response.status})
            except (TimeoutError, OSError, aiohttp.ClientError) as error:
                log_event("not_asked_to_join", {"url": url, "text": type(error).__name__})
    return asked


async def _addresses(
    session: aiohttp.ClientSession, url: str, known: Collection[str], charter: Charter
) -> list[str]:
    """Where other nodes answer: their coops have signed that, and this one passes it on."""
    found: list[str] = []
    try:
        document: Any = json.loads(await _get(session, f"{url}/v1/addresses"))
        for each in document["addresses"]:
            parts = [each[name] for name in ("coop_number", "serial", "time", "url")]
            statement = read_address([*parts, from_base64url(each["signature"])])
            if statement is not None and statement.url not in known:
                check_address(charter, statement)
                found.append(statement.url)
    except (TimeoutError, OSError, aiohttp.ClientError, _Malformed, ProofError, *_NOT_SO):
        pass
    return found[: _MOST_ADDRESSES - len(known)]


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
    return _read_page(await _get(session, url))


async def _get(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise _Malformed(f"the answer has status {response.status}")
        body = bytearray()
        while chunk := await response.content.readany():
            body += chunk
            if len(body) > _PAGE_BYTES:
                raise _Malformed("the answer is too long")
    return bytes(body)


def _read_page(body: bytes) -> tuple[list[bytes], object]:
    try:
        document: Any = json.loads(body)
        found = [from_base64url(change["transaction"]) for change in document["changes"]]
        more: object = document["next"]
    except _NOT_SO as error:
        raise _Malformed("the answer is not a list of changes") from error
    changes = [change for change in found if change]
    if len(changes) < len(found):
        raise _Malformed("the answer is not a list of changes")
    return changes, more
