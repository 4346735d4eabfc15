"""What both stores share where they mend logs: `care` has the promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import msgpack

from ledger.chain import extend_all
from node.errors import StorageFault, StoreMisuse
from node.store import checks
from node.store.rows import (
    Document,
    DocumentKind,
    Segment,
)


def check_range(segments: Sequence[Segment], *, length: int) -> None:
    """Check what `LogCare.heal` is given."""
    for one, two in pairwise(segments):
        if one.coop != two.coop or two.first != one.last + 1 or two.previous != one.head:
            raise StoreMisuse("segments that heal a log follow each other")
    if not segments or segments[-1].last > length:
        raise StoreMisuse("a log is healed within its length")
    if not all(checks.is_sound(segment) for segment in segments):
        raise StoreMisuse("a log is healed with sound segments only")


def front_of(segment: Segment, length: int) -> Segment | None:
    """The segment up to entry `length`, without a signature; None when nothing of it can be read."""
    count = length - segment.first + 1
    try:
        entries = segment.entries[: checks.skip_entries(segment.entries, count)]
        head = extend_all(segment.previous, checks.split_entries(entries))
    except StorageFault:
        return None
    return replace(segment, count=count, entries=entries, head=head, signature=None)


def as_document(segment: Segment) -> Document:
    """A segment as it is kept when it is set aside."""
    fields = (segment.first, segment.count, segment.entries, segment.previous, segment.head)
    packed: bytes = msgpack.packb([*fields, segment.signature])
    id_ = f"{segment.coop}-{segment.first}"
    return Document(kind=DocumentKind.SET_ASIDE, id=id_, created=segment.first, data=packed)
