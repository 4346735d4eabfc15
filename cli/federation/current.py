"""The charter in force as a node tells it, checked here, and what is being decided about it.

What a node says of names and versions is not believed: charters are computed from the founding file and the
certified changes. Of what is still being decided nobody has a proof yet; there the node's word is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from cli.shell.forms import forms
from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.charter import Charter
from ledger.charter_changes import Change, Join, read_change
from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError, ProofError
from ledger.publications import Publication, read_publication
from node.change_words import Wording
from node.join_requests import JoinRequest, check_request, read_request
from node.member.answers import decode_bytes, integer, objects
from node.member.charters import KnownCharter, with_news
from node.member.client import Json, NodeClient, NodeMisbehaved

CHARTER_DECISION = 3
SHORT = 8
"""Digits by which people name what is being decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that somebody wants to be the next one, and who stands for it."""

    content: Value
    """`[base, change]`."""
    change: Change
    supported_by: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    stewards: tuple[str, ...] = ()
    """Of the asked coop's stewards those who have endorsed it."""
    stewards_missing: int = 0
    """How many more of them have to."""
    is_bound: bool = False
    """Enough of them have, and yet their coop does not stand for it before the next round."""
    is_endorsed: bool = False
    """Enough of them have."""

    @property
    def id(self) -> str:
        """By what people name it."""
        return sha256(encode(self.content)).hexdigest()[:SHORT]


def proposals(client: NodeClient, charter: Charter, told: Json) -> list[Proposal]:
    """What stands to be the version after `charter`, from the answer of `/v1/federation`."""
    found: dict[str, Proposal] = {}
    matter = told.get("matter")
    for each in objects(client, matter, "contents") if isinstance(matter, dict) else []:
        proposal = _proposal(client, charter, decode_bytes(client, each, "change"), each)
        if proposal is not None:
            found[proposal.id] = proposal
    for publication, names, missing in _waiting(client, told):
        if publication.number == charter.version + 1:
            data = encode(publication.content)
            proposal = _proposal(client, charter, data, {})
            if proposal is not None:
                known = found.get(proposal.id, proposal)
                is_bound = missing < 1 and told.get("coop") not in known.supported_by
                found[proposal.id] = replace(
                    known, stewards=names, stewards_missing=missing, is_bound=is_bound
                )
    return list(found.values())


def _waiting(client: NodeClient, told: Json) -> Iterator[tuple[Publication, tuple[str, ...], int]]:
    """What the asked coop's stewards endorse, who of them, and how many more have to."""
    for each in objects(client, told, "publications"):
        try:
            publication = read_publication(decode_bytes(client, each, "publication"))
        except ProofError as error:
            raise NodeMisbehaved(
                client.url, say("it tells of a publication that is none")
            ) from error
        if publication.decision == CHARTER_DECISION:
            names = _names(each, "signed_by")
            yield publication, names, integer(client, each, "needed") - len(names)


def _proposal(client: NodeClient, charter: Charter, data: bytes, told: Json) -> Proposal | None:
    """None when it changes another charter than this one, or is of a kind that this program doesn't know."""
    try:
        content: Any = decode(data)
    except EncodingError as error:
        raise NodeMisbehaved(client.url, say("it tells of a change that can't be read")) from error
    if type(content) is not list or len(content) != 2 or content[0] != charter.base:
        return None
    change = read_change(content[1])
    if change is None:
        return None
    return Proposal(
        content=content,
        change=change,
        supported_by=_names(told, "supported_by"),
        signed_by=_names(told, "signed_by"),
        is_endorsed=told.get("is_endorsed") is True,
    )


def _names(told: Json, field: str) -> tuple[str, ...]:
    value = told.get(field)
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


def silent_coops(told: Json) -> tuple[str, ...]:
    """Who has not spoken yet about the next version, by the node's word."""
    matter = told.get("matter")
    return _names(matter, "silent") if isinstance(matter, dict) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to join, checked, and the change that it asks for."""

    request: JoinRequest
    change: Join


def requests(client: NodeClient, charter: Charter) -> list[Asked]:
    """The requests to join that the node keeps; the oldest first."""
    found = [
        _asked(client, charter, decode_bytes(client, each, "request"))
        for each in objects(client, client.get("/v1/federation/requests"), "requests")
    ]
    return sorted(found, key=lambda asked: asked.request.time)


def _asked(client: NodeClient, charter: Charter, data: bytes) -> Asked:
    try:
        request = read_request(data)
        check_request(request, federation=charter.federation)
    except ProofError as error:
        raise NodeMisbehaved(
            client.url, say("it keeps a request that is none ({error})", error=retold(str(error)))
        ) from error
    change = read_change(request.change)
    if not isinstance(change, Join):
        raise NodeMisbehaved(client.url, say("it keeps a request for something else than joining"))
    return Asked(request=request, change=change)


def change_words(change: Change, before: Charter) -> list[str]:
    """A change in sentences."""
    return Wording(before, forms()).words(change)


def in_force(client: NodeClient, known: KnownCharter) -> tuple[KnownCharter, Json]:
    """The charter that a node proves, and its answer of `/v1/federation` about that very version.

    The charter may change between the two questions; a node that tells of a version which it does not
    prove when it is asked again raises `NodeMisbehaved`.
    """
    told = client.get("/v1/federation")
    if integer(client, told, "version") > known.charter.version:
        known = with_news(client, known)
    if integer(client, told, "version") > known.charter.version:
        raise NodeMisbehaved(client.url, say("it tells of a version that it does not prove"))
    return known, told
