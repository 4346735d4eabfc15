"""After a fork the audit follows every log along the branch that it anchored, and names what was lost."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.chain import SignedHead, extend_all, genesis, head_message
from ledger.charter import Charter
from ledger.charter_changes import Quarantine, Readmit
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence
from ledger.invariants import fork_loss
from ledger.rules.amendments import amend
from ledger.validators.reference import ReferenceValidator
from node.audit import AuditReport, Fault, evidence_finding
from node.audit.store import audit_store
from node.engine.branches_kept import Branch, branch_documents
from node.engine.wire import Entries
from node.store import DocumentKind, Evidence, MemoryStore, Segment, Snapshot, Write
from tests.builders import signing_key
from tests.forks import Forks
from tests.ledger.test_branches import FEDERATION, FORKER, begun, spend_twice

OTHER_KEY = signing_key("the forker's other key")


def signed_head(forks: Forks, coop: int, length: int, head: bytes) -> SignedHead:
    message = head_message(federation=FEDERATION.id, coop=coop, length=length, head=head)
    signature = FEDERATION.node_keys[coop].sign(message)
    return SignedHead(coop=coop, length=length, head=head, signature=signature)


def kept_branch(forks: Forks, held: int) -> Branch:
    """The forker's branch that is not `held`, from where the two part."""
    log, other = forks.logs[FORKER, held], forks.logs[FORKER, 1 - held]
    base = next(at for at, (a, b) in enumerate(zip(log, other, strict=False)) if a != b)
    start = extend_all(genesis(federation=FEDERATION.id, coop=FORKER), other[:base])
    head = extend_all(start, other[base:])
    part = Entries(
        first=base + 1,
        previous=start,
        entries=b"".join(other[base:]),
        signed=signed_head(forks, FORKER, len(other), head),
    )
    return Branch((part,))


def stored(forks: Forks, held: int = 0) -> MemoryStore:
    """What a node keeps that holds this branch as the forker's log, and the other one beside it."""
    store = MemoryStore()
    segments = []
    for (coop, branch), entries in forks.logs.items():
        if branch == (held if coop == FORKER else 0):
            start = genesis(federation=FEDERATION.id, coop=coop)
            segments.append(segment_of(forks, coop, start, entries))
    documents = branch_documents(kept_branch(forks, held), created=0)
    store.commit(Write(segments=segments, documents=documents))
    return store


def segment_of(forks: Forks, coop: int, start: bytes, entries: Sequence[bytes]) -> Segment:
    head = extend_all(start, entries)
    return Segment(
        coop=coop,
        first=1,
        count=len(entries),
        entries=b"".join(entries),
        previous=start,
        head=head,
        signature=signed_head(forks, coop, len(entries), head).signature,
    )


def evidence_of(forks: Forks) -> Evidence:
    """The proof that the forker signed two histories."""
    branch = kept_branch(forks, 0)
    part = branch.parts[0]
    other = extend_all(part.previous, forks.logs[FORKER, 0][branch.base : branch.base + 1])
    own = extend_all(part.previous, forks.logs[FORKER, 1][branch.base : branch.base + 1])
    proof = ForkEvidence(
        shorter=signed_head(forks, FORKER, part.first, other),
        longer=signed_head(forks, FORKER, part.first, own),
        start=own,
        entries=(),
    )
    data = proof.encode()
    return Evidence(digest=sha256(data).digest(), coop=FORKER, kind="fork", data=data)


@pytest.fixture
def forks() -> Forks:
    forks = begun(ReferenceValidator)
    spend_twice(forks)
    forks.pay(1, 2, 100)
    forks.anchor(2, 1)
    return forks


def audit(store: MemoryStore) -> AuditReport:
    return audit_store(store, FEDERATION.founding)


def test_nodes_that_hold_either_history_have_one_digest(forks: Forks) -> None:
    one, other = audit(stored(forks, held=0)), audit(stored(forks, held=1))
    assert one.findings == other.findings == []
    assert one.digest == other.digest == forks.validator.digest()


def test_the_loss_is_named_by_coop_and_is_what_the_sum_is(forks: Forks) -> None:
    report = audit(stored(forks))
    assert report.total == report.fork_loss == fork_loss(forks.validator) > 0
    loser, lost = {0: (2, 800), 1: (1, 700)}[forks.validator.standing(FORKER)]
    assert report.losses == {loser: lost}


def test_what_arrived_in_the_history_that_stands_is_on_its_way_no_more(forks: Forks) -> None:
    forks.pay(1, FORKER, 30)
    assert audit(stored(forks)).logs[0].in_transit_amount == 30
    forks.anchor(FORKER, 1, branch=forks.validator.standing(FORKER))
    assert audit(stored(forks)).logs[0].in_transit_amount == 0


def test_each_history_is_told_with_who_goes_by_it(forks: Forks) -> None:
    report = audit(stored(forks))
    standing = forks.validator.standing(FORKER)
    base = kept_branch(forks, 0).base
    found = [(each.coop, each.base, each.stands, each.gone_by) for each in report.branches]
    assert found == [
        (FORKER, base, standing == 0, [1]),
        (FORKER, base, standing == 1, [2]),
    ]
    assert all(each.replayed == each.length == base + 1 for each in report.branches)
    assert [each.coop for each in report.logs] == [1, 2, 3, 4]


def test_a_branch_that_is_missing_is_a_fork_and_leaves_no_digest(forks: Forks) -> None:
    store = stored(forks)
    [document] = store.documents(DocumentKind.BRANCH, limit=9)
    store.commit(Write(dropped_documents=[(DocumentKind.BRANCH, document.id)]))
    report = audit(store)
    assert Fault.FORK in {finding.fault for finding in report.findings}
    assert report.digest is None


def test_a_log_that_anchors_both_histories_ends_the_audit_of_it(forks: Forks) -> None:
    forks.pay(FORKER, 1, 1, branch=1)
    forks.logs[1, 0].append(encode_entry(forks.now, forks.anchor_of(FORKER, branch=1)))
    report = audit(stored(forks))
    assert [(finding.fault, finding.coop, finding.first) for finding in report.findings] == [
        (Fault.FORK, 1, len(forks.logs[1, 0]))
    ]
    assert report.digest is None


def test_a_snapshot_of_before_is_not_held_against_the_node(forks: Forks) -> None:
    store = stored(forks)
    store.save_snapshot(Snapshot(lengths={1: 1}, state=b"not used while there are branches"))
    assert audit(store).holds


def test_a_proof_fails_the_audit_until_its_coop_is_readmitted(forks: Forks) -> None:
    store = stored(forks)
    store.commit(Write(evidence=[evidence_of(forks)]))
    report = audit(store)
    [finding] = report.findings
    assert (finding.fault, finding.coop, finding.is_settled) == (Fault.EVIDENCE, FORKER, False)
    assert not report.holds
    log = forks.validator.log(FORKER)
    charter = forks.charter
    for change in (
        Quarantine(coop=FORKER),
        Readmit(coop=FORKER, key=OTHER_KEY.public_key, limit=0, length=log.length, head=log.head),
    ):
        after = amend(charter, change)
        assert isinstance(after, Charter)
        charter = after
    [row] = store.evidence()
    settled = replace(finding, is_settled=True)
    assert evidence_finding(row, charter) == settled
    assert replace(report, findings=[settled]).holds
    assert not replace(report, findings=[settled, finding]).holds


def test_a_branch_that_breaks_a_rule_is_named_and_is_followed_up_to_there(forks: Forks) -> None:
    digest = forks.validator.digest()
    forks.logs[FORKER, 1].append(encode_entry(forks.now, FEDERATION.admit(FORKER, 1)))
    report = audit(stored(forks))
    [finding] = report.findings
    assert (finding.fault, finding.coop) == (Fault.ENTRY_REFUSED, FORKER)
    assert (finding.first, finding.branch) == (
        len(forks.logs[FORKER, 1]),
        kept_branch(forks, 0).tip.head,
    )
    assert report.digest == digest


def test_a_branch_whose_bytes_were_changed_is_found(forks: Forks) -> None:
    branch = kept_branch(forks, 0)
    [part] = branch.parts
    forged = replace(part, signed=replace(part.signed, signature=bytes(64)))
    store = stored(forks)
    store.commit(Write(documents=branch_documents(Branch((forged,)), created=0)))
    report = audit(store)
    assert [(f.fault, f.branch) for f in report.findings] == [(Fault.HEAD_FORGED, branch.tip.head)]
    assert report.digest is None
