"""Snapshots in the database: cut into parts of 1 MiB, the last two kept, each under its SHA-256.

A snapshot only makes a restart quick. One that is torn or damaged is passed over, and without any the
logs are replayed from the beginning. What the state means is the validator's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection, delete, func, insert, select

from ledger.codec import decode, encode
from ledger.errors import EncodingError
from node.store.rows import (
    Snapshot,
)
from node.store.tables import snapshot_parts, snapshots

PART_BYTES = 1024 * 1024
KEPT = 2


def write_snapshot(connection: Connection, snapshot: Snapshot) -> None:
    """Write a snapshot within the caller's transaction, and delete all but the last two."""
    lengths = encode([[coop, length] for coop, length in sorted(snapshot.lengths.items())])
    state = snapshot.state
    digest = hashlib.sha256(lengths)
    digest.update(state)
    newest = connection.execute(select(func.max(snapshots.c.id))).scalar() or 0
    row = {"id": newest + 1, "lengths": lengths, "digest": digest.digest()}
    connection.execute(insert(snapshots), row)
    # A part at a time: a state of hundreds of megabytes is not copied as a whole.
    for part, start in enumerate(range(0, len(state), PART_BYTES)):
        data = state[start : start + PART_BYTES]
        connection.execute(insert(snapshot_parts), {"id": newest + 1, "part": part, "data": data})
    connection.execute(delete(snapshots).where(snapshots.c.id <= newest + 1 - KEPT))


def read_newest_snapshot(connection: Connection) -> Snapshot | None:
    """The newest snapshot whose parts have its digest."""
    rows = connection.execute(select(snapshots).order_by(snapshots.c.id.desc())).all()
    for row in rows:
        digest = hashlib.sha256(row.lengths)
        parts: list[bytes] = []
        found = connection.execute(
            select(snapshot_parts.c.data)
            .where(snapshot_parts.c.id == row.id)
            .order_by(snapshot_parts.c.part)
        )
        for (data,) in found:
            digest.update(data)
            parts.append(data)
        if digest.digest() == row.digest:
            lengths = _decode_lengths(row.lengths)
            if lengths is not None:
                return Snapshot(lengths=lengths, state=b"".join(parts))
    return None


def _decode_lengths(data: bytes) -> Mapping[int, int] | None:
    try:
        return dict(cast(list[tuple[int, int]], decode(data)))
    except EncodingError:
        return None
