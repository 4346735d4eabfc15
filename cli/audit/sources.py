"""What `fiado audit` reads: a node's folder, opened for reading only, or a node's URL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from itertools import islice
from pathlib import Path

from cli.audit.signing_in import LogReader, members_only, reading_as
from cli.shell.language import say
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from ledger.errors import EncodingError
from ledger.founding import (
    Founding,
    check_charter_signatures,
    parse_charter_signatures,
    parse_founding,
)
from ledger.validators.choose import new_validator
from node.audit import (
    AuditReport,
    Fault,
    Finding,
    KeptBranch,
    Piece,
    SourceFault,
    audit_store,
    evidence_finding,
    run_audit,
)
from node.audit.database import database_problem, unreadable_entries
from node.audit.replay import cut
from node.errors import StorageFault
from node.folder.files import CHARTER_FILE, SETTINGS_FILE, SIGNATURES_FILE, FolderError
from node.folder.loading import absolute_store
from node.folder.settings import parse_settings
from node.member.answers import decode_hex, integer
from node.member.charters import changes_beside, fetch_founding, kept_charter
from node.member.client import (
    Answer,
    Json,
    NodeClient,
    NodeError,
    NodeMisbehaved,
    NodeProblem,
    path_of,
)
from node.store import Evidence
from node.store.sql import SqlStore

FETCH_BYTES = 4 * 1024 * 1024
MOST_EVIDENCE = 1_000


def audit_folder(folder: Path, output: Output) -> tuple[Founding, AuditReport]:
    """Audit a node's folder. The node's secret key is neither needed nor read."""
    if not (folder / CHARTER_FILE).exists():
        raise FolderError(
            say(
                "{folder} is not a node's folder: it has no {charter_file}",
                folder=folder,
                charter_file=CHARTER_FILE,
            )
        )
    founding = parse_founding((folder / CHARTER_FILE).read_bytes())
    signatures = parse_charter_signatures((folder / SIGNATURES_FILE).read_bytes())
    check_charter_signatures(founding, signatures)
    settings = parse_settings((folder / SETTINGS_FILE).read_bytes())
    known = kept_charter(folder / CHARTER_FILE, changes_beside(folder / CHARTER_FILE))
    coop = known.charter.coop_named(settings.coop)
    own = None if coop is None else coop.number
    address = absolute_store(settings.store.url, folder)
    try:
        with SqlStore(address, read_only=True) as store:
            total = sum(length for length, _ in store.logs().values())
            with output.progress(say("Audit of {folder}", folder=folder), steps=total) as progress:
                report = audit_store(store, founding, coop=own, progress=progress)
    except StorageFault as fault:
        report = _unreadable(founding, str(fault))
    findings = [_narrowed(finding, address) for finding in report.findings]
    report = replace(report, findings=findings)
    problem = database_problem(address)
    if problem is not None:
        finding = Finding(fault=Fault.RECORD_DAMAGED, clause="5", detail=problem)
        report = replace(report, findings=[*report.findings, finding])
    return founding, report


def _narrowed(finding: Finding, address: str) -> Finding:
    """A log that can't be read to its end, with the very segment at which that begins."""
    if finding.fault is not Fault.UNREADABLE or finding.coop is None or finding.first is None:
        return finding
    found = unreadable_entries(address, finding.coop, finding.first)
    return finding if found is None else replace(finding, first=found[0], last=found[1])


def _unreadable(founding: Founding, detail: str) -> AuditReport:
    """The report when not even the list of logs could be read."""
    return AuditReport(
        federation=founding.federation,
        charter=founding.genesis,
        validator=new_validator(founding).name,
        logs=[],
        total=0,
        digest=None,
        findings=[Finding(fault=Fault.UNREADABLE, clause="5", detail=detail)],
    )


def audit_url(
    url: str, output: Output, reader: LogReader | None = None
) -> tuple[Founding, AuditReport]:
    """Audit what a node serves. Raises `NodeError` when it can't be asked at all."""
    with NodeClient(url) as client, reading_as(reader, client):
        founding = fetch_founding(client)
        source = UrlSource(client)
        total = sum(length for length, _ in source.logs().values())
        with output.progress(say("Audit of {url}", url=url), steps=total) as progress:
            report = run_audit(source, new_validator(founding), progress=progress)
        accused = [
            evidence_finding(row, report.charter)
            for row in islice(_evidence(client), MOST_EVIDENCE)
        ]
        return founding, replace(report, findings=[*report.findings, *accused])


def _evidence(client: NodeClient) -> Iterator[Evidence]:
    """The pieces of evidence that a node stores."""
    for row in client.get("/v1/evidence").get("evidence", []):
        digest = decode_hex(client, row, "digest")
        yield Evidence(
            digest=digest,
            coop=integer(client, row, "coop_number"),
            kind=str(row.get("kind")),
            data=client.get_bytes(path_of("v1", "evidence", digest.hex())).body,
        )


class UrlSource:
    """The logs that a node serves, up to the lengths that it had when this was made."""

    def __init__(self, client: NodeClient) -> None:
        self._client = client
        self._signed: dict[int, Json] = {}
        self._logs: dict[int, tuple[int, bytes]] = {}
        for log in client.get("/v1/logs").get("logs", []):
            coop = integer(client, log, "coop_number")
            self._logs[coop] = (integer(client, log, "length"), decode_hex(client, log, "head"))
            if isinstance(log.get("signed_head"), dict):
                self._signed[coop] = log["signed_head"]
        self._branches = dict(self._listed())

    def _listed(self) -> Iterator[tuple[KeptBranch, Json]]:
        """The branches that the node has, each with its row; none from a node that knows of none."""
        try:
            rows = self._client.get("/v1/branches").get("branches", [])
        except NodeProblem as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
            return
        for row in rows:
            coop, base, length = (
                integer(self._client, row, name) for name in ("coop_number", "base", "length")
            )
            head = decode_hex(self._client, row, "head")
            yield KeptBranch(coop=coop, base=base, length=length, head=head), row

    def logs(self) -> Mapping[int, tuple[int, bytes]]:
        """See `LogSource.logs`."""
        return self._logs

    def pieces(self, coop: int) -> Iterator[Piece]:
        """See `LogSource.pieces`: ranges of entries, cut where the newest signed head ends."""
        try:
            yield from self._pieces(coop)
        except NodeError as error:
            raise self._fault(error) from error

    def branches(self) -> Sequence[KeptBranch]:
        """See `LogSource.branches`."""
        return list(self._branches)

    def branch_pieces(self, branch: KeptBranch) -> Iterator[Piece]:
        """See `LogSource.branch_pieces`: the log up to where the branch parts from it, then the branch."""
        path = path_of("v1", "branches", branch.head.hex(), "entries")
        try:
            for piece in self._pieces(branch.coop):
                if piece.first <= branch.base:
                    yield cut(piece, branch.base)
                if piece.first + piece.count > branch.base:
                    break
            row = self._branches[branch]
            yield from self._ranges(path, branch.base + 1, branch.length, row)
        except NodeError as error:
            raise self._fault(error) from error

    def _fault(self, error: NodeError) -> Exception:
        """A fault of the log; but that only members may read it is none."""
        if isinstance(error, NodeProblem) and error.status == HTTPStatus.UNAUTHORIZED:
            return members_only(self._client.url)
        return SourceFault(_words(error))

    def _pieces(self, coop: int) -> Iterator[Piece]:
        length, _ = self._logs.get(coop, (0, b""))
        path = path_of("v1", "logs", coop, "entries")
        yield from self._ranges(path, 1, length, self._signed.get(coop, {}))

    def _ranges(self, path: str, first: int, length: int, signed: Json) -> Iterator[Piece]:
        signed_length = integer(self._client, signed, "length") if signed else 0
        while first <= length:
            answer = self._client.get_bytes(path, first=first, max_bytes=FETCH_BYTES)
            # The signature can be compared only where a piece ends.
            end = signed_length if first <= signed_length <= length else length
            piece = self._piece(answer, first, end)
            if not piece.count:
                return
            last = piece.first + piece.count - 1
            if last == signed_length:
                piece = replace(
                    piece,
                    head=decode_hex(self._client, signed, "head"),
                    signature=decode_hex(self._client, signed, "signature", length=64),
                )
            yield piece
            first = last + 1

    def _piece(self, answer: Answer, first: int, end: int) -> Piece:
        """The piece in an answer, cut at entry `end`."""
        try:
            piece = Piece(
                first=int(answer.headers["fiado-first"]),
                count=int(answer.headers["fiado-count"]),
                previous=bytes.fromhex(answer.headers["fiado-previous"]),
                entries=answer.body,
            )
        except (KeyError, ValueError) as error:
            reason = say("its answer for entry {first} lacks its headers", first=first)
            raise NodeMisbehaved(self._client.url, reason) from error
        try:
            return cut(piece, end)
        except EncodingError:
            return piece  # The replay will say what is wrong with the bytes, and where.


def _words(error: NodeError) -> str:
    if isinstance(error, NodeProblem):
        return say(
            "the node answered {code}: {detail}",
            code=error.code,
            detail=retold(error.detail or error.title),
        )
    return say("the node answered no more: {reason}", reason=retold(getattr(error, "reason", "")))
