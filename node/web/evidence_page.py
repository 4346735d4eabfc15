"""The page of one piece of evidence: what was signed, why that can't be, and what it means for members.

It says what the evidence itself holds, which anyone can download and verify; nothing here has to be believed.
"""

from dataclasses import dataclass

from aiohttp import web

from ledger.charter import Standing
from ledger.charter_changes import Readmit
from ledger.charter_entries import CharterEntry
from ledger.contradictions import DecisionEvidence, RoundEvidence, SupportEvidence
from ledger.decisions import OBSERVATION
from ledger.entries import decode_transaction
from ledger.errors import ProofError
from ledger.evidence import Evidence, ForkEvidence, InvalidEntryEvidence, decode_evidence
from ledger.pardons import is_pardoned
from node.engine.view import View
from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.reading import path_hash
from node.http.books.problems import EVIDENCE_NOT_FOUND
from node.http.federation.fallen import read_fallen
from node.shapes import to_plain
from node.web.federation_page import all_changes
from node.web.site import load_site

HEAD_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows of a piece of evidence.

    `kind` is `fork`, `invalid`, `decision`, `observation` or `support`. A fork has two `heads`, each a
    length and the first digits of the hash; an invalid entry has its number and the refusal's name.
    """

    kind: str
    coop: int
    digest: str
    heads: tuple[tuple[int, str], ...] = ()
    number: int | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """How the coop stands now: `accused`, `quarantined` or `readmitted`.

    `readmitted` is the version of the charter by which it was, and when this node's log took that in; None
    while the log hasn't.
    """

    standing: str
    readmitted: tuple[int, int] | None = None


def shown(evidence: Evidence, digest: str) -> Shown:
    """What there is to say of it."""
    match evidence:
        case ForkEvidence(shorter=a, longer=b):
            # At the length of the shorter one the longer history has another head: that is the whole proof.
            heads = ((a.length, _digits(a.head)), (a.length, _digits(evidence.start)))
            return Shown(kind="fork", coop=a.coop, digest=digest, heads=heads, number=b.length)
        case InvalidEntryEvidence():
            return Shown(
                kind="invalid",
                coop=evidence.coop,
                digest=digest,
                number=evidence.number,
                refusal=evidence.refusal.code,
            )
        case DecisionEvidence(decision=decision, number=number) if decision == OBSERVATION:
            return Shown(kind="observation", coop=evidence.coop, digest=digest, number=number)
        case DecisionEvidence() | RoundEvidence():
            return Shown(kind="decision", coop=evidence.coop, digest=digest)
        case SupportEvidence():
            return Shown(kind="support", coop=evidence.coop, digest=digest)


async def get_evidence(api: Api, request: web.Request) -> web.Response:
    """The page of one piece of evidence."""
    digest = path_hash(request, "digest", EVIDENCE_NOT_FOUND)

    def look(view: View) -> tuple[bytes, str] | None:
        for row in view.store.evidence():
            if row.digest == digest and row.is_whole:
                return row.data, api.coop_name(row.coop)
        return None

    found = await api.runner.ask(look)
    if found is None:
        raise Problem(EVIDENCE_NOT_FOUND)
    data, coop = found
    try:
        proof = decode_evidence(data)
    except ProofError as error:  # kept by a version that knew more kinds than this one
        raise Problem(EVIDENCE_NOT_FOUND) from error
    evidence = shown(proof, digest.hex())
    titles = {each.name: each.title for each in api.newest.coops.values()}
    is_fork = isinstance(proof, ForkEvidence)
    return load_site().page(
        api,
        request,
        "evidence.html",
        evidence=evidence,
        accused=titles.get(coop, coop),
        now=await _now(api, proof),
        fallen=to_plain(await read_fallen(api, evidence.coop)) if is_fork else None,
        titles=titles,
    )


async def _now(api: Api, proof: Evidence) -> Now:
    """How the accused coop stands now; a readmission counts when it came after what is proven."""
    found = api.newest.coops[proof.coop]
    if is_pardoned(proof, api.newest):
        readmitted = None
        async for change in all_changes(api):
            entry = decode_transaction(bytes(change.transaction))
            given = entry.change if isinstance(entry, CharterEntry) else None
            if isinstance(given, Readmit) and given.coop == proof.coop:
                readmitted = (change.version, change.time)
        return Now(standing="readmitted", readmitted=readmitted)
    return Now(standing="quarantined" if found.standing is Standing.QUARANTINED else "accused")


def _digits(head: bytes) -> str:
    return head.hex()[:HEAD_DIGITS]
