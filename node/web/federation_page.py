"""The page of the federation: who belongs to it, what is being decided, and how the charter came to be.

Changes are put into words here from the very bytes that coops sign, in the visitor's language. It shows what
`/v1/federation`, `/v1/federation/changes` and `/v1/federation/requests` answer, and nothing else.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ledger.charter import Charter
from ledger.charter_changes import read_change
from ledger.charter_entries import CharterEntry
from ledger.codec import decode
from ledger.entries import decode_transaction
from ledger.rules.amendments import amend
from node.change_words import Wording
from node.http.base.api import Api
from node.http.federation.fallen import read_fallen
from node.http.federation.federation import read_changes, read_federation
from node.http.federation.requests import read_requests
from node.http.federation.shapes import CharterChange, CharterContent, CoopRequest
from node.join_requests import read_request
from node.shapes import to_plain
from node.web.languages import Language
from node.web.site import load_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change that was decided: `sentences` in the visitor's language, and who decided it."""

    version: int
    sentences: list[str]
    signed_by: list[str]
    time: int


async def get_federation(api: Api, request: web.Request) -> web.Response:
    """The page of the federation."""
    language = load_site().language_of(request)
    changes = [change async for change in all_changes(api)]
    history, charter = tell_history(api.founding.genesis, changes, language)
    told = await read_federation(api)
    asking = await read_requests(api)
    titles = {coop.name: coop.title for coop in charter.coops.values()}
    return load_site().page(
        api,
        request,
        "federation.html",
        federation=to_plain(told),
        fallen=to_plain(await read_fallen(api)),
        titles=titles,
        founders=[coop.title for coop in api.founding.genesis.coops.values()],
        history=list(reversed(history)),
        proposals=[
            (sentences, [titles.get(name, name) for name in content.supported_by])
            for content in told.matter.contents
            if (sentences := _of_content(content, charter, language))
        ],
        silent=[titles.get(name, name) for name in told.matter.silent],
        asking=[(to_plain(each), _of_request(each, charter, language)) for each in asking.requests],
    )


async def all_changes(api: Api) -> AsyncIterator[CharterChange]:
    """All changes that this coop's log has taken in, in order."""
    first: int | None = 1
    while first is not None:
        page = await read_changes(api, first)
        for change in page.changes:
            yield change
        first = page.next


def tell_history(
    genesis: Charter, changes: Sequence[CharterChange], language: Language
) -> tuple[list[Told], Charter]:
    """The changes in words, in order, and the charter after them; all were checked when taken in."""
    told, charter = [], genesis
    for change in changes:
        entry = decode_transaction(bytes(change.transaction))
        after = amend(charter, entry.change) if isinstance(entry, CharterEntry) else entry
        if not isinstance(entry, CharterEntry) or not isinstance(after, Charter):
            break  # kept by a version that knew more kinds of changes than this one
        told.append(
            Told(
                version=entry.version,
                sentences=Wording(charter, language).words(entry.change),
                signed_by=[charter.coops[coop].title for coop, _ in entry.signatures],
                time=change.time,
            )
        )
        charter = after
    return told, charter


def _of_content(content: CharterContent, charter: Charter, language: Language) -> list[str]:
    """What a proposal says; nothing for one of a kind that is not known here."""
    value: Any = decode(bytes(content.change))
    change = read_change(value[1])
    return [] if change is None else Wording(charter, language).words(change)


def _of_request(request: CoopRequest, charter: Charter, language: Language) -> list[str]:
    change = read_change(read_request(bytes(request.request)).change)
    return [] if change is None else Wording(charter, language).words(change)
