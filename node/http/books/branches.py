"""The branches of forked logs that are held here beside the logs, for audits (PROTOCOL section 7.11).

A branch is named by the head at its end. Up to where it parts from the log its entries are those of the log.
"""

from typing import Final

from aiohttp import web

from ledger.codec import split
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.kept_branches import KeptBranch, KeptBranches
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, ENTRY_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import OCTETS, check_query, path_hash
from node.http.base.routes import Parameter, Route
from node.http.books import shapes
from node.http.books.books import ENTRIES_HEADERS, FIRST, MAX_BYTES, entries_headers, send_entries
from node.http.books.problems import BRANCH_NOT_FOUND
from node.spellings import Hash, Signature

_SUBJECT: Final = "Books"


async def get_branches(api: Api, request: web.Request) -> web.Response:
    """All branches that are held here beside the logs, with their signed heads."""
    found = await api.ask_paid(request, api.branches.listed)
    kept = [_branch(api, each) for each in found[: api.settings.branch_items]]
    return json_response(shapes.Branches(branches=kept))


def _branch(api: Api, branch: KeptBranch) -> shapes.Branch:
    return shapes.Branch(
        coop=api.coop_name(branch.coop),
        coop_number=branch.coop,
        base=branch.base,
        length=branch.tip.length,
        head=Hash(branch.tip.head),
        signature=Signature(branch.tip.signature),
    )


async def get_branch_entries(api: Api, request: web.Request) -> web.StreamResponse:
    """Entries of a branch, byte for byte, from beyond where it parts from the log."""
    await api.check_log_reader(request)
    check_query(request, "first", "max_bytes")
    head = path_hash(request, "head", BRANCH_NOT_FOUND)
    first = FIRST.read(request)
    max_bytes = MAX_BYTES.read(request, most=api.settings.entries_bytes)
    with api.entries.hold(api.address(request)) as held:
        if not held.take(max_bytes):
            raise Problem(BUSY, retry_after_s=1)

        def look(view: View) -> tuple[dict[str, str], bytes]:
            return _read(api.branches, view, head, first, max_bytes)

        headers, body = await api.ask_paid(request, look)
        return await send_entries(request, headers, body, timeout_ms=api.settings.body_ms)


def _read(
    kept: KeptBranches, view: View, head: bytes, first: int, max_bytes: int
) -> tuple[dict[str, str], bytes]:
    """Entries up to `max_bytes`, but at least one, and the headers that say what they are."""
    branch = next((each for each in kept.listed(view) if each.tip.head == head), None)
    if branch is None:
        raise Problem(BRANCH_NOT_FOUND)
    part = kept.entries(view, branch, first)
    if part is None:
        raise Problem(ENTRY_NOT_FOUND)
    entries: list[bytes] = []
    left = max_bytes
    for entry in split(part.entries):
        left -= len(entry)
        if entries and left < 0:
            break
        entries.append(entry)
    headers = entries_headers(
        first=first, count=len(entries), previous=part.previous, length=branch.tip.length
    )
    return headers, b"".join(entries)


ROUTES = (
    Route(
        method="GET",
        path="/v1/branches",
        handler=get_branches,
        name="listKeptBranches",
        summary="Branches of forked logs that are held here beside the logs",
        subject=_SUBJECT,
        answer=shapes.Branches,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/branches/{head}/entries",
        handler=get_branch_entries,
        name="getBranchEntries",
        summary="Entries of a branch, beyond its base, concatenated, byte for byte",
        subject=_SUBJECT,
        parameters=(
            Parameter(name="head", in_="path", description="The head at its end, in hex."),
            FIRST,
            MAX_BYTES,
        ),
        answer_type=OCTETS,
        headers=ENTRIES_HEADERS,
        problems=(BRANCH_NOT_FOUND, ENTRY_NOT_FOUND, BUSY, TOO_MANY_REQUESTS),
    ),
)
