"""Holding as a coop's log the branch that was decided to stand.

A node may have held another one, and the one that stands as a branch beside it. Then the two change places:
what others have signed since is continued where they continue it, and the history that does not stand is kept
as a branch, for the logs that once anchored it.

Each step is durable before the next, and leaves a store from which a start finds everything: a node that
stops in between does the rest when it starts.
"""

from ledger.chain import SignedHead
from ledger.charter import Stand
from ledger.codec import split
from node.engine.branches_kept import Branch, branch_documents, load_branches
from node.engine.core import Core
from node.engine.reading import load_state
from node.engine.replication.replicas import Replicas
from node.engine.tick import Tick
from node.engine.wire import Entries
from node.store import DocumentKind, Segment, Store, Write


class StandingLogs:
    """Lets others' logs be those that stand."""

    def __init__(self, core: Core, replicas: Replicas) -> None:
        self._core = core
        self._replicas = replicas

    def run(self, tick: Tick) -> bool:
        """Change places where that is due; whether it was, and with it the store has dropped all that it
        derives from logs. Nothing of this tick may be left to be written.
        """
        changed = [
            coop.number
            for coop in self._core.newest.coops.values()
            if coop.stands is not None
            and coop.number != self._core.coop
            and self._let_stand(tick, coop.number, coop.stands)
        ]
        return bool(changed)

    def _let_stand(self, tick: Tick, coop: int, stands: Stand) -> bool:
        core = self._core
        heads = {
            branch: core.validator.head_at(coop, stands.length, branch=branch)
            for branch in core.validator.branches(coop)
        }
        if heads[0] == stands.head or stands.head not in heads.values():
            return False
        kept = [each for each in load_branches(core.store) if each.coop == coop]
        for branch in kept:
            if branch.head_at(stands.length) == stands.head:
                change_places(core.store, branch, kept, created=tick.now_ms // 1000)
                self._begin_anew(coop)
                tick.notice("branch_stands", coop=coop, length=stands.length)
                return True
        return False

    def _begin_anew(self, coop: int) -> None:
        core = self._core
        core.validator = load_state(
            core.validator.founding, core.store, core.validator.coops
        ).validator
        self._replicas.begin_anew(coop)


def change_places(store: Store, branch: Branch, kept: list[Branch], *, created: int) -> None:
    """Make `branch` the log, and the log a branch; `kept` are all branches of that log."""
    segments = _beyond(store, branch.coop, branch.base)
    others = [_from(segments, each, branch.base) for each in kept if each is not branch]
    losing = _as_branch(segments)
    new = [*others, *([losing] if losing is not None else [])]
    documents = [each for one in new for each in branch_documents(one, created=created)]
    store.commit(Write(documents=documents))
    store.set_aside(branch.coop, branch.base)
    ids = {document.id for document in documents}
    dropped = [each.id for one in kept for each in branch_documents(one, created=created)]
    store.commit(
        Write(
            segments=[_as_segment(part) for part in branch.parts],
            dropped_documents=[(DocumentKind.BRANCH, id_) for id_ in dropped if id_ not in ids],
        )
    )


def _beyond(store: Store, coop: int, length: int) -> list[Segment]:
    """What the store has of a log beyond a length."""
    return list(store.segments(coop, length + 1))


def _as_branch(segments: list[Segment]) -> Branch | None:
    """Segments up to the last signed head, as the parts of a branch."""
    parts: list[Entries] = []
    open_segments: list[Segment] = []
    for segment in segments:
        open_segments.append(segment)
        if segment.signature is not None:
            parts.append(_as_part(open_segments))
            open_segments = []
    return Branch(tuple(parts)) if parts else None


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


def _as_segment(part: Entries) -> Segment:
    return Segment(
        coop=part.coop,
        first=part.first,
        count=part.signed.length - part.first + 1,
        entries=part.entries,
        previous=part.previous,
        head=part.signed.head,
        signature=part.signed.signature,
    )
