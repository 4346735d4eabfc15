"""What there is to tell somebody, and what has become of telling it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from node.merchant.packing import fields_of, to_bytes
from node.notices.records import NoticeRecord
from node.store import Record

WAITING: Final = "waiting"
TOLD: Final = "told"
GIVEN_UP: Final = "given_up"
_WAITS: Final = b"waiting"
"""What a row is marked with that is still to be sent."""


class NoticeKind(StrEnum):
    """What somebody is told of."""

    PAID = "paid"
    """The account was paid `amount`."""
    NEAR_LIMIT = "near_limit"
    """What the account owes has come near its limit: `left` is left."""
    LIMIT_FALLS = "limit_falls"
    """The limit falls to `limit` at `time`, which is `beyond` less than the account owes."""
    LIMIT_CHANGED = "limit_changed"
    """The limit is `limit` now."""
    TO_SIGN = "to_sign"
    """Something waits for a steward's signature."""
    TO_ADMIT = "to_admit"
    """Somebody has asked to join."""
    ADMITTED = "admitted"
    """A newcomer was admitted."""
    CONFIRM = "confirm"
    """Whether this is the right address: the only one that an address gets before it has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something for one target. `values` are integers by name, as its kind says."""

    target: str
    kind: NoticeKind
    seed: str
    created_ms: int
    values: Mapping[str, int] = field(default_factory=dict)
    state: str = WAITING
    tries: int = 0

    @property
    def id(self) -> str:
        """The same for the same thing told to the same target, so that nothing is told twice."""
        seed = f"{self.target}/{self.kind}/{self.seed}"
        return sha256(seed.encode("utf-8")).hexdigest()[:32]

    def to_record(self, *, due_ms: int) -> Record:
        """The row; it is due when it is to be sent, or later on to be forgotten."""
        return Record(
            kind=NoticeRecord.NOTICE,
            id=self.id,
            shelf=self.target,
            created=self.created_ms,
            data=to_bytes(fields_of(self)),
            due=due_ms,
            mark=_WAITS if self.state == WAITING else None,
        )


def read_notice(record: Record) -> Notice:
    """The value of a row."""
    fields = json.loads(record.data)
    return Notice(**fields | {"kind": NoticeKind(fields["kind"])})
