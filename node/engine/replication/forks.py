"""Finding the proof when something that a coop signed contradicts the log held here (PROTOCOL section 7.9).

Whatever is found is checked as anybody else would check it before it is given out: a mistake here
must not accuse an honest coop.
"""

from dataclasses import replace

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from ledger.errors import ProofError
from ledger.evidence import ForkEvidence, InvalidEntryEvidence, decode_evidence
from node.engine.core import Core
from node.engine.reading import read_entries
from node.engine.wire import Entries
from node.errors import LogDamaged


def fork_from_head(core: Core, signed: SignedHead) -> ForkEvidence | None:
    """The proof, when a head is not one of the log held here; None when it is, or can't be told.

    It can be told once a signed head at or beyond that length is in the store, and what leads there is whole.
    """
    try:
        return _fork_from_head(core, signed)
    except LogDamaged as damage:
        core.suspected.append(damage)
        return None


def _fork_from_head(core: Core, signed: SignedHead) -> ForkEvidence | None:
    held = core.store.head_at(signed.coop, signed.length)
    if held is None or held == signed.head:
        return None
    ours = core.store.signed_head(signed.coop, signed.length)
    if ours is None:
        return None
    entries: tuple[bytes, ...] = ()
    if ours.length > signed.length:
        following = read_entries(core.store, signed.coop, signed.length + 1, max_bytes=1)
        if following is None:
            return None
        entries = tuple(split(following.entries))[: ours.length - signed.length]
    return _checked(core, shorter=signed, longer=ours, start=held, entries=entries)


def fork_from_entries(
    core: Core, theirs: Entries, covering: Entries | None = None
) -> ForkEvidence | None:
    """The proof from entries of another history, whose chain fits its signed head.

    `covering` are entries that wait to continue the log held here; their signed head covers what is held
    beyond the newest one in the store. None when `theirs` begins too far ahead to be compared.
    """
    ours = core.signed.get(theirs.coop)
    if ours is not None:
        found = fork_between(core, ours, theirs)
        if found is not None:
            return found
    if covering is None:
        return None
    if theirs.signed.length >= covering.signed.length:
        return fork_between(core, covering.signed, theirs)
    return fork_between(core, theirs.signed, covering)


def fork_of_two(core: Core, one: SignedHead, other: SignedHead) -> ForkEvidence | None:
    """The proof from two heads of one place."""
    return _checked(core, shorter=one, longer=other, start=other.head, entries=())


def entries_from_evidence(core: Core, coop: int, first: int) -> Entries | None:
    """What was held of a log before an entry that the rules refuse, with that entry's evidence behind it.

    No head covers those entries but the one in the evidence, and whoever is to judge the refused
    entry needs them.
    """
    data = core.accused.get(coop, {}).get(InvalidEntryEvidence.kind)
    evidence = None if data is None else decode_evidence(data)
    if not isinstance(evidence, InvalidEntryEvidence) or first >= evidence.number:
        return None
    tail = Entries(
        first=evidence.number,
        previous=evidence.previous,
        entries=b"".join(evidence.entries),
        signed=evidence.signed,
    )
    return with_held(core, first, tail)


def with_held(core: Core, first: int, tail: Entries) -> Entries | None:
    """Entries that follow the log held here, and before them those from `first` on that are held; None where
    they don't follow it."""
    if first == tail.first:
        return tail
    held = list(core.store.segments(tail.coop, first))
    if not held or held[-1].head != tail.previous:
        return None
    before = b"".join(segment.entries for segment in held)
    return replace(tail, first=first, previous=held[0].previous, entries=before + tail.entries)


def fork_between(core: Core, shorter: SignedHead, longer: Entries) -> ForkEvidence | None:
    """The proof that entries which reach to `shorter` or beyond do not lead through it; None when they begin
    beyond it, or end before."""
    count = shorter.length - longer.first + 1
    if count < 0 or longer.signed.length < shorter.length:
        return None
    entries = split(longer.entries)
    start = extend_all(longer.previous, entries[:count])
    if start == shorter.head:
        return None
    return _checked(
        core, shorter=shorter, longer=longer.signed, start=start, entries=tuple(entries[count:])
    )


def _checked(
    core: Core, *, shorter: SignedHead, longer: SignedHead, start: bytes, entries: tuple[bytes, ...]
) -> ForkEvidence | None:
    evidence = ForkEvidence(shorter=shorter, longer=longer, start=start, entries=entries)
    try:
        evidence.check(core.newest)
    except ProofError:
        return None
    return evidence
