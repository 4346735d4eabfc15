"""The promises about finding and mending damage in stored logs.

A disk may hand out other bytes than it was given. Reading single entries tells that (`LogDamaged`); a node
also goes through everything now and then, row by row, and puts back what peers still have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from node.store.rows import Segment


class LogCare(Protocol):
    """The part of `Store` that looks after the logs' bytes."""

    def next_segment(self, coop: int, first: int) -> tuple[Segment, bool] | None:
        """The first stored segment that begins at `first` or after it, and whether it is sound in itself.

        Its bytes are hashed anew, and what the other methods say follows that from then on. None when no
        segment begins there. A row that is not a segment at all comes with no entries.
        """

    def stored(self, coop: int, number: int) -> tuple[Segment, bool] | None:
        """The last stored segment that begins at `number` or before it, as `next_segment` gives it."""

    def heal(self, segments: Sequence[Segment]) -> None:
        """Put segments, which follow each other, in place of everything stored within their range.

        Durable and atomic. Raises `StoreMisuse`, with nothing written, for a range that does not begin right
        after a stored segment (or at entry 1), or that reaches beyond the log.
        """

    def set_aside(self, coop: int, length: int) -> None:
        """Let a log end at `length`. What was stored beyond is kept, as documents that nothing reads.

        Durable and atomic. The history index and the snapshots are dropped: they may cover more.
        """
