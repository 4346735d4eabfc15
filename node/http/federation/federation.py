"""The charter in force, how the next change is coming about, what was changed, and publishing.

All of it is public. Publishing needs no session, because a publication carries its stewards' signatures.
`/v1/charter` goes on to give the founding file, from which all changes start.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from ledger.agreement import CHARTER_DECISION
from ledger.charter import Charter, Coop, Standing
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction
from node.engine.decisions.certificates import certificate_id, entry_of_certificate
from node.engine.health.status import CharterStatus
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problems import NOT_READY, TOO_MANY_REQUESTS
from node.http.base.publishing import (
    MOST_PUBLICATION_BYTES,
    NOT_PUBLISHED,
    publish,
    waiting_publication,
)
from node.http.base.reading import JSON, check_query, check_size
from node.http.base.routes import Route, number_parameter
from node.http.base.shapes import Published, WaitingPublication
from node.http.federation import shapes
from node.spellings import Binary, Hash, PublicKey
from node.store import Document, DocumentKind

_STANDINGS: Final[Mapping[Standing, shapes.Standing]] = {
    Standing.MEMBER: "member",
    Standing.QUARANTINED: "quarantined",
    Standing.LEFT: "left",
}
_SUBJECT: Final = "Federation"
_PAGE: Final = 100
_CHANGE: Final = 300
"""What it costs to read a change, in microseconds about."""
_FIRST: Final = number_parameter("first", "The first version.", default=1, least=1)


async def get_federation(api: Api, request: web.Request) -> web.Response:
    """The charter in force, and how the next change of it is coming about."""
    check_query(request)
    return json_response(await read_federation(api))


async def read_federation(api: Api) -> shapes.Federation:
    """The same, for the pages."""

    def look(
        view: View,
    ) -> tuple[Charter, CharterStatus, tuple[int, ...], list[WaitingPublication]]:
        status = view.engine.charter_status()
        waiting = [waiting_publication(view, each) for each in status.publications]
        return view.validator.charter(view.coop), status, view.status.accused, waiting

    charter, status, accused, waiting = await api.runner.ask(look)
    return shapes.Federation(
        coop=api.coop.name,
        federation=Hash(charter.federation),
        name=api.founding.name,
        unit=api.founding.unit,
        version=charter.version,
        base=Hash(charter.base),
        witness_quorum=charter.witness_quorum,
        decision_quorum=charter.decision_quorum,
        witness_quorum_chosen=charter.chosen.witness,
        decision_quorum_chosen=charter.chosen.decision,
        entries_per_day=charter.entries_per_day,
        coops=[_coop(coop, is_accused=coop.number in accused) for coop in charter.coops.values()],
        matter=_matter(api, status),
        publications=waiting,
    )


def _coop(coop: Coop, *, is_accused: bool) -> shapes.CharterCoop:
    return shapes.CharterCoop(
        coop=coop.name,
        coop_number=coop.number,
        title=coop.title,
        node_key=PublicKey(coop.node_key),
        standing=_STANDINGS[coop.standing],
        clearing_limit=coop.clearing_limit,
        steward_threshold=coop.steward_threshold,
        stewards=[steward.name for steward in coop.stewards],
        accused=is_accused,
    )


def _matter(api: Api, status: CharterStatus) -> shapes.CharterMatter:
    return shapes.CharterMatter(
        version=status.version,
        round=status.round,
        contents=[
            shapes.CharterContent(
                change=Binary(content.content),
                needed=content.needed,
                supported_by=[api.coop_name(coop) for coop in content.supported_by],
                signed_by=[api.coop_name(coop) for coop in content.signed_by],
                is_endorsed=content.is_endorsed,
            )
            for content in status.contents
        ],
        silent=[api.coop_name(coop) for coop in status.silent],
    )


async def get_changes(api: Api, request: web.Request) -> web.Response:
    """The changes that this coop's log has taken in, with their signatures, byte for byte."""
    check_query(request, "first")
    api.check_rate(request)
    page = await read_changes(api, _FIRST.read(request))
    api.spend(request, _CHANGE * len(page.changes))
    return json_response(page)


async def read_changes(api: Api, first: int) -> shapes.CharterChanges:
    """A page of them, for the pages too."""

    def look(view: View) -> tuple[int, list[tuple[Document, int | None]]]:
        version = view.validator.charter(view.coop).version
        ids = (
            certificate_id((CHARTER_DECISION, at), at - 1)
            for at in range(first, version + 1)[:_PAGE]
        )
        found = [
            (document, entry_of_certificate(view.store, id_))
            for id_ in ids
            if (document := view.store.document(DocumentKind.CERTIFICATE, id_)) is not None
        ]
        return version, found

    version, found = await api.runner.ask(look)
    changes = [change for each in found if (change := _change(api, *each)) is not None]
    last = changes[-1].version if changes else version
    more = last + 1 if last < version else None
    return shapes.CharterChanges(version=version, changes=changes, next=more)


def _change(api: Api, document: Document, number: int | None) -> shapes.CharterChange | None:
    entry = decode_transaction(document.data)
    if not isinstance(entry, CharterEntry):
        return None
    return shapes.CharterChange(
        version=entry.version,
        transaction=Binary(document.data),
        entry=number,
        time=document.created,
        signed_by=[api.coop_name(coop) for coop, _ in entry.signatures],
    )


async def post_publication(api: Api, request: web.Request) -> web.Response:
    """Take in what stewards endorse."""
    api.check_rate(request)
    asked = await api.read(request, shapes.CharterPublication)
    check_size(asked.publication, "/publication", most=MOST_PUBLICATION_BYTES)
    return await publish(api, request, bytes(asked.publication))


ROUTES = (
    Route(
        method="GET",
        path="/v1/federation",
        handler=get_federation,
        name="getFederation",
        summary="The charter in force, and how its next change is coming about",
        subject=_SUBJECT,
        answer=shapes.Federation,
    ),
    Route(
        method="GET",
        path="/v1/federation/changes",
        handler=get_changes,
        name="listCharterChanges",
        summary="What was changed in the charter, with the cooperatives' signatures, byte for byte",
        subject=_SUBJECT,
        parameters=(_FIRST,),
        answer=shapes.CharterChanges,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="POST",
        path="/v1/federation/publications",
        handler=post_publication,
        name="publishChange",
        summary="A change of the charter that this coop's stewards endorse; it carries their signatures",
        subject=_SUBJECT,
        body={JSON: shapes.CharterPublication},
        answer=Published,
        problems=(NOT_READY, TOO_MANY_REQUESTS, *NOT_PUBLISHED.values()),
    ),
)
