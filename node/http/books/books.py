"""The open books: what anybody may read to audit the federation.

Logs are served byte for byte, with what is needed to check their chain; nothing here has to be believed.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from ledger.chain import SignedHead, genesis
from ledger.charter import Charter, Coop
from ledger.codec import MAX
from ledger.errors import ProofError
from ledger.evidence import decode_evidence
from ledger.pardons import is_pardoned
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, COOP_NOT_FOUND, ENTRY_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import OCTETS, TOML, check_query, path_hash
from node.http.base.routes import COOP, Header, Parameter, Route, number_parameter
from node.http.base.settings import MOST_ENTRIES_BYTES
from node.http.books import shapes
from node.http.books.problems import EVIDENCE_NOT_FOUND
from node.spellings import Hash, Signature
from node.store import Entries

_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": MAX}
_SUBJECT = "Books"
_PIECE_BYTES = 256 * 1024
_ENTRIES_BYTES = 1024 * 1024
"""How much a request for entries is given when it does not say."""


async def get_digest(api: Api, request: web.Request) -> web.Response:
    """The digest of the state of all logs held here; two nodes with the same logs have the same."""

    def look(view: View) -> tuple[bytes, Mapping[int, int]]:
        # Listing all accounts takes a while, so the answer is kept until a log grows.
        heads = {coop: view.validator.log(coop).head for coop in view.validator.coops}
        if api.digest.heads != heads:
            api.digest.value, api.digest.heads = view.validator.digest(), heads
        return api.digest.value, dict(view.status.lengths)

    digest, lengths = await api.ask_paid(request, look)
    names = {api.coop_name(coop): length for coop, length in lengths.items()}
    return json_response(shapes.Digest(digest=Hash(digest), lengths=names))


async def get_logs(api: Api, request: web.Request) -> web.Response:
    """All logs as held here: heads, positions, what they have anchored."""
    return json_response(await read_logs(api))


async def read_logs(api: Api) -> shapes.Logs:
    """The same, for the pages."""

    def look(view: View) -> shapes.Logs:
        heads = view.engine.signed_heads()
        return shapes.Logs(
            logs=[_log(api, view, coop, heads.get(coop)) for coop in view.validator.coops]
        )

    return await api.runner.ask(look)


def _log(api: Api, view: View, coop: int, signed: SignedHead | None) -> shapes.Log:
    log = view.validator.log(coop)
    # The books count with the history that stands, which may be another than the one held as the log.
    counted = view.validator.log(coop, branch=view.validator.standing(coop))
    return shapes.Log(
        coop=api.coop_name(coop),
        coop_number=coop,
        length=log.length,
        head=Hash(log.head),
        time=log.time,
        position=counted.position,
        held=counted.held,
        clearing_limit=api.newest.coops[coop].clearing_limit,
        commons=counted.commons,
        accounts=counted.accounts,
        anchored={api.coop_name(other): at for other, at in sorted(log.anchored.items())},
        accused=coop in view.status.accused,
        signed_head=None if signed is None else _head(signed),
    )


def _head(signed: SignedHead) -> shapes.Head:
    return shapes.Head(
        length=signed.length, head=Hash(signed.head), signature=Signature(signed.signature)
    )


async def get_head(api: Api, request: web.Request) -> web.Response:
    """A signed head of a log: the first that is held at or above a length."""
    check_query(request, "at_least")
    coop = api.coop_in_path(request)
    at_least = _AT_LEAST.read(request)

    def look(view: View) -> SignedHead | None:
        if at_least:
            return view.store.signed_head(coop.number, at_least)
        return view.store.newest_signed_head(coop.number)

    signed = await api.runner.ask(look)
    if signed is None:
        raise Problem(ENTRY_NOT_FOUND)
    return json_response(
        shapes.SignedHead(
            coop=coop.name,
            coop_number=coop.number,
            length=signed.length,
            head=Hash(signed.head),
            signature=Signature(signed.signature),
        )
    )


async def get_entries(api: Api, request: web.Request) -> web.StreamResponse:
    """Entries of a log, byte for byte.

    What is read is held in memory until the client has taken it: of that an address has a share.
    """
    await api.check_log_reader(request)
    check_query(request, "first", "max_bytes")
    coop = api.coop_in_path(request)
    first = FIRST.read(request)
    most = api.settings.entries_bytes
    max_bytes = MAX_BYTES.read(request, most=most)
    with api.entries.hold(api.address(request)) as held:
        if not held.take(max_bytes):
            raise Problem(BUSY, retry_after_s=1)
        headers, body = await _read_entries(api, request, coop, first, max_bytes)
        return await send_entries(request, headers, body, timeout_ms=api.settings.body_ms)


async def _read_entries(
    api: Api, request: web.Request, coop: Coop, first: int, max_bytes: int
) -> tuple[dict[str, str], bytes]:
    """Entries from `first` on, and the headers that say what they are."""

    def look(view: View) -> tuple[int, Entries | None, bytes | None]:
        length, head = view.store.logs().get(coop.number, (0, None))
        if first > length:
            return length, None, head
        found = view.store.entries(coop.number, first, max_bytes=max_bytes)
        return length, found, None

    length, found, head = await api.ask_paid(request, look)
    if found is None and first != length + 1:
        raise Problem(ENTRY_NOT_FOUND)
    empty = genesis(federation=api.charter.federation, coop=coop.number)
    previous = found.previous if found is not None else head or empty
    count = 0 if found is None else found.count
    headers = entries_headers(first=first, count=count, previous=previous, length=length)
    return headers, b"" if found is None else found.entries


def entries_headers(*, first: int, count: int, previous: bytes, length: int) -> dict[str, str]:
    """What an answer with entries says of them."""
    return {
        "Content-Type": OCTETS,
        "Fiado-First": str(first),
        "Fiado-Count": str(count),
        "Fiado-Previous": previous.hex(),
        "Fiado-Length": str(length),
    }


async def send_entries(
    request: web.Request, headers: Mapping[str, str], body: bytes, *, timeout_ms: int
) -> web.StreamResponse:
    """Answer, and return when the client has taken nearly all of it; cut off one that does not."""
    response = web.StreamResponse(headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            for start in range(0, len(body), _PIECE_BYTES):
                await response.write(body[start : start + _PIECE_BYTES])
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass  # the client has gone
    return response


async def get_evidence_list(api: Api, request: web.Request) -> web.Response:
    """All evidence of cheating that is held here."""
    return json_response(await read_evidence(api))


async def read_evidence(api: Api) -> shapes.EvidenceList:
    """The same, for the pages."""

    def look(view: View) -> shapes.EvidenceList:
        return shapes.EvidenceList(
            evidence=[
                shapes.Evidence(
                    digest=Hash(row.digest),
                    coop=api.coop_name(row.coop),
                    coop_number=row.coop,
                    kind=row.kind,
                    settled=_is_settled(row.data, api.newest),
                )
                for row in view.store.evidence()[: api.settings.evidence_items]
                if row.is_whole
            ]
        )

    return await api.runner.ask(look)


def _is_settled(data: bytes, charter: Charter) -> bool:
    """Whether the coop was readmitted since."""
    try:
        return is_pardoned(decode_evidence(data), charter)
    except ProofError:
        return False


async def get_evidence(api: Api, request: web.Request) -> web.Response:
    """One piece of evidence, byte for byte."""
    digest = path_hash(request, "digest", EVIDENCE_NOT_FOUND)

    def look(view: View) -> bytes | None:
        rows = (row for row in view.store.evidence() if row.digest == digest and row.is_whole)
        return next((row.data for row in rows), None)

    data = await api.runner.ask(look)
    if data is None:
        raise Problem(EVIDENCE_NOT_FOUND)
    return web.Response(body=data, headers={"Content-Type": OCTETS})


async def get_charter(api: Api, request: web.Request) -> web.Response:
    """The charter's exact bytes, whose SHA-256 is the federation's id."""
    return web.Response(body=api.founding.source, headers={"Content-Type": TOML})


async def get_charter_signatures(api: Api, request: web.Request) -> web.Response:
    """The coops' signatures under the charter."""
    return web.Response(body=api.charter_signatures, headers={"Content-Type": TOML})


_AT_LEAST = number_parameter("at_least", "A length.", default=0)
FIRST = number_parameter("first", "Where to begin.", default=1, least=1)
MAX_BYTES = number_parameter(
    "max_bytes",
    "How much at most, but at least one entry.",
    default=_ENTRIES_BYTES,
    least=1,
    most=MOST_ENTRIES_BYTES,
)

ENTRIES_HEADERS: Final = {
    "Fiado-First": Header("The number of the first entry.", _COUNT),
    "Fiado-Count": Header("How many entries there are; 0 at the log's end.", _COUNT),
    "Fiado-Previous": Header("The chain hash before the first entry.", Hash.schema()),
    "Fiado-Length": Header("How many entries of the log this node holds.", _COUNT),
}

ROUTES = (
    Route(
        method="GET",
        path="/v1/digest",
        handler=get_digest,
        name="getDigest",
        summary="The digest of the state of all logs held here",
        subject=_SUBJECT,
        answer=shapes.Digest,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/logs",
        handler=get_logs,
        name="listLogs",
        summary="All logs as held here: heads, positions, what they have anchored",
        subject=_SUBJECT,
        answer=shapes.Logs,
    ),
    Route(
        method="GET",
        path="/v1/logs/{coop}/head",
        handler=get_head,
        name="getHead",
        summary="A signed head: the newest, or the first at or above a length",
        subject=_SUBJECT,
        parameters=(COOP, _AT_LEAST),
        answer=shapes.SignedHead,
        problems=(COOP_NOT_FOUND, ENTRY_NOT_FOUND),
    ),
    Route(
        method="GET",
        path="/v1/logs/{coop}/entries",
        handler=get_entries,
        name="getEntries",
        summary="Entries of a log, concatenated, byte for byte",
        subject=_SUBJECT,
        parameters=(
            COOP,
            FIRST,
            MAX_BYTES,
        ),
        answer_type=OCTETS,
        headers=ENTRIES_HEADERS,
        problems=(COOP_NOT_FOUND, ENTRY_NOT_FOUND, BUSY, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/evidence",
        handler=get_evidence_list,
        name="listEvidence",
        summary="Evidence of cheating that is held here",
        subject=_SUBJECT,
        answer=shapes.EvidenceList,
    ),
    Route(
        method="GET",
        path="/v1/evidence/{digest}",
        handler=get_evidence,
        name="getEvidence",
        summary="One piece of evidence, byte for byte",
        subject=_SUBJECT,
        parameters=(Parameter(name="digest", in_="path", description="Its SHA-256, in hex."),),
        answer_type=OCTETS,
        problems=(EVIDENCE_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/charter",
        handler=get_charter,
        name="getCharter",
        summary="The charter's exact bytes, whose SHA-256 is the federation's id",
        subject=_SUBJECT,
        answer_type=TOML,
    ),
    Route(
        method="GET",
        path="/v1/charter/signatures",
        handler=get_charter_signatures,
        name="getCharterSignatures",
        summary="The coops' signatures under the charter",
        subject=_SUBJECT,
        answer_type=TOML,
    ),
)
