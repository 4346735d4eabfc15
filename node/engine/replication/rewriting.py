"""What of a coop's log is the log and what a branch of it, written anew in the store.

A branch takes the log's place, a log is cut off, branches are trimmed. What some log has anchored stays, as
log or as branch; what nobody needs any more is kept for people.

Each step is durable before the next, and leaves a store from which a start finds everything: a node that
stops in between does the rest when it starts. When that is due, and what the state is afterwards, is said in
`node.engine.replication.standing`.
"""

from collections.abc import Sequence

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from node.engine.branches_kept import Branch, branch_documents, load_branches
from node.engine.replication.anchored import Anchored, anchored_heads
from node.engine.replication.ends import sign_end
from node.engine.wire import Entries
from node.store import Document, DocumentKind, Segment, Store, Write


def change_places(
    store: Store, branch: Branch, kept: list[Branch], *, until: int, created: int
) -> None:
    """Make `branch` up to the length `until` the log, and the log a branch; `kept` are all branches of
    that log. What is beyond still waits for other logs, as a log in the store never does, or the rules
    refuse it; if it is of use, it comes again."""
    segments = _beyond(store, branch.coop, branch.base)
    others = [_from(segments, each, branch.base) for each in kept if each.tip != branch.tip]
    losing = _as_branch(segments, anchored_heads(store, branch.coop))
    new = [*others, *([losing] if losing is not None else [])]
    documents = [each for one in new for each in branch_documents(one, created=created)]
    store.commit(Write(documents=documents))
    store.set_aside(branch.coop, branch.base)
    ids = {document.id for document in documents}
    dropped = [each.id for one in kept for each in branch_documents(one, created=created)]
    store.commit(
        Write(
            segments=[_as_segment(part, until) for part in branch.parts if part.first <= until],
            dropped_documents=[(DocumentKind.BRANCH, id_) for id_ in dropped if id_ not in ids],
        )
    )


def cut_off(store: Store, coop: int, length: int, *, created: int) -> None:
    """Let a log end at `length`. What some log has anchored beyond is kept as a branch."""
    segments = _beyond(store, coop, length)
    kept = [each for each in load_branches(store) if each.coop == coop]
    anchored = anchored_heads(store, coop)
    losing = _as_branch(segments, anchored)
    new = [_from(segments, each, length) for each in kept]
    lost = [] if losing is None else [losing]
    new += trimmed(lost, anchored)
    documents = [each for one in new for each in branch_documents(one, created=created)]
    documents += _for_people(lost, created=created)
    store.commit(Write(documents=documents))
    store.set_aside(coop, length)
    ids = {document.id for document in documents}
    dropped = [each.id for one in kept for each in branch_documents(one, created=created)]
    store.commit(
        Write(dropped_documents=[(DocumentKind.BRANCH, id_) for id_ in dropped if id_ not in ids])
    )
    _sign_end(store, coop, length, anchored)


def _sign_end(store: Store, coop: int, length: int, anchored: Anchored) -> None:
    """Where a segment was cut in two, put the signature to its end that some log has anchored it with."""
    head = store.head_at(coop, length) if length else None
    signed = None if head is None else anchored.get((length, head))
    if signed is not None:
        sign_end(store, signed)


def trimmed(branches: Sequence[Branch], anchored: Anchored) -> list[Branch]:
    """Of each branch what is anchored, and nothing of one of which nothing is, or all is in another."""
    left: list[Branch] = []
    for branch in branches:
        ends = [
            signed
            for (length, head), signed in anchored.items()
            if length > branch.base and branch.head_at(length) == head
        ]
        if ends:
            end = max(ends, key=lambda signed: signed.length)
            left.append(branch if end.length == branch.tip.length else branch.up_to(end))
    return _without_contained(left)


def _without_contained(branches: Sequence[Branch]) -> list[Branch]:
    """Those that no other one goes on from; of several that end alike the first."""
    left: list[Branch] = []
    for branch in sorted(branches, key=lambda each: -each.tip.length):
        if all(each.head_at(branch.tip.length) != branch.tip.head for each in left):
            left.append(branch)
    return [branch for branch in branches if branch in left]


def replace_branches(store: Store, before: Sequence[Branch], after: Sequence[Branch]) -> None:
    """Keep other branches of a log than so far; what is dropped is kept for people."""
    old = {each.id: each for one in before for each in branch_documents(one, created=0)}
    new = {each.id: each for one in after for each in branch_documents(one, created=0)}
    store.commit(
        Write(
            documents=[
                *(document for id_, document in new.items() if id_ not in old),
                *_for_people([one for one in before if one not in after], created=0),
            ],
            dropped_documents=[(DocumentKind.BRANCH, id_) for id_ in old if id_ not in new],
        )
    )


def _for_people(dropped: Sequence[Branch], *, created: int) -> list[Document]:
    """What stays of histories that no log needs: their payments go on to concern those who made them."""
    kind = DocumentKind.FALLEN
    return [each for one in dropped for each in branch_documents(one, created=created, kind=kind)]


def _beyond(store: Store, coop: int, length: int) -> list[Segment]:
    """What the store has of a log beyond a length."""
    return list(store.segments(coop, length + 1))


def _as_branch(segments: list[Segment], anchored: Anchored) -> Branch | None:
    """Segments up to the last signed head, as the parts of a branch.

    Of a log that waited in the middle of what came with one signature the end has none here; what some log
    has anchored of that is signed in the anchor.
    """
    parts: list[Entries] = []
    open_segments: list[Segment] = []
    for segment in segments:
        open_segments.append(segment)
        if segment.signature is not None:
            parts.append(_as_part(open_segments))
            open_segments = []
    end = _anchored_part(open_segments, anchored)
    if end is not None:
        parts.append(end)
    return Branch(tuple(parts)) if parts else None


def _anchored_part(segments: list[Segment], anchored: Anchored) -> Entries | None:
    """What is anchored of segments without a signature."""
    found: Entries | None = None
    entries: list[bytes] = []
    for segment in segments:
        head = segment.previous
        for entry in split(segment.entries):
            entries.append(entry)
            head = extend_all(head, [entry])
            signed = anchored.get((segments[0].first + len(entries) - 1, head))
            if signed is not None:
                found = Entries(
                    first=segments[0].first,
                    previous=segments[0].previous,
                    entries=b"".join(entries),
                    signed=signed,
                )
    return found


def _as_part(segments: list[Segment]) -> Entries:
    last = segments[-1]
    assert last.signature is not None, "a part ends with a signed head"
    signed = SignedHead(coop=last.coop, length=last.last, head=last.head, signature=last.signature)
    return Entries(
        first=segments[0].first,
        previous=segments[0].previous,
        entries=b"".join(segment.entries for segment in segments),
        signed=signed,
    )


def _from(segments: list[Segment], branch: Branch, base: int) -> Branch:
    """A branch as it is from `base` on, where it has parted from the log further up."""
    if branch.base <= base:
        return branch
    entries = split(b"".join(segment.entries for segment in segments))[: branch.base - base]
    part = branch.parts[0]
    first = Entries(
        first=base + 1,
        previous=segments[0].previous,
        entries=b"".join(entries) + part.entries,
        signed=part.signed,
    )
    return Branch((first, *branch.parts[1:]))


def _as_segment(part: Entries, until: int) -> Segment:
    """A part up to the length `until`; it is signed if that is all of it."""
    entries = split(part.entries)[: until - part.first + 1]
    is_all = part.signed.length <= until
    return Segment(
        coop=part.coop,
        first=part.first,
        count=len(entries),
        entries=b"".join(entries),
        previous=part.previous,
        head=extend_all(part.previous, entries),
        signature=part.signed.signature if is_all else None,
    )
